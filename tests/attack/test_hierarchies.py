"""Classes in grades, week by week: nobody is found, and combinations that cannot be hide nobody."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from intruder import Intruder, cells
from making import bins, choice, form, integer, mapped, release, row, rows_of
from unsafe import audited, bare, found, packed

from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.dashboard.released import read_package
from xinqiao.safety.release import Earlier

GRADE = {"u1": "a", "u2": "a", "u3": "a", "u4": "b", "u5": "b"}
WEEKS = ["2025-W52", "2026-W01", "2026-W02"]
MEASURES = ["n", "distribution(q)"]
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much]

person = st.tuples(st.sampled_from(["u1", "u1", "u2", "u3", "u4", "u4", "u5"]), st.sampled_from("112"))
dated = st.tuples(st.sampled_from(["u1", "u2", "u4"]), st.sampled_from("12"), st.sampled_from(WEEKS))


def college(*, sensitive: bool = False) -> Form:
    levels: dict[str, list[str]] = {}
    for unit, grade in GRADE.items():
        levels.setdefault(grade, []).append(unit)
    return form(
        [choice("unit", GRADE, dimension=True), choice("q", "12", sensitive=sensitive)],
        [("by-unit", [["grade", "unit"]], MEASURES), ("all", [], MEASURES)],
        derived=[mapped("grade", "unit", levels)],
    )


def weekly() -> Form:
    return form(
        [choice("unit", ["u1", "u2", "u4"], dimension=True), choice("q", "12")],
        [("by-week", [["grade", "unit"], "week"], ["n"]), ("weeks", ["week"], MEASURES)],
        derived=[mapped("grade", "unit", {"a": ["u1", "u2"], "b": ["u4"]})],
    )


def rows(people: Sequence[tuple[str, ...]]) -> list[ScoredRow]:
    return [row(unit=unit, grade=GRADE[unit], q=q, week=(when or [None])[0]) for unit, q, *when in people]


def in_its_grade(levels: Sequence[str]) -> bool:
    return GRADE[levels[1]] == levels[0]


def attack(releases: Sequence[Sequence[SafeTable]], k: int = 5) -> list[str]:
    attacker = Intruder(levels=[["a", "b"], list(GRADE)], answers={"q": ["1", "2"]}, can_be=in_its_grade)
    attacker.start(len(releases))
    for number, tables in enumerate(releases):
        for table in tables:
            if table.name != "_quarantine":
                attacker.believe(number, list(range(len(table.dimensions))), cells(table))
    return attacker.finds(k)


def lines(table: SafeTable) -> dict[tuple[tuple[str, ...], str, str], object]:
    return {cell.key: cell.value for cell in table.cells}


def test_a_table_has_a_line_for_each_grade_and_each_class_in_it_and_no_others(tmp_path: Path) -> None:
    counts = {("u1", "1"): 12, ("u2", "2"): 9, ("u3", "1"): 8, ("u4", "1"): 7, ("u5", "2"): 9}
    made = release(college(), rows([person for person, number in counts.items() for _ in range(number)]))
    expected = [("*", "*"), ("a", "*"), ("a", "u1"), ("a", "u2"), ("a", "u3"), ("b", "*"), ("b", "u4"), ("b", "u5")]
    assert list(dict.fromkeys(cell.levels for cell in made.tables[0].cells)) == expected
    assert lines(made.tables[0])[("b", "*"), "n", ""] == 16
    read = read_package(packed(tmp_path / "p", college(), made.tables))
    assert [dimension.parent for dimension in read[0].dimensions] == ["", "grade"]
    assert {level.name: level.parent for level in read[0].dimensions[1].levels} == GRADE
    assert read[0] == made.tables[0]


def test_a_small_class_is_hidden_behind_another_of_its_grade() -> None:
    counts = {("u1", "1"): 3, ("u2", "1"): 12, ("u3", "1"): 14, ("u4", "1"): 8, ("u5", "1"): 9}
    table = release(college(), rows([p for p, number in counts.items() for _ in range(number)])).tables[0]
    hidden = {levels for (levels, measure, _), value in lines(table).items() if measure == "n" and value is None}
    assert ("a", "u1") in hidden
    assert hidden & {("a", "u2"), ("a", "u3")}


def test_a_class_that_is_worked_out_from_its_grade_is_found(tmp_path: Path) -> None:
    counts = {("u1", "1"): 3, ("u2", "1"): 12, ("u3", "1"): 14, ("u4", "1"): 8, ("u5", "1"): 9}
    people = rows([p for p, number in counts.items() for _ in range(number)])
    # Another class of another grade is hidden beside it: of no use, for nobody of u1 can be in it.
    tables = bare(college(), people, [(("b", "u4"), "n", ""), (("b", "u4"), "distribution(q)", "1")])
    outcome = audited(packed(tmp_path / "p", college(), tables))
    assert outcome.exit_code is ExitCode.UNSAFE
    assert ("by-unit", {"grade": "a", "unit": "u1"}, "n", "") in found(outcome)


@settings(max_examples=20, deadline=None, suppress_health_check=QUIET)
@given(st.lists(person, min_size=3, max_size=70))
def test_one_release_gives_nobody_away(people: list[tuple[str, str]]) -> None:
    made = release(college(), rows(people))
    assert attack([made.tables]) == []
    with tempfile.TemporaryDirectory() as folder:
        assert audited(packed(Path(folder) / "p", college(), made.tables)).exit_code is ExitCode.DONE


@settings(max_examples=8, deadline=None, suppress_health_check=QUIET)
@given(st.lists(person, min_size=10, max_size=50), st.lists(person, min_size=5, max_size=15))
def test_two_releases_give_nobody_away(people: list[tuple[str, str]], more: list[tuple[str, str]]) -> None:
    of, before = college(), rows(people)
    first = Earlier(rows=before, tables=release(of, before).tables, quarantined={})
    try:
        second = release(of, [*before, *rows(more)], [first])
    except XinqiaoError as refused:
        assert refused.exit_code is ExitCode.UNSAFE
        return
    assert attack([first.tables, second.tables]) == []


@settings(max_examples=8, deadline=None, suppress_health_check=QUIET)
@given(st.lists(person, min_size=10, max_size=60))
def test_classes_and_grades_in_tables_of_their_own_give_nobody_away(people: list[tuple[str, str]]) -> None:
    of = college()
    plain = form(
        of.questions,
        [("by-unit", [["grade", "unit"]], ["n"]), ("units", ["unit"], MEASURES), ("grades", ["grade"], MEASURES)],
        derived=of.derived,
    )
    tables = release(plain, rows(people)).tables
    attacker = Intruder(levels=[["a", "b"], list(GRADE)], answers={"q": ["1", "2"]}, can_be=in_its_grade)
    attacker.start(1)
    for table, dimensions in zip(tables, ([0, 1], [1], [0]), strict=False):
        attacker.believe(0, dimensions, cells(table))
    assert attacker.finds(5) == []


@settings(max_examples=8, deadline=None, suppress_health_check=QUIET)
@given(st.lists(dated, min_size=10, max_size=60))
def test_classes_by_week_give_nobody_away(people: list[tuple[str, str, str]]) -> None:
    made = release(weekly(), rows(people))
    attacker = Intruder(levels=[["a", "b"], ["u1", "u2", "u4"], WEEKS], answers={"q": ["1", "2"]}, can_be=in_its_grade)
    attacker.start(1)
    for table, dimensions in zip(made.tables, ([0, 1, 2], [2]), strict=False):
        attacker.believe(0, dimensions, cells(table))
    assert attacker.finds(5) == []
    with tempfile.TemporaryDirectory() as folder:
        assert audited(packed(Path(folder) / "p", weekly(), made.tables)).exit_code is ExitCode.DONE


def test_every_week_from_the_first_to_the_last_is_listed_in_order() -> None:
    of = form([choice("q", "12")], [("by-week", ["week"], ["n"])])
    table = release(of, [row(q="1", week=week) for week in ["2026-W02"] * 7 + ["2025-W51"] * 9]).tables[0]
    assert lines(table) == {
        (("*",), "n", ""): 16, (("2025-W51",), "n", ""): 9, (("2025-W52",), "n", ""): 0, (("2026-W01",), "n", ""): 0,
        (("2026-W02",), "n", ""): 7,
    }  # fmt: skip


def test_a_small_week_is_hidden_and_not_merged() -> None:
    of = form([choice("q", "12")], [("by-week", ["week"], ["n"])])
    people = ["2026-W01"] * 8 + ["2026-W02"] * 2 + ["2026-W03"] * 6
    table = release(of, [row(q="1", week=week) for week in people]).tables[0]
    assert lines(table)[("2026-W02",), "n", ""] is None
    assert [level.name for level in table.dimensions[0].levels] == ["2026-W01", "2026-W02", "2026-W03"]
    assert lines(table)[("*",), "n", ""] == 16


def test_a_second_release_adds_its_weeks_and_keeps_the_newcomers_of_old_ones() -> None:
    of = form([choice("q", "12")], [("by-week", ["week"], ["n"])])
    before = [row(q="1", week=date(2026, 1, 5 + 7 * week).strftime("%G-W%V")) for week in (0, 1) for _ in range(9)]
    first = Earlier(rows=before, tables=release(of, before).tables, quarantined={})
    second = release(of, [*before, *[row(q="2", week="2026-W04")] * 8], [first]).tables[0]
    assert [level.name for level in second.dimensions[0].levels] == ["2026-W02", "2026-W03", "2026-W04"]
    assert lines(second)[("2026-W04",), "n", ""] == 8


def test_two_grains_of_a_number_are_a_hierarchy_where_every_bound_of_the_coarse_one_is_one_of_the_fine() -> None:
    of = form(
        [integer("age", ". >= 0 and . <= 99"), choice("q", "12")],
        [("by-age", [["wide", "narrow"]], ["n"])],
        derived=[bins("wide", "age", [30]), bins("narrow", "age", [18, 30, 60])],
    )
    assert of.lineage("narrow") == {
        "below_18": "below_30", "from_18": "below_30", "from_30": "from_30", "from_60": "from_30"
    }  # fmt: skip
    with pytest.raises(XinqiaoError) as refused:
        form(of.questions, [("by-age", [["wide", "narrow"]], ["n"])],
             derived=[bins("wide", "age", [25]), bins("narrow", "age", [18, 30])])  # fmt: skip
    assert [problem.code for problem in refused.value.problems] == ["hierarchy-unrelated"]


def test_a_class_that_changed_its_grade_stops_the_release() -> None:
    of, counts = college(), {("u1",): 12, ("u2",): 9, ("u3",): 8, ("u4",): 7, ("u5",): 9}
    people = rows([(unit, "1") for (unit,), number in counts.items() for _ in range(number)])
    first = Earlier(rows=people, tables=release(of, people).tables, quarantined={})
    moved = {"a": ["u1", "u2"], "b": ["u3", "u4", "u5"]}
    later = form(of.questions, [("by-unit", [["grade", "unit"]], MEASURES)], derived=[mapped("grade", "unit", moved)])
    with pytest.raises(XinqiaoError) as refused:
        release(later, [*people, *rows_of({("a", "u1", "1"): 9}, ["grade", "unit", "q"])], [first])
    assert refused.value.problems[0].code == "release-form-changed"
