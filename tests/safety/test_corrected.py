"""Corrections are seen: whatever a release is counted otherwise by today, and nothing where only the form has grown."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from making import HEALTH, USUAL, choice, form, release, row
from test_totals import FORM, QUESTIONS, SCALE, SUMMARIES, people

from xinqiao.core.form import Form
from xinqiao.core.policy import Status
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.safety.corrected import differing
from xinqiao.safety.frame import Policies, frame
from xinqiao.safety.release import Earlier
from xinqiao.safety.totals import Totals, totals_of

POLICIES = Policies(usual=USUAL, sensitive=HEALTH)
BY_ROLE, BY_SITE, ALL = SUMMARIES


def counted(of: Form, rows: list[ScoredRow], aside: dict[str, int] | None = None) -> Totals:
    return totals_of(frame(of, rows, (), POLICIES), of, rows, aside or {})


def found(then: Totals, of: Form, rows: list[ScoredRow], aside: dict[str, int] | None = None) -> set[str]:
    return set(differing(frame(of, rows, (), POLICIES), then, counted(of, rows, aside)))


@settings(max_examples=60)
@given(st.integers(1, 40), st.integers(0, 10_000), st.integers(0, 39), st.integers(0, 3))
def test_one_row_that_is_counted_otherwise_is_always_seen(number: int, seed: int, at: int, kind: int) -> None:
    rows, at = people(number + 1, seed), at % number
    other = people(1, seed + 1)[0]
    changed = [rows[:at] + rows[at + 1 :], [*rows, other], [*rows[:at], other, *rows[at + 1 :]], rows[::-1]][kind]
    then, now = counted(FORM, rows), counted(FORM, changed)
    assert bool(found(then, FORM, changed)) == (then.atoms != now.atoms)


def test_what_changed_is_named() -> None:
    rows = people(60, 3)
    then = counted(FORM, rows, {"bad": 3, "envelope-damaged": 1})
    aside = {"bad": 3}
    one = next(row for row in rows if row.row.values["q"] == "3")
    scored = [replace(row, scores={"s": 1}) if row is one else row for row in rows]
    assert found(then, FORM, rows, aside) == set(), "when damage was done is not known"
    assert found(then, FORM, scored, aside) == {"s"}
    assert found(then, FORM, rows[1:], {"bad": 4}) >= {"n", "bad"}
    moved = [replace(row, row=replace(row.row, values={**row.row.values, "role": "lab"})) for row in rows]
    assert found(then, FORM, moved, aside) == {"role", "q", "topics"}


@pytest.mark.parametrize(
    "summaries",
    [
        [BY_ROLE],
        [("all", [], ["n", "distribution(q)", "mean(s)"])],
        [BY_ROLE, BY_SITE, ALL, ("both", ["role", "site"], ["n", "distribution(q)", "n(age)", "mean(s)"])],
    ],
    ids=["fewer tables", "fewer dimensions", "finer ones"],
)
def test_other_summaries_are_no_correction(summaries: list[tuple[str, list[str], list[str]]]) -> None:
    rows = people(60, 4)
    of = form(QUESTIONS, summaries, [SCALE])
    assert found(counted(FORM, rows), of, rows) == set()
    assert found(counted(of, rows), FORM, rows) == set()


ROLES = form(
    [choice("role", ["class", "dorm", "lab"], dimension=True), choice("q", "123")],
    [("by-role", ["role"], ["n", "distribution(q)"])],
)
CROWD = {"class": 40, "dorm": 30, "lab": 3}
ROWS = [row(role=where, q=q) for where, number in CROWD.items() for q in "12" for _ in range(number)]
NEW = [row(role="class", q="3")] * 20


def corrected(*changes: tuple[str, str, str]) -> list[ScoredRow]:
    """The rows with one answer of a role turned into another, for each change."""
    rows = list(ROWS)
    for where, old, new in changes:
        rows[rows.index(row(role=where, q=old))] = row(role=where, q=new)
    return rows


@pytest.mark.parametrize("hidden", [True, False], ids=["what was hidden", "what was shown"])
def test_a_release_over_a_corrected_one_is_refused_before_anything_is_counted(hidden: bool) -> None:
    first = release(ROLES, ROWS)
    past = Earlier(rows=ROWS, tables=first.tables, quarantined={}, made_of=first.counts)
    release(ROLES, [*ROWS, *NEW], [past])
    beside = [c.levels[0] for c in first.tables[0].cells if c.category == "1" and c.status is Status.SUPPRESSED]
    (other,) = {*beside} - {"lab"}
    rows = corrected(("lab", "1", "2"), (other, "2", "1")) if hidden else corrected(("class", "1", "3"))
    if hidden:
        # The published figures alone do not tell: without what is on record it would pass.
        release(ROLES, [*rows, *NEW], [replace(past, rows=rows, made_of=None)])
    with pytest.raises(XinqiaoError) as refused:
        release(ROLES, [*rows, *NEW], [replace(past, rows=rows)])
    assert refused.value.exit_code is ExitCode.UNSAFE
    assert [(p.code, p.params) for p in refused.value.problems] == [("release-corrected", {"release": 1, "what": "q"})]
