"""Rounded and noisy summaries from end to end: released, read back, audited, and a budget that runs out."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.problem import ExitCode
from xinqiao.core.text import Lang
from xinqiao.dashboard.page import summary_page
from xinqiao.dashboard.released import read_package
from xinqiao.flows.project import load_form
from xinqiao.safety.ledger import read_ledger

from .test_release import FORM, put, release, released
from .test_release import project as demonstration

__all__ = ["demonstration"]

SMALL = f"""\
settings: {{form_id: {FORM}, version: 1, purpose: survey, title: {{zh: 反馈, en: Feedback}}}}
survey:
  - {{type: select_one role, name: role, label: {{zh: 角色, en: Role}}, role: dimension, required: true}}
  - {{type: select_one grade, name: useful, label: {{zh: 有用吗, en: Useful}}, required: true}}
  - {{type: select_one grade, name: clear, label: {{zh: 清楚吗, en: Clear}}, required: true}}
choices:
  role: [{{name: class, label: {{zh: 班级, en: Class}}}}, {{name: dorm, label: {{zh: 宿舍, en: Dormitory}}}}]
  grade: [{{name: "1", label: {{zh: 没用, en: "No"}}}}, {{name: "2", label: {{zh: 有用, en: "Yes"}}}}]
summaries:
  - name: by-role
    title: {{zh: 按角色, en: By role}}
    by: [role]
    measures: [n, distribution(useful)]
    audience: public
    strategy: round
  - name: clear
    title: {{zh: 清楚, en: Clear}}
    by: []
    measures: [n, distribution(clear)]
    audience: public
    strategy: dp
    epsilon: 1
consent: {{zh: 同意, en: I agree}}
seal_to: [aggregation, recovery]
retention: {{days: 365}}
"""


@pytest.fixture
def project(demonstration: Path) -> Path:
    (demonstration / "forms" / f"{FORM}.yml").write_text(SMALL, encoding="utf-8")
    return demonstration


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def audit(*folders: Path) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(main, ["audit", *map(str, folders), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


def test_what_is_released_says_how_its_figures_were_made(project: Path) -> None:
    put(project, 60, seed=1)
    code, _ = release(project)
    assert code == ExitCode.DONE
    folder = released(project) / "001"
    near, noisy = table(folder, "by-role"), table(folder, "clear")
    assert {line["status"] for line in near} == {"rounded"}
    assert all(int(line["value"]) % 5 == 0 for line in near)
    assert {line["status"] for line in noisy} == {"noisy"}
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    said = {part["path"]: part["xinqiao"] for part in descriptor["resources"]}
    assert (said["by-role.csv"]["strategy"], said["by-role.csv"]["policy"]["rounding"]) == ("round", 5)
    assert (said["clear.csv"]["strategy"], said["clear.csv"]["policy"]["epsilon"]) == ("dp", "1")
    assert said["_quarantine.csv"]["strategy"] == "suppress"
    certificate = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    assert certificate["tables"]["by-role"]["rounding"] == 5
    assert certificate["tables"]["clear"]["epsilon"] == "1"
    read = {one.name: one for one in read_package(folder)}
    assert read["by-role"].policy.rounding == 5
    assert read["clear"].policy.epsilon == 1


def test_the_page_says_so_in_both_languages_and_gives_no_shares(project: Path) -> None:
    put(project, 60, seed=1)
    release(project)
    form, tables = load_form(load_config(project), FORM), read_package(released(project) / "001")
    words = {
        Lang.ZH: ["取整为 5 的倍数", "ε = 1", "相差不超过 6"],
        Lang.EN: ["rounded to a multiple of 5", "ε = 1", "within 6 of the true one"],
    }
    for lang in Lang:
        page = summary_page(form, tables, lang, demonstration=True, files="files")
        assert all(page.count(sentence) >= 1 for sentence in words[lang])
        assert not re.search(r"<small>\d+%</small>", page)


def test_the_workbook_says_so_on_the_sheet_of_the_table(project: Path) -> None:
    put(project, 60, seed=1)
    release(project)
    book = openpyxl.load_workbook(released(project) / "001" / "summary.xlsx")
    assert "rounded to a multiple of 5" in book["by-role"]["A2"].value
    assert "ε = 1" in book["clear"]["A2"].value


def test_a_summary_of_a_file_tells_that_no_ledger_keeps_its_budget(project: Path) -> None:
    answers = project / "answers.csv"
    lines = [f"{'class' if n % 3 else 'dorm'},{n % 2 + 1},{n % 2 + 1}" for n in range(60)]
    answers.write_text("\n".join(["role,useful,clear", *lines]) + "\n", encoding="utf-8")
    words = ["summarize", FORM, str(answers), "--output", str(project / "out"), "--project", str(project), "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == ExitCode.DONE
    assert [problem["code"] for problem in json.loads(result.stdout)["problems"]] == ["dp-unrecorded"]


def test_rounded_tables_are_attacked_and_noisy_ones_told(project: Path) -> None:
    put(project, 60, seed=1)
    release(project)
    put(project, 30, seed=2)
    code, _ = release(project)
    assert code == ExitCode.DONE
    folders = [released(project) / "001", released(project) / "002"]
    code, document = audit(*folders)
    assert (code, document["groups_found"]) == (ExitCode.DONE, 0)
    assert document["groups_tested"] > 0
    assert document["noisy"] == [{"package": str(folder), "epsilon": "1"} for folder in folders]
    page = project / "audit.html"
    plain = CliRunner().invoke(main, ["audit", *map(str, folders), "--report", str(page)])
    assert plain.output.count("ε = 1") == len(folders) * len(Lang)
    assert page.read_text(encoding="utf-8").count("ε = 2") == len(Lang)


def test_the_budget_of_a_year_runs_out(project: Path) -> None:
    for number in range(3):
        put(project, 40, seed=number)
        assert release(project)[0] == ExitCode.DONE
    put(project, 40, seed=3)
    before = sorted(path.name for path in released(project).iterdir())
    code, document = release(project)
    assert code == ExitCode.UNSAFE
    assert [problem["code"] for problem in document["problems"]] == ["dp-budget-spent"]
    assert sorted(path.name for path in released(project).iterdir()) == before
    ledger = released(project).parent / "ledger.jsonl"
    lines = read_ledger(ledger.read_text(encoding="utf-8"), str(ledger))
    assert [line.epsilon for line in lines] == ["1", "1", "1"]
    # Without its noisy summary the form is released as before.
    text = SMALL[: SMALL.index("  - name: clear")] + SMALL[SMALL.index("consent:") :]
    (project / "forms" / f"{FORM}.yml").write_text(text, encoding="utf-8")
    assert release(project)[0] == ExitCode.DONE


def test_an_edited_strategy_is_found_out(project: Path, tmp_path: Path) -> None:
    put(project, 60, seed=1)
    release(project)
    copy = tmp_path / "copy"
    shutil.copytree(released(project) / "001", copy)
    path = copy / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"rounding": 5', '"rounding": 10'), encoding="utf-8")
    code, document = audit(copy)
    assert code == ExitCode.UNSAFE
    assert {problem["code"] for problem in document["problems"]} == {"package-descriptor-changed"}
