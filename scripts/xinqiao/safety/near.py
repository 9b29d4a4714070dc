"""Rounded and noisy tables of a release: what is published near the truth instead of hidden."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from xinqiao.core.form import Form
from xinqiao.core.policy import as_decimal
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import Cell, SafeTable
from xinqiao.core.summary import Measure, Strategy
from xinqiao.safety.count import Counts
from xinqiao.safety.frame import Policies, frame
from xinqiao.safety.noise import noisy_lines
from xinqiao.safety.rounding import rounded_lines, secret_of
from xinqiao.safety.structure import Figure, Group, Plan, Structure
from xinqiao.safety.tally import tally
from xinqiao.safety.totals import Totals


def secret_for(structure: Structure, sealed: Iterable[Totals | None], first: Sequence[ScoredRow]) -> str:
    """What the rounded tables of a form draw by: of its first release, so that later ones draw alike.

    sealed: the counts of the releases whose rows are gone; first: the rows of the first one. Empty where no table
    is rounded.
    """
    if not any(plan.policy.rounding for plan in structure.known_plans):
        return ""
    return next((counts.secret for counts in sealed if counts and counts.secret), "") or secret_of(first)


def rounded_tables(form: Form, structure: Structure, counts: Counts, period: str, secret: str) -> tuple[SafeTable, ...]:
    """The tables that this release rounds. Raises XinqiaoError (release-not-safe) where one does not add up."""
    plans = [plan for plan in structure.plans if plan.policy.rounding]
    found = [(plan, rounded_lines(structure, plan, tally(structure, counts, plan), secret)) for plan in plans]
    return tuple(_table(form, structure, plan, lines, period) for plan, lines in found)


def noisy_tables(form: Form, structure: Structure, counted: Callable[[], Counts], period: str) -> tuple[SafeTable, ...]:
    """The tables to which this release adds noise, each time anew; `structure` is one that knows them.

    counted: counts by that structure; asked for only where there are such tables.
    """
    plans = [plan for plan in structure.plans if plan.policy.epsilon]
    if not plans:
        return ()
    counts = counted()
    found = [(plan, noisy_lines(plan, tally(structure, counts, plan))) for plan in plans]
    return tuple(_table(form, structure, plan, lines, period) for plan, lines in found)


def structures(
    form: Form,
    rows: Sequence[ScoredRow],
    reasons: Iterable[str] | None,
    policies: Policies,
    past: Sequence[SafeTable],
    before: Sequence[ScoredRow],
) -> tuple[Structure, Structure]:
    """What the attacker knows of (see `frame`), and the same with noisy tables: they are counted, not attacked."""
    structure = frame(form, rows, reasons, policies, past, before)
    noisy = any(s.strategy is Strategy.DP for s in form.summaries) or any(table.policy.epsilon for table in past)
    return structure, frame(form, rows, reasons, policies, past, before, noisy=True) if noisy else structure


def without(structure: Structure, left_out: Collection[str]) -> Structure:
    """The structure without the plans of some summaries."""
    return replace(structure, plans=tuple(plan for plan in structure.plans if plan.name not in left_out))


def in_order(form: Form, tables: Sequence[SafeTable]) -> tuple[SafeTable, ...]:
    """The tables as the form lists them, that of rows set aside last."""
    place = {summary.name: at for at, summary in enumerate(form.summaries)}
    return tuple(sorted(tables, key=lambda table: place.get(table.name, len(place))))


def entry(form: Form, table: SafeTable) -> dict[str, object]:
    """What a certificate says of one table; `by`: the coarser dimensions by which it is told."""
    rounding = {"rounding": table.policy.rounding} if table.policy.rounding else {}
    epsilon = {"epsilon": as_decimal(table.policy.epsilon)} if table.policy.epsilon else {}
    measures = [known for text in {cell.measure for cell in table.cells} if (known := Measure.parse(text))]
    coarser = {known.of: known.into for known in sorted(measures, key=str) if known.into}
    bands = {"bands": coarser} if coarser else {}
    by = {"by": [known.name for known in table.dimensions]} if is_coarser(form, table) else {}
    return {"cells": len(table.cells), "suppressed": table.suppressed, **rounding, **epsilon, **bands, **by}


def is_coarser(form: Form, table: SafeTable) -> bool:
    """Whether a table is told by coarser dimensions than its summary names."""
    by = tuple(known.name for known in table.dimensions)
    return any(by in form.coarser_by(summary) for summary in form.summaries if summary.name == table.name)


def _table(
    form: Form, structure: Structure, plan: Plan, lines: Mapping[tuple[Group, Figure], int], period: str
) -> SafeTable:
    return SafeTable(
        name=plan.name,
        title=next(summary.title for summary in form.summaries if summary.name == plan.name),
        form=form.id,
        form_version=form.version,
        period=period,
        policy=plan.policy,
        dimensions=tuple(structure.dimension(name) for name in plan.by),
        cells=tuple(_cells(structure, plan, lines)),
    )


def _cells(structure: Structure, plan: Plan, lines: Mapping[tuple[Group, Figure], int]) -> Iterator[Cell]:
    for group in structure.groups(plan.by):
        for figure in plan.figures:
            yield Cell(
                levels=structure.written(plan.by, group),
                measure=figure.measure,
                category=figure.category,
                value=lines[group, figure],
                status=plan.policy.status,
            )
