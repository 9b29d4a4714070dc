"""Everybody knows how many of each group came between releases: blocks of weeks, and nobody is found in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from intruder import Intruder, cells
from making import HEALTH, USUAL, choice, form, row, rows_of

from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.summary import Attendance
from xinqiao.safety import cells as protected
from xinqiao.safety.release import Earlier, Release, safe_tables

Person = tuple[str, str]
PUBLIC = Attendance.PUBLIC


def counted(*, sensitive: bool = False) -> Form:
    questions = [choice("g", "ab", dimension=True), choice("q", "123", sensitive=sensitive)]
    made = form(questions, [("by-g", ["g"], ["n", "distribution(q)"])])
    return replace(made, summaries=tuple(replace(summary, attendance=PUBLIC) for summary in made.summaries))


FORM = counted()


def onto(of: Form, rows: list[ScoredRow], earlier: list[Earlier], period: str = "") -> Release:
    return safe_tables(of, rows, policy=USUAL, sensitive_policy=HEALTH, period=period, quarantined={}, earlier=earlier)


person = st.tuples(st.sampled_from("aaab"), st.sampled_from("1123"))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(person, min_size=5, max_size=25), min_size=1, max_size=3), st.booleans())
def test_whoever_counts_heads_finds_nobody(weeks: list[list[Person]], deleted: bool) -> None:
    rows: list[ScoredRow] = []
    earlier: list[Earlier] = []
    attacker = Intruder(levels=[["a", "b"]], answers={"q": ["1", "2", "3"]}, counted=True)
    attacker.start(len(weeks))
    for number, week in enumerate(weeks):
        new = [row(g=g, q=q) for g, q in week]
        rows = [*rows, *new]
        made = onto(FORM, new if deleted else rows, earlier)
        table = made.tables[0]
        assert table.since in {0, number, *(e.tables[0].since for e in earlier[-1:])}
        attacker.believe(number, [0], cells(table), table.since)
        for group, came in Counter(g for g, _ in week).items():
            attacker.attend(number, (group,), came)
        kept = {"counts": made.counts} if deleted else {"rows": rows, "quarantined": {}}
        earlier.append(Earlier(tables=made.tables, **kept))  # type: ignore[arg-type]
        assert [known.groups for known in made.attended][-1] == {
            (group,): sum(g == group for g, _ in week) for group in "ab"
        }
    for group in "ab":
        for number, week in enumerate(weeks):
            attacker.attend(number, (group,), sum(g == group for g, _ in week))
    assert attacker.finds(5) == []


# As long as nobody knows who came, all seven can be in one group: then the total of their answers can be told.
FEW = {("a", "1"): 4, ("b", "1"): 3}


def test_the_audit_knows_who_came_without_being_told_by_the_protector(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(FEW, ["g", "q"])
    assert onto(FORM, rows, []).certificate["groups_found"] == 0
    monkeypatch.setattr(protected, "attendance_rows", lambda *_: iter(()))
    with pytest.raises(XinqiaoError, match="release-not-safe"):
        onto(FORM, rows, [])


def test_a_block_tells_of_its_own_weeks_alone() -> None:
    first = rows_of({("a", "1"): 30, ("a", "2"): 12, ("b", "1"): 14, ("b", "2"): 15}, ["g", "q"])
    past = onto(FORM, first, [], "2026-W20")
    second = rows_of({("a", "1"): 8, ("a", "2"): 7, ("b", "1"): 9, ("b", "2"): 6}, ["g", "q"])
    made = onto(FORM, [*first, *second], [Earlier(rows=first, tables=past.tables, quarantined={})], "2026-W21")
    told = made.tables[0]
    # Either way all is shown; then the block that is new says more of these weeks.
    assert (told.since, told.period) == (1, "2026-W21")
    assert told.cell(("*",), "n").value == len(second)  # type: ignore[union-attr]
    assert made.certificate["since"] == 1
