"""Real answers of others, scored by the portal's own instruments: totals, ranges and alphas of the data's SOURCE.md."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from statistics import variance

import pytest

from xinqiao.core.form import Form
from xinqiao.core.record import Row
from xinqiao.forms.read import read_form
from xinqiao.tables.score import scorer

STUDENTS = Path("bangladesh-university-pss-gad-phq") / "mhp_items.csv"
ADULTS = Path("nhanes-phq9-2011-2016") / "nhanes_dpq_demo_2011_2012.csv"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def totals(form: Form, answers: list[Mapping[str, str]]) -> list[int | None]:
    score = scorer(form)
    found = (score(Row(values=dict(one))).scores[form.id] for one in answers)
    return [None if total is None else int(total) for total in found]


def bands(form: Form, scores: list[int | None]) -> Counter[str]:
    found = (form.scales[0].band(total) for total in scores if total is not None)  # type: ignore[arg-type]
    return Counter(band.name for band in found if band)


def alpha(answers: list[Mapping[str, str]]) -> float:
    """Cronbach's alpha: k/(k − 1) × (1 − sum of the items' variances / variance of the score)."""
    columns = list(zip(*([int(value) for value in one.values()] for one in answers), strict=True))
    share = sum(variance(column) for column in columns) / variance([sum(row) for row in zip(*columns, strict=True)])
    return round(len(columns) / (len(columns) - 1) * (1 - share), 4)


@pytest.mark.parametrize(
    ("name", "prefix", "items", "column", "ranges", "published"),
    [
        ("gad7", "gad", 7, "anxiety_value", {"minimal": 158, "mild": 495, "moderate": 610, "severe": 714}, 0.8979),
        (
            "phq9", "phq", 9, "depression_value",
            {"minimal": 137, "mild": 408, "moderate": 449, "moderately_severe": 495, "severe": 488}, 0.8787,
        ),
    ],
)  # fmt: skip
def test_students_totals_ranges_and_alpha_are_the_published_ones(
    root: Path, real_data: Path, name: str, prefix: str, items: int, column: str, ranges: dict[str, int],
    published: float,
) -> None:  # fmt: skip
    form = read_form(root / "forms" / f"{name}.yml")
    given = rows(real_data / STUDENTS)
    answers = [{f"{name}_{at}": row[f"{prefix}{at}"] for at in range(1, items + 1)} for row in given]
    found = totals(form, answers)
    assert found == [int(row[column]) for row in given]
    assert bands(form, found) == ranges
    assert alpha(answers) == published


@pytest.mark.parametrize(("short", "long", "prefix"), [("gad2", "gad7", "gad"), ("phq2", "phq9", "phq")])
def test_the_short_form_parts_students_as_its_line_says(
    root: Path, real_data: Path, short: str, long: str, prefix: str
) -> None:
    form = read_form(root / "forms" / f"{short}.yml")
    given = rows(real_data / STUDENTS)
    found = totals(form, [{f"{short}_{at}": row[f"{prefix}{at}"] for at in (1, 2)} for row in given])
    sums = [int(row[f"{prefix}1"]) + int(row[f"{prefix}2"]) for row in given]
    assert found == sums
    assert bands(form, found)["at_line"] == sum(total >= 3 for total in sums)


def test_adults_with_a_missing_or_refused_answer_have_no_score(root: Path, real_data: Path) -> None:
    form = read_form(root / "forms" / "phq9.yml")
    columns = {f"phq9_{at}": f"DPQ0{at}0" for at in range(1, 10)}
    # 7: refused, 9: does not know.
    answers = [
        {name: row[column] for name, column in columns.items() if row[column] in {"0", "1", "2", "3"}}
        for row in rows(real_data / ADULTS)
    ]
    found = totals(form, answers)  # type: ignore[arg-type]
    complete = [total for total in found if total is not None]
    assert (len(found), len(complete)) == (5615, 4925)
    assert round(sum(complete) / len(complete), 4) == 3.1635
    assert bands(form, found) == {"minimal": 3747, "mild": 738, "moderate": 253, "moderately_severe": 127, "severe": 60}
    assert alpha([one for one in answers if len(one) == 9]) == 0.8519  # type: ignore[misc]
    alarming = [one for one, total in zip(answers, found, strict=True) if total is not None and one["phq9_9"] != "0"]
    assert len(alarming) == 190
