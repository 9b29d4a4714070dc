"""Scoring cases: one that speaks of nothing in its form is told, all its faults at once."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from xinqiao.core.case import Case
from xinqiao.core.question import Choice, Kind, Question
from xinqiao.core.scale import Band, Method, Scale
from xinqiao.core.text import Text

WORDS = Text.of(zh="字", en="words")
OFTEN = tuple(Choice(name=name, label=WORDS, score=score) for score, name in enumerate(("never", "often")))
QUESTIONS = {
    question.name: question
    for question in (
        Question(name="item", kind=Kind.SELECT_ONE, label=WORDS, choices=OFTEN),
        Question(name="hours", kind=Kind.INTEGER, label=WORDS),
    )
}
BANDS = (Band(name="low", low=Fraction(0), label=WORDS),)
SCALES = {"total": Scale(name="total", title=WORDS, items=("item", "hours"), method=Method.SUM, bands=BANDS)}


def found(answers: Mapping[str, str], scale: str = "total", band: str = "low") -> list[tuple[str, object]]:
    case = Case(title=WORDS, scale=scale, answers=answers, score=Fraction(1), band=band)
    return [(problem.code, problem.params["name"]) for problem in case.problems(QUESTIONS, SCALES)]


def test_a_case_of_answers_that_can_be_given_is_sound() -> None:
    assert found({"item": "often", "hours": "7"}) == []
    assert found({"hours": "-3"}, band="") == []
    assert found({}) == []


@pytest.mark.parametrize("answer", ["1", "Often", "", "never often"])
def test_a_choice_is_answered_by_its_name(answer: str) -> None:
    assert found({"item": answer}) == [("case-answer", "item")]


@pytest.mark.parametrize("answer", ["seven", "7.5", "７", "", "9" * 40])
def test_a_whole_number_is_answered_by_one(answer: str) -> None:
    assert found({"hours": answer}) == [("case-answer", "hours")]


def test_unknown_names_are_told_together() -> None:
    assert found({"itme": "often", "hours": "x"}, band="lwo") == [
        ("name-unknown", "itme"),
        ("case-answer", "hours"),
        ("name-unknown", "lwo"),
    ]
    assert found({"item": "often"}, scale="totl") == [("name-unknown", "totl")]


def test_every_problem_stands_at_the_scale_of_its_case() -> None:
    case = Case(title=WORDS, scale="total", answers={"item": "x"}, score=None)
    assert [problem.place.question for problem in case.problems(QUESTIONS, SCALES)] == ["total"]
