"""A whole form: questions, scales with bands, summaries. A wrong form cannot be built.

Every fault raises XinqiaoError with all problems found; `place.question` names the part, and
forms/read adds the line.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from xinqiao.core.case import Case
from xinqiao.core.derived import Derived
from xinqiao.core.foreign import ForeignFile
from xinqiao.core.hierarchy import hierarchy_problems, lineage, parents, related
from xinqiao.core.name import check_name, repeated
from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.question import Kind, Question, Role, Section
from xinqiao.core.scale import Scale
from xinqiao.core.strategy import strategy_problems
from xinqiao.core.summary import WEEK, Attendance, Measure, MeasureKind, SummarySpec
from xinqiao.core.text import Text

NO_FILE = ForeignFile()
WEEKS = Question(name=WEEK, kind=Kind.TEXT, label=Text.of(zh="周", en="Week"), role=Role.DIMENSION)


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
    """A whole form. Raises XinqiaoError with every fault that its parts have together.

    `file` says how files of others are read; `derived` dimensions are made of answers; `cases` prove the scoring.
    """

    id: str
    version: int
    purpose: Purpose
    title: Text
    intro: Text | None
    consent: Text
    sections: tuple[Section, ...]
    scales: tuple[Scale, ...] = ()
    derived: tuple[Derived, ...] = ()
    summaries: tuple[SummarySpec, ...] = ()
    cases: tuple[Case, ...] = ()
    file: ForeignFile = NO_FILE
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
        """The question of that name, or the one that a derived dimension or `week` amounts to; KeyError for others."""
        asked = {question.name: question for question in self.questions}
        for made in self.derived:
            if made.name == name:
                return made.as_question(asked[made.source])
        if name == WEEK and WEEK not in asked:
            # A column of dates may hold what is none; an envelope always has its day.
            return replace(WEEKS, required=not self.file.date_column)
        return asked[name]

    @property
    def roster(self) -> Question | None:
        """The dimension whose choices are units with a known number of members; None where there is none."""
        for question in self.questions:
            sized = bool(question.choices) and all(choice.size is not None for choice in question.choices)
            if sized and question.role is Role.DIMENSION and question.kind is Kind.SELECT_ONE:
                return question
        return None

    def levels_of(self, name: str, roster: Question) -> Mapping[str, str]:
        """For each unit its level of a dimension: itself, or its coarser level; empty for other dimensions."""
        if name == roster.name:
            return {choice.name: choice.name for choice in roster.choices}
        made = next((made for made in self.derived if made.name == name and made.source == roster.name), None)
        found = {choice.name: made.level(choice.name) for choice in roster.choices} if made else {}
        return {unit: level for unit, level in found.items() if level is not None}

    @property
    def weekly(self) -> bool:
        """Whether a summary is grouped by the week in which answers were given."""
        return any(WEEK in summary.by for summary in self.summaries)

    def parent(self, name: str) -> str:
        """The coarser step of a dimension in the hierarchies of the summaries; empty where it has none."""
        return parents(self.summaries).get(name, "")

    def lineage(self, name: str) -> Mapping[str, str]:
        """For each level of a dimension the level of its coarser step; empty where it has none."""
        return lineage(self.derived, self.parent(name), name) or {}

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
        yield from repeated(part.name for parts in (self.questions, self.scales, self.derived) for part in parts)
        yield from repeated(summary.name for summary in self.summaries)
        for question in self.questions:
            for expression in (question.relevant, question.constraint):
                for name in sorted(expression.names()) if expression else ():
                    yield from self._unknown(name, question.name)
        for name in sorted(self.file.keep_if.names()) if self.file.keep_if else ():
            yield from self._unknown(name, "")
        for scale in self.scales:
            yield from self._scale_problems(scale)
        unsound = [problem for made in self.derived for problem in self._derived_problems(made)]
        yield from unsound
        for summary in () if unsound else self.summaries:
            yield from self._summary_problems(summary)
        if not unsound:
            known = {WEEK, *(part.name for parts in (self.questions, self.derived) for part in parts)}
            yield from (wrong := list(hierarchy_problems(self.summaries, self.derived, known)))
            yield from () if wrong else self._doubled()
            yield from strategy_problems(self.summaries, self._behind)
        questions, scales = {q.name: q for q in self.questions}, {scale.name: scale for scale in self.scales}
        for case in self.cases:
            yield from case.problems(questions, scales)

    def _names(self, name: str) -> bool:
        """Whether a question, scale or derived dimension of the form has that name."""
        return any(part.name == name for parts in (self.questions, self.scales, self.derived) for part in parts)

    def _unknown(self, name: str, where: str, *, scales: bool = False, derived: bool = False) -> Iterator[Problem]:
        known = [question.name for question in self.questions]
        known += [scale.name for scale in self.scales] if scales else []
        known += [made.name for made in self.derived] if derived else []
        if name not in known:
            nearest = (difflib.get_close_matches(name, known, 1, 0) or ["–"])[0]
            yield Problem(code="name-unknown", place=Place(question=where), params={"name": name, "nearest": nearest})

    def _scale_problems(self, scale: Scale) -> Iterator[Problem]:
        place = Place(question=scale.name)
        for name in (*scale.items, *(name for name in scale.reversed_items if name not in scale.items)):
            if unknown := list(self._unknown(name, scale.name)):
                yield from unknown
            elif not self.question(name).scored:
                yield Problem(code="item-unscored", place=place, params={"scale": scale.name, "name": name})
        if (danger := scale.danger) is None:
            return
        if danger.item not in scale.items:
            yield Problem(code="danger-not-item", place=place, params={"scale": scale.name, "name": danger.item})
        elif danger.item in {question.name for question in self.questions}:
            scores = [choice.score for choice in self.question(danger.item).choices if choice.score is not None]
            if scores and not min(scores) < danger.at_least <= max(scores):
                params: dict[str, str | int] = {"scale": scale.name, "name": danger.item, "least": danger.at_least}
                yield Problem(code="danger-unreachable", place=place, params=params)

    def _derived_problems(self, made: Derived) -> Iterator[Problem]:
        place = Place(question=made.name)
        if unknown := list(self._unknown(made.source, made.name)):
            yield from unknown
            return
        source = next(question for question in self.questions if question.name == made.source)
        if not source.countable or source.kind is not (Kind.SELECT_ONE if made.mapped else Kind.INTEGER):
            yield Problem(code="derived-source", place=place, params={"derived": made.name, "name": made.source})
        elif made.mapped:
            offered = {choice.name for choice in source.choices}
            strange = [name for level in made.levels for name in level.choices if name not in offered]
            for name in strange:
                nearest = difflib.get_close_matches(name, sorted(offered), 1, 0)[0]
                yield Problem(code="name-unknown", place=place, params={"name": name, "nearest": nearest})
            for name in () if strange else made.uncovered(source.choices):
                yield Problem(code="derived-uncovered", place=place, params={"derived": made.name, "name": name})

    def _doubled(self) -> Iterator[Problem]:
        """Two readings of one question in published tables could be played off against each other."""
        used = {name for summary in self.summaries for name in (*summary.by, *(m.of for m in summary.measures))}
        readings: dict[str, list[str]] = {}
        for made in self.derived:
            if made.name in used:
                readings.setdefault(made.source, [made.source] if made.source in used else []).append(made.name)
        over = parents(self.summaries)
        for names in readings.values():
            for at, name in enumerate(names):
                # Steps of one hierarchy are protected together.
                apart = [other for other in names[:at] if not related(over, name, other)]
                if apart:
                    params: dict[str, str | int] = {"name": name, "other": apart[-1]}
                    yield Problem(code="derived-doubled", place=Place(question=name), params=params)

    def _behind(self, name: str) -> frozenset[str]:
        """The questions whose answers a name tells of: itself, a scale's items, what it is derived of."""
        items = next((scale.items for scale in self.scales if scale.name == name), ())
        sources = {made.source for made in self.derived if made.name == name}
        return frozenset({*items, *sources} or {name})

    def _dangerous(self) -> set[str]:
        """What tells who gave a sign of danger: such items, what is derived of them, scales of nothing else."""
        items = {scale.danger.item for scale in self.scales if scale.danger}
        derived = {made.name for made in self.derived if made.source in items}
        return items | derived | {scale.name for scale in self.scales if items >= {*scale.items}}

    def _summary_problems(self, summary: SummarySpec) -> Iterator[Problem]:
        place = Place(question=summary.name)
        named = (*summary.by, *(name for m in summary.measures for name in m.names)) if summary.by else ()
        for name in sorted(self._dangerous() & {*named}):
            yield Problem(code="danger-by-group", place=place, params={"summary": summary.name, "name": name})
        yield from self._by_problems(summary, place)
        if summary.nonresponse and not any(measure.kind is MeasureKind.RATE for measure in summary.measures):
            yield Problem(code="nonresponse-without-rate", place=place, params={"summary": summary.name})
        yield from self._attendance_problems(summary, place)
        for measure in summary.measures:
            unknown = [
                p for name in measure.names for p in self._unknown(name, summary.name, scales=True, derived=True)
            ]
            private = [] if unknown else [name for name in measure.names if not self._countable(name)]
            yield from unknown
            for name in private:
                yield Problem(code="measure-private", place=place, params={"summary": summary.name, "name": name})
            if not unknown and not private and not self._computable(measure):
                params = {"summary": summary.name, "measure": str(measure)}
                yield Problem(code="measure-unknown", place=place, params=params)
            elif measure.kind is MeasureKind.RATE and not self._rated(summary):
                yield Problem(code="rate-without-roster", place=place, params={"summary": summary.name})
            elif measure.kind is MeasureKind.ALPHA:
                yield from self._alpha_problems(summary, measure)

    def _alpha_problems(self, summary: SummarySpec, measure: Measure) -> Iterator[Problem]:
        """Alpha is told of everybody only, and where no table tells of an item: with those it would say too much."""
        place, params = Place(question=summary.name), {"summary": summary.name, "measure": str(measure)}
        if summary.by:
            yield Problem(code="alpha-by-group", place=place, params=params)
        told = {name for known in self.summaries for name in (*known.by, *(n for m in known.measures for n in m.names))}
        told |= {made.source for made in self.derived if made.name in told}
        for item in self.scale(measure.of).items:
            if item in told:
                yield Problem(code="alpha-beside-items", place=place, params={**params, "name": item})

    def _rated(self, summary: SummarySpec) -> bool:
        """Whether everybody in each group of a summary is on a roster."""
        roster = self.roster
        return roster is not None and all(self.levels_of(name, roster) for name in summary.by)

    def _countable(self, name: str) -> bool:
        return self.is_scale(name) or self.question(name).countable

    def _scored(self, name: str) -> bool:
        return self.is_scale(name) or self.question(name).scored

    def _by_problems(self, summary: SummarySpec, place: Place) -> Iterator[Problem]:
        for name in sorted({name for name in summary.by if summary.by.count(name) > 1}):
            yield Problem(code="by-twice", place=place, params={"summary": summary.name, "name": name})
        if WEEK in summary.by and self._names(WEEK):
            yield Problem(code="week-taken", place=place, params={"summary": summary.name})
        for name in summary.by:
            if name == WEEK:
                continue
            if unknown := list(self._unknown(name, summary.name, derived=True)):
                yield from unknown
            elif self.question(name).person:
                yield Problem(code="person-published", place=place, params={"summary": summary.name, "name": name})
            elif self.question(name).role is not Role.DIMENSION:
                yield Problem(code="by-not-dimension", place=place, params={"summary": summary.name, "name": name})

    def _attendance_problems(self, summary: SummarySpec, place: Place) -> Iterator[Problem]:
        """Who came is public by one dimension, or one hierarchy: of pairs of dimensions nobody keeps lists."""
        steps = len(summary.by) == 1 or summary.by in summary.hierarchies
        if summary.attendance is Attendance.PUBLIC and (not steps or WEEK in summary.by):
            yield Problem(code="attendance-by", place=place, params={"summary": summary.name})

    def _computable(self, measure: Measure) -> bool:
        scale = self.scale(measure.of) if self.is_scale(measure.of) else None
        match measure.kind:
            case MeasureKind.N | MeasureKind.RATE:
                return True
            case MeasureKind.MEAN | MeasureKind.SHARE | MeasureKind.SD:
                return self._scored(measure.of)
            case MeasureKind.CHANGE:
                return measure.of != measure.then and self._scored(measure.of) and self._scored(measure.then)
            case MeasureKind.ALPHA:
                return scale is not None and len(scale.items) > 1
            case MeasureKind.DISTRIBUTION:
                return measure.banded and bool(scale.bands) if scale else bool(self.question(measure.of).choices)
