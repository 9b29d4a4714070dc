"""How far an aim goes when each cell may move in proportion to how much it is hidden, and what each cell gives to it.

The programmes behind the cuts of `fewest`: prices of relations and cells, and from rounded prices a bound that holds.
"""

from __future__ import annotations

import highspy
import numpy as np

from xinqiao.safety.cells import Task
from xinqiao.safety.rows import Floats
from xinqiao.safety.worlds import INFINITE, linear_programme, silent, solve

SIGHT = 1e-6
LOOSE = 1e-4  # a cut may not take away a choice by the last digits
MOST_PIVOTS = 2_000  # of one programme
PRIMAL = 4

Aim = tuple[int, bool]  # group; whether it is to be empty or full


class Reach:
    """How far an aim goes when each cell may move in proportion to how much it is hidden."""

    def __init__(self, task: Task) -> None:
        self._task = task
        cells, width = task.cells.rows, len(task.truth)
        self._width, self._first = width, width + 2 * cells.count
        at = task.fixed.count + np.arange(cells.count)
        rows = np.concatenate([task.fixed.rows, cells.rows + task.fixed.count, at, at])
        less = width + 2 * np.arange(cells.count)
        columns = np.concatenate([task.fixed.columns, cells.columns, less, less + 1])
        ones = np.ones(cells.count)
        values = np.concatenate([task.fixed.values, cells.values, ones, -ones])
        self._low = np.concatenate([task.fixed_low, task.cells.low])
        self._high = np.concatenate([task.fixed_high, task.cells.high])
        model = linear_programme((rows, columns, values), (len(self._low), self._first), np.zeros(self._first))
        model.row_lower_, model.row_upper_ = self._low, self._high
        self._solver = silent()
        self._solver.setOptionValue("simplex_strategy", PRIMAL)  # what it did last is still possible, only not best
        self._solver.setOptionValue("simplex_iteration_limit", MOST_PIVOTS)
        self._solver.passModel(model)
        self._rows, self._columns, self._values = rows, columns, values
        # How much less a cell can be than it is: down to 0, or without end where scores below 0 are summed up.
        endless = np.isin(np.arange(cells.count), cells.rows[cells.values < 0])
        self._fall = np.where(endless, INFINITE, np.maximum(task.cells.high, 0))

    @property
    def pivots(self) -> int:
        """How many the last programme took."""
        return max(0, int(self._solver.getInfo().simplex_iteration_count))

    def prices(self, aim: Aim, choice: Floats) -> Floats | None:
        """The rows' prices where the aim is out of reach; None where it is reached or nothing was found."""
        group, empty = aim
        groups = self._task.groups
        goal = float(groups.empty[group] if empty else groups.k[group])
        weight = self._weight(group)
        upper = np.full(self._first, INFINITE)
        upper[self._width :: 2] = np.where(choice > SIGHT, self._fall * np.maximum(choice, SIGHT), 0.0)
        upper[self._width + 1 :: 2] = np.where(
            choice > 1 - SIGHT, INFINITE, 4.0 * float(groups.k[group] - groups.empty[group]) * choice
        )
        cost = np.zeros(self._first)
        cost[: self._width] = weight if empty else -weight
        numbers = np.arange(self._first, dtype=np.int32)
        self._solver.changeColsBounds(self._first, numbers, np.zeros(self._first), upper)
        self._solver.changeColsCost(self._first, numbers, cost)
        solve(self._solver)
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._solver.getSolution()
        reached = float(weight @ np.array(solution.col_value)[: self._width])
        if (reached <= goal + LOOSE) if empty else (reached >= goal - LOOSE):
            return None
        return np.round(np.array(solution.row_dual), 6)

    def worth(self, aim: Aim, prices: Floats) -> tuple[Floats, float]:
        """How much each cell gives to an aim if it is hidden, and how much all of them must give."""
        group, empty = aim
        sign = -1.0 if empty else 1.0
        gains = np.bincount(self._columns, weights=prices[self._rows] * self._values, minlength=self._first)
        gain: Floats = gains[: self._width] + sign * self._weight(group)
        # The most that each row can add: no price, no row; a price on an open end, no cut.
        ends = np.where(prices > 0, self._low, self._high)
        most = -prices[prices != 0] * ends[prices != 0]
        goal = float(-self._task.groups.empty[group] if empty else self._task.groups.k[group])
        short = goal - float(most.sum())
        if not np.isfinite(short) or gain.max(initial=0) > LOOSE / 100:
            return np.zeros(self._task.cells.rows.count), 0.0
        mine = prices[self._task.fixed.count :]
        power = np.zeros(len(mine))
        power[mine < -SIGHT / 2] = np.inf
        gives = mine > SIGHT / 2
        power[gives] = mine[gives] * self._fall[gives]
        return power, short

    def _weight(self, group: int) -> Floats:
        rows = self._task.groups.rows
        weight = np.zeros(self._width)
        first, last = np.searchsorted(rows.rows, [group, group + 1])
        np.add.at(weight, rows.columns[first:last], rows.values[first:last])
        return weight
