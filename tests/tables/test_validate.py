"""Each row is used as a whole or set aside as a whole, and what is counted adds up."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import frictionless
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.derived import Derived, DerivedLevel
from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode, Level
from xinqiao.core.question import Kind, Question, Role
from xinqiao.core.text import Lang
from xinqiao.forms.schema import table_schema
from xinqiao.tables.check import Logic
from xinqiao.tables.read import RawTable
from xinqiao.tables.validate import Validated, validate
from xinqiao.tables.written import clean_text

Judge = Callable[[str], Validated]
Read = Callable[[str], RawTable]
HEADER = ["班级", "mood", "hours", "topics", "why", "again"]


@pytest.fixture(scope="session")
def judge(form: Form, schema: dict[str, object], read: Callable[[str], RawTable]) -> Judge:
    """Validates rows (text of a CSV without its header)."""
    return lambda rows: validate(form, schema, read(",".join(HEADER) + "\n" + rows))


def test_values_have_the_types_of_their_questions(judge: Judge) -> None:
    checked = judge("一班,Very low,8.0,sleep study sleep,because,\n")
    assert [(number, dict(row.values)) for number, row in checked.rows] == [
        (1, {"unit": "一班", "mood": "1", "hours": 8, "topics": ("study", "sleep"), "why": "because", "again": None})
    ]
    assert checked.findings == ()


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ("A,awful,8,,,\n", "answer-outside", "mood"),
        ("A,,8,,,\n", "answer-required", "mood"),
        ("A,99,8,,,\n", "answer-required", "mood"),
        ("A,2,eight,,,\n", "answer-type", "hours"),
        ("A,2,8.5,,,\n", "answer-type", "hours"),
        ("A,2,25,,,\n", "answer-outside", "hours"),
        (f"A,2,{'9' * 400},,,\n", "answer-outside", "hours"),
        (f"A,2,{'9' * 5000},,,\n", "answer-type", "hours"),
        ("A,2,8,sleep money,,\n", "answer-outside", "topics"),
        ("A,1,8,,,\n", "answer-required", "why"),
        (f"A,1,8,,{'x' * 41},\n", "answer-constraint", "why"),
    ],
)
def test_one_bad_answer_sets_its_row_aside_and_no_other(judge: Judge, row: str, code: str, field: str) -> None:
    checked = judge(f"B,3,7,,,\n{row}B,2,6,,,\n")
    assert [number for number, _ in checked.rows] == [1, 3]
    assert checked.quarantined == 1
    assert checked.counts[code, field] == 1
    assert checked.reasons == {code: 1}


def test_answers_that_were_not_asked_for_are_emptied_and_the_row_goes_on(judge: Judge) -> None:
    # `why` is not asked with mood 2, so `again`, asked only with a reason, is not asked either.
    checked = judge("A,2,8,,left over,and more\n")
    assert [(row.values["why"], row.values["again"]) for _, row in checked.rows] == [(None, None)]
    assert checked.counts == {("answer-irrelevant", "why"): 1, ("answer-irrelevant", "again"): 1}
    assert checked.quarantined == 0


def test_a_row_with_several_faults_is_one_row_and_every_fault_is_counted(judge: Judge) -> None:
    checked = judge("A,awful,eight,money,,\nA,2,eight,,,\n")
    assert checked.quarantined == 2
    assert checked.counts == {
        ("answer-outside", "mood"): 1,
        ("answer-type", "hours"): 2,
        ("answer-outside", "topics"): 1,
    }
    assert checked.reasons == {"answer-outside": 1, "answer-type": 1}


def test_the_json_document_names_code_row_and_field(judge: Judge) -> None:
    checked = judge("A,3,8,,,\n\nA,3\nA,3,eight,,,\n")
    assert json.loads(json.dumps(checked.as_json())) == {
        "form": "pulse",
        "rows": 3,
        "valid": 1,
        "quarantined": 2,
        "problems": [
            {"code": "row-blank", "row": None, "field": "", "count": 1},
            {"code": "row-short", "row": 3, "field": "", "count": 1},
            {"code": "answer-type", "row": 4, "field": "hours", "count": 1},
        ],
    }


def test_problems_for_people_count_and_end_in_exit_code_11_where_rows_were_set_aside(judge: Judge) -> None:
    problems = judge("A,3,eight,,,\nA,3,nine,,,\n").problems
    assert [(problem.code, problem.place.question, problem.params["count"]) for problem in problems] == [
        ("answer-type", "hours", 2)
    ]
    assert problems[0].level is Level.ERROR
    assert problems[0].entry.exit_code is ExitCode.ANSWERS
    assert all("2" in problems[0].message(lang) for lang in Lang)


def test_a_schema_of_another_form_is_our_fault(form: Form) -> None:
    with pytest.raises(ValueError, match="not this form's"):
        validate(form, {"fields": [{"name": "mood", "type": "string"}]}, RawTable(file="", rows=()))


def test_no_rows_are_no_error(form: Form, schema: dict[str, object]) -> None:
    checked = validate(form, schema, RawTable(file="", rows=()))
    assert (checked.rows, checked.quarantined) == ((), 0)


# ── Derived dimensions and persons ──


def grown(form: Form) -> Form:
    """The form with hours of sleep in bins, moods in two levels, and a supporter who is a person."""
    levels = (
        DerivedLevel(name="short", label=form.title),
        DerivedLevel(name="fair", label=form.title, low=Fraction(6)),
        DerivedLevel(name="long", label=form.title, low=Fraction(9)),
    )
    moods = (
        DerivedLevel(name="down", label=form.title, choices=("1",)),
        DerivedLevel(name="up", label=form.title, choices=("2", "3")),
    )
    supporter = Question(name="supporter", kind=Kind.TEXT, label=form.title, role=Role.DIMENSION, person=True)
    questions = tuple(
        replace(question, role=Role.DIMENSION) if question.name in {"mood", "hours"} else question
        for question in (*form.questions, supporter)
    )
    return replace(
        form,
        sections=(replace(form.sections[0], questions=questions),),
        derived=(
            Derived(name="sleep_group", label=form.title, source="hours", levels=levels),
            Derived(name="mood_group", label=form.title, source="mood", levels=moods),
        ),
    )


def test_derived_dimensions_are_made_of_usable_answers(form: Form, reader: Callable[[Form], Read]) -> None:
    form = grown(form)
    raw = reader(form)("mood,hours\n2,5\n3,6\n1,8\n2,9\n2,24\n2,-1\n2,\nbad,7\n".replace("1,8", "Very low,8"))
    checked = validate(form, table_schema(form, Lang.EN), raw)
    # Row 3 lacks the reason that a low mood asks for.
    found = {number: (row.values["mood_group"], row.values["sleep_group"]) for number, row in checked.rows}
    assert found == {
        1: ("up", "short"), 2: ("up", "fair"), 4: ("up", "long"), 5: ("up", "long"), 6: ("up", None), 7: ("up", None)
    }  # fmt: skip
    assert checked.reasons == {"answer-required": 1, "answer-outside": 1}


def test_clean_rows_hold_persons_who_were_asked_for_and_no_derived_dimension(
    form: Form, reader: Callable[[Form], Read]
) -> None:
    form = grown(form)
    checked = validate(form, table_schema(form, Lang.EN), reader(form)("mood,hours,supporter\n2,5,Li Lei\n3,6,\n"))
    clean = list(csv.DictReader(io.StringIO(clean_text(form, checked))))
    assert [row["supporter"] for row in clean] == ["Li Lei", ""]
    assert not {"mood_group", "sleep_group"} & clean[0].keys()
    again = validate(form, table_schema(form, Lang.EN), reader(form)(clean_text(form, checked)))
    assert [row.values for _, row in again.rows] == [row.values for _, row in checked.rows]
    told = [
        repr(checked),
        json.dumps(checked.as_json()),
        *(each.line(lang) for each in checked.problems for lang in Lang),
    ]
    assert "Li Lei" not in "".join(told)


# ── What holds for every file ──

CELLS = st.one_of(
    st.sampled_from(["", " ", "A", "1", "2", "Good", "99", "-1", "25", "sleep", "sleep study", "why not?", "２"]),
    st.integers(-2, 30).map(str),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
)
ROWS = st.lists(st.lists(CELLS, min_size=5, max_size=7) | st.lists(CELLS, min_size=6, max_size=6), max_size=8)


def written(rows: list[list[str]]) -> str:
    target = io.StringIO(newline="")
    csv.writer(target).writerows(rows)
    return target.getvalue()


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_used_set_aside_and_blank_rows_are_all_rows(judge: Judge, rows: list[list[str]]) -> None:
    checked = judge(written(rows))
    blank = sum(not any(map(str.strip, row)) for row in rows)
    assert len(checked.rows) + checked.quarantined + blank == len(rows)
    assert sum(checked.reasons.values()) == checked.quarantined
    assert checked.as_json()["rows"] == len(rows) - blank
    assert not {number for number, _ in checked.rows} & {each.row for each in checked.findings if each.sets_aside}


def as_cell(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_the_verdict_on_each_row_is_that_of_frictionless_and_the_forms_logic(
    form: Form, schema: dict[str, Any], read: Callable[[str], RawTable], rows: list[list[str]]
) -> None:
    raw = read(written([HEADER, *rows]))
    kept = [(number, Logic.of(form).keep_relevant(answers)[0]) for number, answers in raw.rows]
    resource = frictionless.Resource(
        data=[["unit", *HEADER[1:], "always"], *([*answers.values(), "x"] for _, answers in kept)],
        schema=frictionless.Schema.from_descriptor(
            {**schema, "fields": [*schema["fields"], {"name": "always", "type": "string"}]}
        ),
    )
    refused = {kept[line - 2][0] for (line,) in resource.validate().flatten(["rowNumber"])} if kept else set()
    own = validate(form, schema, raw)
    set_aside = {finding.row for finding in own.findings if finding.sets_aside}
    by_logic = {finding.row for finding in own.findings if finding.field == "why" and finding.sets_aside}
    assert set_aside & {number for number, _ in kept} == refused | by_logic


GOOD = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(["一班", "Class B", None]),
        "mood": st.sampled_from(["1", "2", "3"]),
        "hours": st.integers(0, 24) | st.none(),
        "topics": st.sets(st.sampled_from(["study", "sleep", "family"])).map(
            lambda chosen: tuple(name for name in ("study", "sleep", "family") if name in chosen) or None
        ),
        "why": st.sampled_from(["so it is", "因为，很多"]),
        "again": st.sampled_from(["more", None]),
    }
)


@settings(deadline=None, max_examples=60)
@given(st.lists(GOOD, min_size=1, max_size=6))
def test_good_answers_come_through_unchanged(judge: Judge, people: list[dict[str, Any]]) -> None:
    for person in people:
        if person["mood"] != "1":
            person |= {"why": None, "again": None}
    checked = judge(written([[as_cell(person[name]) for name in ("unit", *HEADER[1:])] for person in people]))
    assert [dict(row.values) for _, row in checked.rows] == people
    assert checked.quarantined == 0
