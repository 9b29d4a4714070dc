"""The protector's task: the cells that could be shown, and the groups that must stay hidden."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from xinqiao.core.policy import Policy
from xinqiao.core.problem import refuse
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import TOTAL
from xinqiao.safety.atlas import Atlas, atlas, truth_of
from xinqiao.safety.count import Counts
from xinqiao.safety.facts import attendance_rows, corrected_rows, listed_rows, told_rows
from xinqiao.safety.groups import Groups, groups
from xinqiao.safety.identity import SD, SHARE, Identity, identity_of, is_coarse, mean_of, share_of, total_of
from xinqiao.safety.relations import (
    counts_that_round_to,
    linking_rows,
    score_lattice,
    sums_that_round_to,
)
from xinqiao.safety.rows import Flags, Floats, Ints, Rows, Sparse
from xinqiao.safety.spread import Curve, changed, scores_of, spread_cell, told_spreads
from xinqiao.safety.structure import ALL, Figure, Group, Leaves, Plan, Structure, covers

# What a cell costs more for each dimension of which it is a total: the figures of all are wanted most.
COUNT_WIDER, MEAN_WIDER = 4.0, 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells of the release: rows, the bounds that showing each one tells, and what hiding costs."""

    identities: tuple[Identity, ...]
    rows: Sparse = field(repr=False)
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    cost: Floats = field(repr=False)
    base: Ints = field(repr=False)  # of a mean: the number of its base cell, of an SD that of its mean; else -1
    primary: tuple[int, ...] = field(repr=False)
    curves: tuple[Curve, ...] = field(default=(), repr=False)  # what SDs tell and no bound can say

    def changed(self, world: Ints) -> Flags:
        """Which cells a world would show otherwise."""
        values = self.rows.of(world)
        return changed(self.curves, values, (values < self.low) | (values > self.high))


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """All that the protector works on."""

    where: Atlas
    truth: Ints = field(repr=False)
    fixed: Sparse = field(repr=False)  # relations and earlier tables: nothing can be taken back
    fixed_low: Floats = field(repr=False)
    fixed_high: Floats = field(repr=False)
    cells: Cells
    groups: Groups


def task(structure: Structure, counts: Counts, earlier: Sequence[Sequence[SafeTable]], since: int = 0) -> Task:
    """The task, for tables that begin after release `since`. Raises XinqiaoError (release-contradiction)."""
    where = atlas(structure, len(counts.sizes), since, counts.spans)
    truth = truth_of(where, counts)
    for group, size in structure.sizes.items():
        if total_of(where, truth, group, ALL, frozenset()) > size:
            raise refuse("roster-too-small", group=" · ".join(level for level in group if level != TOTAL) or TOTAL)
    fixed, low, high = _fixed(where, earlier, truth)
    values = fixed.of(truth)
    if bool(np.any(values < low) or np.any(values > high)):
        raise refuse("release-contradiction")
    cells = _cells(where, truth)
    return Task(
        where=where, truth=truth, fixed=fixed, fixed_low=low, fixed_high=high, cells=cells, groups=groups(where, truth)
    )


def _fixed(where: Atlas, earlier: Sequence[Sequence[SafeTable]], truth: Ints) -> tuple[Sparse, Floats, Floats]:
    rows, bounds = Rows(), []
    for columns, values, high in linking_rows(where):
        for span in range(len(where.spans)):
            rows.add(columns + span * where.size, values)
            bounds.append((0.0, high))
    for upto, tables in enumerate(earlier):
        for columns, values, low, top in (*told_rows(where, tables, upto), *told_spreads(where, truth, tables, upto)):
            rows.add(columns, values)
            bounds.append((low, top))
    for group, size in where.structure.sizes.items():
        # Whoever was left out had answered too: an earlier release can have counted more than this one.
        for upto in range(0 if len(where.spans) > where.intervals else where.intervals - 1, where.intervals):
            rows.add(where.over(where.columns(group, ALL, frozenset()), 0, upto))
            bounds.append((0.0, float(size)))
    for columns, values, low, top in corrected_rows(where, truth, earlier):
        rows.add(columns, values)
        bounds.append((low, top))
    for columns, came in attendance_rows(where, truth):
        rows.add(columns)
        bounds.append((came, came))
    for columns, k in listed_rows(where, earlier):
        rows.add(columns)
        bounds.append((k, math.inf))
    array = np.array(bounds, dtype=float).reshape(-1, 2)
    return rows.frozen(), array[:, 0], array[:, 1]


