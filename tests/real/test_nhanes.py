"""Real answers of others: three cycles of a national survey's PHQ-9, before protection.

Figures are those that the data's SOURCE.md gives; its counts of each code equal the codebook of the survey.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from statistics import stdev, variance

import pytest

from xinqiao.core.form import Form
from xinqiao.core.question import Question
from xinqiao.core.record import ScoredRow
from xinqiao.core.text import Lang
from xinqiao.forms.read import read_form
from xinqiao.forms.schema import table_schema
from xinqiao.tables.read import read_file
from xinqiao.tables.score import scorer
from xinqiao.tables.validate import Validated, validate

SET = "nhanes-phq9-2011-2016"
ITEMS = [f"phq9_{at}" for at in range(1, 10)]
EDUCATION = ("below-9", "9-to-11", "high-school", "some-college", "graduate")
BANDS = ("minimal", "mild", "moderate", "moderately-severe", "severe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What SOURCE.md says of one cycle; `by_gender` and `young` are (complete answers, at 10 or more)."""

    rows: int
    complete: int
    mean: float
    sd: float
    alpha: float
    at_least_10: int
    bands: tuple[int, ...]
    by_gender: Mapping[str, tuple[int, int]]
    item_9: int
    education: tuple[tuple[int, float], ...]
    young: tuple[int, int]
    codes_7_9: int
    all_missing: int


