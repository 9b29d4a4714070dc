"""Coarser bands, dimensions and weeks, chosen for each summary before anything is hidden: where less is lost.

A set of b bands tells of a person up to log2(b) bits, so each of its counts is worth log2(b) / b where it is shown
and counts anybody; hidden it is worth nothing. The g groups of a table tell log2(g) bits more, so those of each of
its steps together are worth (1 + log2(g)) / g times that: a table by class and grade has the worth of its grades
too, and loses against one by grade alone only if classes make it hide more of those than they tell.
What was told coarser stays so for the school year, so that figures of one year can be compared. What is chosen hangs
on hidden counts, as which cells are hidden does.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace

from xinqiao.core.form import Form
from xinqiao.core.hierarchy import coarser, parents
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import Measure, SummarySpec
from xinqiao.safety.cells import Task, task
from xinqiao.safety.count import Batch, Left, count
from xinqiao.safety.frame import Policies, attended_by, frame
from xinqiao.safety.identity import Identity, identity_of, total_of
from xinqiao.safety.noise import school_year
from xinqiao.safety.protect import Unprotectable, protect
from xinqiao.safety.structure import ALL, Plan

NOTHING = -1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a choice rests on: the rows of this release and of each earlier one, what those told, this one's weeks,
    and whom corrections left out."""

    rows: Sequence[ScoredRow] = field(repr=False)
    before: Sequence[Sequence[ScoredRow]] = field(repr=False)
    told: Sequence[Sequence[SafeTable]]
    period: str
    policies: Policies
    left: Sequence[Left] = field(default=(), repr=False)


def coarsened(form: Form, basis: Basis) -> Iterator[Form]:
    """The form with every summary that may be coarsened in what is worth most; then, for where that cannot be told
    safely together, one summary after the other in what is worth next, coarser than it was told this year or as coarse.

    Raises XinqiaoError as `frame` and `task` do.
    """
    ranked = [_ranked(form, summary, basis) if summary.coarsen else iter((summary,)) for summary in form.summaries]
    chosen = [next(known) for known in ranked]
    yield _told_as(form, chosen)
    more = True
    while more:
        more = False
        for at, known in enumerate(ranked):
            if (other := next(known, None)) is not None:
                chosen[at], more = other, True
                yield _told_as(form, chosen)


def _told_as(form: Form, summaries: Sequence[SummarySpec]) -> Form:
    return form if tuple(summaries) == form.summaries else replace(form, summaries=tuple(summaries))


def _ranked(form: Form, summary: SummarySpec, basis: Basis) -> Iterator[SummarySpec]:
    """The ways to tell a summary, what is worth most first: as this year began, then what is coarser yet.

    Of those that are worth the same the finest comes first; a way that hides too little to be safe alone only where
    none is.
    """
    used_by, used_step = _used(form, summary, basis)
    coarse = form.coarser_by(summary)
    further = (used_by, *(by for by in coarse if by in coarser(parents(form.summaries), used_by)))
    steps = range(max((len(_sets(form, measure)) for measure in summary.measures), default=0) + 1)
    ways = [(by, step) for by in further for step in steps if step >= used_step]
    stays = [way for way in ways if used_by in (summary.by, way[0]) and used_step in (0, way[1])]
    first = True
    for group in (stays, [way for way in ways if way not in stays]):
        tries = [_way(form, summary, by, step) for by, step in group]
        # Where there is no choice nothing is weighed.
        worths = [worth(form, known, basis) for known in tries] if len(tries) > 1 else [0.0] * len(tries)
        for value, known in sorted(zip(worths, tries, strict=True), key=lambda pair: -pair[0]):
            if first or value > NOTHING:
                yield known
            first = False


def _way(form: Form, summary: SummarySpec, by: tuple[str, ...], step: int) -> SummarySpec:
    measures = _at(form, summary.measures, step)
    if (by, measures) == (summary.by, summary.measures):
        return summary
    return replace(summary, coarsen=False, by=by, measures=measures)


