"""Retention: what is past its time is gone from the disk, and later releases are gated as if it were there."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from xinqiao.config import load_config
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import Envelope
from xinqiao.flows.expire import expire
from xinqiao.flows.outcome import Outcome
from xinqiao.intake.store import Store

from .test_ledger import demonstration, lines, project, run
from .test_release import DAY, FORM, put, release, released

__all__ = ["demonstration", "project"]

LATE = DAY + timedelta(days=5000)


def expired(project: Path, *, uncovered: bool = False) -> Outcome:
    return expire(load_config(project), LATE, FORM, uncovered=uncovered)


def envelopes(project: Path) -> list[Envelope]:
    with Store(load_config(project).store_path) as store:
        return [envelope for _, envelope in store.envelopes(FORM)]


def test_what_a_release_covers_is_deleted_and_the_rest_waits(project: Path) -> None:
    put(project, 40, seed=1)
    assert expired(project).problems[0].code == "expire-waiting"
    assert len(envelopes(project)) == 40
    assert release(project)[0] == ExitCode.DONE
    old = envelopes(project)
    put(project, 3, seed=2)
    outcome = expired(project)
    assert outcome.document["forms"] == {FORM: {"deleted": 40, "waiting": 3}}
    assert [problem.code for problem in outcome.problems] == ["expire-waiting"]
    written = b"".join(path.read_bytes() for path in load_config(project).private_dir.glob("store.db*"))
    assert not any(one.sealed[at : at + 48] in written for one in old for at in range(200, len(one.sealed) - 48, 480))
    outcome = expired(project, uncovered=True)
    assert [problem.code for problem in outcome.problems] == ["expire-uncounted"]
    assert envelopes(project) == []


def test_a_receiver_forgets_in_time_though_releases_are_made_from_another_store(project: Path) -> None:
    put(project, 40, seed=1)
    store = load_config(project).store_path
    received = store.read_bytes()
    assert release(project)[0] == ExitCode.DONE
    for file in store.parent.glob("store.db*"):
        file.unlink()
    store.write_bytes(received)
    with pytest.raises(XinqiaoError, match="ledger-differs"):
        expired(project)
    outcome = expired(project, uncovered=True)
    assert outcome.document["forms"] == {FORM: {"deleted": 40, "waiting": 0}}
    assert envelopes(project) == []


def test_what_is_not_past_its_time_stays(project: Path) -> None:
    put(project, 40, seed=1)
    assert release(project)[0] == ExitCode.DONE
    outcome = expire(load_config(project), DAY + timedelta(days=1), FORM)
    assert outcome.document["forms"] == {FORM: {"deleted": 0, "waiting": 0}}
    assert len(envelopes(project)) == 40


def test_a_release_after_a_deletion_is_the_one_that_there_would_have_been(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    put(project, 40, seed=1)
    put(project, 6, seed=2, change=lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert release(project)[0] == ExitCode.DONE
    put(project, 40, seed=3)
    assert release(project)[0] == ExitCode.DONE
    twin = tmp_path_factory.mktemp("twin") / "portal"
    shutil.copytree(project, twin)
    assert expired(project).document["forms"] == {FORM: {"deleted": 86, "waiting": 0}}
    for place in (project, twin):
        put(place, 50, seed=4)
        code, document = release(place)
        assert (code, document["release"], document["rows"], document["set_aside"]) == (ExitCode.DONE, 3, 130, 6)
    for path in sorted((released(project) / "003").iterdir()):
        assert path.read_bytes() == (released(twin) / "003" / path.name).read_bytes(), path.name
    assert len(lines(project)) == 3
    code, document = run(project, "audit", str(released(project)))
    assert (code, document["groups_found"]) == (ExitCode.DONE, 0)


def test_what_was_deleted_and_is_sent_again_does_not_count_again(project: Path) -> None:
    put(project, 40, seed=1)
    old = envelopes(project)
    assert release(project)[0] == ExitCode.DONE
    expired(project)
    with Store(load_config(project).store_path) as store:
        assert store.append(old) == 0
    code, document = release(project)
    assert (code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "release-nothing-new")
    put(project, 30, seed=2)
    assert release(project)[1]["rows"] == 70


def test_after_a_deletion_few_newcomers_are_not_released_either(project: Path) -> None:
    put(project, 40, seed=1)
    assert release(project)[0] == ExitCode.DONE
    expired(project)
    put(project, 2, seed=2)
    assert release(project)[1]["problems"][0]["code"] == "release-too-few-new"


def test_a_finer_summary_than_the_deleted_answers_were_counted_by_is_refused(project: Path) -> None:
    put(project, 60, seed=1)
    file = project / "forms" / f"{FORM}.yml"
    text = file.read_text(encoding="utf-8")
    start, end = text.index("  - name: by-role"), text.index("consent:")
    file.write_text(text[:start] + text[end:], encoding="utf-8")
    assert release(project)[0] == ExitCode.DONE
    file.write_text(text, encoding="utf-8")
    put(project, 60, seed=2)
    expired(project)
    code, document = release(project)
    assert (code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "counts-lacking")


def test_the_command_deletes_by_the_days_of_today(project: Path) -> None:
    put(project, 40, seed=1)
    code, document = run(project, "intake", "expire", FORM)
    assert (code, document["forms"]) == (ExitCode.DONE, {FORM: {"deleted": 0, "waiting": 0}})
    code, document = run(project, "intake", "expire")
    assert code == ExitCode.DONE
    assert len(document["forms"]) >= 2
