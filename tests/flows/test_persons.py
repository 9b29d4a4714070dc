"""Thresholds count persons: whoever answers often, or stands in several rows of a file, counts once."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.problem import ExitCode
from xinqiao.core.question import Role
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.text import Lang
from xinqiao.flows.project import load_form, recipients
from xinqiao.intake.keys import Keyring
from xinqiao.intake.seal import payload, seal
from xinqiao.intake.store import Store

FORM = """
settings: {form_id: visits, version: 1, purpose: survey, title: {zh: 例子, en: Visits}}
consent: {zh: 同意, en: Agreed}
survey:
  - {type: text, name: visitor, label: {zh: 代码, en: Code}, column: Visitor}
  - {type: select_one unit, name: unit, label: {zh: 班级, en: Class}, required: true, role: dimension}
choices:
  unit:
    - {name: a, label: {zh: 甲, en: A}}
    - {name: b, label: {zh: 乙, en: B}}
    - {name: c, label: {zh: 丙, en: C}}
summaries:
  - {name: by-unit, title: {zh: 班级, en: Classes}, by: [unit], measures: [n], audience: public}
COUNTSseal_to: [aggregation, recovery]
retention: {days: 30}
"""
# Three persons of class a, five rows each; eleven and twelve of b and c with one.
OFTEN = [(f"a{person}", "a") for person in range(3)] * 5
OTHERS = [(f"b{person}", "b") for person in range(11)] + [(f"c{person}", "c") for person in range(12)]


@pytest.fixture
def project(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("XINQIAO_KEYS", raising=False)
    shutil.copy(root / "portal.toml", tmp_path)
    (tmp_path / "forms").mkdir()
    return tmp_path


def write(project: Path, counts: str = "counts: Visitor\n") -> Path:
    path = project / "forms" / "visits.yml"
    path.write_text(FORM.replace("COUNTS", counts), encoding="utf-8")
    return path


def run(*arguments: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(main, [*arguments, "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


def summarize(project: Path, rows: Iterable[tuple[str, str]]) -> tuple[int, dict[str, Any], dict[str, str]]:
    file, out = project / "answers.csv", project / "out"
    shutil.rmtree(out, ignore_errors=True)
    file.write_text("Visitor,unit\n" + "".join(f"{visitor},{unit}\n" for visitor, unit in rows), encoding="utf-8")
    code, document = run("summarize", "visits", str(file), "--output", str(out), "--project", str(project))
    table = csv.DictReader((out / "by-unit.csv").open(encoding="utf-8"))
    return code, document, {line["unit"]: line["value"] for line in table}


def test_rows_of_one_person_do_not_lift_a_cell_over_the_threshold(project: Path) -> None:
    write(project)
    code, document, told = summarize(project, [*OFTEN, *OTHERS])
    assert (told["a"], told["*"]) == ("", "26")
    assert (document["rows"], document["quarantined"]) == (26, 12)
    assert [problem["code"] for problem in document["problems"]] == ["match-repeated"]
    assert code == ExitCode.DONE


def test_where_nothing_tells_persons_apart_rows_are_counted(project: Path) -> None:
    write(project, "")
    assert summarize(project, [*OFTEN, *OTHERS])[2] == {"*": "38", "a": "15", "b": "11", "c": "12"}


def test_who_gives_no_code_counts_with_every_row_and_spelling_makes_nobody_another(project: Path) -> None:
    write(project)
    given = [("", "a")] * 6 + [("Ａ7", "b"), ("a 7", "b"), ("a7", "b")] + OTHERS
    assert summarize(project, given)[1]["rows"] == 6 + 1 + 23


@pytest.mark.parametrize("counts", ["counts: visitor\n", "counts: Visitor\n"])
def test_the_question_is_named_by_its_column_or_as_in_the_form(project: Path, counts: str) -> None:
    write(project, counts)
    assert load_form(load_config(project), "visits").question("visitor").role is Role.MATCH


def test_a_column_that_is_not_there_is_refused(project: Path) -> None:
    write(project, "counts: Vistor\n")
    code, document = run("forms", "check", "visits", "--project", str(project))
    assert code == ExitCode.CONTENT
    assert "name-unknown" in [problem["code"] for problem in document["problems"]]


def test_a_second_answer_with_a_code_counts_in_no_release(project: Path) -> None:
    write(project)
    ring = Keyring(load_config(project).keys_dir)
    for name in ("aggregation", "recovery"):
        ring.create(name, None)
    put(project, [*OFTEN, *OTHERS])
    code, document = run("release", "visits", "--project", str(project))
    assert (document["rows"], document["set_aside"], code) == (26, 12, ExitCode.DONE)
    put(project, [*OTHERS, *((f"d{person}", "c") for person in range(9))])
    code, document = run("release", "visits", "--project", str(project))
    assert (document["rows"], document["set_aside"]) == (35, 12 + 23)


def put(project: Path, rows: Iterable[tuple[str, str]]) -> None:
    config = load_config(project)
    keys = recipients(config, load_form(config, "visits"))[0]
    sealed = [seal(payload("visits", 1, Lang.ZH, {"visitor": visitor, "unit": unit}), keys) for visitor, unit in rows]
    with Store(config.store_path) as store:
        day = date(2026, 9, 15)
        store.append([Envelope(id=envelope_id(s), form="visits", received=day, sealed=s) for s in sealed])
