"""Real answers of others: students of 15 universities in Bangladesh, before protection.

Figures are those that the data's SOURCE.md gives; totals and bands are compared with the authors' own.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from xinqiao.core.foreign import ForeignFile
from xinqiao.core.form import Form
from xinqiao.core.record import ScoredRow
from xinqiao.core.text import Lang
from xinqiao.forms.read import read_form
from xinqiao.forms.schema import table_schema
from xinqiao.tables.read import read_file
from xinqiao.tables.score import scorer
from xinqiao.tables.validate import validate

FILE = Path("bangladesh-university-pss-gad-phq") / "mhp_items.csv"
# Our scale → the authors' column of its total and of its band, and their words for our bands.
TOTALS = {"phq9": "depression_value", "gad7": "anxiety_value", "pss10": "stress_value"}
LABELS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "phq9": (
        "depression_label",
        {
            "No Depression": "minimal",  # a total of 0, which the standard bands do not part
            "Minimal Depression": "minimal",
            "Mild Depression": "mild",
            "Moderate Depression": "moderate",
            "Moderately Severe Depression": "moderately-severe",
            "Severe Depression": "severe",
        },
    ),
    "gad7": (
        "anxiety_label",
        {
            "Minimal Anxiety": "minimal",
            "Mild Anxiety": "mild",
            "Moderate Anxiety": "moderate",
            "Severe Anxiety": "severe",
        },
    ),
    "pss10": ("stress_label", {"Low Stress": "low", "Moderate Stress": "moderate", "High Perceived Stress": "high"}),
}
BANDS = {
    "phq9": {"minimal": 137, "mild": 408, "moderate": 449, "moderately-severe": 495, "severe": 488},
    "gad7": {"minimal": 158, "mild": 495, "moderate": 610, "severe": 714},
    "pss10": {"low": 115, "moderate": 1316, "high": 546},
}


@pytest.fixture(scope="module")
def form(root: Path) -> Form:
    return read_form(root / "tests" / "real" / "bangladesh.yml")


@pytest.fixture(scope="module")
def authors(real_data: Path) -> list[dict[str, str]]:
    """The file as its authors wrote it."""
    with (real_data / FILE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scored_by(form: Form, path: Path) -> list[ScoredRow]:
    checked = validate(form, table_schema(form, Lang.EN), read_file(path, form))
    assert checked.quarantined == 0
    assert set(checked.counts) == {("columns-extra", ""), ("row-repeated", "")}
    score = scorer(form)
    return [score(row) for _, row in checked.rows]


@pytest.fixture(scope="module")
def scored(form: Form, real_data: Path) -> list[ScoredRow]:
    return scored_by(form, real_data / FILE)


@pytest.mark.parametrize("scale", list(TOTALS))
def test_every_total_is_the_authors_own(scale: str, scored: list[ScoredRow], authors: list[dict[str, str]]) -> None:
    assert [row.scores[scale] for row in scored] == [int(row[TOTALS[scale]]) for row in authors]
    assert len(scored) == 1977


def test_turning_items_round_a_second_time_would_spoil_all_but_a_few_totals(
    form: Form, real_data: Path, authors: list[dict[str, str]]
) -> None:
    again = replace(form, file=ForeignFile())
    totals = [row.scores["pss10"] for row in scored_by(again, real_data / FILE)]
    assert sum(total == int(row["stress_value"]) for total, row in zip(totals, authors, strict=True)) == 388


@pytest.mark.parametrize("scale", list(LABELS))
def test_the_authors_bands_are_the_standard_ones_under_other_names(
    scale: str, form: Form, scored: list[ScoredRow], authors: list[dict[str, str]]
) -> None:
    column, ours = LABELS[scale]
    bands = [form.scale(scale).band(Fraction(row.scores[scale] or 0)) for row in scored]
    names = [band.name for band in bands if band]
    assert names == [ours[row[column]] for row in authors]
    assert Counter(names) == BANDS[scale]


def test_means_and_how_many_reach_10(scored: list[ScoredRow]) -> None:
    totals = {scale: [int(row.scores[scale] or 0) for row in scored] for scale in TOTALS}
    means = {scale: round(sum(each) / len(each), 4) for scale, each in totals.items()}
    assert means == {"phq9": 14.3743, "gad7": 12.2908, "pss10": 22.9631}
    assert [sum(total >= 10 for total in totals[scale]) for scale in ("phq9", "gad7")] == [1432, 1324]
    assert sum(row.row.values["phq9_9"] != "0" for row in scored) == 1215


def test_gender_with_those_who_prefer_not_to_say(scored: list[ScoredRow]) -> None:
    by: dict[object, list[int]] = {}
    for row in scored:
        by.setdefault(row.row.values["gender"], []).append(int(row.scores["phq9"] or 0))
    assert {gender: len(totals) for gender, totals in by.items()} == {"male": 1372, "female": 595, "not-said": 10}
    means = {gender: round(sum(totals) / len(totals), 3) for gender, totals in by.items()}
    assert means == {"male": 13.843, "female": 15.496, "not-said": 20.5}


def test_universities_down_to_one_person(scored: list[ScoredRow]) -> None:
    found = Counter(row.row.values["university"] for row in scored)
    assert sorted(found.values(), reverse=True) == [
        584, 529, 278, 202, 164, 91, 36, 32, 19, 13, 12, 7, 6, 3, 1
    ]  # fmt: skip
    assert found["Independent University, Bangladesh (IUB)"] == 584
    assert found["United International University (UIU)"] == 1


def test_ages_as_given_and_in_two_groups(scored: list[ScoredRow]) -> None:
    ages = {"18-22": 1273, "23-26": 673, "27-30": 24, "below-18": 4, "above-30": 3}
    assert Counter(row.row.values["age"] for row in scored) == ages
    assert Counter(row.row.values["age_group"] for row in scored) == {"up_to_22": 1277, "23_up": 700}
