"""The ledger of releases: what was released stays as it was, and whatever was touched stops the next release."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.flows import past
from xinqiao.flows.ledger import check_ledgers
from xinqiao.intake.store import Store
from xinqiao.safety.ledger import read_ledger

from .test_release import FORM, put, release, released
from .test_release import project as demonstration

__all__ = ["demonstration"]

# As small as a form can be, so that many releases take no time.
SMALL = f"""\
settings: {{form_id: {FORM}, version: 1, purpose: survey, title: {{zh: 反馈, en: Feedback}}}}
survey:
  - {{type: select_one role, name: role, label: {{zh: 角色, en: Role}}, role: dimension, required: true}}
  - {{type: select_one grade, name: useful, label: {{zh: 有用吗, en: Useful}}, required: true}}
choices:
  role: [{{name: class, label: {{zh: 班级, en: Class}}}}, {{name: dorm, label: {{zh: 宿舍, en: Dormitory}}}}]
  grade:
    - {{name: "1", score: 1, label: {{zh: 没用, en: "No"}}}}
    - {{name: "2", score: 2, label: {{zh: 有用, en: "Yes"}}}}
summaries:
  - name: overall
    title: {{zh: 总体, en: All}}
    by: []
    measures: [n, distribution(useful)]
    audience: public
  - name: by-role
    title: {{zh: 按角色, en: By role}}
    by: [role]
    measures: [n, distribution(useful)]
    audience: public
