"""Coarser bands: chosen where the finest would be hidden, kept for the school year, told apart in every table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from making import HEALTH, USUAL, choice, form, row, scale, words

from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.scale import Band, Scale
from xinqiao.core.summary import Measure, SummarySpec
from xinqiao.safety.release import Earlier, Release, safe_tables

UNITS = ["a", "b"]
FINEST = {"b0": 0, "b1": 5, "b2": 10, "b3": 15, "b4": 20}
SPREAD = {0: 5, 5: 3, 10: 3, 15: 3, 20: 1}  # as three bands 5, 6, 4; as two 8, 7
AUTUMN, SPRING, NEXT = "2026-W40", "2027-W12", "2027-W40"


def bands(lows: Mapping[str, int]) -> tuple[Band, ...]:
    return tuple(Band(name=name, low=Fraction(low), label=words(name)) for name, low in lows.items())


def banded(
    *, into: Sequence[Mapping[str, int]] = ({"low": 0, "middle": 5, "high": 15}, {"low": 0, "raised": 10})
) -> Scale:
    return replace(scale("mood", ["i"], FINEST), coarser=tuple(bands(lows) for lows in into))


def asked(of: Scale | None = None, *, coarsen: bool = True) -> Form:
    questions = [choice("g", UNITS, dimension=True), choice("i", [str(score) for score in range(25)])]
    made = form(questions, [("by-g", ["g"], ["n", "distribution(band(mood))"])], [of or banded()])
    return replace(made, summaries=tuple(replace(known, coarsen=coarsen) for known in made.summaries))


def people(spread: Mapping[int, int], times: int = 1) -> list[ScoredRow]:
    return [
        row({"mood": score}, g=unit, i=str(score))
        for unit in UNITS
        for score, number in spread.items()
        for _ in range(number * times)
    ]


def released(of: Form, rows: Sequence[ScoredRow], earlier: Sequence[Earlier] = (), period: str = AUTUMN) -> Release:
    return safe_tables(of, rows, policy=USUAL, sensitive_policy=HEALTH, period=period, quarantined={}, earlier=earlier)


def past(rows: Sequence[ScoredRow], made: Release) -> Earlier:
    return Earlier(rows=rows, tables=made.tables, quarantined={})


def told(made: Release) -> str:
    return next(cell.measure for cell in made.tables[0].cells if cell.measure != "n")


def test_small_groups_are_told_in_the_bands_that_tell_most() -> None:
    made = released(asked(), people(SPREAD))
    table = made.tables[0]
    assert told(made) == "distribution(band(mood, 2))"
    low, raised = (table.cell(("a",), told(made), category) for category in ("low", "raised"))
    assert low is not None and raised is not None
    assert (low.value, raised.value) == (8, 7)
    assert made.certificate["tables"]["by-g"]["bands"] == {"mood": 2}  # type: ignore[index]


def test_large_groups_keep_the_finest_bands() -> None:
    assert told(released(asked(), people(SPREAD, 20))) == "distribution(band(mood))"


def test_without_coarsen_nothing_is_coarser() -> None:
    made = released(asked(coarsen=False), people(SPREAD))
    assert told(made) == "distribution(band(mood))"
    assert made.tables[0].suppressed > released(asked(), people(SPREAD)).tables[0].suppressed


@pytest.mark.parametrize(
    ("period", "measure"),
    [(SPRING, "distribution(band(mood, 2))"), ("", "distribution(band(mood, 2))"), (NEXT, "distribution(band(mood))")],
    ids=["same-year", "unknown", "next-year"],
)
def test_a_set_once_used_stays_for_the_school_year(period: str, measure: str) -> None:
    few, many = people(SPREAD), [*people(SPREAD), *people(SPREAD, 40)]
    first = released(asked(), few)
    assert told(released(asked(), many, [past(few, first)], period)) == measure


def test_what_was_told_in_the_finest_bands_may_become_coarser() -> None:
    few = people(SPREAD)
    first = released(asked(coarsen=False), few)
    rows = [*few, *people(SPREAD)]
    second = released(asked(), rows, [past(few, first)])
    third = released(asked(), [*rows, *people(SPREAD, 4)], [past(few, first), past(rows, second)])
    assert told(first) == "distribution(band(mood))"
    assert told(second) == told(third)


def test_a_set_that_earlier_tables_used_is_not_taken_out_of_the_form() -> None:
    few = people(SPREAD)
    first = released(asked(), few)
    without = asked(banded(into=[{"low": 0, "middle": 5, "high": 15}]))
    with pytest.raises(XinqiaoError) as refused:
        released(without, [*few, *people(SPREAD)], [past(few, first)])
    assert refused.value.problems[0].code == "release-form-changed"


def _asking(measure: str) -> SummarySpec:
    known = Measure.parse(measure)
    return replace(asked().summaries[0], coarsen=False, measures=(known,) if known else ())


def test_what_is_below_all_bands_stands_with_no_answer_in_every_set() -> None:
    of = replace(banded(), bands=bands({name: low + 1 for name, low in FINEST.items()}), coarser=())
    of = replace(of, coarser=(bands({"low": 1, "raised": 11}),))
    measure = "distribution(band(mood, 2))"
    made = replace(asked(of, coarsen=False), summaries=(_asking(measure),))
    table = released(made, people({0: 6, 1: 8, 11: 9})).tables[0]
    found = {cell.category: cell.value for cell in table.cells if cell.levels == ("a",) and cell.measure == measure}
    assert found == {"low": 8, "raised": 9, "_none": 6}


@pytest.mark.parametrize(
    "into",
    [
        [{"low": 0}],
        [{"low": 5, "high": 15}],
        [{"low": 0, "high": 7}],
        [{"low": 0, "high": 15, "middle": 10}],
        [{**FINEST}],
        [{"low": 0, "raised": 10}, {"low": 0, "high": 15}],
    ],
    ids=["one-band", "other-lowest", "bound-of-none", "falling", "as-many", "as-many-as-the-set-before"],
)
def test_sets_that_are_not_coarser_are_refused(into: list[dict[str, int]]) -> None:
    with pytest.raises(XinqiaoError) as refused:
        banded(into=into)
    assert [problem.code for problem in refused.value.problems] == ["bands-not-coarser"]


@pytest.mark.parametrize("text", ["distribution(band(mood, 3))", "distribution(band(mood))"])
def test_a_measure_says_into_how_many_bands(text: str) -> None:
    assert str(Measure.parse(text)) == text


@pytest.mark.parametrize("text", ["mean(band(mood, 3))", "distribution(mood, 3)", "distribution(band(mood, 0))"])
def test_what_is_no_set_of_bands_is_no_measure(text: str) -> None:
    assert Measure.parse(text) is None


def test_other_bands_are_no_correction_of_what_was_counted() -> None:
    few, many = people(SPREAD), people(SPREAD, times=8)
    first = released(asked(), few)
    known = replace(past(few, first), made_of=first.counts)
    second = released(asked(), many, [known], NEXT)
    assert (told(first), told(second)) == ("distribution(band(mood, 2))", "distribution(band(mood))")
    third = released(
        asked(), [*many, *people(SPREAD)], [known, replace(past(many, second), made_of=second.counts)], NEXT
    )
    assert third.certificate["groups_found"] == 0
