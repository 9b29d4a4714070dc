"""Kinds of answers beyond choices and whole numbers: their types, their rules, frictionless' verdict."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import frictionless
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.expression import Expression
from xinqiao.core.form import Form
from xinqiao.core.question import Choice, Group, Kind, Question, Role, Section, Steps
from xinqiao.core.text import Lang, Text
from xinqiao.forms.schema import table_schema
from xinqiao.tables.read import RawTable
from xinqiao.tables.validate import Validated, validate
from xinqiao.tables.written import clean_text

Judge = Callable[[str], Validated]
TENS = Steps(start=Decimal(0), end=Decimal(50), step=Decimal(10))
HALVES = Steps(start=Decimal("0.5"), end=Decimal("2.5"), step=Decimal("0.5"))


def words(text: str) -> Text:
    return Text.of(zh=text, en=text)


def ask(name: str, kind: Kind, **parts: Any) -> Question:
    return Question(name=name, kind=kind, label=words(name), **parts)


def choice(name: str, home: str) -> Choice:
    return Choice(name=name, label=words(name), attributes=(("in", home),))


QUESTIONS = (
    ask("age", Kind.INTEGER),
    ask("weight", Kind.DECIMAL, within=Expression("${age} >= 18"), constraint=Expression(". > 2")),
    ask("born", Kind.DATE, constraint=Expression(". <= today()")),
    ask("slept", Kind.TIME),
    ask("tens", Kind.RANGE, steps=TENS),
    ask("halves", Kind.RANGE, steps=HALVES),
    ask("seen", Kind.ACKNOWLEDGE),
    ask("double", Kind.CALCULATE, calculation=Expression("${age} * 2")),
    ask("old", Kind.TEXT, role=Role.FREE_TEXT, relevant=Expression("${double} >= 120")),
    ask("place", Kind.SELECT_ONE, choices=(choice("home", ""), choice("campus", ""))),
    ask(
        "room",
        Kind.SELECT_MULTIPLE,
        choices=(choice("kitchen", "home"), choice("library", "campus"), choice("canteen", "campus")),
        choice_filter=Expression("in = ${place}"),
    ),
)
NAMES = [question.name for question in QUESTIONS if question.answered]


@pytest.fixture(scope="module")
def kinds(form: Form) -> Form:
    group = Group(name="body", relevant=Expression("${age} >= 18"))
    inner = Section(name="body", title=None, questions=QUESTIONS[1:2], groups=(group,))
    sections = (
        Section(name="", title=None, questions=QUESTIONS[:1]),
        inner,
        Section(name="", title=None, questions=QUESTIONS[2:]),
    )
    return replace(form, sections=sections, scales=(), summaries=())


@pytest.fixture(scope="module")
def judge(kinds: Form, reader: Callable[[Form], Callable[[str], RawTable]]) -> Judge:
    return lambda text: validate(kinds, table_schema(kinds, Lang.EN), reader(kinds)(text))


def sheet(*rows: dict[str, str]) -> str:
    target = io.StringIO(newline="")
    csv.writer(target).writerows([NAMES, *([row.get(name, "") for name in NAMES] for row in rows)])
    return target.getvalue()


def test_each_kind_has_its_type(judge: Judge) -> None:
    given = {
        "age": "70", "weight": "60.50", "born": "2001/2/3", "slept": "8:05", "tens": "30", "halves": "1.5",
        "seen": "OK", "old": "yes", "place": "campus", "room": "canteen library",
    }  # fmt: skip
    ((_, row),) = judge(sheet(given)).rows
    assert dict(row.values) == {
        "age": 70, "weight": 60.5, "born": date(2001, 2, 3), "slept": "08:05", "tens": 30, "halves": 1.5,
        "seen": "OK", "old": "yes", "place": "campus", "room": ("library", "canteen"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"weight": "heavy", "age": "18"}, "weight", "answer-type"),
        ({"weight": "NaN", "age": "18"}, "weight", "answer-outside"),
        ({"weight": "1" + "0" * 20, "age": "18"}, "weight", "answer-outside"),
        ({"weight": "1.5", "age": "18"}, "weight", "answer-constraint"),
        ({"born": "2026-02-30"}, "born", "answer-type"),
        ({"born": "7/3/2026"}, "born", "answer-type"),
        ({"born": "2999-01-01"}, "born", "answer-constraint"),
        ({"slept": "24:00"}, "slept", "answer-type"),
        ({"tens": "60"}, "tens", "answer-outside"),
        ({"tens": "15"}, "tens", "answer-outside"),
        ({"tens": "2.5"}, "tens", "answer-type"),
        ({"halves": "0.7"}, "halves", "answer-outside"),
        ({"seen": "yes"}, "seen", "answer-outside"),
        ({"room": "kitchen", "place": "campus"}, "room", "answer-outside"),
        ({"room": "kitchen"}, "room", "answer-outside"),
    ],
)
def test_what_cannot_be_used_sets_its_row_aside(judge: Judge, given: dict[str, str], field: str, code: str) -> None:
    checked = judge(sheet(given))
    assert checked.rows == () and checked.counts == {(code, field): 1}


def test_what_does_not_apply_is_emptied_by_groups_and_calculates_too(judge: Judge) -> None:
    checked = judge(sheet({"age": "17", "weight": "60", "old": "no"}, {"age": "60", "old": "yes"}))
    assert [(row.values["weight"], row.values["old"]) for _, row in checked.rows] == [(None, None), (None, "yes")]
    assert checked.counts == {("answer-irrelevant", "weight"): 1, ("answer-irrelevant", "old"): 1}


CELLS = {
    "age": ["", "17", "18", "80", "x", "1e3"],
    "weight": ["", "60", "60.5", "1.0", "-3", "NaN", "1e2", "+7", "٣", "1,5"],
    "born": ["", "2001-02-03", "2001-2-3", "20010203", "2001-02-30", "3.2.2001", "2001/02/03 10:00"],
    "slept": ["", "08:30", "8:30", "08:30:15", "24:00", "8", "08:60"],
    "tens": ["", "0", "50", "55", "-10", "10.0", "x"],
    "halves": ["", "0.5", "2.5", "3", "0.50", "x"],
    "seen": ["", "OK", "ok", "yes"],
    "place": ["", "home", "campus", "other"],
    "room": ["", "kitchen", "library canteen", "cellar"],
}
ROW = st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()})


@settings(deadline=None, max_examples=20)
@given(st.lists(ROW, min_size=1, max_size=8))
def test_what_frictionless_refuses_is_set_aside_and_the_rest_by_the_forms_rules(
    kinds: Form, judge: Judge, reader: Callable[[Form], Callable[[str], RawTable]], rows: list[dict[str, str]]
) -> None:
    raw = reader(kinds)(sheet(*rows))
    schema: dict[str, Any] = table_schema(kinds, Lang.EN)
    checked = validate(kinds, schema, raw)
    kept = [{**answers, "weight": answers["weight"] if adult(answers) else ""} for _, answers in raw.rows]
    resource = frictionless.Resource(
        data=[[*NAMES, "always"], *([*(row[name] for name in NAMES), "x"] for row in kept)],
        schema=frictionless.Schema.from_descriptor(
            {**schema, "fields": [*schema["fields"], {"name": "always", "type": "string"}]}
        ),
    )
    numbers = [number for number, _ in raw.rows]
    refused = {numbers[line - 2] for (line,) in resource.validate().flatten(["rowNumber"])} if kept else set()
    aside = {*checked.row_reasons}
    assert refused <= aside
    rules = {"weight", "born", "tens", "halves", "room"}
    for number in aside - refused:
        assert {finding.field for finding in checked.findings if finding.row == number} & rules


def adult(answers: Any) -> bool:
    return bool(answers["age"].isdigit() and int(answers["age"]) >= 18)


@settings(deadline=None, max_examples=15)
@given(st.lists(ROW, min_size=1, max_size=6))
def test_our_own_csv_reads_back_the_same(kinds: Form, judge: Judge, rows: list[dict[str, str]]) -> None:
    checked = judge(sheet(*rows))
    again = judge(clean_text(kinds, checked))
    assert [dict(row.values) for _, row in again.rows] == [dict(row.values) for _, row in checked.rows]
    assert again.quarantined == 0
