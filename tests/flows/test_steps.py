"""Grades from portal.toml and weeks from dates, from a file of answers to a package that the audit passes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from click.testing import CliRunner

from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.problem import ExitCode
from xinqiao.flows.project import coarser_steps

FORM = """\
settings: {form_id: pulse, version: 1, purpose: survey, title: {zh: 心情, en: Mood}}
consent: {zh: 同意, en: Agreed}
survey:
  - {type: select_one units, name: unit, label: {zh: 班级, en: Class}, role: dimension, required: true}
  - {type: select_one mood, name: mood, label: {zh: 心情, en: Mood}, required: true}
choices:
  mood: [{name: low, score: 1, label: {zh: 低, en: Low}}, {name: high, score: 2, label: {zh: 高, en: High}}]
file: {date: {column: day}}
summaries:
  - {name: by-unit, title: {zh: 各班, en: Classes}, by: [[grade, unit]], measures: [n, share(mood >= 2)]}
  - {name: by-week, title: {zh: 逐周, en: Weeks}, by: [grade, week], measures: [n]}
seal_to: [aggregation]
retention: {days: 30}
"""
UNITS = {"cs-2026-1": 30, "cs-2026-2": 25, "cs-2025-1": 22}


def test_grades_and_weeks_come_into_the_tables(root: Path, tmp_path: Path) -> None:
    (tmp_path / "pulse.yml").write_text(FORM, encoding="utf-8")
    with (tmp_path / "answers.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["day", "unit", "mood"])
        for unit, number in UNITS.items():
            for at in range(number):
                rows.writerow([f"2026-03-{2 + 7 * (at % 2):02}", unit, "high" if at % 2 else "low"])
    at = ["--project", str(root)]
    files = [str(tmp_path / name) for name in ("pulse.yml", "answers.csv")]
    made = CliRunner().invoke(main, ["summarize", *files, "--output", str(tmp_path / "out"), *at])
    assert made.exit_code == ExitCode.DONE, made.output
    lines = list(csv.DictReader((tmp_path / "out" / "by-unit.csv").read_text("utf-8").splitlines()))
    counts = {(line["grade"], line["unit"]): line["value"] for line in lines if line["measure"] == "n"}
    assert counts["2026", "*"] == "55"
    assert counts["2026", "cs-2026-1"] == "30"
    assert ("*", "cs-2026-1") not in counts
    weekly = list(csv.DictReader((tmp_path / "out" / "by-week.csv").read_text("utf-8").splitlines()))
    assert list(dict.fromkeys(line["week"] for line in weekly)) == ["*", "2026-W10", "2026-W11", "_none"]
    audit = CliRunner().invoke(main, ["audit", str(tmp_path / "out"), "--json", *at])
    assert (audit.exit_code, json.loads(audit.stdout)["groups_found"]) == (ExitCode.DONE, 0)


def test_each_unit_of_the_portal_is_in_one_grade(root: Path) -> None:
    config = load_config(root)
    steps = coarser_steps(config)
    assert [level.name for level in steps["units"].levels] == ["2025", "2026"]
    assert {choice for level in steps["units"].levels for choice in level.choices} == {
        unit.name for unit in config.units
    }
    assert sum(len(level.choices) for level in steps["units"].levels) == len(config.units) >= len(UNITS)
