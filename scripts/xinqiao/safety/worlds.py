"""Other worlds: answers that could have been given instead, found by linear programmes.

A world that agrees with everything shown is the proof that a hidden group may be another. A search
moves the columns of one block (or all) away from a base world; each cell that it would have to
change costs what hiding that cell costs.
"""

from __future__ import annotations

import highspy
import numpy as np

from xinqiao.safety.cells import Task
from xinqiao.safety.rows import Flags, Floats, Ints, Sparse

INFINITE = float(highspy.kHighsInf)
WHOLE = 1e-6
MOST_NODES = 2_000
MOST_SPARED = 300
LONGEST = 60.0  # seconds for one programme; hundreds of times what those of a college take


class Search:
    """Worlds that differ from a base world in some columns only. Raises nothing; finds None where none is."""

    def __init__(self, task: Task, columns: Flags) -> None:
        self._task = task
        self._inside = np.flatnonzero(columns)
        self._columns = columns
        self._fixed = task.fixed.touching(columns)
        self._cells = task.cells.rows.touching(columns)
        groups = task.groups.rows.touching(columns)
        self._group_row = {int(group): len(self._fixed) + len(self._cells) + at for at, group in enumerate(groups)}
        self._picked = [(task.fixed, self._fixed), (task.cells.rows, self._cells), (task.groups.rows, groups)]
        self._part = task.where.part_numbers()[self._inside % task.where.size]
        self._cache: Ints | None = None
        self._solver = silent()
        self._solver.passModel(self._model())

    @property
    def width(self) -> int:
        """How many columns may change."""
        return len(self._inside)

    def find(self, group: int, empty: bool, base: Ints, cost: Floats, locked: Flags) -> Ints | None:
        """A world in which the group is empty, or reaches its k; cells that are locked stay as they are."""
        self._prepare(base, cost, locked)
        row = self._group_row[group]
        rest = self._outside[row]
        bounds = (
            (-INFINITE, float(self._task.groups.empty[group]) - rest)
            if empty
            else (float(self._task.groups.k[group]) - rest, INFINITE)
        )
        self._solver.changeRowBounds(row, *bounds)
        moved = self._moved(base, spare=bool(locked.any()))
        self._solver.changeRowBounds(row, -INFINITE, INFINITE)
        world = self._put(moved, base)
        return world if world is not None and self._agrees(world) and self._reached(world, group, empty) else None

    def settle(self, base: Ints, cost: Floats, locked: Flags) -> Ints | None:
        """The cheapest world whatever the groups; `base` need not be one where this search may change it."""
        self._prepare(base, cost, locked)
        world = self._put(self._moved(base, spare=False), base)
        return world if world is not None and self._agrees(world) else None

    def draft(self, group: int, empty: bool, base: Ints, cost: Floats, locked: Flags, whole: Flags) -> Floats | None:
        """As `find`, but only the columns in `whole` must be whole numbers; the rest is for others to settle."""
        self._prepare(base, cost, locked)
        row = self._group_row[group]
        rest = self._outside[row]
        bounds = (
            (-INFINITE, float(self._task.groups.empty[group]) - rest)
            if empty
            else (float(self._task.groups.k[group]) - rest, INFINITE)
        )
        self._solver.changeRowBounds(row, *bounds)
        moved = self._run()
        if moved is not None and not _is_whole(moved[whole[self._inside]]):
            # Only showing one cell more hangs on a locked search: not worth a long one.
            spare = self.width > MOST_SPARED and bool(locked.any())
            free = np.ones(self.width, dtype=bool)
            moved = None if spare else self._in_whole_numbers(free, base[self._inside], whole[self._inside])
        self._solver.changeRowBounds(row, -INFINITE, INFINITE)
        if moved is None:
            return None
        world = base.astype(float)
        world[self._inside] = moved
        return world

    def _moved(self, base: Ints, *, spare: bool) -> Floats | None:
        """The columns that this search may change, at their cheapest, in whole numbers."""
        moved = self._run()
        if moved is None or _is_whole(moved):
            return moved
        return None if spare and self.width > MOST_SPARED else self._whole(moved, base[self._inside])

    def _run(self) -> Floats | None:
        solve(self._solver)
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(self._solver.getSolution().col_value[: self.width])

    def _put(self, moved: Floats | None, base: Ints) -> Ints | None:
        if moved is None:
            return None
        world = base.copy()
        world[self._inside] = np.rint(moved).astype(np.int64)
        return world

    def _agrees(self, world: Ints) -> bool:
        """Exactly, in whole numbers, wherever this search may change it: the solver's tolerance is no proof."""
        values = self._task.fixed.of(world)[self._fixed]
        low, high = self._task.fixed_low[self._fixed], self._task.fixed_high[self._fixed]
        return not bool(np.any(world < 0) or np.any(values < low) or np.any(values > high))

    def _reached(self, world: Ints, group: int, empty: bool) -> bool:
        inside = self._task.groups.rows.of(world)[group]
        return bool(inside <= self._task.groups.empty[group] if empty else inside >= self._task.groups.k[group])

    def _whole(self, moved: Floats, base: Ints) -> Floats | None:
        """The same search in whole numbers: first where the programme moved anybody, then everywhere."""
        near = np.isin(self._part, self._part[np.abs(moved - base) > WHOLE])
        every = np.ones_like(near)
        found = self._in_whole_numbers(near, base, every)
        return found if found is not None or near.all() else self._in_whole_numbers(every, base, every)

    def _in_whole_numbers(self, free: Flags, base: Ints, whole: Flags) -> Floats | None:
        model = self._solver.getLp()
        held = np.where(free, INFINITE, base)
        model.col_upper_ = np.concatenate([held, np.array(model.col_upper_)[len(held) :]])
        model.col_lower_ = np.concatenate([np.where(free, 0.0, base), np.zeros(model.num_col_ - len(held))])
        kinds = {True: highspy.HighsVarType.kInteger, False: highspy.HighsVarType.kContinuous}
        slack = [highspy.HighsVarType.kContinuous] * (model.num_col_ - len(held))
        model.integrality_ = [kinds[bool(must)] for must in whole] + slack
        solver = silent()
        solver.setOptionValue("presolve", "on")
        solver.setOptionValue("mip_max_nodes", MOST_NODES)
        solver.setOptionValue("mip_rel_gap", 0.5)
        solver.passModel(model)
        solve(solver)
        if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        return np.array(solver.getSolution().col_value[: len(held)])

    def _prepare(self, base: Ints, cost: Floats, locked: Flags) -> None:
        outside = np.where(self._columns, 0, base)
        if self._cache is None or not np.array_equal(outside, self._cache):
            self._cache = outside
            self._outside = np.concatenate([rows.of(outside)[numbers] for rows, numbers in self._picked]).astype(float)
            self._change_rows()
        first, count = len(self._inside), 2 * len(self._cells)
        indices = np.arange(first, first + count, dtype=np.int32)
        price = np.repeat(cost[self._cells], 2)
        upper = np.where(np.repeat(locked[self._cells], 2), 0.0, INFINITE)
        self._solver.changeColsCost(count, indices, price)
        self._solver.changeColsBounds(count, indices, np.zeros(count), upper)

    def _change_rows(self) -> None:
        low = np.concatenate([self._task.fixed_low[self._fixed], self._task.cells.low[self._cells]])
        high = np.concatenate([self._task.fixed_high[self._fixed], self._task.cells.high[self._cells]])
        shift = self._outside[: len(low)]
        for row in range(len(low)):
            self._solver.changeRowBounds(row, low[row] - shift[row], high[row] - shift[row])

    def _model(self) -> highspy.HighsLp:
        width, cells = len(self._inside), len(self._cells)
        parts = [_within(rows, numbers, self._inside) for rows, numbers in self._picked]
        offsets = np.cumsum([0, *(len(numbers) for _, numbers in self._picked)])
        at = len(self._fixed) + np.arange(cells)
        rows = np.concatenate([*(part[0] + offset for part, offset in zip(parts, offsets, strict=False)), at, at])
        less, more = width + 2 * np.arange(cells), width + 2 * np.arange(cells) + 1
        columns = np.concatenate([*(part[1] for part in parts), less, more])
        values = np.concatenate([*(part[2] for part in parts), np.ones(cells), -np.ones(cells)])
        return linear_programme(
            (rows, columns, values), (int(offsets[-1]), width + 2 * cells), np.zeros(width + 2 * cells)
        )


