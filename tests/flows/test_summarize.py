"""`xinqiao summarize` as people type it: several files, the weeks that they span, and what is never written."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from xinqiao.cli import main
from xinqiao.core.problem import ExitCode

MARK = "planted"
FORM = """\
settings: {form_id: dorm, version: 1, purpose: survey, title: {zh: 宿舍小调查, en: Dormitory survey}}
consent: {zh: 同意, en: Agreed}
file:
  missing: ["-9"]
  date: {column: given, format: "%d.%m.%Y"}
  keep_if: "${agreed} = 'yes'"
survey:
  - {type: select_one yes_no, name: agreed, label: {zh: 同意, en: Agreed}}
  - {type: select_one dorm, name: dorm, role: dimension, required: true, label: {zh: 宿舍楼, en: Dormitory}}
  - type: integer
    name: age
    role: dimension
    on_bad_answer: cell
    constraint: ". >= 16 and . <= 60"
    label: {zh: 年龄, en: Age}
  - {type: select_one often, name: noise, label: {zh: 吵闹, en: Noise}}
choices:
  yes_no: [{name: "yes", label: {zh: 是, en: "Yes"}}, {name: "no", label: {zh: 否, en: "No"}}]
  dorm:
    - {name: a, column_value: [Building A, 甲楼], label: {zh: 甲楼, en: A}}
    - {name: b, column_value: 乙楼, label: {zh: 乙楼, en: B}}
  often:
    - {name: "0", score: 0, column_value: 1, label: {zh: 从不, en: Never}}
    - {name: "1", score: 1, column_value: 2, label: {zh: 常常, en: Often}}
derived:
  - {name: age_group, label: {zh: 年龄组, en: Age group}, from: age, bins: [20]}
summaries:
  - name: by-dorm
    title: {zh: 按楼, en: By dormitory}
    by: [dorm]
    audience: public
    measures: [n, distribution(noise)]
  - {name: by-age, title: {zh: 按年龄, en: By age}, by: [age_group], audience: public, measures: [n]}
