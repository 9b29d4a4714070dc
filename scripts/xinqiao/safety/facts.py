"""What earlier releases have told for ever, as rows over the protector's columns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np

from xinqiao.core.policy import FLOOR, Policy, Status
from xinqiao.core.problem import Place, refuse
from xinqiao.core.question import NO_ANSWER
from xinqiao.core.safe import Cell, SafeTable
from xinqiao.core.summary import TOTAL
from xinqiao.safety.atlas import Atlas
from xinqiao.safety.levels import OTHER
from xinqiao.safety.relations import counts_that_round_to, score_lattice, sums_that_round_to
from xinqiao.safety.rows import Flags, Ints
from xinqiao.safety.structure import ALL, Figure, Group, Plan, Structure
from xinqiao.safety.variable import QUARANTINE

Told = tuple[Group, Figure, Cell]
Bounded = tuple[Ints, Ints, float, float]  # columns, coefficients, least and largest value


def told(structure: Structure, table: SafeTable) -> Iterator[Told]:
    """Every cell of a table with its group and figure. Raises XinqiaoError (release-form-changed)."""
    by = tuple(dimension.name for dimension in table.dimensions)
    figures = {(figure.measure, figure.category): figure for figure in _plan(structure, table, by).figures}
    for cell in table.cells:
        figure = figures.get((cell.measure, cell.category))
        if figure is None:
            raise refuse("release-form-changed", Place(question=table.name), table=table.name)
        yield structure.group(by, cell.levels), figure, cell


def _plan(structure: Structure, table: SafeTable, by: tuple[str, ...]) -> Plan:
    measures = {cell.measure for cell in table.cells}
    for plan in structure.known_plans:
        if plan.name == table.name and plan.by == by and measures <= {figure.measure for figure in plan.figures}:
            return plan
    raise refuse("release-form-changed", Place(question=table.name), table=table.name)


def decimals_at(policy: Policy, base: int) -> int:
    """How finely a mean over so many is rounded."""
    return 1 if base >= policy.mean_decimal_from else 0


def told_rows(where: Atlas, tables: Sequence[SafeTable], upto: int) -> Iterator[Bounded]:
    """What the tables of release `upto` say of those whom it counted, since where each table begins."""
    for table in tables:
        for group in _absent(where.structure, table):
            columns = where.over(where.columns(group, ALL, frozenset()), 0, upto)
            yield columns, np.ones_like(columns), 0, 0
        span = (table.since, upto)
        lines = list(told(where.structure, table))
        shown = {(group, (figure.measure, figure.category)): cell.value for group, figure, cell in lines}
        for group, figure, cell in lines:
            if cell.status is Status.ROUNDED and cell.value is not None:
                columns = where.over(where.columns(group, figure.variable, figure.leaves), *span)
                value, reach = float(cell.value), table.policy.rounding
                yield columns, np.ones_like(columns), value - reach, value + reach
            elif cell.status is Status.SHOWN and cell.value is not None and not figure.beyond:
                base = shown.get((group, figure.base))
                yield _bounded(where, group, figure, cell, (table.policy, int(base or 0), span))


def listed_rows(where: Atlas, earlier: Sequence[Sequence[SafeTable]]) -> Iterator[tuple[Ints, int]]:
    """Columns that hold so many at least: typed levels are listed from k respondents on, in every release.

    Who knows the rule knows that. The merged level may be smaller only if it once was listed alone.
    """
    structure = where.structure
    listings = [
        [(d.name, tuple(level.name for level in d.levels), t.policy.threshold) for t in tables for d in t.dimensions]
        for tables in earlier
    ]
    listings.append([(name, structure.levels(name), p.policy.threshold) for p in structure.plans for name in p.by])
    once_alone: set[str] = set()
    for upto, listing in enumerate(listings):
        for name, levels, k in listing:
            texts = [level for level in levels if level != NO_ANSWER] if name in structure.typed else []
            once_alone |= {name} if texts == [OTHER] else set()
            for level in texts:
                if level != OTHER or name not in once_alone:
                    columns = where.columns(structure.group((name,), (level,)), ALL, frozenset())
                    # The tables that this release rounds are told of the same moment as those still to be hidden.
                    yield where.over(columns, 0, min(upto, where.intervals - 1)), k


def _bounded(
    where: Atlas, group: Group, figure: Figure, cell: Cell, at: tuple[Policy, int, tuple[int, int]]
) -> Bounded:
    policy, base, (since, upto) = at
    value = cell.value
    if figure.mean and isinstance(value, Decimal):
        columns, scores, unit = score_lattice(where, group, figure.variable)
        low, high = sums_that_round_to(value, base, decimals_at(policy, base), unit)
        return where.over(columns, since, upto), where.repeated(scores, since, upto), low, high
    columns = where.over(where.columns(group, figure.variable, figure.leaves), since, upto)
    if figure.members:
        return columns, np.ones_like(columns), 0, float(value or 0)
    if figure.share:
        low, high = counts_that_round_to(int(value or 0), base, policy.share_step(base))
        return columns, np.ones_like(columns), low, high
    return columns, np.ones_like(columns), float(value or 0), float(value or 0)


def _absent(structure: Structure, table: SafeTable) -> Iterator[Group]:
    """The groups of today's levels that a table did not list: nobody had come in them."""
    for dimension in table.dimensions:
        listed = {level.name for level in dimension.levels}
        for level in structure.levels(dimension.name):
            if level not in listed:
                yield structure.group((dimension.name,), (level,))