def _is_whole(values: Floats) -> bool:
    return bool(np.abs(values - np.rint(values)).max(initial=0) <= WHOLE)


def _within(rows: Sparse, numbers: Ints, inside: Ints) -> tuple[Ints, Ints, Ints]:
    """The entries of some rows in some columns, both numbered anew."""
    row_at = np.full(rows.count, -1)
    row_at[numbers] = np.arange(len(numbers))
    column_at = np.full(int(max(inside.max(initial=0), rows.columns.max(initial=0))) + 1, -1)
    column_at[inside] = np.arange(len(inside))
    kept = (row_at[rows.rows] >= 0) & (column_at[rows.columns] >= 0)
    return row_at[rows.rows[kept]], column_at[rows.columns[kept]], rows.values[kept]


def linear_programme(
    entries: tuple[Ints, Ints, Ints | Floats], shape: tuple[int, int], cost: Floats
) -> highspy.HighsLp:
    """A programme with these entries, columns from 0 up and free rows."""
    rows, columns, values = _merged(*entries, shape[1])
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = shape
    model.col_cost_ = cost
    model.col_lower_, model.col_upper_ = np.zeros(shape[1]), np.full(shape[1], INFINITE)
    model.row_lower_, model.row_upper_ = np.full(shape[0], -INFINITE), np.full(shape[0], INFINITE)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=shape[0]))])
    model.a_matrix_.index_, model.a_matrix_.value_ = columns, values
    return model


def _merged(rows: Ints, columns: Ints, values: Ints | Floats, width: int) -> tuple[Ints, Ints, Floats]:
    """Entries in order, each place once: the solver takes a place that stands twice and then writes past its memory."""
    places, at = np.unique(rows * width + columns, return_inverse=True)
    sums = np.bincount(at, weights=values, minlength=len(places))
    kept = sums != 0
    return places[kept] // width, places[kept] % width, sums[kept]


def silent() -> highspy.Highs:
    """A solver that prints nothing and does the same thing every time."""
    solver: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("presolve", "off")
    solver.setOptionValue("solver", "simplex")
    return solver


def solve(solver: highspy.Highs) -> None:
    """One run, with a net below the limits that are counted in work: what runs into it has found nothing."""
    # The solver adds up the time of all its runs.
    solver.setOptionValue("time_limit", solver.getRunTime() + LONGEST)
    solver.run()