class _Collector:
    """Collects the release's cells, each once, with the strictest threshold of the tables it stands in."""

    def __init__(self, where: Atlas, truth: Ints) -> None:
        self.where, self.truth = where, truth
        self.rows = Rows()
        self.numbers: dict[Identity, int] = {}
        self.bounds: list[tuple[float, float, float, int]] = []
        self.primary: set[int] = set()
        self.small = _small_groups(where, truth)
        self.curves: list[Curve] = []

    def total(self, group: Group, variable: str, leaves: Leaves) -> int:
        return total_of(self.where, self.truth, group, variable, leaves)

    def count_cell(self, group: Group, variable: str, leaves: Leaves, policy: Policy) -> int:
        identity = (group, variable, leaves, -1)
        value = self.total(group, variable, leaves)
        if identity not in self.numbers:
            columns = self.where.columns(group, variable, leaves)
            self.numbers[identity] = self.rows.add(self.where.now(columns))
            weight = (
                (1.0 + math.log2(1 + value) if value else 2.0)
                * COUNT_WIDER ** group.count(TOTAL)
                * (1 if variable else 4)
            )
            self.bounds.append((value, value, weight, -1))
        number = self.numbers[identity]
        if is_primary(value, policy) or any(covers(small, group) for small in self.small):
            self.primary.add(number)
        return number

    def _base(self, plan: Plan, group: Group, figure: Figure) -> tuple[int, int]:
        """The cell of those who answered, on which a mean or a share rests, and their number."""
        variable = self.where.structure.variables[figure.variable]
        everybody = variable.answered == variable.linked
        of, leaves = (ALL, frozenset[str]()) if everybody else (variable.name, variable.answered)
        return self.count_cell(group, of, leaves, plan.policy), self.total(group, variable.name, variable.answered)

    def share_cell(self, plan: Plan, group: Group, figure: Figure) -> None:
        identity = identity_of(self.where, self.truth, plan, group, figure)
        base_number, base = self._base(plan, group, figure)
        if identity not in self.numbers:
            columns = self.where.columns(group, figure.variable, figure.leaves)
            self.numbers[identity] = self.rows.add(self.where.now(columns))
            low, high, step = 0, 0, identity[3] - SHARE
            if base:
                told = share_of(self.where, self.truth, group, figure, step)
                low, high = counts_that_round_to(told, base, step)
            cost = (1.0 + math.log2(1 + base)) * COUNT_WIDER ** group.count(TOTAL)
            self.bounds.append((low, high, cost, base_number))
        if base < plan.policy.share_from or base_number in self.primary:
            self.primary.add(self.numbers[identity])

    def mean_cell(self, plan: Plan, group: Group, figure: Figure) -> int:
        identity = identity_of(self.where, self.truth, plan, group, figure)
        base_number, base = self._base(plan, group, figure)
        if identity not in self.numbers:
            columns, values, unit = score_lattice(self.where, group, figure.variable)
            told = np.tile(values, self.where.intervals - self.where.since)
            self.numbers[identity] = self.rows.add(self.where.now(columns), told)
            low, high = 0, 0
            if base:
                mean = mean_of(self.where, self.truth, group, figure, identity[3])
                low, high = sums_that_round_to(mean, base, identity[3], unit)
            cost = 6.0 * MEAN_WIDER ** group.count(TOTAL) / max(1, int(np.abs(values).max(initial=1)))
            self.bounds.append((low, high, cost, base_number))
        scores = self.where.structure.variables[figure.variable].scores
        least = (
            plan.policy.change_from if self.where.structure.variables[figure.variable].pair else plan.policy.mean_from
        )
        if base < least or base_number in self.primary or is_coarse(scores.values(), identity[3]):
            self.primary.add(self.numbers[identity])
        return self.numbers[identity]

    def sd_cell(self, plan: Plan, group: Group, figure: Figure) -> None:
        identity = identity_of(self.where, self.truth, plan, group, figure)
        mean = self.mean_cell(plan, group, replace(figure, sd=False, mean=True))
        base = self.total(group, figure.variable, figure.leaves)
        if identity not in self.numbers:
            scores, numbers = scores_of(self.where, group, figure), (self.rows.count, mean)
            row, bounds, curve = spread_cell(self.where, self.truth, scores, identity[3] - SD, numbers)
            self.numbers[identity] = self.rows.add(self.where.now(scores.columns), row)
            self.curves += [curve] if curve else []
            cost = 6.0 * MEAN_WIDER ** group.count(TOTAL) / max(1, int(np.abs(row).max(initial=1)))
            self.bounds.append((*bounds, cost, mean))
        if base < plan.policy.sd_from or mean in self.primary:
            self.primary.add(self.numbers[identity])


def is_primary(value: int, policy: Policy) -> bool:
    """Whether a count is too small to be shown."""
    return 1 <= value < policy.threshold


def _small_groups(where: Atlas, truth: Ints) -> list[Group]:
    """Groups of fewer than k in all: nothing of them is shown, for their zeros tell what all have in common."""
    found: dict[Group, int] = {}
    for plan in where.structure.known_plans:
        for group in where.structure.groups(plan.by):
            found[group] = max(found.get(group, 0), plan.policy.threshold)
    return [group for group, k in found.items() if 1 <= total_of(where, truth, group, ALL, frozenset()) < k]


def _cells(where: Atlas, truth: Ints) -> Cells:
    collector = _Collector(where, truth)
    for plan in where.structure.plans:
        # What a rounded table tells is settled before: nothing of it can be hidden.
        for group in () if plan.policy.rounding else where.structure.groups(plan.by):
            for figure in plan.figures:
                if figure.mean:
                    collector.mean_cell(plan, group, figure)
                elif figure.sd or figure.alpha or figure.effect:
                    collector.sd_cell(plan, group, replace(figure, alpha=False, effect=False, sd=True))
                elif figure.share:
                    collector.share_cell(plan, group, figure)
                else:
                    collector.count_cell(group, figure.variable, figure.leaves, plan.policy)
    bounds = np.array(collector.bounds, dtype=float).reshape(-1, 4)
    return Cells(
        identities=tuple(collector.numbers),
        rows=collector.rows.frozen(),
        low=bounds[:, 0],
        high=bounds[:, 1],
        cost=bounds[:, 2],
        base=bounds[:, 3].astype(np.int64),
        primary=tuple(sorted(collector.primary)),
        curves=tuple(collector.curves),
    )
