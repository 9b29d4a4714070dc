"""`xinqiao audit` has nothing but packages: what is protected passes, what gives somebody away is named."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from intruder import Intruder, cells
from making import bins, choice, form, integer, release, row, rows_of, text_dimension
from unsafe import audited, bare, found, packed, true_value, unhidden

from xinqiao.core.form import Form
from xinqiao.core.policy import Status
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Lang
from xinqiao.safety.release import Earlier

MEASURES = ["n", "distribution(q)"]
FORM = form(
    [choice("g", "abc", dimension=True), choice("q", "123")],
    [("by-g", ["g"], MEASURES), ("all", [], MEASURES)],
)
COUNTS = {
    ("a", "1"): 12, ("a", "2"): 3, ("a", "3"): 9, ("b", "1"): 8, ("b", "2"): 14, ("b", "3"): 7, ("c", "1"): 9,
    ("c", "2"): 11, ("c", "3"): 6,
}  # fmt: skip
ROWS = rows_of(COUNTS, ["g", "q"])
BEFORE = rows_of({("a", "1"): 12, ("b", "2"): 12, ("c", "3"): 11}, ["g", "q"])
AFTER = [*BEFORE, *rows_of({("a", "1"): 3, ("b", "2"): 8, ("c", "3"): 9}, ["g", "q"])]


def codes(folders: list[Path]) -> set[str]:
    try:
        return {problem.code for problem in audited(*folders).problems}
    except XinqiaoError as refused:
        assert refused.exit_code is ExitCode.UNSAFE
        return {problem.code for problem in refused.problems}


def test_protected_packages_pass_alone_and_together(tmp_path: Path) -> None:
    first = release(FORM, ROWS)
    more = [*ROWS, *rows_of({("a", "1"): 6, ("b", "3"): 9, ("c", "2"): 7}, ["g", "q"])]
    second = release(FORM, more, [Earlier(rows=ROWS, tables=first.tables, quarantined={})])
    folders = [packed(tmp_path / name, FORM, made.tables) for name, made in (("001", first), ("002", second))]
    for some in ([folders[0]], [folders[1]], folders, [tmp_path]):
        outcome = audited(*some)
        assert outcome.exit_code is ExitCode.DONE
        assert outcome.document["groups_found"] == 0
        assert outcome.document["groups_tested"]


def test_a_single_hidden_cell_in_a_row_with_its_total_is_found(tmp_path: Path) -> None:
    outcome = audited(packed(tmp_path / "one", FORM, bare(FORM, ROWS, ())))
    assert outcome.exit_code is ExitCode.UNSAFE
    assert ("by-g", {"g": "a"}, "distribution(q)", "2") in found(outcome)
    told = [problem for problem in outcome.problems if problem.params.get("group") == "g=a · distribution(q)=2"]
    assert told
    assert "不足 5 人" in told[0].message(Lang.ZH)
    assert "by-g" in told[0].message(Lang.EN)
    assert str(tmp_path / "one") in str(told[0].place)


def test_no_finding_says_how_many(tmp_path: Path) -> None:
    outcome = audited(packed(tmp_path / "one", FORM, bare(FORM, ROWS, ())))
    for problem in outcome.problems:
        assert {value for value in problem.params.values() if isinstance(value, int)} <= {5}


def test_two_releases_that_are_safe_alone_are_found_together(tmp_path: Path) -> None:
    folders = [packed(tmp_path / n, FORM, bare(FORM, rows, ())) for n, rows in (("1", BEFORE), ("2", AFTER))]
    assert [codes([folder]) for folder in folders] == [set(), set()]
    for order in (folders, folders[::-1]):
        outcome = audited(*order)
        assert outcome.exit_code is ExitCode.UNSAFE
        new = [one for one in outcome.document["found"] if one["levels"] == {"g": "a"}]  # type: ignore[attr-defined]
        assert new
        assert {tuple(one["after"]) for one in new} == {(str(folders[0]),)}
        assert "group-found-new" in {problem.code for problem in outcome.problems}


def test_rows_set_aside_that_became_fewer_do_not_part_two_releases(tmp_path: Path) -> None:
    folders = []
    for name, rows, aside in (("1", BEFORE, 40), ("2", AFTER, 20)):
        set_aside = release(FORM, rows, quarantined={"bad": aside}).tables[-1]
        assert {cell.status for cell in set_aside.cells} == {Status.SHOWN}
        folders.append(packed(tmp_path / name, FORM, [*bare(FORM, rows, ()), set_aside]))
    assert [codes([folder]) for folder in folders] == [set(), set()]
    assert "group-found-new" in codes(folders)


def test_a_package_of_other_people_between_two_releases_hides_nothing(tmp_path: Path) -> None:
    others = rows_of({("a", "2"): 20, ("b", "1"): 9, ("c", "2"): 10}, ["g", "q"])
    packages = {"1": BEFORE, "2": others, "3": AFTER}
    folders = [packed(tmp_path / name, FORM, bare(FORM, rows, ())) for name, rows in packages.items()]
    assert codes(folders[:2]) == codes(folders[1:]) == set()
    assert "group-found-new" in codes(folders)


def test_releases_that_hide_how_many_there_are_are_tried_in_every_order(tmp_path: Path) -> None:
    hidden = [(levels, "n", "") for levels in [("*",), ("c",), ()]]
    hidden += [(levels, "distribution(q)", "3") for levels in [("*",), ("c",), ()]]
    folders = [packed(tmp_path / n, FORM, bare(FORM, rows, hidden)) for n, rows in (("1", BEFORE), ("2", AFTER))]
    assert [codes([folder]) for folder in folders] == [set(), set()]
    assert "group-found-new" in codes(folders)
    assert "group-found-new" in codes(folders[::-1])


def test_answers_of_other_weeks_are_of_other_people(tmp_path: Path) -> None:
    weeks = {"2026-W40/2026-W41": BEFORE, "2026-W42": AFTER}
    folders = []
    for number, (period, rows) in enumerate(weeks.items()):
        tables = [replace(table, period=period) for table in bare(FORM, rows, ())]
        folders.append(packed(tmp_path / str(number), FORM, tables))
    assert codes(folders) == set()


def test_a_mean_that_tells_who_is_at_its_end_is_found(tmp_path: Path) -> None:
    of = form([choice("q", ["1", "30"])], [("all", [], ["n", "distribution(q)", "mean(q)"])])
    rows = rows_of({("1",): 3, ("30",): 9}, ["q"])
    hidden = [((), "distribution(q)", "1"), ((), "distribution(q)", "30")]
    assert ("all", {}, "distribution(q)", "1") in found(audited(packed(tmp_path / "m", of, bare(of, rows, hidden))))
    without = [*hidden, ((), "mean(q)", "")]
    assert codes([packed(tmp_path / "w", of, bare(of, rows, without))]) == set()


def test_a_group_that_is_all_alike_in_a_sensitive_answer_is_found(tmp_path: Path) -> None:
    for sensitive in (True, False):
        of = form(
            [choice("g", "ab", dimension=True), choice("q", "12", sensitive=sensitive)],
            [("by-g", ["g"], ["n", "distribution(q)"])],
        )
        rows = rows_of({("a", "1"): 30, ("a", "2"): 30, ("b", "1"): 25}, ["g", "q"])
        outcome = audited(packed(tmp_path / str(sensitive), of, bare(of, rows, ())))
        assert outcome.exit_code is (ExitCode.UNSAFE if sensitive else ExitCode.DONE)
        if sensitive:
            assert ("by-g", {"g": "b"}, "distribution(q)", "1") in found(outcome)
            assert {problem.code for problem in outcome.problems} == {"group-found-shared"}


def test_packages_that_contradict_each_other_are_of_different_people(tmp_path: Path) -> None:
    other = rows_of({("a", "1"): 20, ("a", "2"): 15, ("b", "3"): 12, ("c", "2"): 31}, ["g", "q"])
    folders = [packed(tmp_path / n, FORM, release(FORM, rows).tables) for n, rows in (("1", ROWS), ("2", other))]
    assert codes(folders) == set()


def test_figures_that_no_answers_can_give_are_refused(tmp_path: Path) -> None:
    tables = bare(FORM, rows_of({("a", "1"): 12, ("b", "2"): 12, ("c", "3"): 11}, ["g", "q"]), ())
    wrong = unhidden(tables[0], (("a",), "distribution(q)", "1"), 13)
    assert codes([packed(tmp_path / "x", FORM, [wrong, tables[1]])]) == {"audit-contradiction"}


def test_a_question_with_a_new_choice_is_audited_with_its_past(tmp_path: Path) -> None:
    wider = form([choice("g", "abc", dimension=True), choice("q", "1234")], [("by-g", ["g"], MEASURES)])
    folders = [packed(tmp_path / of, f, release(f, ROWS).tables) for of, f in (("old", FORM), ("new", wider))]
    assert codes(folders) == set()


def test_a_form_that_changed_its_scoring_is_not_audited_with_its_past(tmp_path: Path) -> None:
    question = FORM.questions[1]
    turned = replace(question, choices=tuple(replace(c, score=4 - (c.score or 0)) for c in question.choices))
    other = replace(FORM, sections=(replace(FORM.sections[0], questions=(FORM.questions[0], turned)),))
    folders = [packed(tmp_path / of, f, release(f, ROWS).tables) for of, f in (("old", FORM), ("new", other))]
    assert [codes([folder]) for folder in folders] == [set(), set()]
    assert codes(folders) == {"codebooks-differ"}


# Random answers, through the whole way out and back in.

person = st.tuples(
    st.sampled_from("aaabbc"),
    st.sampled_from("123"),
    st.sampled_from([15, 25, 25, 40]),
    st.sampled_from(["x", "x", "y", "z", None]),
)
QUIET = [HealthCheck.too_slow]


def wide_form() -> Form:
    return form(
        [
            choice("g", "abc", dimension=True),
            choice("q", "123", sensitive=True),
            integer("age", ". >= 0 and . <= 99"),
            text_dimension("site"),
        ],
        [
            ("by-age", ["age_group"], ["n", "distribution(q)"]),
            ("by-site", ["site"], ["n", "mean(q)"]),
            ("by-both", ["g", "age_group"], ["n"]),
        ],
        derived=[bins("age_group", "age", [18, 30])],
    )


@settings(max_examples=12, deadline=None, suppress_health_check=QUIET)
@given(st.lists(person, min_size=5, max_size=70))
def test_whatever_is_released_passes_the_audit_of_its_package(people: list[tuple[str, str, int, str | None]]) -> None:
    of = wide_form()
    rows = [row(g=g, q=q, age=age, age_group=of.derived[0].level(age), site=s) for g, q, age, s in people]
    with tempfile.TemporaryDirectory() as folder:
        outcome = audited(packed(Path(folder) / "package", of, release(of, rows).tables))
    assert outcome.exit_code is ExitCode.DONE, outcome.problems


def intruder_finds(tables: list[SafeTable]) -> list[str]:
    attacker = Intruder(levels=[["a", "b", "c"]], answers={"q": ["1", "2", "3"]})
    attacker.start(1)
    for table in tables:
        attacker.believe(0, list(range(len(table.dimensions))), cells(table))
    return attacker.finds(5)


def showable(tables: list[SafeTable], rows: list[ScoredRow]) -> list[tuple[int, tuple[tuple[str, ...], str, str], int]]:
    """The hidden cells that are not small themselves: table, key, true value."""
    return [
        (number, cell.key, value)
        for number, table in enumerate(tables)
        for cell in table.cells
        if cell.status is Status.SUPPRESSED
        and isinstance(value := true_value(table, cell, rows), int)
        and (value == 0 or value >= 5)
    ]


OTHERS = {**COUNTS, ("a", "2"): 4, ("b", "3"): 2, ("c", "3"): 1, ("c", "2"): 30}


def college(number: int) -> tuple[list[SafeTable], list[ScoredRow]]:
    rows = rows_of((COUNTS, OTHERS)[number], ["g", "q"])
    return list(release(FORM, rows).tables[:-1]), rows


MUTATED = [(number, at) for number in range(2) for at in range(len(showable(*college(number))))]


def test_there_are_cells_to_unhide() -> None:
    assert len(MUTATED) >= 8


@pytest.mark.parametrize(("number", "at"), MUTATED)
def test_unhiding_one_cell_is_found_where_an_attacker_written_apart_finds_somebody(
    tmp_path: Path, number: int, at: int
) -> None:
    tables, rows = college(number)
    assert intruder_finds(tables) == []
    table, key, value = showable(tables, rows)[at]
    tables[table] = unhidden(tables[table], key, value)
    outcome = audited(packed(tmp_path / "mutated", FORM, tables))
    assert (outcome.exit_code is ExitCode.UNSAFE) is bool(intruder_finds(tables))
