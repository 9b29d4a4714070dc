"""Scoring cases: answers with the scores that they must give. Test of an instrument and page of its method alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from xinqiao.core.name import nearest
from xinqiao.core.problem import Place, Problem
from xinqiao.core.question import Question
from xinqiao.core.scale import Scale
from xinqiao.core.text import Text

WHOLE = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Made-up answers (question → choice name or number as text) and what the scale must make of them.

    `score` is None where too much lacks for a score; `band` is "" where there is none; `danger` tells
    whether help must show.
    """

    title: Text
    scale: str
    answers: Mapping[str, str]
    score: Fraction | None
    band: str = ""
    danger: bool = False

    def problems(self, questions: Mapping[str, Question], scales: Mapping[str, Scale]) -> Iterator[Problem]:
        """What of it speaks of nothing in a form with these questions and scales, by name."""
        place = Place(question=self.scale)
        if self.scale not in scales:
            yield _unknown(place, self.scale, scales)
            return
        for name, answer in self.answers.items():
            if name not in questions:
                yield _unknown(place, name, questions)
            elif not _given(questions[name], answer):
                yield Problem(code="case-answer", place=place, params={"name": name, "answer": answer})
        bands = {band.name: band for band in scales[self.scale].bands}
        if self.band and self.band not in bands:
            yield _unknown(place, self.band, bands)


def _unknown(place: Place, name: str, known: Mapping[str, object]) -> Problem:
    return Problem(code="name-unknown", place=place, params={"name": name, "nearest": nearest(name, known)})


def _given(question: Question, answer: str) -> bool:
    """Whether it can be an answer: a choice's name, or a whole number."""
    if question.choices:
        return answer in {choice.name for choice in question.choices}
    return not question.scored or WHOLE.fullmatch(answer) is not None