seal_to: [aggregation]
retention: {days: 30}
"""
HEADER = ["agreed", "dorm", "age", "noise", "given", "comment"]


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    shutil.copy(root / "portal.toml", tmp_path)
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "dorm.yml").write_text(FORM, encoding="utf-8")
    return tmp_path


def written(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def people(building: str, count: int, day: str) -> list[list[str]]:
    return [["yes", building, str(18 + at % 6), str(1 + at % 2), day, MARK] for at in range(count)]


def run(project: Path, *args: str | Path) -> Result:
    result = CliRunner().invoke(main, ["summarize", "dorm", *map(str, args), "--project", str(project)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def everything(folder: Path) -> str:
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in folder.rglob("*") if path.is_file())


def test_several_files_count_together_over_the_weeks_of_both(project: Path, tmp_path: Path) -> None:
    first = written(
        tmp_path / "1.csv", [*people("Building A", 30, "20.05.2026"), ["no", "甲楼", "19", "1", "1.1.2020", MARK]]
    )
    second = written(
        tmp_path / "2.csv", [*people("乙楼", 40, "08.06.2026"), ["yes", MARK, "19", "2", "1.1.2027", ""]], "gb18030"
    )
    result = run(project, first, second, "--output", tmp_path / "out", "--json")
    assert result.exit_code == ExitCode.ANSWERS, "one row was set aside"
    found: dict[str, Any] = json.loads(result.stdout)
    assert (found["period"], found["rows"], found["quarantined"]) == ("2026-W21/2026-W24", 70, 1)
    assert [(each["file"], each["rows"], each["valid"]) for each in found["files"]] == [
        (str(first), 30, 30),
        (str(second), 41, 40),
    ]
    assert {each["name"] for each in found["tables"]} >= {"by-dorm", "by-age"}
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text(encoding="utf-8"))
    assert "2026-W21/2026-W24" in json.dumps(package)
    with (tmp_path / "out" / "by-dorm.csv").open(encoding="utf-8-sig", newline="") as file:
        counts = {row["dorm"]: row["value"] for row in csv.DictReader(file) if row["measure"] == "n"}
    assert counts == {"*": "70", "a": "30", "b": "40"}
    assert MARK not in result.output + everything(tmp_path / "out")


def test_an_emptied_answer_costs_its_row_no_other_table(project: Path, tmp_path: Path) -> None:
    rows = people("甲楼", 30, "20.05.2026")
    for row in rows[:12]:
        row[2] = MARK
    result = run(project, written(tmp_path / "1.csv", rows), "--output", tmp_path / "out", "--json")
    assert result.exit_code == ExitCode.DONE
    found = json.loads(result.stdout)
    assert (found["rows"], found["quarantined"]) == (30, 0)
    problems = found["files"][0]["problems"]
    assert sum(each["count"] for each in problems if each["code"] == "answer-emptied") == 12
    assert MARK not in result.output + everything(tmp_path / "out")


def test_a_required_dimension_may_lack_where_the_form_says_so(project: Path, tmp_path: Path) -> None:
    form = project / "forms" / "dorm.yml"
    lenient = form.read_text(encoding="utf-8").replace("required: true,", "required: true, on_bad_answer: cell,")
    form.write_text(lenient, encoding="utf-8")
    rows = people("甲楼", 40, "20.05.2026")
    for row in rows[:12]:
        row[1] = MARK
    for row in rows[12:24]:
        row[1] = ""
    result = run(project, written(tmp_path / "1.csv", rows), "--output", tmp_path / "out", "--json")
    assert result.exit_code == ExitCode.DONE
    assert json.loads(result.stdout)["rows"] == 40
    with (tmp_path / "out" / "by-dorm.csv").open(encoding="utf-8-sig", newline="") as file:
        counts = {row["dorm"]: row["value"] for row in csv.DictReader(file) if row["measure"] == "n"}
    assert (counts["*"], counts["a"], counts["_none"]) == ("40", "16", "24")


def test_clean_rows_of_a_file_make_the_same_tables(project: Path, tmp_path: Path) -> None:
    rows = [*people("甲楼", 30, "20.05.2026"), *people("乙楼", 25, "27.05.2026"), ["yes", "丙楼", "19", "1", "", ""]]
    file, clean = written(tmp_path / "1.csv", rows), tmp_path / "clean.csv"
    CliRunner().invoke(main, ["validate", "dorm", str(file), "--clean", str(clean), "--project", str(project)])
    run(project, file, "--output", tmp_path / "out")
    assert run(project, clean, "--output", tmp_path / "again").exit_code == ExitCode.DONE
    for name in ("by-dorm.csv", "by-age.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()
    assert "2026-W21/2026-W22" in everything(tmp_path / "again")


def test_a_file_named_twice_is_refused_by_whatever_name(project: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "1.csv", people("甲楼", 30, "20.05.2026"))
    (tmp_path / "link.csv").symlink_to(file)
    result = run(project, file, tmp_path / "link.csv", "--output", tmp_path / "out")
    assert result.exit_code == ExitCode.USAGE
    assert "file-twice" in result.stderr
    assert not (tmp_path / "out").exists()


def test_all_files_that_cannot_be_used_are_told_at_once_and_nothing_is_written(project: Path, tmp_path: Path) -> None:
    good = written(tmp_path / "good.csv", people("甲楼", 30, "20.05.2026"))
    other, undated = tmp_path / "other.csv", tmp_path / "undated.csv"
    other.write_text(f"{MARK},name\n1,2\n", encoding="utf-8")
    undated.write_text("agreed,dorm\nyes,甲楼\n", encoding="utf-8")
    result = run(project, good, other, undated, "--output", tmp_path / "out", "--json")
    assert result.exit_code == ExitCode.ANSWERS
    assert {"columns-unknown", "date-column-missing"} <= {
        line.split(": ")[1] for line in result.stderr.splitlines() if ".csv: " in line
    }
    assert not (tmp_path / "out").exists()
    assert MARK not in result.output
    assert run(project, good, tmp_path / "none.csv", "--output", tmp_path / "out").exit_code == ExitCode.USAGE
