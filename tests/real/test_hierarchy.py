"""Real answers by age band and age group, and by week: protected through the commands, and past the audit."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

from click.testing import CliRunner

from xinqiao.cli import main
from xinqiao.core.problem import ExitCode

AGES = """\
  - name: age_band
    label: {zh: 年龄段, en: Age band}
    from: age
    bins: [35, 55]
"""
BANDS = {"under_35": ["under_25", "25_34"], "35_54": ["35_44", "45_54"], "55_up": ["55_64", "65_up"]}


def released(root: Path, folder: Path, form: str, file: Path, name: str) -> list[dict[str, str]]:
    """The lines of a table, once the audit of its package has found nobody."""
    path = folder / "form.yml"
    path.write_text(form, encoding="utf-8")
    at = ["--project", str(root)]
    result = CliRunner().invoke(main, ["summarize", str(path), str(file), "--output", str(folder / "out"), *at])
    assert result.exit_code in (ExitCode.DONE, ExitCode.ANSWERS), result.output
    audited = CliRunner().invoke(main, ["audit", str(folder / "out"), "--json", *at])
    assert (audited.exit_code, json.loads(audited.stdout)["groups_found"]) == (ExitCode.DONE, 0)
    return list(csv.DictReader((folder / "out" / f"{name}.csv").read_text("utf-8").splitlines()))


def test_ages_in_two_grains_are_protected_together(root: Path, real_data: Path, tmp_path: Path) -> None:
    form = (root / "tests" / "real" / "nhanes.yml").read_text(encoding="utf-8")
    form = form.replace("derived:\n", "derived:\n" + AGES).replace("[gender, age_group]", "[[age_band, age_group]]")
    file = real_data / "nhanes-phq9-2011-2016" / "nhanes_dpq_demo_2011_2012.csv"
    lines = released(root, tmp_path, form, file, "by-gender-and-age")
    groups = list(dict.fromkeys((line["age_band"], line["age_group"]) for line in lines))
    assert groups == [
        ("*", "*"),
        *(pair for band, inside in BANDS.items() for pair in [(band, "*"), *((band, g) for g in inside)]),
    ]
    count = {(line["age_band"], line["age_group"]): int(line["value"]) for line in lines if line["measure"] == "n"}
    assert count["*", "*"] == 5615
    for band, inside in BANDS.items():
        assert count[band, "*"] == sum(count[band, group] for group in inside)
    hidden = [line for line in lines if line["status"] == "suppressed"]
    assert len(hidden) <= 15  # 12 of 90, none of them a figure of all
    assert not [line for line in hidden if line["age_band"] == "*"]


def test_feedback_week_by_week_hides_small_weeks(root: Path, real_data: Path, tmp_path: Path) -> None:
    form = (root / "tests" / "real" / "carpentries.yml").read_text(encoding="utf-8")
    form = form.replace("summaries:\n", 'file: {date: {column: Date, format: "%m/%d/%y %H:%M"}}\nsummaries:\n')
    form = form.replace("by: [member]", "by: [week]").replace("n, distribution(band(recommend))]", "n]")
    file = real_data / "training-feedback-carpentries" / "instructor_training_post.csv"
    lines = released(root, tmp_path, form, file, "by-member")
    with file.open(encoding="utf-8", newline="") as source:
        days = [datetime.strptime(row["Date"], "%m/%d/%y %H:%M") for row in csv.DictReader(source) if row["Date"]]
    weeks = Counter(day.strftime("%G-W%V") for day in days)
    told = {line["week"]: line["value"] for line in lines if line["week"] not in ("*", "_none")}
    assert list(told) == sorted(told)
    assert {*weeks} <= {*told}
    for week, value in told.items():
        assert value in ("", str(weeks[week]))
        assert not (value and 1 <= weeks[week] < 5)
