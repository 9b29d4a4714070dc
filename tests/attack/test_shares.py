"""Shares by score: exact, no finer than their counts allow, and nobody is found behind them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from intruder import Intruder, cells
from making import choice, form, release, row, rows_of, scale
from unsafe import audited, found, packed

from xinqiao.core.form import Form
from xinqiao.core.policy import Status
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import Cell, SafeTable
from xinqiao.dashboard.released import read_package
from xinqiao.safety.behind import counts_behind
from xinqiao.safety.relations import counts_that_round_to
from xinqiao.safety.release import Earlier

GROUPS = ["a", "b"]
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much]
person = st.tuples(st.sampled_from("aab"), st.sampled_from(["1", "1", "2", "3", None]))


def feedback(measures: Sequence[str] = ("n", "share(q >= 2)")) -> Form:
    questions = [choice("g", GROUPS, dimension=True), choice("q", "123", required=False)]
    return form(questions, [("by-g", ["g"], measures), ("all", [], measures)])


def rows(people: Sequence[tuple[str, str | None]]) -> list[ScoredRow]:
    return [row(g=g, q=q) for g, q in people]


def shown(table: SafeTable, measure: str) -> dict[tuple[str, ...], object]:
    return {cell.levels: cell.value for cell in table.cells if cell.measure == measure}


def attack(releases: Sequence[Sequence[SafeTable]]) -> list[str]:
    answers = {"q": ["1", "2", "3", "_none"]}
    attacker = Intruder(levels=[GROUPS], answers=answers, scores={"q": {"1": 1, "2": 2, "3": 3}})
    attacker.start(len(releases))
    for number, tables in enumerate(releases):
        for table in tables:
            if table.name != "_quarantine":
                attacker.believe(number, list(range(len(table.dimensions))), cells(table))
    return attacker.finds(5)


def test_a_share_is_told_in_steps_that_its_base_allows(tmp_path: Path) -> None:
    people = rows_of({("a", "1"): 80, ("a", "3"): 41, ("b", "1"): 20, ("b", "2"): 13}, ["g", "q"])
    made = release(feedback(), people)
    table = made.tables[0]
    assert shown(table, "share(q >= 2)") == {("*",): 35, ("a",): 34, ("b",): 40}  # 54/154, 41/121, 13/33
    assert shown(table, "n(q)") == {("*",): 154, ("a",): 121, ("b",): 33}
    assert read_package(packed(tmp_path / "p", feedback(), made.tables)) == made.tables


def test_a_share_of_fewer_than_twenty_is_hidden() -> None:
    people = rows_of({("a", "1"): 30, ("a", "3"): 30, ("b", "1"): 9, ("b", "2"): 10}, ["g", "q"])
    assert shown(release(feedback(), people).tables[0], "share(q >= 2)")["b",] is None


def test_a_share_that_gives_a_small_count_back_is_hidden_and_found_where_it_is_not(tmp_path: Path) -> None:
    people = rows_of({("a", "1"): 110, ("a", "3"): 3, ("b", "1"): 30, ("b", "2"): 30}, ["g", "q"])
    made = release(feedback(), people)
    assert shown(made.tables[0], "share(q >= 2)")["a",] is None
    key, told = (("a",), "share(q >= 2)", ""), made.tables[0].cells
    wrong = [replace(cell, value=3, status=Status.SHOWN) if cell.key == key else cell for cell in told]
    outcome = audited(packed(tmp_path / "p", feedback(), [replace(made.tables[0], cells=tuple(wrong))]))
    assert outcome.exit_code is ExitCode.UNSAFE
    assert ("by-g", {"g": "a"}, "share(q >= 2)", "") in found(outcome)


def test_a_share_that_its_policy_forbids_is_no_table() -> None:
    people = rows_of({("a", "1"): 80, ("a", "3"): 41, ("b", "1"): 20, ("b", "2"): 13}, ["g", "q"])
    table = release(feedback(), people).tables[0]
    for wrong in (Cell(levels=("b",), measure="share(q < 2)", value=61, status=Status.SHOWN),
                  Cell(levels=("b",), measure="share(p < 2)", value=60, status=Status.SHOWN)):  # fmt: skip
        with pytest.raises(ValueError, match="a share"):
            replace(table, cells=(*table.cells, wrong))


@given(st.integers(20, 400), st.data())
def test_both_sides_read_the_same_counts_behind_a_share(base: int, data: st.DataObject) -> None:
    step = 1 if base >= 100 else 5
    count = data.draw(st.integers(0, base))
    percent = round(Fraction(100 * count, base * step)) * step
    low, high = counts_behind(percent, base, step)
    assert (low, high) == counts_that_round_to(percent, base, step)
    assert low <= count <= high


@settings(max_examples=20, deadline=None, suppress_health_check=QUIET)
@given(st.lists(person, min_size=20, max_size=160))
def test_shares_give_nobody_away(people: list[tuple[str, str | None]]) -> None:
    of = feedback()
    made = release(of, rows(people))
    assert attack([made.tables]) == []
    with tempfile.TemporaryDirectory() as folder:
        assert audited(packed(Path(folder) / "p", of, made.tables)).exit_code is ExitCode.DONE


@settings(max_examples=8, deadline=None, suppress_health_check=QUIET)
@given(st.lists(person, min_size=20, max_size=120))
def test_shares_beside_counts_and_means_give_nobody_away(people: list[tuple[str, str | None]]) -> None:
    of = feedback(["n", "share(q >= 2)", "share(q = 3)", "mean(q)", "distribution(q)"])
    assert attack([release(of, rows(people)).tables]) == []


@settings(max_examples=8, deadline=None, suppress_health_check=QUIET)
@given(st.lists(person, min_size=20, max_size=100), st.lists(person, min_size=5, max_size=20))
def test_shares_of_two_releases_give_nobody_away(
    people: list[tuple[str, str | None]], more: list[tuple[str, str | None]]
) -> None:
    before = rows(people)
    first = Earlier(rows=before, tables=release(feedback(), before).tables, quarantined={})
    try:
        second = release(feedback(), [*before, *rows(more)], [first])
    except XinqiaoError as refused:
        assert refused.exit_code is ExitCode.UNSAFE
        return
    assert attack([first.tables, second.tables]) == []
    with tempfile.TemporaryDirectory() as folder:
        folders = [packed(Path(folder) / str(at), feedback(), made.tables) for at, made in enumerate((first, second))]
        assert audited(*folders).exit_code is ExitCode.DONE


def test_a_share_of_a_scale_is_that_of_its_exact_scores() -> None:
    of = form(
        [choice("q", "0123"), choice("p", "0123")],
        [("all", [], ["n", "share(s >= 4)", "distribution(band(s))"])],
        [scale("s", ["q", "p"], {"low": 0, "high": 3})],
    )
    given = {("3", "1"): 30, ("2", "1"): 40, ("3", "3"): 50}
    people = [row({"s": int(q) + int(p)}, q=q, p=p) for (q, p), number in given.items() for _ in range(number)]
    assert shown(release(of, people).tables[0], "share(s >= 4)") == {(): 67}  # 80 of 120


def test_a_bound_beyond_all_scores_is_refused() -> None:
    with pytest.raises(XinqiaoError) as refused:
        release(feedback(["share(q >= 1)"]), rows([("a", "1")] * 30))
    assert refused.value.problems[0].code == "share-of-nothing"
