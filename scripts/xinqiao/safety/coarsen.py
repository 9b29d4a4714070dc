"""Coarser bands that a form declares, chosen for each summary before anything is hidden: where less is lost.

A set of b bands tells of a person up to log2(b) bits, so each of its counts is worth log2(b) / b where it is shown
and counts anybody, in a finest group; hidden it is worth nothing. A set once used stays for the school year, so that
figures of one year can be compared. Which set is chosen hangs on hidden counts, as which cells are hidden does.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from xinqiao.core.form import Form
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import Measure, SummarySpec
from xinqiao.safety.cells import task
from xinqiao.safety.count import Batch, Left, count
from xinqiao.safety.frame import Policies, attended_by, frame
from xinqiao.safety.identity import identity_of, total_of
from xinqiao.safety.noise import school_year
from xinqiao.safety.protect import Unprotectable, protect

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


def coarsened(form: Form, basis: Basis) -> Form:
    """The form with every summary that may be coarsened in the bands that are worth most; the finest where several are.

    Raises XinqiaoError as `frame` and `task` do.
    """
    chosen = tuple(_chosen(form, summary, basis) if summary.coarsen else summary for summary in form.summaries)
    return replace(form, summaries=chosen)


def _chosen(form: Form, summary: SummarySpec, basis: Basis) -> SummarySpec:
    steps = range(max((len(_sets(form, measure)) for measure in summary.measures), default=0) + 1)
    tries = [replace(summary, coarsen=False, measures=_at(form, summary.measures, step)) for step in steps]
    used = _used(summary.name, basis)
    alike = {step: len(used & {str(m) for m in tries[step].measures if m.into}) for step in steps}
    if stays := max(steps, key=lambda step: alike[step]):
        return tries[stays]
    return max(tries, key=lambda known: _worth(form, known, basis))


def _sets(form: Form, measure: Measure) -> tuple[int, ...]:
    """How many bands the coarser sets of a measure have, finer ones first."""
    open_to_it = measure.banded and not measure.into and form.is_scale(measure.of)
    return tuple(len(bands) for bands in form.scale(measure.of).coarser) if open_to_it else ()


def _at(form: Form, measures: Sequence[Measure], step: int) -> tuple[Measure, ...]:
    """The measures so many sets coarser, or in their coarsest."""
    sets = [(measure.into, *_sets(form, measure)) for measure in measures]
    return tuple(replace(m, into=known[min(step, len(known) - 1)]) for m, known in zip(measures, sets, strict=True))


def _used(name: str, basis: Basis) -> set[str]:
    """The measures of a summary's last table in this school year; one without weeks counts in every year."""
    year = school_year(basis.period)
    tables = [table for tables in basis.told for table in tables if table.name == name]
    this_year = [t for t in tables if year is None or school_year(t.period) in (None, year)]
    return {cell.measure for cell in this_year[-1].cells} if this_year else set()


def _worth(form: Form, summary: SummarySpec, basis: Basis) -> float:
    """What a summary's bands would be worth if it stood alone, with what it told before; NOTHING if it cannot."""
    told = [[table for table in tables if table.name == summary.name] for tables in basis.told]
    past = [table for tables in told for table in tables]
    rows_before = [row for rows in basis.before for row in rows]
    alone = replace(form, summaries=(summary,))
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
    plan = structure.plans[0]
    bits = 0.0
    for measure in (str(measure) for measure in summary.measures if measure.banded):
        lines = [figure for figure in plan.figures if figure.measure == measure]
        for group, line in itertools.product(structure.finest(plan.by), lines):
            people = total_of(work.where, work.truth, group, line.variable, line.leaves)
            if people and not hidden[number[identity_of(work.where, work.truth, plan, group, line)]]:
                bits += math.log2(len(lines)) / len(lines)
    return bits
