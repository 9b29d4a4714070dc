"""Corrections as releases of their own: void answers are left out together, gated by everything told before."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from xinqiao.config import load_config
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.dashboard.page import summary_page
from xinqiao.dashboard.released import read_whole
from xinqiao.flows.expire import expire
from xinqiao.flows.ledger import check_ledgers
from xinqiao.flows.notes import notes
from xinqiao.flows.project import load_form
from xinqiao.intake import void
from xinqiao.intake.seal import new_identity
from xinqiao.intake.store import Store

from .test_close import edit, files
from .test_ledger import demonstration, lines, project, run
from .test_release import DAY, FORM, put, release, released

__all__ = ["demonstration", "project"]


def ids(project: Path, first: int, last: int) -> list[str]:
    """The ids of the envelopes with these numbers in the store."""
    with Store(load_config(project).store_path) as store:
        return [envelope.id for number, envelope in store.envelopes(FORM) if first <= number <= last]


def enter(project: Path, *which: str) -> tuple[int, dict[str, Any]]:
    return run(project, "ledger", "void", FORM, *which)


def correct(project: Path, zh: str = "有人误填", en: str = "Filled in by mistake") -> tuple[int, dict[str, Any]]:
    return run(project, "release", FORM, "--corrects", "--reason-zh", zh, "--reason-en", en)


def off(project: Path) -> None:
    """Takes the first void answer off the list, past what keeps it append-only."""
    with closing(sqlite3.connect(load_config(project).store_path, isolation_level=None)) as database:
        database.execute("DROP TRIGGER ledger_update")
        database.execute("UPDATE ledger SET written = '{}' WHERE audience = ? AND line = 2", (void.LIST,))


def test_void_answers_are_left_out_by_a_release_that_says_so(project: Path) -> None:
    put(project, 60, seed=1)
    assert release(project)[0] == ExitCode.DONE
    code, document = enter(project, *ids(project, 1, 12))
    assert (code, document["void"], document["waiting"]) == (ExitCode.DONE, 12, 12)
    code, document = correct(project)
    assert (code, document.get("rows"), document.get("corrects")) == (ExitCode.DONE, 48, 1), document
    put(project, 20, seed=2)
    code, document = release(project)
    assert (code, document["rows"]) == (ExitCode.DONE, 68)
    told = lines(project)
    assert [line.get("corrects", 0) for line in told] == [0, 1, 0]
    assert told[1]["reason"] == {"zh": "有人误填", "en": "Filled in by mistake"}
    check_ledgers(load_config(project))
    packages = [read_whole(released(project) / f"{number:03}").corrected for number in (1, 2, 3)]
    assert packages[0] is None
    assert [(known.release, known.corrections) for known in packages[1:] if known] == [(2, (2,)), (3, (2,))]
    code, document = run(project, "audit", str(released(project)))
    assert (code, document["groups_found"]) == (ExitCode.DONE, 0)
    (told,) = notes(load_config(project), FORM, Lang.EN)
    assert told.startswith("Release 2 corrects release 1: Filled in by mistake.")
    assert run(project, "ledger", "close", FORM, "--reason-zh", "用完了", "--reason-en", "Done <b>with</b>")[0] == 0
    said = tuple(notes(load_config(project), FORM, Lang.ZH))
    assert said[1] == "第 3 次发布之后不再发布新的表格：用完了。"
    form, tables = load_form(load_config(project), FORM), read_whole(released(project) / "003").tables
    english = tuple(notes(load_config(project), FORM, Lang.EN))
    page = summary_page(form, tables, Lang.EN, demonstration=True, files=".", notes=english)
    assert "Release 2 corrects release 1" in page
    assert "Done &lt;b&gt;with&lt;/b&gt;" in page


def test_what_no_release_counted_counts_in_none(project: Path) -> None:
    put(project, 40, seed=1)
    assert enter(project, *ids(project, 1, 2))[1]["waiting"] == 0
    assert release(project)[1]["rows"] == 38
    put(project, 20, seed=2)
    assert enter(project, *ids(project, 41, 41), *ids(project, 1, 1))[1]["void"] == 1, "one is void already"
    code, document = release(project)
    assert (code, document["rows"]) == (ExitCode.DONE, 57)
    assert not any(line.get("corrects") for line in lines(project))
    code, document = correct(project)
    assert (code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "release-nothing-corrected")


def test_few_wait_and_count_as_they_did_until_there_are_enough(project: Path) -> None:
    put(project, 60, seed=1)
    assert release(project)[0] == ExitCode.DONE
    enter(project, *ids(project, 1, 3))
    before = files(project)
    code, document = correct(project)
    assert (code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "release-too-few-corrected")
    assert files(project) == before
    put(project, 20, seed=2)
    assert release(project)[1]["rows"] == 80
    assert enter(project, *ids(project, 61, 69))[1]["waiting"] == 12
    code, document = correct(project)
    assert (code, document.get("rows"), document.get("corrects")) == (ExitCode.DONE, 68, 2), document
    assert run(project, "audit", str(released(project)))[1]["groups_found"] == 0


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("measures: [n, distribution(useful)]\n    audience: public\n  - name", None, "attendance: public"),
        ("audience: public\n  - name", "audience: public\n    strategy: round\n  - name", "strategy: round"),
    ],
    ids=["attendance", "rounded"],
)
def test_what_cannot_be_corrected_is_refused_by_name(project: Path, old: str, new: str | None, what: str) -> None:
    if new is None:
        edit(project, "by: [role]", "by: [role]\n    attendance: public")
    else:
        edit(project, old, new)
    put(project, 60, seed=1)
    assert release(project)[0] == ExitCode.DONE
    enter(project, *ids(project, 1, 12))
    before = files(project)
    code, document = correct(project)
    problem = document["problems"][0]
    assert (code, problem["code"]) == (ExitCode.UNSAFE, "release-correct-cannot")
    assert what in problem["zh"]
    assert files(project) == before


def test_what_is_gone_cannot_be_corrected_any_more(project: Path) -> None:
    put(project, 60, seed=1)
    assert release(project)[0] == ExitCode.DONE
    enter(project, *ids(project, 1, 12))
    expire(load_config(project), DAY + timedelta(days=5000), FORM)
    code, document = correct(project)
    assert (code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "release-correct-gone")
    put(project, 20, seed=2)
    code, document = release(project)
    assert (code, document["rows"]) == (ExitCode.DONE, 80), "without a correction they go on counting"


def test_rows_set_aside_can_be_void_too(project: Path) -> None:
    put(project, 60, seed=1)
    put(project, 8, seed=2, to=(new_identity().public,))
    assert release(project)[1]["set_aside"] == 8
    enter(project, *ids(project, 1, 12), *ids(project, 61, 68))
    code, document = correct(project)
    assert (code, document.get("rows"), document.get("set_aside")) == (ExitCode.DONE, 48, 0), document


def test_a_corrected_series_goes_on_when_its_answers_are_deleted(project: Path) -> None:
    put(project, 60, seed=1)
    assert release(project)[0] == ExitCode.DONE
    enter(project, *ids(project, 1, 12))
    assert correct(project)[0] == ExitCode.DONE
    expire(load_config(project), DAY + timedelta(days=5000), FORM)
    put(project, 20, seed=2)
    code, document = release(project)
    assert (code, document.get("rows")) == (ExitCode.DONE, 68), document
    put(project, 20, seed=3)
    assert release(project)[1]["rows"] == 88
    code, document = run(project, "audit", str(released(project)))
    assert (code, document["groups_found"]) == (ExitCode.DONE, 0)


def test_an_answer_that_is_not_there_makes_nothing_void(project: Path) -> None:
    put(project, 40, seed=1)
    before = files(project)
    code, document = enter(project, *ids(project, 1, 1), "f" * 64)
    assert (code, document["problems"][0]["code"]) == (ExitCode.USAGE, "void-unknown")
    assert files(project) == before
    assert enter(project, *ids(project, 1, 1))[1]["void"] == 1


@pytest.mark.parametrize("reason", ["", "a\x1b[2Jb"], ids=["none", "escape"])
def test_a_correction_has_a_reason(project: Path, reason: str) -> None:
    code, document = correct(project, en=reason)
    assert (code, document["problems"][0]["code"]) == (ExitCode.USAGE, "ledger-reason")


def test_no_answer_becomes_void_while_a_release_is_made(project: Path) -> None:
    put(project, 40, seed=1)
    with Store(load_config(project).store_path) as store:
        listed = void.length(store)
        void.enter(store, FORM, ids(project, 1, 1), 0, DAY, lines=listed)
        with pytest.raises(XinqiaoError) as refused:
            store.mark_release(FORM, 1, 40, lines=[void.release_line(listed, FORM, 1)])
        assert refused.value.problems[0].code == "release-marked"
        assert store.releases(FORM) == ()
        store.mark_release(FORM, 1, 40, lines=[void.release_line(void.length(store), FORM, 1)])
        with pytest.raises(XinqiaoError) as refused:
            void.enter(store, FORM, ids(project, 2, 2), 0, DAY, lines=listed + 1)
        assert refused.value.problems[0].code == "store-busy"
        assert [one.sequence for one in void.voids(store, FORM)] == [1]


@pytest.mark.parametrize("written", ["{", '{"envelope": "x"}', json.dumps({"envelope": "x", "form": FORM})])
def test_a_list_that_cannot_be_read_stops_the_release(project: Path, written: str) -> None:
    put(project, 40, seed=1)
    with Store(load_config(project).store_path) as store:
        store.enter([(void.LIST, 1, written)])
    code, document = release(project)
    assert (code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "void-list-broken")


def test_what_is_taken_off_the_list_is_missed(project: Path) -> None:
    """The counts of the correction were sealed: with other answers it is not what it was."""
    put(project, 60, seed=1)
    assert release(project)[0] == ExitCode.DONE
    enter(project, *ids(project, 1, 12))
    assert correct(project)[0] == ExitCode.DONE
    put(project, 20, seed=2)
    off(project)
    code, document = release(project)
    assert (code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "release-corrected")