def _sets(form: Form, measure: Measure) -> tuple[int, ...]:
    """How many bands the coarser sets of a measure have, finer ones first."""
    open_to_it = measure.banded and not measure.into and form.is_scale(measure.of)
    return tuple(len(bands) for bands in form.scale(measure.of).coarser) if open_to_it else ()


def _at(form: Form, measures: Sequence[Measure], step: int) -> tuple[Measure, ...]:
    """The measures so many sets coarser, or in their coarsest."""
    sets = [(measure.into, *_sets(form, measure)) for measure in measures]
    return tuple(replace(m, into=known[min(step, len(known) - 1)]) for m, known in zip(measures, sets, strict=True))


def _used(form: Form, summary: SummarySpec, basis: Basis) -> tuple[tuple[str, ...], int]:
    """By which dimensions, and how many sets of bands coarser, a summary was last told in this school year; its own
    where it was not. A table without weeks counts in every year."""
    year = school_year(basis.period)
    tables = [table for tables in basis.told for table in tables if table.name == summary.name]
    this_year = [t for t in tables if year is None or school_year(t.period) in (None, year)]
    if not this_year:
        return summary.by, 0
    by = tuple(known.name for known in this_year[-1].dimensions)
    told = {cell.measure for cell in this_year[-1].cells}
    steps = range(max((len(_sets(form, measure)) for measure in summary.measures), default=0) + 1)
    alike = {step: len(told & {str(m) for m in _at(form, summary.measures, step) if m.into}) for step in steps}
    return by if by in form.coarser_by(summary) else summary.by, max(steps, key=lambda step: alike[step])


def worth(form: Form, summary: SummarySpec, basis: Basis) -> float:
    """What a summary would tell if it stood alone, with what it told before; NOTHING if it cannot."""
    told = [[table for table in tables if table.name == summary.name] for tables in basis.told]
    past = [table for tables in told for table in tables]
    rows_before = [row for rows in basis.before for row in rows]
    # Which classes lie in which grades stays known, whoever says so.
    steps = tuple(dict.fromkeys(known for other in form.summaries for known in other.hierarchies))
    alone = replace(form, summaries=(replace(summary, coarsen=False, hierarchies=steps),))
    gone = [replace(known, quarantined={}) for known in basis.left]
    everybody = [*basis.rows, *(row for known in gone for row in known.rows)]
    structure = frame(alone, everybody, None, basis.policies, past, rows_before)
    known = {dimension.name for dimension in structure.dimensions}
    attended = tuple(by for by in attended_by(form) if known.issuperset(by))
    structure = replace(structure, attended=attended)
    batches = [Batch(rows=rows, quarantined={}) for rows in (*basis.before, basis.rows)]
    work = task(structure, count(structure, batches, gone), told, len(told) if attended else 0)
    try:
        hidden = protect(work).hidden
    except Unprotectable:
        return NOTHING
    number = {identity: at for at, identity in enumerate(work.cells.identities)}
    shown = {identity for identity, at in number.items() if not hidden[at]}
    within = [by for by in coarser(parents(form.summaries), summary.by) if {*by} < {*summary.by}]
    return sum(_told(work, structure.plans[0], by, shown) for by in (summary.by, *within))


def _told(work: Task, plan: Plan, by: tuple[str, ...], shown: Set[Identity]) -> float:
    """What the shown figures of the finest groups by these dimensions are worth."""
    where = work.where
    nobody = frozenset[str]()
    groups = [g for g in where.structure.finest(by) if total_of(where, work.truth, g, ALL, nobody)]
    lines = [figure for figure in plan.figures if not figure.members]
    number = Counter(figure.measure for figure in lines)
    most = max(number.values(), default=0)
    bits = 0.0
    for group, line in itertools.product(groups, lines):
        if number[line.measure] == 1 < most:
            # Beside distributions what else is told, such as how many there are, is no reason for one or the other.
            continue
        people = total_of(where, work.truth, group, line.variable, line.leaves)
        if people and identity_of(where, work.truth, plan, group, line) in shown:
            bits += math.log2(max(2, number[line.measure])) / number[line.measure]
    return bits * (1 + math.log2(len(groups))) / len(groups) if groups else 0.0
