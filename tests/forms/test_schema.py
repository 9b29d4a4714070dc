"""The Table Schema: valid for frictionless, and saying what the form says."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from frictionless import Resource, Schema
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.bounds import Bounds, bounds
from xinqiao.core.expression import Expression
from xinqiao.core.form import Form
from xinqiao.core.text import Lang
from xinqiao.forms.read import read_form
from xinqiao.forms.schema import decimal, table_schema

FULL = Path(__file__).with_name("full.yml")


def fields(form: Form, lang: Lang = Lang.EN) -> dict[str, Any]:
    made: Any = table_schema(form, lang)
    return {field["name"]: field for field in made["fields"]}


def verdict(form: Form, rows: list[list[str]]) -> list[tuple[int, str, str]]:
    """What frictionless finds: row number (the header is 1), field, kind of error."""
    names = list(fields(form))
    resource = Resource(data=[names, *rows], schema=Schema.from_descriptor(table_schema(form, Lang.EN)))
    found = resource.validate().flatten(["rowNumber", "fieldName", "type"])
    return [(row, field, kind) for row, field, kind in found]


@pytest.mark.parametrize("lang", Lang)
def test_frictionless_accepts_the_schema_of_every_form(feedback: Form, every_kind: Form, lang: Lang) -> None:
    for form in (feedback, every_kind, read_form(FULL)):
        schema = Schema.from_descriptor(table_schema(form, lang))
        assert schema.field_names == [question.name for question in form.questions if question.answered]
        assert [field.title for field in schema.fields] == [q.label[lang] for q in form.questions if q.answered]
        assert schema.to_descriptor() == table_schema(form, lang)


def test_a_question_is_required_only_where_it_always_applies(feedback: Form, every_kind: Form) -> None:
    required = {name for name, field in fields(feedback).items() if field.get("constraints", {}).get("required")}
    assert required == {question.name for question in feedback.questions if question.required}
    assert "required" not in fields(feedback)["obstacles"].get("constraints", {})
    assert fields(every_kind)["since"]["xinqiao:relevant"] == "${retired} != ''"


def test_kinds_choices_and_bounds_become_constraints(feedback: Form, every_kind: Form) -> None:
    assert fields(feedback)["recommend"]["type"] == "integer"
    assert fields(feedback)["recommend"]["constraints"] == {"required": True, "minimum": 0, "maximum": 10}
    assert fields(feedback)["role"]["constraints"]["enum"] == ["class", "dormitory", "laboratory", "staff", "other"]
    assert fields(every_kind)["topics"]["constraints"]["pattern"] == r"^(a|b\.c)( (a|b\.c))*$"
    assert fields(every_kind)["unit"]["missingValues"] == ["", "99"]
    assert fields(every_kind)["topics"]["xinqiao:sensitive"] == "health"
    assert fields(every_kind)["remark"]["xinqiao:role"] == "free-text"


def test_frictionless_finds_what_the_form_forbids(every_kind: Form) -> None:
    good = ["21", "", "", "123", "c2", "a b.c", ""]
    bad = ["130", "", "", "123", "nowhere", "a bxc", ""]
    lacking = ["5", "", "", "", "99", "", ""]  # 99 is declared as no answer
    found = verdict(every_kind, [good, bad, lacking])
    assert found == [
        (3, "age", "constraint-error"),
        (3, "unit", "constraint-error"),
        (3, "topics", "constraint-error"),
        (4, "code", "constraint-error"),
        (4, "unit", "constraint-error"),
        (4, "topics", "constraint-error"),
    ]


def test_the_schema_tells_scales_with_their_items_and_bands(feedback: Form) -> None:
    made: Any = table_schema(feedback, Lang.EN)
    scales = {scale["name"]: scale for scale in made["xinqiao:scales"]}
    assert scales["confidence_now"]["items"] == ["recognise_now", "ask_now", "listen_now", "refer_now"]
    assert [band["low"] for band in scales["recommendation"]["bands"]] == ["0", "7", "9"]
    assert fields(feedback)["ask_now"]["xinqiao:scales"] == ["confidence_now"]


@pytest.mark.parametrize(
    ("source", "low", "high"),
    [
        (". >= 0 and . <= 10", 0, 10),
        (". > 0 and . < 10", 1, 9),
        ("0 <= . and 10 > .", 0, 9),
        (". > 1.5 and . < 3.5", 2, 3),
        (". >= -5", -5, None),
        (". = 4", 4, 4),
        (". >= 1 and . >= 3 and . != 5", 3, None),
        (". >= 0 or . <= 10", None, None),
        (". >= ${other}", None, None),
    ],
)
def test_bounds_are_those_of_every_whole_number_that_is_allowed(source: str, low: int | None, high: int | None) -> None:
    rule = Expression(source)
    assert bounds(rule) == Bounds(low=low, high=high)
    allowed = [number for number in range(-30, 31) if rule.holds({"other": "0"}, str(number))]
    assert all((low is None or low <= number) and (high is None or number <= high) for number in allowed)
    assert low is None or low in allowed
    assert high is None or high in allowed


def test_derived_dimensions_stand_beside_the_fields() -> None:
    form = read_form(FULL)
    made: Any = table_schema(form, Lang.EN)
    ages, subjects = made["xinqiao:derived"]
    assert {"age_group", "field"}.isdisjoint(fields(form))
    assert [(level["name"], level["low"]) for level in ages["levels"]] == [
        ("under_18", None),
        ("18", "18"),
        ("19_24", "19"),
        ("25_up", "25"),
    ]
    assert subjects["from"] == "major"
    assert subjects["levels"][0] == {"name": "science", "label": "Science", "choices": ["physics", "chemistry"]}


def test_the_schema_tells_signs_of_danger_and_how_files_of_others_are_read() -> None:
    made: Any = table_schema(read_form(FULL), Lang.ZH)
    assert made["xinqiao:scales"][0]["danger"] == {"item": "item_3", "at_least": 1}
    assert made["xinqiao:scales"][0]["bands"][1]["low"] == "3.75"
    assert made["xinqiao:file"]["keep_if"] == "${agreed} = 'yes'"
    assert made["xinqiao:file"]["date"] == {"column": "Timestamp", "format": "%d/%m/%Y %H:%M"}


def test_a_form_without_such_parts_does_not_mention_them(feedback: Form) -> None:
    assert {"xinqiao:derived", "xinqiao:file"}.isdisjoint(table_schema(feedback, Lang.EN))


def test_what_files_of_others_write_for_no_answer_can_be_an_answer_of_our_own() -> None:
    form = read_form(FULL)
    assert table_schema(form, Lang.EN)["missingValues"] == [""]
    assert fields(form)["age"]["missingValues"] == ["", "-9", "999"]  # the question's own codes mean it everywhere


def test_persons_and_bad_cells_are_marked() -> None:
    made = fields(read_form(FULL))
    assert made["teacher"]["xinqiao:person"] is True
    assert made["unit"]["xinqiao:on_bad_answer"] == "cell"
    assert made["item_1"]["xinqiao:choices"][0]["column_value"] == ["1", "Never"]


@given(st.decimals(-1000, 1000, places=3))
def test_a_number_is_written_as_it_is_read(number: Decimal) -> None:
    assert Decimal(decimal(Fraction(number))) == number
    assert "E" not in decimal(Fraction(number)) and "/" not in decimal(Fraction(number))
