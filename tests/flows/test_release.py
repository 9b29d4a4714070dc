"""Releases from the sealed store: what is set aside is counted, and nothing is released that cannot be audited."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from xinqiao import demonstration
from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.text import Lang
from xinqiao.flows import past
from xinqiao.flows import release as flow
from xinqiao.flows.project import load_form, recipients
from xinqiao.intake.keys import Keyring
from xinqiao.intake.seal import new_identity, payload, seal
from xinqiao.intake.store import Store

FORM = "training-feedback"
DAY = date(2026, 11, 18)


@pytest.fixture
def project(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A demonstration with keys and no answers."""
    monkeypatch.delenv("XINQIAO_KEYS", raising=False)
    shutil.copy(root / "portal.toml", tmp_path)
    shutil.copytree(root / "forms", tmp_path / "forms")
    ring = Keyring(load_config(tmp_path).keys_dir)
    for name in ("aggregation", "recovery"):
        ring.create(name, None)
    return tmp_path


def put(
    project: Path,
    number: int,
    seed: int,
    to: tuple[str, ...] = (),
    change: Callable[[bytes], bytes] = bytes,
    ref: str = FORM,
) -> None:
    """Generated answers, sealed to the form's keys or to others, into the store."""
    config = load_config(project)
    form: Form = load_form(config, ref)
    keys = to or recipients(config, form)[0]
    sealed = [
        change(seal(payload(form.id, form.version, Lang.ZH, answers), keys))
        for answers in demonstration.invented_answers(form, number, seed)
    ]
    with Store(config.store_path) as store:
        store.append([Envelope(id=envelope_id(s), form=ref, received=DAY, sealed=s) for s in sealed])


def release(project: Path) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(main, ["release", FORM, "--project", str(project), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


def released(project: Path) -> Path:
    return project / "build" / "demo" / "summaries" / "public" / FORM


def test_foreign_and_tampered_envelopes_are_counted_and_stop_nothing(project: Path) -> None:
    put(project, 60, seed=1)
    put(project, 7, seed=2, to=(new_identity().public,))
    put(project, 6, seed=3, change=lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]))
    code, document = release(project)
    assert code == ExitCode.DONE
    assert (document["rows"], document["set_aside"]) == (60, 13)
    lines = (released(project) / "001" / "_quarantine.csv").read_text(encoding="utf-8").splitlines()
    assert "distribution(quarantined),envelope-foreign,7,shown" in lines
    assert "distribution(quarantined),envelope-tampered,6,shown" in lines
    assert not [line for line in lines if line.endswith((",1,shown", ",2,shown", ",3,shown", ",4,shown"))]
    with Store(load_config(project).store_path) as store:
        assert store.counts()[FORM] == 73, "nothing is thrown away"


def test_where_nothing_has_come_in_nothing_is_released(project: Path) -> None:
    """A computer that the server's answers were not brought to begins no series."""
    code, document = release(project)
    assert (code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "release-no-answers")
    assert not released(project).exists()
    with Store(load_config(project).store_path) as store:
        assert store.releases(FORM) == ()


def test_one_newcomer_is_not_released_and_enough_are(project: Path) -> None:
    put(project, 60, seed=1)
    assert release(project)[0] == ExitCode.DONE
    put(project, 1, seed=2)
    code, document = release(project)
    assert (code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "release-too-few-new")
    assert not (released(project) / "002").exists()
    put(project, 40, seed=3)
    code, document = release(project)
    assert (code, document["rows"], document["release"]) == (ExitCode.DONE, 101, 2)


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda folder: shutil.rmtree(folder / "001"), "release-missing"),
        (lambda folder: shutil.copytree(folder / "001", folder / "002"), "release-unrecorded"),
        (
            lambda folder: (folder / "001" / "overall.csv").write_text("measure,category,value,status\n"),
            "ledger-file-differs",
        ),
    ],
    ids=["lost", "added", "changed"],
)
def test_where_published_tables_and_store_do_not_agree_nothing_is_released(
    project: Path, harm: Callable[[Path], object], code: str
) -> None:
    put(project, 30, seed=1)
    assert release(project)[0] == ExitCode.DONE
    put(project, 30, seed=2)
    harm(released(project))
    before = sorted(released(project).rglob("*"))
    exit_code, document = release(project)
    assert exit_code == ExitCode.UNSAFE
    assert document["problems"][0]["code"] == code
    assert sorted(released(project).rglob("*")) == before


def test_a_release_cut_short_after_it_was_recorded_is_finished_by_the_next_run(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(project, 30, seed=1)
    with monkeypatch.context() as patch:
        patch.setattr(past.shutil, "move", _cut_short)
        with pytest.raises(OSError, match="no room"):
            CliRunner().invoke(
                main, ["release", FORM, "--project", str(project)], standalone_mode=False, catch_exceptions=False
            )
    assert not (released(project) / "001").exists()
    put(project, 30, seed=2)
    code, document = release(project)
    assert (code, document["release"], document["rows"]) == (ExitCode.DONE, 2, 60)
    assert {path.name for path in released(project).iterdir()} == {"001", "002"}
    assert not list((project / "build" / "demo").glob("staged/*"))


def test_a_release_that_could_not_be_written_is_not_recorded(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(project, 30, seed=1)
    with monkeypatch.context() as patch:
        patch.setattr(flow, "write_package", _cut_short)
        with pytest.raises(OSError, match="no room"):
            CliRunner().invoke(
                main, ["release", FORM, "--project", str(project)], standalone_mode=False, catch_exceptions=False
            )
    code, document = release(project)
    assert (code, document["release"]) == (ExitCode.DONE, 1)


def _cut_short(*_: object, **__: object) -> None:
    raise OSError("no room")


def test_a_policy_below_the_floor_releases_nothing(project: Path) -> None:
    put(project, 60, seed=1)
    portal = project / "portal.toml"
    lower = re.sub(r"(?m)^threshold = \d+", "threshold = 4", portal.read_text(encoding="utf-8"), count=1)
    portal.write_text(lower, encoding="utf-8")
    result = CliRunner().invoke(main, ["release", FORM, "--project", str(project), "--json"])
    assert result.exit_code == ExitCode.UNSAFE
    assert "policy-below-floor" in result.output
    assert not released(project).exists()


def test_tables_for_staff_never_lie_among_the_public_ones(project: Path) -> None:
    file = project / "forms" / f"{FORM}.yml"
    text = file.read_text(encoding="utf-8")
    before, by_role = text.split("name: by-role", 1)
    file.write_text(
        before + "name: by-role" + by_role.replace("audience: public", "audience: staff", 1), encoding="utf-8"
    )
    put(project, 60, seed=1)
    assert release(project)[0] == ExitCode.DONE
    public = {path.name for path in (released(project) / "001").iterdir()}
    staff = {path.name for path in (project / "build/demo/summaries/staff" / FORM / "001").iterdir()}
    assert "by-role.csv" in staff
    assert "by-role.csv" not in public
    assert {"overall.csv", "_quarantine.csv"} <= public
    for name in ("datapackage.json", "audit.json"):
        assert b"by-role" not in (released(project) / "001" / name).read_bytes()
