"""A whole form: questions, scales with bands, summaries. A wrong form cannot be built.

Every fault raises XinqiaoError with all problems found; `place.question` names the part, and
forms/read adds the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from xinqiao.core.asked import behind, coarser_by, code_problems, doubled, summary_problems
from xinqiao.core.case import Case
from xinqiao.core.change import Reread, Revision, change_problems, reread
from xinqiao.core.derived import Derived
from xinqiao.core.foreign import ForeignFile
from xinqiao.core.hierarchy import hierarchy_problems, lineage, parents
from xinqiao.core.logic import cycles, mentions
from xinqiao.core.name import FORM_ID, check_name, nearest, repeated, unknown
from xinqiao.core.occasion import Occasion
from xinqiao.core.pair import asked_before, pair_problems
from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.question import Kind, Question, Role, Section
from xinqiao.core.scale import Scale
from xinqiao.core.strategy import strategy_problems
from xinqiao.core.summary import FOUR_WEEKS, WEEK, SummarySpec
from xinqiao.core.text import Lang, Text

NO_FILE = ForeignFile()
WEEKS = Question(name=WEEK, kind=Kind.TEXT, label=Text.of(zh="周", en="Week"), role=Role.DIMENSION)
BUILT_IN = {WEEK: WEEKS, FOUR_WEEKS: replace(WEEKS, name=FOUR_WEEKS, label=Text.of(zh="四周", en="Four weeks"))}


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
    `paged`: its page shows one question, or one group with the appearance `field-list`, after the other.
    `untranslated`: languages of which texts lack; such a form is not published. `loinc`: its code in LOINC, as
    questions and choices have theirs. `occasion`: the event that this instance of a registration form is for.
    `earlier`: the form that a person answered before this one, where its summaries tell of both; `joined` has both.
    `changes`: what its later versions changed; `since` reads answers to an earlier one by them.
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
    paged: bool = False
    untranslated: tuple[Lang, ...] = ()
    loinc: str = ""
    occasion: Occasion | None = None
    earlier: Form | None = None
    changes: tuple[Revision, ...] = ()
    seal_to: tuple[str, ...]
    retention_days: int

    def __post_init__(self) -> None:
        check_name(self.id, FORM_ID)
        if problems := list(self._problems()):
            raise XinqiaoError(problems)

    @property
    def base(self) -> str:
        """The id of the form file: that of the form itself, or of the form that this is an instance of."""
        return self.id.partition("@")[0]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in order, notes included."""
        return tuple(question for section in self.sections for question in section.questions)

    def question(self, name: str) -> Question:
        """The question of that name, or the one that a derived or built-in dimension amounts to; else KeyError."""
        asked = {question.name: question for question in self.questions}
        for made in self.derived:
            if made.name == name:
                return made.as_question(asked[made.source])
        if name in BUILT_IN and name not in asked:
            # A column of dates may hold what is none; an envelope always has its day.
            return replace(BUILT_IN[name], required=not self.file.date_column)
        return asked[name]

    def since(self, version: int) -> Reread:
        """How answers to an earlier version of the form are read today."""
        return reread(self.changes, version)

    @property
    def joined(self) -> Form:
        """The form as its tables count it: with the scales of the earlier form of a pair; itself without one."""
        if self.earlier is None:
            return self
        section, scales = asked_before(self.earlier)
        return replace(self, earlier=None, sections=(*self.sections, section), scales=(*self.scales, *scales))

    @property
    def code(self) -> Question | None:
        """The question for the one-time code of a printed slip; None where answers need none."""
        return next((question for question in self.questions if question.role is Role.CODE), None)

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
        """Whether a summary is grouped by when answers were given."""
        return any({*summary.by} & {*BUILT_IN} for summary in self.summaries)

    def parent(self, name: str) -> str:
        """The coarser step of a dimension in the hierarchies of the summaries; empty where it has none."""
        return parents(self.summaries).get(name, "")

    def lineage(self, name: str) -> Mapping[str, str]:
        """For each level of a dimension the level of its coarser step; empty where it has none."""
        return lineage(self.derived, self.parent(name), name) or {}

    def coarser_by(self, summary: SummarySpec) -> tuple[tuple[str, ...], ...]:
        """The coarser dimensions by which one of the summaries may be told instead of its own, fewest steps first."""
        return coarser_by(self, summary)

    def scale(self, name: str) -> Scale:
        """The scale of that name; KeyError where there is none."""
        return {scale.name: scale for scale in self.scales}[name]

    def is_scale(self, name: str) -> bool:
        """Whether a name is a scale's."""
        return any(scale.name == name for scale in self.scales)

    def _problems(self) -> Iterator[Problem]:
        if self.earlier is not None:
            # What hangs together is looked at in both as one.
            yield from list(pair_problems(self, self.earlier)) or _problems_of(lambda: self.joined)
            return
        if not any(question.answered for question in self.questions):
            yield Problem(code="form-empty")
        if not self.seal_to:
            yield Problem(code="form-unsealed")
        yield from repeated(part.name for parts in (self.questions, self.scales, self.derived) for part in parts)
        yield from repeated(summary.name for summary in self.summaries)
        yield from code_problems(self.questions, counted=bool(self.summaries), seal_to=self.seal_to)
        for question in self.questions:
            for name in sorted(mentions(question)):
                yield from self._unknown(name, question.name)
        groups = {group.name: group for section in self.sections for group in section.groups}
        for group in groups.values():
            for name in sorted(group.relevant.names()) if group.relevant else ():
                yield from self._unknown(name, group.name)
        yield from cycles(self.questions)
        for name in sorted(self.file.keep_if.names()) if self.file.keep_if else ():
            yield from self._unknown(name, "")
        yield from change_problems(self.changes, self.version, {question.name for question in self.questions})
        for scale in self.scales:
            yield from self._scale_problems(scale)
        unsound = [problem for made in self.derived for problem in self._derived_problems(made)]
        yield from unsound
        for summary in () if unsound else self.summaries:
            yield from summary_problems(self, summary)
        if not unsound:
            known = {*BUILT_IN, *(part.name for parts in (self.questions, self.derived) for part in parts)}
            yield from (wrong := list(hierarchy_problems(self.summaries, self.derived, known)))
            yield from () if wrong else doubled(self)
            yield from strategy_problems(self.summaries, lambda name: behind(self, name))
        questions, scales = {q.name: q for q in self.questions}, {scale.name: scale for scale in self.scales}
        for case in self.cases:
            yield from case.problems(questions, scales)

    def _unknown(self, name: str, where: str) -> Iterator[Problem]:
        return unknown(name, [question.name for question in self.questions], where)

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
                params = {"name": name, "nearest": nearest(name, sorted(offered))}
                yield Problem(code="name-unknown", place=place, params=params)
            for name in () if strange else made.uncovered(source.choices):
                yield Problem(code="derived-uncovered", place=place, params={"derived": made.name, "name": name})


def _problems_of(make: Callable[[], Form]) -> tuple[Problem, ...]:
    try:
        make()
    except XinqiaoError as error:
        return error.problems
    return ()
