"""A whole form: questions, scales with bands, summaries. A wrong form cannot be built.

Every fault raises XinqiaoError with all problems found; `place.question` names the part, and
forms/read adds the line.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from xinqiao.core.name import check_name, repeated
from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.question import Question, Role, Section
from xinqiao.core.scale import Scale
from xinqiao.core.summary import Measure, MeasureKind, SummarySpec
from xinqiao.core.text import Text


class Purpose(StrEnum):
    """What a form is for; it decides the page's tone and what may be made of its answers."""

    SURVEY = "survey"
    SELF_CHECK = "self-check"
    REPORT = "report"
    REGISTRATION = "registration"
    QUESTION = "question"
    REFERRAL = "referral"
    QUIZ = "quiz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A whole form. Raises XinqiaoError with every fault that its parts have together."""

    id: str
    version: int
    purpose: Purpose
    title: Text
    intro: Text | None
    consent: Text
    sections: tuple[Section, ...]
    scales: tuple[Scale, ...] = ()
    summaries: tuple[SummarySpec, ...] = ()
    seal_to: tuple[str, ...]
    retention_days: int

    def __post_init__(self) -> None:
        check_name(self.id)
        if problems := list(self._problems()):
            raise XinqiaoError(problems)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in order, notes included."""
        return tuple(question for section in self.sections for question in section.questions)

    def question(self, name: str) -> Question:
        """The question of that name; KeyError where there is none."""
        return {question.name: question for question in self.questions}[name]

    def scale(self, name: str) -> Scale:
        """The scale of that name; KeyError where there is none."""
        return {scale.name: scale for scale in self.scales}[name]

    def is_scale(self, name: str) -> bool:
        """Whether a name is a scale's."""
        return any(scale.name == name for scale in self.scales)

    def _problems(self) -> Iterator[Problem]:
        if not any(question.answered for question in self.questions):
            yield Problem(code="form-empty")
        if not self.seal_to:
            yield Problem(code="form-unsealed")
        yield from repeated([*(q.name for q in self.questions), *(s.name for s in self.scales)])
        yield from repeated(summary.name for summary in self.summaries)
        for question in self.questions:
            for expression in (question.relevant, question.constraint):
                for name in sorted(expression.names()) if expression else ():
                    yield from self._unknown(name, question.name)
        for scale in self.scales:
            yield from self._scale_problems(scale)
        for summary in self.summaries:
            yield from self._summary_problems(summary)

    def _unknown(self, name: str, where: str, scales: bool = False) -> Iterator[Problem]:
        known = [question.name for question in self.questions]
        known += [scale.name for scale in self.scales] if scales else []
        if name not in known:
            nearest = (difflib.get_close_matches(name, known, 1, 0) or ["–"])[0]
            yield Problem(code="name-unknown", place=Place(question=where), params={"name": name, "nearest": nearest})

    def _scale_problems(self, scale: Scale) -> Iterator[Problem]:
        for name in (*scale.items, *(name for name in scale.reversed_items if name not in scale.items)):
            if unknown := list(self._unknown(name, scale.name)):
                yield from unknown
            elif not self.question(name).scored:
                params = {"scale": scale.name, "name": name}
                yield Problem(code="item-unscored", place=Place(question=scale.name), params=params)

    def _summary_problems(self, summary: SummarySpec) -> Iterator[Problem]:
        place = Place(question=summary.name)
        for name in summary.by:
            if unknown := list(self._unknown(name, summary.name)):
                yield from unknown
            elif self.question(name).role is not Role.DIMENSION:
                yield Problem(code="by-not-dimension", place=place, params={"summary": summary.name, "name": name})
        for measure in summary.measures:
            if not measure.of:
                continue
            if unknown := list(self._unknown(measure.of, summary.name, scales=True)):
                yield from unknown
            elif not self.is_scale(measure.of) and not self.question(measure.of).countable:
                params = {"summary": summary.name, "name": measure.of}
                yield Problem(code="measure-private", place=place, params=params)
            elif not self._computable(measure):
                params = {"summary": summary.name, "measure": str(measure)}
                yield Problem(code="measure-unknown", place=place, params=params)

    def _computable(self, measure: Measure) -> bool:
        scale = self.scale(measure.of) if self.is_scale(measure.of) else None
        match measure.kind:
            case MeasureKind.N:
                return True
            case MeasureKind.MEAN:
                return scale is not None or self.question(measure.of).scored
            case MeasureKind.DISTRIBUTION:
                return measure.banded and bool(scale.bands) if scale else bool(self.question(measure.of).choices)
