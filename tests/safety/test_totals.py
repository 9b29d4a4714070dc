"""Counts instead of rows: a release gated by what was kept is the one gated by the rows themselves."""

from __future__ import annotations

import json
import random

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from making import HEALTH, USUAL, choice, form, integer, release, row, scale, text_dimension

from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.safety.frame import Policies, frame
from xinqiao.safety.release import Earlier, Release, safe_tables
from xinqiao.safety.totals import Totals, stand_ins, totals_of

QUESTIONS = [
    choice("role", ["class", "dorm", "lab"], dimension=True),
    choice("q", "123", required=False),
    choice("topics", "abc", several=True, required=False),
    text_dimension("site"),
    integer("age", ". >= 0 and . <= 30"),
]
SUMMARIES = [
    ("by-role", ["role"], ["n", "distribution(q)", "mean(q)", "distribution(topics)"]),
    ("by-site", ["site"], ["n", "mean(age)"]),
    ("all", [], ["n", "n(age)", "distribution(band(s))"]),
]
SCALE = scale("s", ["q"], {"low": 2, "high": 3})
FORM = form(QUESTIONS, SUMMARIES, [SCALE])


def people(number: int, seed: int) -> list[ScoredRow]:
    chance = random.Random(seed)  # noqa: S311 - made-up people
    made = []
    for _ in range(number):
        q = chance.choice([1, 2, 3, None])
        topics = tuple(sorted(set(chance.choices("abc", k=chance.randint(0, 3))))) or None
        where = {"role": chance.choice(["class"] * 5 + ["dorm"] * 3 + ["lab"]), "site": chance.choice("xxyz") * 2}
        answers = {"q": str(q) if q else None, "topics": topics, "age": chance.randint(0, 30)}
        made.append(row({"s": q}, **where, **answers))  # type: ignore[arg-type]
    return made


def onto(of: Form, past: Release, new: list[ScoredRow], aside: dict[str, int]) -> Release:
    """The next release where nothing is left of the answers but their counts, sealed and opened again."""
    counts = Totals.read(past.counts.written())
    return safe_tables(
        of,
        new,
        policy=USUAL,
        sensitive_policy=HEALTH,
        period="",
        quarantined=aside,
        earlier=[Earlier(tables=past.tables, counts=counts)],
    )


def test_counts_come_back_as_they_were_written() -> None:
    rows = people(60, 1)
    structure = frame(FORM, rows, (), Policies(usual=USUAL, sensitive=HEALTH))
    counts = totals_of(structure, FORM, rows, {"bad": 7})
    assert Totals.read(counts.written()) == counts
    assert counts.written() == totals_of(structure, FORM, rows[::-1], {"bad": 7}).written()


def test_counts_gate_as_the_rows_do() -> None:
    before, new = people(60, 1), people(40, 2)
    of = form(QUESTIONS, [("by-role", ["role"], ["n", "distribution(topics)"]), ("by-site", ["site"], ["n", "n(age)"])])
    past = release(of, before, quarantined={"bad": 7, "worse": 0})
    by_rows = release(
        of,
        before + new,
        [Earlier(rows=before, tables=past.tables, quarantined={"bad": 7, "worse": 0})],
        quarantined={"bad": 13, "worse": 0},
    )
    by_counts = onto(of, past, new, {"bad": 6, "worse": 0})
    assert by_counts == by_rows


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 60), st.integers(0, 10_000))
def test_rows_that_stand_in_count_as_those_that_they_stand_for(number: int, seed: int) -> None:
    rows, policies = people(number, seed), Policies(usual=USUAL, sensitive=HEALTH)
    structure = frame(FORM, rows, (), policies)
    counts = totals_of(structure, FORM, rows, {})
    others = stand_ins(FORM, counts)
    assert frame(FORM, others, (), policies) == structure
    assert totals_of(structure, FORM, others, {}) == counts


def test_which_answers_met_in_one_row_is_not_kept() -> None:
    # The same counts of each question, but other pairs of answers.
    of = form([choice("p", "12"), choice("q", "12")], [("all", [], ["n", "distribution(p)", "distribution(q)"])])
    alike = [row(p=a, q=a) for a in "1" * 20 + "2" * 20]
    mixed = [row(p=a, q=b) for a, b in zip("1" * 20 + "2" * 20, "12" * 20, strict=True)]
    assert release(of, alike).counts.written() == release(of, mixed).counts.written()


def test_no_count_shows_itself() -> None:
    assert "20" not in repr(release(form([choice("p", "12")], [("all", [], ["n"])]), [row(p="1")] * 20).counts)


@pytest.mark.parametrize("harm", [b"", b"{}", b"[]", b"null", b"\xff", b'{"v":2}'])
def test_what_are_not_counts_is_refused(harm: bytes) -> None:
    with pytest.raises(ValueError, match="not the counts"):
        Totals.read(harm)


def test_a_breakdown_that_was_not_counted_is_refused_and_a_new_question_is_not() -> None:
    before, new = people(80, 1), people(80, 2)
    past = release(form(QUESTIONS, SUMMARIES[:1]), before)
    with pytest.raises(XinqiaoError, match="counts-lacking"):
        onto(form(QUESTIONS, SUMMARIES[:2]), past, new, {})
    asked = [*QUESTIONS, choice("later", "12", required=False)]
    wider = form(asked, [SUMMARIES[0], ("later", [], ["distribution(later)"])])
    told = {table.name: table for table in onto(wider, past, [*map(_answered, new)], {}).tables}
    assert told["later"].cell((), "distribution(later)", "_none").value == 80  # type: ignore[union-attr]


def _answered(one: ScoredRow) -> ScoredRow:
    return ScoredRow(row=type(one.row)(values={**one.row.values, "later": "1"}), scores=one.scores)


def test_small_texts_stay_merged_when_their_rows_are_gone() -> None:
    of = form([text_dimension("site"), choice("q", "12")], [("by-site", ["site"], ["n"])])
    before = [row(site=site, q="1") for site in ["big"] * 20 + ["tiny"] * 2 + ["small"] * 4]
    past = release(of, before)
    new = [row(site=site, q="1") for site in ["big"] * 5 + ["tiny"] * 9 + ["other"] * 5]
    by_counts = onto(of, past, new, {})
    assert by_counts == release(of, before + new, [Earlier(rows=before, tables=past.tables, quarantined={})])
    assert "tiny" not in json.dumps([[level.name for level in t.dimensions[0].levels] for t in by_counts.tables[:1]])