def corrected_rows(where: Atlas, truth: Ints, earlier: Sequence[Sequence[SafeTable]]) -> Iterator[Bounded]:
    """Whom a correction leaves out are k or more, as everybody knows; and those who came with it, or nobody did."""
    everybody = where.columns(where.structure.group((), ()), ALL, frozenset())
    policies = [[table.policy for table in tables] for tables in earlier[: where.intervals - 1]]
    policies.append([plan.policy for plan in where.structure.plans])
    for number in sorted({until for _, until in where.spans if until < where.intervals}):
        k = max((policy.threshold for policy in policies[number]), default=FLOOR)
        gone = where.within(everybody, [at for at, (_, until) in enumerate(where.spans) if until == number])
        new = where.within(everybody, [at for at, (came, _) in enumerate(where.spans) if came == number])
        ones = np.ones_like(gone), np.ones_like(new)
        yield gone, ones[0], k, math.inf
        yield (new, ones[1], k, math.inf) if truth[new].any() else (new, ones[1], 0, 0)


def attendance_rows(where: Atlas, truth: Ints) -> Iterator[tuple[Ints, int]]:
    """How many came in each interval, where everybody knows that."""
    for by in where.structure.attended:
        for group in where.structure.finest(by):
            columns = where.columns(group, ALL, frozenset())
            for interval in range(where.intervals):
                here = where.over(columns, interval, interval)
                yield here, int(truth[here].sum())


class Roster:
    """How many people columns can hold at most, and whether it is known how many they hold."""

    def __init__(self, where: Atlas, truth: Ints) -> None:
        """Finds for each column the group of each public attendance in which it lies."""
        names = [known.name for known in where.structure.dimensions]
        self._size, self._truth = where.size, truth
        self._everybody = self._flags(where, ALL)
        self._set_aside = np.zeros_like(self._everybody)
        if QUARANTINE in where.structure.variables:
            self._set_aside = self._flags(where, QUARANTINE)
        self._lists: list[tuple[Ints, Ints]] = []
        for by in where.structure.attended:
            numbers: dict[Group, int] = {}
            at = np.zeros(where.size, dtype=np.int64)
            for (_, part, _), column in where.column.items():
                seen = tuple(level if name in by else TOTAL for name, level in zip(names, part, strict=True))
                at[column] = numbers.setdefault(seen, len(numbers))
            groups = [where.columns(group, ALL, frozenset()) for group in numbers]
            spans = range(where.intervals)
            came = [truth[where.over(columns, span, span)].sum() for span in spans for columns in groups]
            self._lists.append((np.concatenate([at + span * len(numbers) for span in spans]), np.array(came)))

    def _flags(self, where: Atlas, of: str) -> Flags:
        flags = np.zeros(where.size, dtype=bool)
        flags[where.block(of)] = True
        return np.tile(flags, len(where.spans))

    def most(self, columns: Ints, among: Ints, k: int) -> int:
        """How many came to the groups that the columns touch, if fewer than k; else k. Nothing bounds rows set aside.

        Only intervals count in which somebody of `among` came: with those people they can be mixed up.
        """
        if not self._lists or self._set_aside[columns].any():
            return k
        came_at_all = np.bincount(among // self._size, self._truth[among], len(self._truth) // self._size) > 0
        kept = columns[came_at_all[columns // self._size]]
        return min(k, *(int(came[np.unique(at[kept])].sum()) for at, came in self._lists))

    def tells(self, columns: Ints) -> bool:
        """Whether the columns are everybody in some of the groups: then their number is known anyway."""
        if not self._lists or not self._everybody[columns].all():
            return False
        chosen = np.zeros(len(self._everybody), dtype=bool)
        chosen[columns] = True
        return any(np.array_equal(chosen, np.isin(at, at[columns]) & self._everybody) for at, _ in self._lists)
