"""What summaries may ask of a form: that it is there, may be counted, and gives nobody away by its very kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from xinqiao.core.derived import Derived
from xinqiao.core.hierarchy import coarser, parents, related
from xinqiao.core.name import unknown
from xinqiao.core.problem import Place, Problem
from xinqiao.core.question import Kind, Question, Role
from xinqiao.core.scale import Scale
from xinqiao.core.summary import FOUR_WEEKS, WEEK, Attendance, Measure, MeasureKind, Strategy, SummarySpec

# The key that opens what is counted, by its name.
AGGREGATION = "aggregation"
# What tables can tell of a block of weeks where everybody knows who came.
OF_BLOCKS = {MeasureKind.N, MeasureKind.DISTRIBUTION, MeasureKind.MEAN, MeasureKind.SHARE}


class _Asked(Protocol):
    """The form whose answers are summarised."""

    @property
    def questions(self) -> Sequence[Question]: ...
    @property
    def scales(self) -> Sequence[Scale]: ...
    @property
    def derived(self) -> Sequence[Derived]: ...
    @property
    def summaries(self) -> Sequence[SummarySpec]: ...
    @property
    def roster(self) -> Question | None: ...
    def question(self, name: str) -> Question: ...
    def scale(self, name: str) -> Scale: ...
    def is_scale(self, name: str) -> bool: ...
    def levels_of(self, name: str, roster: Question) -> Mapping[str, str]: ...


def summary_problems(form: _Asked, summary: SummarySpec) -> Iterator[Problem]:
    """What one summary asks for and cannot have."""
    place = Place(question=summary.name)
    named = (*summary.by, *(name for m in summary.measures for name in m.names)) if summary.by else ()
    for name in sorted(_dangerous(form) & {*named}):
        yield Problem(code="danger-by-group", place=place, params={"summary": summary.name, "name": name})
    yield from _by_problems(form, summary, place)
    if summary.nonresponse and not any(measure.kind is MeasureKind.RATE for measure in summary.measures):
        yield Problem(code="nonresponse-without-rate", place=place, params={"summary": summary.name})
    yield from _attendance_problems(form, summary, place)
    if summary.coarsen and (summary.strategy is not Strategy.SUPPRESS or not _coarsened(form, summary)):
        yield Problem(code="coarsen-nothing", place=place, params={"summary": summary.name})
    for measure in summary.measures:
        yield from _measure_problems(form, summary, measure, place)


def doubled(form: _Asked) -> Iterator[Problem]:
    """Two readings of one question in published tables could be played off against each other."""
    used = {name for summary in form.summaries for name in (*summary.by, *(m.of for m in summary.measures))}
    readings: dict[str, list[str]] = {}
    for made in form.derived:
        if made.name in used:
            readings.setdefault(made.source, [made.source] if made.source in used else []).append(made.name)
    over = parents(form.summaries)
    for names in readings.values():
        for at, name in enumerate(names):
            # Steps of one hierarchy are protected together.
            apart = [other for other in names[:at] if not related(over, name, other)]
            if apart:
                params: dict[str, str | int] = {"name": name, "other": apart[-1]}
                yield Problem(code="derived-doubled", place=Place(question=name), params=params)


def behind(form: _Asked, name: str) -> frozenset[str]:
    """The questions whose answers a name tells of: itself, a scale's items, what it is derived of."""
    items = next((scale.items for scale in form.scales if scale.name == name), ())
    sources = {made.source for made in form.derived if made.name == name}
    return frozenset({*items, *sources} or {name})


def code_problems(questions: Sequence[Question], *, counted: bool, seal_to: Sequence[str]) -> Iterator[Problem]:
    """A one-time code is asked once, of everybody, by a form that is counted with the key that made the code."""
    codes = [question for question in questions if question.role is Role.CODE]
    for question in codes:
        asked = question.kind is Kind.TEXT and question.required and question.relevance is None
        if len(codes) > 1 or not asked or not counted or AGGREGATION not in seal_to:
            yield Problem(code="code-misplaced", place=Place(question=question.name), params={"name": question.name})


def _names(form: _Asked) -> list[str]:
    return [part.name for parts in (form.questions, form.scales, form.derived) for part in parts]


def _dangerous(form: _Asked) -> set[str]:
    """What tells who gave a sign of danger: such items, what is derived of them, scales of nothing else."""
    items = {scale.danger.item for scale in form.scales if scale.danger}
    derived = {made.name for made in form.derived if made.source in items}
    return items | derived | {scale.name for scale in form.scales if items >= {*scale.items}}


def _by_problems(form: _Asked, summary: SummarySpec, place: Place) -> Iterator[Problem]:
    for name in sorted({name for name in summary.by if summary.by.count(name) > 1}):
        yield Problem(code="by-twice", place=place, params={"summary": summary.name, "name": name})
    for name in sorted({*summary.by} & {WEEK, FOUR_WEEKS} & {*_names(form)}):
        yield Problem(code="week-taken", place=place, params={"summary": summary.name, "name": name})
    known = [part.name for parts in (form.questions, form.derived) for part in parts]
    for name in summary.by:
        if name in (WEEK, FOUR_WEEKS):
            continue
        if strange := list(unknown(name, known, summary.name)):
            yield from strange
        elif form.question(name).person:
            yield Problem(code="person-published", place=place, params={"summary": summary.name, "name": name})
        elif form.question(name).role is not Role.DIMENSION:
            yield Problem(code="by-not-dimension", place=place, params={"summary": summary.name, "name": name})


