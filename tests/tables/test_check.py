"""Relevance, as ODK has it: in the order of the form, and what was emptied counts as no answer after it."""

from __future__ import annotations

import pytest

from xinqiao.core.form import Form
from xinqiao.tables.check import Logic

EMPTY = {"unit": "", "mood": "", "hours": "", "topics": "", "why": "", "again": ""}


@pytest.mark.parametrize(
    ("given", "emptied"),
    [
        ({"mood": "1", "why": "a", "again": "b"}, ()),
        ({"mood": "2", "why": "a", "again": "b"}, ("why", "again")),
        ({"mood": "1", "again": "b"}, ("again",)),
        ({"mood": "2"}, ()),
    ],
)
def test_answers_that_are_not_relevant_are_emptied(form: Form, given: dict[str, str], emptied: tuple[str, ...]) -> None:
    kept, found = Logic.of(form).keep_relevant(EMPTY | given)
    assert found == emptied
    assert kept == EMPTY | given | dict.fromkeys(emptied, "")


def test_a_required_question_must_be_answered_only_where_it_is_relevant(form: Form) -> None:
    logic = Logic.of(form)
    nothing = dict.fromkeys(EMPTY)
    assert list(logic.faults(nothing | {"mood": "2"})) == []
    assert list(logic.faults(nothing | {"mood": "1"})) == [("answer-required", "why")]
