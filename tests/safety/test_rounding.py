"""Rounded tables: multiples of the base near the truth that add up, the same again, and nothing to average."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import highspy
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from making import choice, form, integer, mapped, release, row, text_dimension
from published import rows as csv_rows

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy, Status
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import Strategy
from xinqiao.safety import rounding as rounding_room
from xinqiao.safety import worlds
from xinqiao.safety.release import Earlier, Release
from xinqiao.safety.rounding import Grid, drawn
from xinqiao.safety.rows import Ints, Rows
from xinqiao.safety.totals import Totals

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much]
CLASSES, ANSWERS, TOPICS = "abcd", "123", ("study", "sleep")


def rounding(of: Form, *names: str, base: int = 0) -> Form:
    """The form with these summaries rounded."""
    made = (replace(s, strategy=Strategy.ROUND, base=base) if s.name in names else s for s in of.summaries)
    return replace(of, summaries=tuple(made))


def college(base: int = 0, *, sensitive: bool = False) -> Form:
    questions = [
        choice("unit", CLASSES, dimension=True),
        choice("q", ANSWERS, sensitive=sensitive),
        choice("topics", TOPICS, several=True, required=False),
        integer("age", ". >= 16 and . <= 20"),
    ]
    measures = ["n", "distribution(q)", "distribution(topics)", "n(age)"]
    return rounding(form(questions, [("by-unit", ["unit"], measures)]), "by-unit", base=base)


def people(numbers: Sequence[int]) -> list[ScoredRow]:
    """Answers made of numbers, so that a list of numbers is a college."""
    return [
        row(
            unit=CLASSES[n % 4 if n % 4 < 3 or n % 3 else 0],
            q=ANSWERS[n // 4 % 3],
            topics=tuple(topic for at, topic in enumerate(TOPICS) if n // 12 >> at & 1),
            age=None if n % 5 == 0 else 16 + n % 5,
        )
        for n in numbers
    ]


college_rows = st.lists(st.integers(0, 47), min_size=6, max_size=60).map(people)


def counts(table: SafeTable) -> Mapping[tuple[str, str, str], int]:
    return {(*cell.levels, cell.measure, cell.category): int(cell.value or 0) for cell in table.cells}


def true_count(rows: Sequence[ScoredRow], unit: str, measure: str, category: str) -> int:
    inside = [r.row.values for r in rows if unit in ("*", r.row.values["unit"])]
    if measure == "n":
        return len(inside)
    if measure == "n(age)":
        return sum(values["age"] is not None for values in inside)
    if measure == "distribution(topics)":
        given = [values["topics"] or () for values in inside]
        return sum(not one if category == "_none" else category in one for one in given)  # type: ignore[operator]
    return sum(values["q"] == category for values in inside)


@settings(max_examples=20, deadline=None, suppress_health_check=QUIET)
@given(college_rows)
def test_every_count_is_a_multiple_near_the_truth_and_the_table_adds_up(rows: list[ScoredRow]) -> None:
    table = release(college(), rows).tables[0]
    told = counts(table)
    assert {cell.status for cell in table.cells} == {Status.ROUNDED}
    for (unit, measure, category), value in told.items():
        assert value % 5 == 0
        assert abs(value - true_count(rows, unit, measure, category)) <= 5
    for unit in ("*", *CLASSES):
        assert sum(told[unit, "distribution(q)", answer] for answer in ANSWERS) == told[unit, "n", ""]
        assert told[unit, "n(age)", ""] <= told[unit, "n", ""]
        assert all(told[unit, "distribution(topics)", topic] <= told[unit, "n", ""] for topic in TOPICS)
    for measure, category in {key[1:] for key in told}:
        assert sum(told[unit, measure, category] for unit in CLASSES) == told["*", measure, category]


@settings(max_examples=5, deadline=None, suppress_health_check=QUIET)
@given(college_rows, st.randoms())
def test_a_release_is_the_same_again_whatever_the_order_of_rows(rows: list[ScoredRow], shuffle: random.Random) -> None:
    mixed = list(rows)
    shuffle.shuffle(mixed)
    assert release(college(), rows).tables == release(college(), mixed).tables


def as_earlier(made: Release, rows: Sequence[ScoredRow], *, gone: bool = False) -> Earlier:
    if gone:
        return Earlier(tables=made.tables, counts=Totals.read(made.counts.written()))
    return Earlier(rows=rows, tables=made.tables, quarantined={})


def test_what_did_not_change_is_rounded_as_before_so_that_releases_cannot_be_averaged() -> None:
    same = []
    for seed in range(5):
        rng = random.Random(seed)  # noqa: S311
        start = people([rng.randrange(48) for _ in range(120)])
        first = release(college(), start)
        # Newcomers in one class alone: the cells of the others stay what they are.
        so_far = [*start, *people([n for n in range(200) if n % 4 == 0 and n % 12][:24])]
        second = release(college(), so_far, [as_earlier(first, start)])
        before, after = counts(first.tables[0]), counts(second.tables[0])
        same += [before[key] == after[key] for key in before if key[0] in "bcd"]
    assert sum(same) >= 0.8 * len(same)


def test_a_later_release_draws_alike_when_the_answers_of_the_first_are_gone() -> None:
    rng = random.Random(7)  # noqa: S311
    start, new = (people([rng.randrange(48) for _ in range(number)]) for number in (60, 30))
    first = release(college(), start)
    assert first.counts.secret
    assert first.counts.secret not in repr(first.counts)
    known = release(college(), [*start, *new], [as_earlier(first, start)])
    gone = release(college(), new, [as_earlier(first, start, gone=True)])
    assert gone.tables == known.tables


def test_a_table_that_is_not_rounded_leaves_no_secret() -> None:
    plain = release(
        replace(college(), summaries=(replace(college().summaries[0], strategy=Strategy.SUPPRESS),)), people(range(48))
    )
    assert plain.counts.secret == ""
    assert b"secret" not in plain.counts.written()


def test_the_base_is_at_least_the_threshold() -> None:
    rows = people(range(48))
    assert release(college(sensitive=True), rows).tables[0].policy.rounding == 10
    with pytest.raises(XinqiaoError) as caught:
        release(college(5, sensitive=True), rows)
    assert [problem.code for problem in caught.value.problems] == ["round-base-small"]
    with pytest.raises(ValueError, match="floor"):
        Policy(threshold=10, rounding=5)


def test_exact_tables_stand_beside_rounded_ones() -> None:
    of = rounding(
        form(
            [choice("unit", CLASSES, dimension=True), choice("q", ANSWERS)],
            [("by-unit", ["unit"], ["n", "distribution(q)"]), ("all", [], ["n", "distribution(q)"])],
        ),
        "by-unit",
    )
    rows = [row(unit=CLASSES[n % 4], q=ANSWERS[n * n % 3]) for n in range(90)]
    rounded, exact, _ = release(of, rows).tables
    assert rounded.suppressed == 0
    assert exact.policy.status is Status.SHOWN
    assert exact.cell((), "n").value == 90  # type: ignore[union-attr]


def test_where_rounding_begins_too_late_the_refusal_names_the_way_out() -> None:
    plain = form(
        [choice("unit", CLASSES, dimension=True), choice("q", ANSWERS)],
        [("by-unit", ["unit"], ["n", "distribution(q)"])],
    )
    rng = random.Random(0)  # noqa: S311
    start = [row(unit=rng.choice(CLASSES), q=rng.choice("1123")) for _ in range(60)]
    new = [row(unit=rng.choice("ab"), q=rng.choice("1123")) for _ in range(8)]
    told = [as_earlier(release(plain, start), start)]
    assert release(plain, [*start, *new], told).tables
    with pytest.raises(XinqiaoError) as caught:
        release(rounding(plain, "by-unit"), [*start, *new], told)
    assert caught.value.problems[0].code == "release-not-safe"
    assert caught.value.problems[-1].code == "round-after-exact"
    assert caught.value.problems[-1].params == {"summary": "by-unit", "form": "feedback"}


GRADES = {"a1": "a", "a2": "a", "b1": "b", "b2": "b", "b3": "b"}


def hierarchy() -> Form:
    of = form(
        [choice("unit", GRADES, dimension=True), choice("q", ANSWERS, sensitive=True), text_dimension("role")],
        [("by-unit", [["grade", "unit"], "week"], ["n", "distribution(q)"]), ("by-role", ["role"], ["n"])],
        derived=[mapped("grade", "unit", {"a": ["a1", "a2"], "b": ["b1", "b2", "b3"]})],
    )
    return rounding(of, "by-unit", "by-role")


def members(rng: random.Random, number: int, week: str) -> list[ScoredRow]:
    units = [rng.choice(list(GRADES)) for _ in range(number)]
    roles = ["head", "aide", "aide", "rare"]
    return [
        row(unit=unit, grade=GRADES[unit], q=rng.choice("1123"), role=rng.choice(roles), week=week) for unit in units
    ]


def test_hierarchies_weeks_and_typed_levels_are_rounded_over_releases() -> None:
    rng = random.Random(3)  # noqa: S311
    start = members(rng, 70, "2026-W20")
    first = release(hierarchy(), start)
    so_far = [*start, *members(rng, 70, "2026-W21")]
    second = release(hierarchy(), so_far, [as_earlier(first, start)])
    for made in (first, second):
        by_unit, by_role, _ = made.tables
        assert (by_unit.policy.rounding, by_role.policy.rounding) == (10, 5)
        told = {(cell.levels, cell.measure, cell.category): int(cell.value or 0) for cell in by_unit.cells}
        for (levels, measure, category), value in told.items():
            grade, unit, week = levels
            if grade != "*" and unit == "*":
                parts = [told[(grade, one, week), measure, category] for one in GRADES if GRADES[one] == grade]
                assert value == sum(parts)


def test_draws_are_right_on_the_average_and_reach_as_far_as_is_told() -> None:
    for count in (0, 1, 3, 5, 8, 10):
        wish, _ = drawn(np.full(4_000, count, dtype=np.int64), 5, [f"key {at}" for at in range(4_000)])
        assert set(wish.tolist()) == {
            value
            for value in range(0, 20, 5)
            if abs(value - count) < 5 or (value, count) in {(0, 5), (10, 5), (5, 10), (15, 10), (5, 0)}
        }
        # A zero cannot go down; all else is met within a fifth of a person.
        assert abs(wish.mean() - count) < (0.2 if count else 1.0)


def test_as_near_as_the_rounding_of_a_statistics_office(real_data: Path) -> None:
    folder = real_data / "disclosure-cases"
    finest = csv_rows(folder / "plsround_e6_in.csv")
    expected = csv_rows(folder / "plsround_e6_expected.csv")
    sums, truth = Rows(), []
    for cell in expected:
        inside = [
            at
            for at, one in enumerate(finest)
            if cell["geo"] in ("Total", one["geo"], one["eu"]) and cell["year"] in ("Total", one["year"])
        ]
        sums.add(np.array(inside, dtype=np.int64))
        truth.append(sum(int(finest[at]["freq"]) for at in inside))
    assert truth == [int(cell["original"]) for cell in expected]
    found = nearest(Grid(cells=sums.frozen(), truth=np.array(truth), ties=Rows().frozen(), width=len(finest)), 5)
    mine = np.abs(found - truth)
    theirs = np.array([abs(int(cell["difference"])) for cell in expected])
    small = np.array(truth) < 5
    assert mine.max() <= theirs.max()
    # They leave large counts as they are, which two releases give away by subtraction; small ones are as near.
    assert mine[small].sum() <= theirs[small].sum()


class Worn:
    """A solver that has run for a thousand seconds before."""

    def __init__(self, solver: highspy.Highs) -> None:
        self._solver = solver

    def __getattr__(self, name: str) -> object:
        return getattr(self._solver, name)

    def getRunTime(self) -> float:
        return 1_000 + float(self._solver.getRunTime())

    def setOptionValue(self, name: str, value: object) -> None:
        self._solver.setOptionValue(name, max(0.0, float(str(value)) - 1_000) if name == "time_limit" else value)


@pytest.mark.parametrize("seconds", [60.0, 0.0])
def test_each_rounding_has_its_own_time_and_one_that_is_out_of_time_is_none(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    solver = rounding_room._solver
    monkeypatch.setattr(rounding_room, "_solver", lambda: Worn(solver()))
    monkeypatch.setattr(worlds, "LONGEST", seconds)
    sums = Rows()
    for columns in ([0], [1], [2], [0, 1, 2]):
        sums.add(np.array(columns, dtype=np.int64))
    grid = Grid(cells=sums.frozen(), truth=np.array([3, 4, 6, 13]), ties=Rows().frozen(), width=3)
    found = grid.round(5, np.array([5, 5, 5, 15]), np.ones(4))
    assert (None if found is None else found.tolist()) == ([5, 5, 5, 15] if seconds > 0 else None)


def nearest(grid: Grid, base: int) -> Ints:
    found = grid.round(base, (grid.truth + base // 2) // base * base, np.ones(len(grid.truth)))
    assert found is not None
    return found
