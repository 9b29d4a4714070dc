"""Coarser bands, classes and weeks: chosen where the finest would be hidden, kept for the school year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from making import HEALTH, USUAL, choice, form, mapped, row, scale, words

from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.scale import Band, Scale
from xinqiao.core.summary import Measure, SummarySpec, four_weeks
from xinqiao.core.text import Lang
from xinqiao.dashboard.near import near_words
from xinqiao.safety import release as making_of
from xinqiao.safety.draft import Draft
from xinqiao.safety.refusal import not_safe
from xinqiao.safety.release import Earlier, Release, safe_tables
from xinqiao.safety.totals import Totals

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


GRADE = {"u1": "x", "u2": "x", "u3": "x", "u4": "y", "u5": "y"}
SUMMER = [f"2026-W{week}" for week in range(29, 33)]
AUTUMN_WEEKS = [f"2026-W{week}" for week in range(37, 45)]


def coarse(of: Form) -> Form:
    return replace(of, summaries=tuple(replace(known, coarsen=True) for known in of.summaries))


def weekly() -> Form:
    return coarse(form([choice("q", "123")], [("by-week", ["week"], ["n", "distribution(q)"])]))


def by_class(*, hierarchy: bool = True) -> Form:
    levels = {grade: [unit for unit in GRADE if GRADE[unit] == grade] for grade in "xy"}
    questions = [choice("unit", [*GRADE], dimension=True), choice("q", "123")]
    asked = ("by-unit", [["grade", "unit"]] if hierarchy else ["unit"], ["n", "distribution(q)"])
    made = [mapped("grade", "unit", levels)]
    of = form(questions, [asked, ("units", [["grade", "unit"]], ["n"])][: 1 + (not hierarchy)], derived=made)
    return replace(of, summaries=tuple(replace(known, coarsen=known.name == "by-unit") for known in of.summaries))


def in_weeks(weeks: Sequence[str], each: Sequence[int]) -> list[ScoredRow]:
    return [row(week=week, q=str(1 + at)) for week in weeks for at, number in enumerate(each) for _ in range(number)]


# Classes of a handful: told one by one they make figures of their grades go too.
FEW_EACH = {"u1": [1, 4, 4], "u2": [1, 2, 4], "u3": [3, 4, 0], "u4": [4, 0, 3], "u5": [2, 4, 1]}
MANY_EACH = {unit: [9, 9, 9] for unit in GRADE}


def in_classes(each: Mapping[str, Sequence[int]]) -> list[ScoredRow]:
    return [
        row(unit=unit, grade=GRADE[unit], q=str(1 + at))
        for unit, numbers in each.items()
        for at, number in enumerate(numbers)
        for _ in range(number)
    ]


def by(made: Release, table: int = 0) -> list[str]:
    return [dimension.name for dimension in made.tables[table].dimensions]


@pytest.mark.parametrize(
    ("week", "four"),
    [
        ("2026-W01", "2026-W01/2026-W04"),
        ("2026-W21", "2026-W21/2026-W24"),
        ("2026-W24", "2026-W21/2026-W24"),
        ("2025-W52", "2025-W49/2025-W52"),
        ("2026-W53", "2026-W49/2026-W53"),
    ],
)
def test_four_weeks_are_the_same_for_every_week_in_them(week: str, four: str) -> None:
    assert four_weeks(week) == four


def test_small_weeks_are_told_four_at_a_time() -> None:
    made = released(weekly(), in_weeks(AUTUMN_WEEKS, [2, 2, 2]), period="2026-W37/2026-W44")
    table = made.tables[0]
    assert [level.name for level in table.dimensions[0].levels] == ["2026-W37/2026-W40", "2026-W41/2026-W44"]
    assert table.suppressed == 0
    assert table.cell(("2026-W37/2026-W40",), "distribution(q)", "1").value == 8  # type: ignore[union-attr]
    assert made.certificate["tables"]["by-week"]["by"] == ["four-weeks"]  # type: ignore[index]


def test_large_weeks_stay_single() -> None:
    made = released(weekly(), in_weeks(AUTUMN_WEEKS, [9, 9, 9]), period="2026-W37/2026-W44")
    assert by(made) == ["week"]
    assert "by" not in made.certificate["tables"]["by-week"]  # type: ignore[index]


@pytest.mark.parametrize("hierarchy", [True, False], ids=["steps", "finest-alone"])
def test_classes_that_would_show_nothing_are_told_by_grade(hierarchy: bool) -> None:
    few = released(by_class(hierarchy=hierarchy), in_classes(FEW_EACH))
    assert by(few) == ["grade"]
    assert by(released(by_class(hierarchy=hierarchy), in_classes(MANY_EACH))) == (
        ["grade", "unit"] if hierarchy else ["unit"]
    )


@pytest.mark.parametrize(
    ("begun", "told_by"), [(AUTUMN_WEEKS[:4], ["four-weeks"]), (SUMMER, ["week"])], ids=["same-year", "next-year"]
)
def test_weeks_once_told_four_at_a_time_stay_so_for_the_school_year(begun: list[str], told_by: list[str]) -> None:
    few = in_weeks(begun, [2, 2, 2])
    first = released(weekly(), few, period=f"{begun[0]}/{begun[-1]}")
    second = released(weekly(), [*few, *in_weeks(AUTUMN_WEEKS, [30, 30, 30])], [past(few, first)], AUTUMN_WEEKS[-1])
    assert (by(first), by(second)) == (["four-weeks"], told_by)


def test_what_is_told_coarser_is_counted_as_asked_for_later_releases() -> None:
    few, new = in_weeks(SUMMER, [2, 2, 2]), in_weeks(AUTUMN_WEEKS, [30, 30, 30])
    first = released(weekly(), few, period=f"{SUMMER[0]}/{SUMMER[-1]}")
    sealed = Earlier(tables=first.tables, counts=Totals.read(first.counts.written()))
    gone = released(weekly(), new, [sealed], AUTUMN_WEEKS[-1])
    there = released(weekly(), [*few, *new], [past(few, first)], AUTUMN_WEEKS[-1])
    assert by(gone) == ["week"]
    assert gone.tables[0].cells == there.tables[0].cells


def test_without_the_rule_that_coarser_stays_the_release_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    few = in_weeks(AUTUMN_WEEKS[:4], [2, 2, 2])
    first = released(weekly(), few, period="2026-W37/2026-W40")
    many = [*few, *in_weeks(AUTUMN_WEEKS, [30, 30, 30])]
    monkeypatch.setattr(making_of, "coarsened", lambda asked, _: iter([asked]))
    with pytest.raises(XinqiaoError) as refused:
        released(weekly(), many, [past(few, first)], "2026-W37/2026-W44")
    assert refused.value.problems[0].code == "release-not-safe"
    monkeypatch.setattr(making_of, "finer_again", lambda *_: False)
    assert by(released(weekly(), many, [past(few, first)], "2026-W37/2026-W44")) == ["week"]


def test_where_the_attack_refuses_the_table_as_asked_the_coarser_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    best = Draft.best

    def refusing(draft: Draft, secret: str) -> object:
        if "unit" in draft.structure.plans[0].by:
            raise not_safe(draft.structure)
        return best(draft, secret)

    monkeypatch.setattr(Draft, "best", refusing)
    assert by(released(by_class(), in_classes(MANY_EACH))) == ["grade"]


def test_a_form_says_what_can_be_told_coarser() -> None:
    with pytest.raises(XinqiaoError) as refused:
        coarse(form([choice("g", "ab", dimension=True), choice("q", "12")], [("by-g", ["g"], ["n"])]))
    assert [problem.code for problem in refused.value.problems] == ["coarsen-nothing"]


def test_the_page_says_in_which_coarser_groups_a_table_is_told() -> None:
    weeks_ = released(weekly(), in_weeks(AUTUMN_WEEKS, [2, 2, 2]), period="2026-W37/2026-W44").tables[0]
    grades = released(by_class(), in_classes(FEW_EACH)).tables[0]
    bands_ = released(asked(), people(SPREAD)).tables[0]
    said = [near_words(of, table) for of, table in ((weekly(), weeks_), (by_class(), grades), (asked(), bands_))]
    english = [words_[Lang.EN] if words_ else "" for words_ in said]
    assert "by Four weeks, not by Week" in english[0]
    assert "by grade, not by unit" in english[1]
    assert "2 bands instead of 5" in english[2]
    assert near_words(asked(), released(asked(), people(SPREAD, 20)).tables[0]) is None


def test_where_no_way_is_safe_the_release_is_refused_as_the_first_one_was(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[str, ...]] = []

    def refusing(draft: Draft, _: str) -> object:
        tried.append(draft.structure.plans[0].by)
        raise not_safe(draft.structure)

    monkeypatch.setattr(Draft, "best", refusing)
    few = in_weeks(AUTUMN_WEEKS[:4], [2, 2, 2])
    with pytest.raises(XinqiaoError) as refused:
        released(weekly(), few, period="2026-W37/2026-W40")
    assert refused.value.problems[0].code == "release-not-safe"
    assert sorted(tried) == [("four-weeks",), ("week",)]