consent: {{zh: 同意, en: I agree}}
seal_to: [aggregation, recovery]
retention: {{days: 365}}
"""


@pytest.fixture
def project(demonstration: Path) -> Path:
    """The demonstration with a small form in the place of the long one."""
    (demonstration / "forms" / f"{FORM}.yml").write_text(SMALL, encoding="utf-8")
    return demonstration


Harm = Callable[[Path], object]


def ledger(project: Path) -> Path:
    return released(project).parent / "ledger.jsonl"


def lines(project: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ledger(project).read_text(encoding="utf-8").splitlines()]


def run(project: Path, *command: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(main, [*command, "--project", str(project), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def twice(project: Path) -> Path:
    """Two releases, and answers that wait for the third."""
    for seed in (1, 2):
        put(project, 40, seed)
        assert release(project)[0] == ExitCode.DONE
    put(project, 40, seed=3)
    return project


def test_every_release_is_a_line_bound_to_the_one_before(twice: Path) -> None:
    first, second = lines(twice)
    assert (first["line"], first["release"], first["previous"]) == (1, 1, "")
    assert (second["line"], second["release"], second["previous"]) == (2, 2, first["hash"])
    assert set(first["files"]) == {path.name for path in (released(twice) / "001").iterdir()}
    assert first["files"]["audit.json"] == first["certificate"]
    with Store(load_config(twice).store_path) as store:
        assert [mark.digest for mark in store.releases(FORM)] == [first["counts"], second["counts"]]
    assert release(twice)[0] == ExitCode.DONE
    assert len(lines(twice)) == 3


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _rehashed(path: Path) -> None:
    """An edit by somebody who knows how the chain is made."""
    first, second = read_ledger(path.read_text(encoding="utf-8"), "")
    forged = replace(first, period="2026-W01")
    path.write_text(f"{forged.written()}\n{replace(second, previous=forged.hash).written()}\n", encoding="utf-8")


def _keep(path: Path, *numbers: int) -> None:
    text = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(f"{text[number]}\n" for number in numbers), encoding="utf-8")


HARMS: dict[str, tuple[Harm, str]] = {
    "a line edited": (lambda p: _edit(ledger(p), '"release":1', '"release":3'), "ledger-broken"),
    "a line edited and all hashes made anew": (lambda p: _rehashed(ledger(p)), "ledger-differs"),
    "the first line removed": (lambda p: _keep(ledger(p), 1), "ledger-broken"),
    "the last line removed": (lambda p: _keep(ledger(p), 0), "ledger-differs"),
    "lines moved": (lambda p: _keep(ledger(p), 1, 0), "ledger-broken"),
    "a line twice": (lambda p: _keep(ledger(p), 0, 1, 1), "ledger-broken"),
    "half a line": (lambda p: ledger(p).write_bytes(ledger(p).read_bytes()[:-40]), "ledger-broken"),
    "no ledger": (lambda p: ledger(p).unlink(), "ledger-differs"),
    "a file edited": (
        lambda p: _edit(released(p) / "001" / "overall.csv", "n,,40,", "n,,41,"), "ledger-file-differs"
    ),
    "a file added": (lambda p: (released(p) / "002" / "more.csv").write_text("x"), "ledger-file-differs"),
    "a file removed": (lambda p: (released(p) / "001" / "summary.xlsx").unlink(), "ledger-file-differs"),
    "a folder removed": (lambda p: shutil.rmtree(released(p) / "001"), "release-missing"),
    "a folder added": (lambda p: shutil.copytree(released(p) / "001", released(p) / "003"), "release-unrecorded"),
}  # fmt: skip


@pytest.mark.parametrize("harm", list(HARMS))
def test_whatever_was_touched_stops_the_next_release(twice: Path, harm: str) -> None:
    touch, code = HARMS[harm]
    touch(twice)
    before = {path: path.read_bytes() for path in twice.rglob("*") if path.is_file() and "store.db" not in path.name}
    exit_code, document = release(twice)
    assert (exit_code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, code)
    after = {path: path.read_bytes() for path in twice.rglob("*") if path.is_file() and "store.db" not in path.name}
    assert after == before


@pytest.mark.parametrize("harm", [name for name in HARMS if name not in ("no ledger", "a folder removed")])
def test_audit_sees_it_too(twice: Path, harm: str) -> None:
    touch, _ = HARMS[harm]
    touch(twice)
    exit_code, document = run(twice, "audit", str(released(twice)))
    if harm in ("a line edited and all hashes made anew", "the last line removed"):
        # What only the store knows: the chain itself is whole. A release without a line is seen.
        expected = "" if "hashes" in harm else "ledger-folder-unknown"
        assert [problem["code"] for problem in document["problems"]] == ([expected] if expected else [])
    else:
        assert exit_code == ExitCode.UNSAFE
        assert document["problems"][0]["code"].startswith("ledger-")


@pytest.mark.parametrize("harm", list(HARMS))
def test_check_sees_it_all(twice: Path, harm: str) -> None:
    check_ledgers(load_config(twice))
    HARMS[harm][0](twice)
    with pytest.raises(XinqiaoError) as found:
        check_ledgers(load_config(twice))
    assert found.value.exit_code is ExitCode.UNSAFE


def test_a_store_older_than_the_ledger_releases_nothing(twice: Path) -> None:
    path = load_config(twice).store_path
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("DROP TRIGGER ledger_delete")
        database.execute("DELETE FROM ledger WHERE line = 2")
    exit_code, document = release(twice)
    assert (exit_code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "ledger-differs")


def test_sealed_counts_that_were_changed_release_nothing(twice: Path) -> None:
    path = load_config(twice).store_path
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("DROP TRIGGER counts_update")
        database.execute("UPDATE counts SET sealed = CAST(sealed || x'00' AS BLOB) WHERE number = 1")
    exit_code, document = release(twice)
    assert (exit_code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "counts-changed")


def test_a_run_cut_short_before_the_ledger_was_written_is_finished_by_the_next(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(project, 40, seed=1)
    calls = []

    def second(*given: object) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise OSError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(past.ledger, "write", second)
        with pytest.raises(OSError, match="no room"):
            CliRunner().invoke(
                main, ["release", FORM, "--project", str(project)], standalone_mode=False, catch_exceptions=False
            )
    assert not ledger(project).exists()
    put(project, 40, seed=2)
    assert release(project)[:1] == (ExitCode.DONE,)
    assert [line["release"] for line in lines(project)] == [1, 2]
    assert {path.name for path in released(project).iterdir()} == {"001", "002"}


def test_releases_from_before_the_ledger_are_entered_and_that_is_said(twice: Path) -> None:
    path = load_config(twice).store_path
    ledger(twice).unlink()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for name in ("counts", "ledger", "tombstones", "arrivals", "cursors"):
            database.execute(f"DROP TABLE {name}")
        database.execute("DROP TRIGGER envelopes_delete")
        database.execute(
            "CREATE TRIGGER envelopes_delete BEFORE DELETE ON envelopes BEGIN SELECT RAISE(ABORT, 'append-only'); END"
        )
        database.execute("PRAGMA user_version = 1")
    exit_code, document = release(twice)
    assert (exit_code, document["release"]) == (ExitCode.DONE, 3)
    assert "ledger-entered" in {problem["code"] for problem in document["problems"]}
    assert [(line["release"], line.get("afterwards", False)) for line in lines(twice)] == [
        (1, True),
        (2, True),
        (3, False),
    ]
    with Store(path) as store:
        assert [mark.digest for mark in store.releases(FORM)] == [line["counts"] for line in lines(twice)]
    put(twice, 40, seed=4)
    assert "ledger-entered" not in {problem["code"] for problem in release(twice)[1]["problems"]}


def test_the_public_ledger_tells_nothing_of_staff_tables(project: Path) -> None:
    file = project / "forms" / f"{FORM}.yml"
    before, by_role = file.read_text(encoding="utf-8").split("name: by-role", 1)
    file.write_text(
        before + "name: by-role" + by_role.replace("audience: public", "audience: staff", 1), encoding="utf-8"
    )
    put(project, 60, seed=1)
    assert release(project)[0] == ExitCode.DONE
    staff = project / "build/demo/summaries/staff"
    folder = staff / FORM / "001"
    line = json.loads((staff / "ledger.jsonl").read_text(encoding="utf-8"))
    assert "by-role.csv" in line["files"]
    public = ledger(project).read_text(encoding="utf-8")
    assert "by-role" not in public
    assert not [digest for digest in line["files"].values() if digest in public]
    assert line["counts"] in public, "sealed anew each time: its hash tells nothing"
    assert set(line["files"]) == {path.name for path in folder.iterdir()}