CYCLES = {
    "2011_2012": Published(
        rows=5615, complete=4925, mean=3.1635, sd=4.4192, alpha=0.8519, at_least_10=440,
        bands=(3747, 738, 253, 127, 60), by_gender={"male": (2483, 160), "female": (2442, 280)}, item_9=190,
        education=((396, 3.717), (649, 4.106), (979, 3.511), (1424, 3.21), (1189, 2.145)),
        young=(751, 56), codes_7_9=48, all_missing=664,
    ),
    "2013_2014": Published(
        rows=5924, complete=5372, mean=3.3116, sd=4.3965, alpha=0.8413, at_least_10=511,
        bands=(4016, 845, 316, 138, 57), by_gender={"male": (2585, 169), "female": (2787, 342)}, item_9=183,
        education=((357, 4.375), (683, 4.23), (1130, 3.557), (1591, 3.401), (1292, 2.3)),
        young=(773, 54), codes_7_9=29, all_missing=526,
    ),
    "2015_2016": Published(
        rows=5735, complete=5134, mean=3.2413, sd=4.2146, alpha=0.8315, at_least_10=415,
        bands=(3825, 894, 258, 102, 55), by_gender={"male": (2508, 164), "female": (2626, 251)}, item_9=192,
        education=((545, 3.868), (581, 4.012), (1080, 3.359), (1468, 3.287), (1213, 2.411)),
        young=(623, 52), codes_7_9=36, all_missing=571,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One cycle's file as our rooms read it."""

    path: Path
    published: Published
    checked: Validated
    scored: tuple[ScoredRow, ...]

    @property
    def complete(self) -> list[tuple[ScoredRow, int]]:
        """The rows that have a score, with it."""
        return [(row, score) for row in self.scored if isinstance(score := row.scores["phq9"], int)]


@pytest.fixture(scope="module")
def form(root: Path) -> Form:
    return read_form(root / "tests" / "real" / "nhanes.yml")


@pytest.fixture(scope="module", params=list(CYCLES))
def cycle(request: pytest.FixtureRequest, form: Form, real_data: Path) -> Cycle:
    path = real_data / SET / f"nhanes_dpq_demo_{request.param}.csv"
    checked = validate(form, table_schema(form, Lang.EN), read_file(path, form))
    score = scorer(form)
    scored = tuple(score(row) for _, row in checked.rows)
    return Cycle(path=path, published=CYCLES[request.param], checked=checked, scored=scored)


def mean(scores: list[int]) -> float:
    return float(Fraction(sum(scores), len(scores)))


def at_least_10(scores: list[int]) -> int:
    return sum(score >= 10 for score in scores)


def test_every_row_is_used(cycle: Cycle) -> None:
    assert (len(cycle.checked.rows), cycle.checked.quarantined) == (cycle.published.rows, 0)
    said = [tuple(row.values.items()) for _, row in cycle.checked.rows]
    assert cycle.checked.counts == {("columns-extra", ""): 7, ("row-repeated", ""): len(said) - len(set(said))}


def test_the_score_of_all_who_answered_all_items(cycle: Cycle) -> None:
    scores = [score for _, score in cycle.complete]
    assert len(scores) == cycle.published.complete
    assert round(mean(scores), 4) == cycle.published.mean
    assert round(stdev(scores), 4) == cycle.published.sd
    assert at_least_10(scores) == cycle.published.at_least_10


def test_how_many_lie_in_each_band(form: Form, cycle: Cycle) -> None:
    found = Counter(band.name for _, score in cycle.complete if (band := form.scale("phq9").band(Fraction(score))))
    assert tuple(found[name] for name in BANDS) == cycle.published.bands


def test_the_items_hang_together_as_published(cycle: Cycle) -> None:
    """Cronbach's alpha: k/(k − 1) × (1 − sum of the items' variances / variance of the score)."""
    items = [[int(str(row.row.values[name])) for row, _ in cycle.complete] for name in ITEMS]
    share = sum(variance(item) for item in items) / variance([score for _, score in cycle.complete])
    assert round(9 / 8 * (1 - share), 4) == cycle.published.alpha


def test_women_and_men(cycle: Cycle) -> None:
    for gender, published in cycle.published.by_gender.items():
        scores = [score for row, score in cycle.complete if row.row.values["gender"] == gender]
        assert (len(scores), at_least_10(scores)) == published


def test_the_youngest_age_group_is_that_of_18_to_24(cycle: Cycle) -> None:
    young = [score for row, score in cycle.complete if row.row.values["age_group"] == "under_25"]
    assert (len(young), at_least_10(young)) == cycle.published.young
    levels = {level: [row.row.values["age"] for row in cycle.scored if row.row.values["age_group"] == level]
              for level in ("under_25", "25_34", "35_44", "45_54", "55_64", "65_up")}  # fmt: skip
    ends = {level: (min(ages), max(ages)) for level, ages in levels.items()}  # type: ignore[type-var]
    assert ends == {
        "under_25": (18, 24), "25_34": (25, 34), "35_44": (35, 44), "45_54": (45, 54), "55_64": (55, 64),
        "65_up": (65, 80),
    }  # fmt: skip
    assert sum(map(len, levels.values())) == cycle.published.rows


def test_levels_of_education(cycle: Cycle) -> None:
    """Those who refused or did not know (codes 7 and 9) are in none, as are all under 20."""
    by_level = {
        level: [score for row, score in cycle.complete if row.row.values["education"] == level] for level in EDUCATION
    }
    assert tuple((len(scores), round(mean(scores), 3)) for scores in by_level.values()) == cycle.published.education


def test_thoughts_of_death(cycle: Cycle) -> None:
    assert sum(row.row.values["phq9_9"] != "0" for row, _ in cycle.complete) == cycle.published.item_9


def test_refused_and_not_known_are_no_answers_and_never_summed(cycle: Cycle) -> None:
    with cycle.path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [f"DPQ0{at}0" for at in range(1, 10)]
    codes = [(at, name) for at, row in enumerate(rows) for name in columns if row[name] in {"7", "9"}]
    assert len(codes) == cycle.published.codes_7_9
    for at, name in codes:
        answered = cycle.scored[at]
        assert answered.row.values[f"phq9_{name[4]}"] is None
        assert answered.scores["phq9"] is None
    none = [row for row in cycle.scored if not any(row.row.values[name] for name in ITEMS)]
    blank = sum(not any(row[name] for name in columns) for row in rows)
    assert blank == cycle.published.all_missing
    assert len(none) >= blank


def test_codes_that_the_form_does_not_declare_are_out_of_range(form: Form, cycle: Cycle) -> None:
    def bare(question: Question) -> Question:
        return replace(question, missing=()) if question.name in ITEMS else question

    section = replace(form.sections[0], questions=tuple(map(bare, form.questions)))
    undeclared = replace(form, sections=(section,))
    checked = validate(undeclared, table_schema(undeclared, Lang.EN), read_file(cycle.path, undeclared))
    outside = {field: count for (code, field), count in checked.counts.items() if code == "answer-outside"}
    assert outside.keys() <= set(ITEMS)
    assert sum(outside.values()) == cycle.published.codes_7_9
    assert len(checked.rows) + checked.quarantined == cycle.published.rows


def test_each_answer_was_given_as_often_as_the_codebook_says(real_data: Path, cycle: Cycle) -> None:
    with (real_data / SET / "published_frequencies_cdc_codebook.csv").open(encoding="utf-8", newline="") as file:
        codebook = [row for row in csv.DictReader(file) if row["cycle"].replace("-", "_") in cycle.path.stem]
    names = dict(zip((f"DPQ{at:03}" for at in range(10, 101, 10)), [*ITEMS, "difficulty"], strict=True))
    asked = {"0", "1", "2", "3"}
    published = {(names[row["variable"]], row["code"]): int(row["count"]) for row in codebook if row["code"] in asked}
    assert len(published) == 10 * 4
    found = Counter((name, str(row.row.values[name])) for name in names.values() for row in cycle.scored)
    assert {key: found[key] for key in published} == published
