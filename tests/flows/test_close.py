"""Corrections of what was released: seen before anything is counted, refused by name; a series can be closed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.problem import ExitCode
from xinqiao.flows import ledger as ledgers
from xinqiao.flows.expire import expire
from xinqiao.flows.ledger import check_ledgers

from .test_ledger import demonstration, ledger, lines, project, run
from .test_release import DAY, FORM, put, release, released

__all__ = ["demonstration", "project"]

# Above the summaries: a scale, so that scores can be corrected.
BANDS = """\
scales:
  - name: use
    title: {zh: 用处, en: Use}
    items: [useful]
    method: sum
    bands:
      - {name: low, low: 1, high: 1, label: {zh: 低, en: Low}}
      - {name: high, low: 2, high: 2, label: {zh: 高, en: High}}
summaries:
  - {name: bands, title: {zh: 段, en: Bands}, by: [], measures: [n, distribution(band(use))], audience: public}
"""


def files(project: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in project.rglob("*") if path.is_file() and "store.db" not in path.name}


def edit(project: Path, old: str, new: str) -> None:
    file = project / "forms" / f"{FORM}.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def close(project: Path, zh: str = "计分规则有误", en: str = "The rule was wrong") -> tuple[int, dict[str, object]]:
    return run(project, "ledger", "close", FORM, "--reason-zh", zh, "--reason-en", en)


def _one_answer_gone(project: Path) -> None:
    with closing(sqlite3.connect(load_config(project).store_path, isolation_level=None)) as database:
        database.execute("DROP TRIGGER envelopes_delete")
        database.execute("DELETE FROM envelopes WHERE seq = 7")


def _refused_now(project: Path) -> None:
    """A rule that some of the counted answers break now."""
    edit(project, "name: useful, label", "name: useful, constraint: \". != '1'\", label")


def _scored_otherwise(project: Path) -> None:
    edit(project, 'name: "1", score: 1', 'name: "1", score: 2')
    edit(project, 'name: "2", score: 2', 'name: "2", score: 1')


CORRECTIONS: dict[str, tuple[Callable[[Path], object], str]] = {
    "an answer taken out": (_one_answer_gone, "n"),
    "a rule that sets answers aside": (_refused_now, "n"),
    "a scoring rule": (_scored_otherwise, "use"),
}


@pytest.mark.parametrize("what", list(CORRECTIONS))
def test_a_correction_of_what_was_released_is_refused_by_name(project: Path, what: str) -> None:
    edit(project, "summaries:\n", BANDS)
    put(project, 40, seed=1)
    assert release(project)[0] == ExitCode.DONE
    put(project, 40, seed=2)
    correct, about = CORRECTIONS[what]
    correct(project)
    before = files(project)
    code, document = release(project)
    problem = document["problems"][-1]
    assert (code, problem["code"]) == (ExitCode.UNSAFE, "release-corrected")
    assert problem["en"].startswith(f"What release 1 was made of has changed since: {about}")
    assert files(project) == before


def test_a_closed_series_says_why_and_releases_nothing_more(project: Path) -> None:
    put(project, 40, seed=1)
    assert release(project)[0] == ExitCode.DONE
    folder = {path: path.read_bytes() for path in (released(project) / "001").iterdir()}
    code, document = close(project, zh="  计分规则\u2028有误 ")
    assert (code, document["closed_after"]) == (ExitCode.DONE, 1)
    first, last = lines(project)
    assert (last["line"], last["release"], last["previous"], last["files"]) == (2, 1, first["hash"], {})
    assert last["closed"] == {"zh": "计分规则 有误", "en": "The rule was wrong"}
    check_ledgers(load_config(project))
    assert run(project, "audit", str(released(project)))[0] == ExitCode.DONE
    put(project, 40, seed=2)
    code, document = release(project)
    assert (code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "release-closed")
    code, document = close(project)
    assert (code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "release-closed")
    assert {path: path.read_bytes() for path in (released(project) / "001").iterdir()} == folder
    assert len(lines(project)) == 2


def test_a_form_of_its_own_goes_on_where_a_closed_one_ended(project: Path) -> None:
    put(project, 40, seed=1)
    assert release(project)[0] == ExitCode.DONE
    _one_answer_gone(project)
    assert close(project)[0] == ExitCode.DONE, "closing asks for no answers"
    text = (project / "forms" / f"{FORM}.yml").read_text(encoding="utf-8")
    (project / "forms" / "feedback-anew.yml").write_text(text.replace(FORM, "feedback-anew"), encoding="utf-8")
    put(project, 30, seed=2, ref="feedback-anew")
    code, document = run(project, "release", "feedback-anew")
    assert (code, document["rows"]) == (ExitCode.DONE, 30), "no old answer is in it"
    told = [(line["form"], line["release"], bool(line.get("closed"))) for line in lines(project)]
    assert told == [(FORM, 1, False), (FORM, 1, True), ("feedback-anew", 1, False)]
    check_ledgers(load_config(project))


def test_taking_the_closing_line_away_opens_nothing(project: Path) -> None:
    put(project, 40, seed=1)
    assert release(project)[0] == ExitCode.DONE
    assert close(project)[0] == ExitCode.DONE
    whole = ledger(project).read_bytes()
    ledger(project).write_bytes(whole.splitlines(keepends=True)[0])
    put(project, 40, seed=2)
    code, document = release(project)
    assert (code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "release-closed")
    assert ledger(project).read_bytes() == whole, "the store has it still"
    ledger(project).write_bytes(whole.replace("有误".encode(), "没错".encode()))
    assert release(project)[1]["problems"][0]["code"] == "ledger-broken"


def test_a_close_cut_short_is_finished_by_the_next_run(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(project, 40, seed=1)
    assert release(project)[0] == ExitCode.DONE
    write, calls = ledgers.write, list[int]()

    def second(*given: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise OSError("no room")
        write(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(ledgers, "write", second)
        with pytest.raises(OSError, match="no room"):
            CliRunner().invoke(
                main,
                ["ledger", "close", FORM, "--reason-zh", "有误", "--reason-en", "wrong", "--project", str(project)],
                standalone_mode=False,
                catch_exceptions=False,
            )
    assert len(lines(project)) == 1
    assert release(project)[1]["problems"][0]["code"] == "release-closed"
    assert [bool(line.get("closed")) for line in lines(project)] == [False, True]


def test_what_came_after_a_closed_series_waits_for_nothing(project: Path) -> None:
    put(project, 40, seed=1)
    assert release(project)[0] == ExitCode.DONE
    put(project, 3, seed=2)
    assert close(project)[0] == ExitCode.DONE
    outcome = expire(load_config(project), DAY + timedelta(days=5000), FORM)
    assert outcome.document["forms"] == {FORM: {"deleted": 43, "waiting": 0}}
    assert [problem.code for problem in outcome.problems] == ["expire-uncounted"]


def test_what_was_never_released_needs_no_closing(project: Path) -> None:
    put(project, 40, seed=1)
    code, document = close(project)
    assert (code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "ledger-close-early")
    assert not ledger(project).exists()


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301, "a\x1b[2Jb"], ids=["none", "blank", "long", "escape"])
def test_a_reason_is_a_line_that_can_be_read(project: Path, reason: str) -> None:
    put(project, 40, seed=1)
    assert release(project)[0] == ExitCode.DONE
    before = files(project)
    code, document = close(project, en=reason)
    assert (code, document["problems"][0]["code"]) == (ExitCode.USAGE, "ledger-reason")
    assert files(project) == before


def test_the_public_ledger_does_not_tell_that_staffs_series_was_closed(project: Path) -> None:
    edit(project, "audience: public", "audience: staff")
    put(project, 40, seed=1)
    assert release(project)[0] == ExitCode.DONE
    assert close(project)[0] == ExitCode.DONE
    assert not ledger(project).exists()
    staff = project / "build/demo/summaries/staff/ledger.jsonl"
    assert [bool(json.loads(line).get("closed")) for line in staff.read_text(encoding="utf-8").splitlines()] == [
        False,
        True,
    ]
