"""Random small colleges with rounded tables: the intruder knows base and rule, has every release, and finds nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from intruder import Intruder, cells
from making import choice, form, release, row, rows_of

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy, Status
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import Cell, SafeTable
from xinqiao.core.summary import Strategy
from xinqiao.safety import cells as protector
from xinqiao.safety.audit import audit
from xinqiao.safety.count import Batch, count
from xinqiao.safety.frame import Policies, frame
from xinqiao.safety.release import Earlier

GROUPS = ["a", "b", "c"]
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much]

COUNTS = {
    ("a", "x", "1"): 8, ("a", "y", "1"): 1, ("b", "x", "1"): 3, ("b", "x", "2"): 1, ("b", "y", "1"): 1,
    ("c", "x", "1"): 3, ("c", "y", "1"): 1, ("c", "y", "2"): 2,
}  # fmt: skip

person = st.tuples(
    st.sampled_from(["a", "a", "a", "b", "b", "c"]), st.sampled_from("1123"), st.sampled_from(["1", "2", None])
)


class Rounded(Intruder):
    """The intruder who also reads rounded tables: each count is the true one give or take the base."""

    def believe_near(self, release: int, dimensions: Sequence[int], table: SafeTable) -> None:
        for told, measure, category, value in cells(table):
            levels = ["*"] * len(self.levels)
            for at, level in zip(dimensions, told, strict=True):
                levels[at] = level
            people = self.total(self.those((0, release), levels, *self.meant(measure, category)))
            self.model.addConstr(people >= int(value or 0) - table.policy.rounding)
            self.model.addConstr(people <= int(value or 0) + table.policy.rounding)


def simple() -> Form:
    questions = [choice("g", GROUPS, dimension=True), choice("q", "123"), choice("p", "12", required=False)]
    measures = ["n", "distribution(q)", "distribution(p)"]
    of = form(questions, [("by-g", ["g"], measures), ("all", [], measures)])
    return replace(of, summaries=(replace(of.summaries[0], strategy=Strategy.ROUND), of.summaries[1]))


def rows(people: Sequence[tuple[str, str, str | None]]) -> list[ScoredRow]:
    return [row(g=g, q=q, p=p) for g, q, p in people]


def attack(releases: Sequence[Sequence[SafeTable]], k: int = 5) -> list[str]:
    attacker = Rounded(levels=[GROUPS], answers={"q": ["1", "2", "3"], "p": ["1", "2", "_none"]})
    attacker.start(len(releases))
    for number, tables in enumerate(releases):
        for table in tables:
            if table.policy.rounding:
                attacker.believe_near(number, list(range(len(table.dimensions))), table)
            elif table.name != "_quarantine":
                attacker.believe(number, list(range(len(table.dimensions))), cells(table))
    return attacker.finds(k)


@settings(max_examples=10, deadline=None, suppress_health_check=QUIET)
@given(
    st.lists(person, min_size=5, max_size=50),
    st.lists(st.lists(person, min_size=5, max_size=14), min_size=0, max_size=2),
)
def test_rounded_and_exact_tables_of_all_releases_give_nobody_away(
    people: list[tuple[str, str, str | None]], newcomers: list[list[tuple[str, str, str | None]]]
) -> None:
    so_far: list[ScoredRow] = []
    earlier: list[Earlier] = []
    for new in [people, *newcomers]:
        so_far = [*so_far, *rows(new)]
        try:
            tables = release(simple(), so_far, earlier).tables
        except XinqiaoError as refused:
            assert refused.exit_code is ExitCode.UNSAFE
            continue
        earlier = [*earlier, Earlier(rows=so_far, tables=tables, quarantined={})]
    assert attack([past.tables for past in earlier]) == []


def by_hand(of: SafeTable, base: int, values: Sequence[int]) -> SafeTable:
    """A table as somebody else might have rounded it."""
    given = (
        Cell(levels=cell.levels, measure=cell.measure, category=cell.category, value=value, status=Status.ROUNDED)
        for cell, value in zip(of.cells, values, strict=True)
    )
    return replace(of, policy=Policy(rounding=base), cells=tuple(given))


def counted() -> Form:
    of = form([choice("g", GROUPS, dimension=True)], [("by-g", ["g"], ["n"]), ("all", [], ["n"])])
    return replace(of, summaries=(replace(of.summaries[0], strategy=Strategy.ROUND), of.summaries[1]))


def test_intruder_and_audit_find_whom_two_roundings_and_an_exact_total_leave_over() -> None:
    people = [row(g=group) for group in "a" * 5 + "b" * 5 + "c" * 3]
    near, exact, aside = release(counted(), people).tables
    # By two roundings a and b are 5 each, no more and no less; of 13 only 3 are left for c.
    pinned = [by_hand(near, 5, [15, 0, 0, 5]), by_hand(near, 5, [15, 10, 10, 0])]
    structure = frame(counted(), people, (), Policies(usual=Policy(), sensitive=Policy(threshold=10)))
    counts = count(structure, [Batch(rows=people, quarantined={})])
    assert found_by_intruder([[near, exact]]) == []
    assert not audit(structure, [[near, exact, aside]], counts).found
    assert found_by_intruder([[*pinned, exact]])
    assert audit(structure, [[*pinned, exact, aside]], counts).found
    # One of them alone says that c has somebody: with the truth at hand that is too much.
    assert found_by_intruder([[pinned[0], exact]]) == []
    assert audit(structure, [[pinned[0], exact, aside]], counts).found


def found_by_intruder(releases: Sequence[Sequence[SafeTable]]) -> list[str]:
    attacker = Rounded(levels=[GROUPS], answers={"q": ["1"]})
    attacker.start(len(releases))
    for number, tables in enumerate(releases):
        for table in tables:
            dimensions = list(range(len(table.dimensions)))
            if table.policy.rounding:
                attacker.believe_near(number, dimensions, table)
            else:
                attacker.believe(number, dimensions, cells(table))
    return attacker.finds(5)


def test_a_table_that_is_not_what_the_rule_says_is_refused() -> None:
    table = next(t for t in release(simple(), rows([("a", "1", "1")] * 30)).tables if t.policy.rounding)
    for value, status in ((7, Status.ROUNDED), (-5, Status.ROUNDED), (10, Status.SHOWN)):
        wrong = replace(table.cells[0], value=value, status=status)
        with pytest.raises(ValueError, match="table by-g"):
            replace(table, cells=(wrong, *table.cells[1:]))


def test_earlier_rounded_tables_that_say_otherwise_stop_a_release() -> None:
    people = rows([("a", "1", "1")] * 30)
    table = next(t for t in release(simple(), people).tables if t.policy.rounding)
    told = tuple(replace(cell, value=int(cell.value or 0) + 50) for cell in table.cells)
    wrong = replace(table, cells=told)
    later = [*people, *rows([("b", "1", "1")] * 10)]
    with pytest.raises(XinqiaoError) as caught:
        release(simple(), later, [Earlier(rows=people, tables=[wrong], quarantined={})])
    assert {problem.code for problem in caught.value.problems} <= {"release-contradiction", "release-not-safe"}


def test_the_audit_refuses_what_a_protector_proposes_that_was_not_told_of_the_rounded_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of = form(
        [choice("g", "abc", dimension=True), choice("h", "xy", dimension=True), choice("q", "12")],
        [("by-gh", ["g", "h"], ["n", "distribution(q)"]), ("by-g", ["g"], ["n", "distribution(q)"])],
    )
    of = replace(of, summaries=(replace(of.summaries[0], strategy=Strategy.ROUND), of.summaries[1]))
    # Which colleges show it hangs on the draws; among a dozen some do.
    colleges = [
        rows_of({key: (number * at) % 9 for key, number in COUNTS.items()}, ["g", "h", "q"]) for at in range(1, 13)
    ]
    assert all(release(of, people).certificate["groups_found"] == 0 for people in colleges)
    monkeypatch.setattr(protector, "told_rows", lambda *_: iter(()))
    codes = [code for people in colleges if (code := refusal(of, people))]
    assert set(codes) == {"release-not-safe"}


def refusal(of: Form, people: Sequence[ScoredRow]) -> str:
    try:
        release(of, people)
    except XinqiaoError as refused:
        return refused.problems[0].code
    return ""