def _attendance_problems(form: _Asked, summary: SummarySpec, place: Place) -> Iterator[Problem]:
    """Who came is public by one dimension, or one hierarchy: of pairs of dimensions nobody keeps lists."""
    steps = len(summary.by) == 1 or summary.by in summary.hierarchies
    if summary.attendance is Attendance.PUBLIC and (not steps or {*summary.by} & {WEEK, FOUR_WEEKS}):
        yield Problem(code="attendance-by", place=place, params={"summary": summary.name})
    if not any(known.attendance is Attendance.PUBLIC for known in form.summaries):
        return
    for measure in summary.measures:
        if measure.kind not in OF_BLOCKS:
            params: dict[str, str | int] = {"summary": summary.name, "what": str(measure)}
            yield Problem(code="attendance-beside", place=place, params=params)
    if summary.strategy is not Strategy.SUPPRESS:
        params = {"summary": summary.name, "what": f"strategy: {summary.strategy.value}"}
        yield Problem(code="attendance-beside", place=place, params=params)


def _measure_problems(form: _Asked, summary: SummarySpec, measure: Measure, place: Place) -> Iterator[Problem]:
    strange = [problem for name in measure.names for problem in unknown(name, _names(form), summary.name)]
    private = [] if strange else [n for n in measure.names if not (form.is_scale(n) or form.question(n).countable)]
    yield from strange
    for name in private:
        yield Problem(code="measure-private", place=place, params={"summary": summary.name, "name": name})
    if not strange and not private and not _computable(form, measure):
        params: dict[str, str | int] = {"summary": summary.name, "measure": str(measure)}
        yield Problem(code="measure-unknown", place=place, params=params)
    elif measure.kind is MeasureKind.RATE and not _rated(form, summary):
        yield Problem(code="rate-without-roster", place=place, params={"summary": summary.name})
    elif measure.kind is MeasureKind.ALPHA:
        yield from _alpha_problems(form, summary, measure, place)


def _alpha_problems(form: _Asked, summary: SummarySpec, measure: Measure, place: Place) -> Iterator[Problem]:
    """Alpha is told of everybody only, and where no table tells of an item: with those it would say too much."""
    params: dict[str, str | int] = {"summary": summary.name, "measure": str(measure)}
    if not form.is_scale(measure.of):
        return
    if summary.by:
        yield Problem(code="alpha-by-group", place=place, params=params)
    told = {name for known in form.summaries for name in (*known.by, *(n for m in known.measures for n in m.names))}
    told |= {made.source for made in form.derived if made.name in told}
    for item in form.scale(measure.of).items:
        if item in told:
            yield Problem(code="alpha-beside-items", place=place, params={**params, "name": item})


def _rated(form: _Asked, summary: SummarySpec) -> bool:
    """Whether everybody in each group of a summary is on a roster."""
    roster = form.roster
    return roster is not None and all(form.levels_of(name, roster) for name in summary.by)


def _coarsened(form: _Asked, summary: SummarySpec) -> bool:
    """Whether anything in a summary can be told coarser."""
    finest = [m.of for m in summary.measures if m.banded and not m.into and form.is_scale(m.of)]
    return bool(coarser_by(form, summary)) or any(form.scale(name).coarser for name in finest)


def coarser_by(form: _Asked, summary: SummarySpec) -> tuple[tuple[str, ...], ...]:
    """The coarser dimensions by which a summary may be told instead of its own, fewest steps first.

    None where who came is public by its levels: everybody knows these anyway.
    """
    if summary.attendance is Attendance.PUBLIC:
        return ()
    taken = {*_names(form)} & {FOUR_WEEKS}
    return tuple(by for by in coarser(parents(form.summaries), summary.by) if not taken & {*by} - {*summary.by})


def _scored(form: _Asked, name: str) -> bool:
    return form.is_scale(name) or form.question(name).scored


def _computable(form: _Asked, measure: Measure) -> bool:
    scale = form.scale(measure.of) if form.is_scale(measure.of) else None
    match measure.kind:
        case MeasureKind.N | MeasureKind.RATE:
            return True
        case MeasureKind.MEAN | MeasureKind.SHARE | MeasureKind.SD:
            return _scored(form, measure.of)
        case MeasureKind.CHANGE:
            return measure.of != measure.then and _scored(form, measure.of) and _scored(form, measure.then)
        case MeasureKind.ALPHA:
            return scale is not None and len(scale.items) > 1
        case MeasureKind.DISTRIBUTION:
            if scale is None:
                return bool(form.question(measure.of).choices)
            return measure.banded and bool(scale.banding(measure.into))
