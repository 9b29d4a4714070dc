"""Moves: cheapest changes of a system's columns that keep every row, as linear programmes.

A move is what another world has more or less than the truth. Each column that a move changes must be
hidden; so the cheapest move that reaches an aim tells what hiding it takes.
"""

from __future__ import annotations

from collections.abc import Callable

import highspy
import numpy as np

from xinqiao.safety.rows import Flags, Floats, Ints
from xinqiao.safety.system import System

INFINITE = float(highspy.kHighsInf)
WHOLE = 1e-6
FREE = 0.01  # what is hidden anyway has a small price: short moves have whole corners far more often
ROUNDS = 3  # the price of a cell is spread over its last change, so that it is paid once and not by persons
SHAKES = 4
MOST_BRANCHED = 800  # columns up to which branching is tried only to show one cell more
MOST_NODES = 200
MOST_PIVOTS = 50_000


class Moves:
    """The programme of a system, asked again and again."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._width = system.width
        self._model = _programme(system)
        self._solver = silent()
        self._solver.passModel(self._model)
        both = 2 * self._width
        self._cost, self._lower, self._upper = np.zeros(both), np.zeros(both), np.full(both, INFINITE)
        self._shake = 1 + np.random.default_rng(0).random((SHAKES, self._width)) / 2
        self.solved = 0

    def find(self, column: int, goal: int, price: Floats, locked: Flags) -> Ints | None:
        """A whole-number move that brings a column to its goal; None where none was found.

        `price` is what changing each column costs (0: hidden anyway); locked columns stay.
        """
        way = goal - int(self._system.truth[column])
        lower, upper = self._bounds(locked, column, way)
        if bool((lower > upper).any()):
            return None
        best: Ints | None = None
        weight = np.maximum(price, FREE)
        for _ in range(ROUNDS):
            found = self._whole(weight, lower, upper, spare=bool(locked.any()) and self._width > MOST_BRANCHED)
            if found is None:
                break
            if best is None or price[found != 0].sum() < price[best != 0].sum():
                best = found
            if not price[found != 0].any():
                break
            weight = np.maximum(price / (4 * np.abs(found) + 1), FREE)
        return best

    def _bounds(self, locked: Flags, column: int, way: int) -> tuple[Floats, Floats]:
        """Of what each column gains, then of what each loses."""
        width = self._width
        lower, upper = np.zeros(2 * width), np.full(2 * width, INFINITE)
        upper[width:] = self._system.truth
        upper[np.tile(locked, 2)] = 0
        mine, other = (column, width + column) if way > 0 else (width + column, column)
        lower[mine], upper[other] = abs(way), 0
        return lower, upper

    def _whole(self, weight: Floats, lower: Floats, upper: Floats, *, spare: bool) -> Ints | None:
        """A corner in whole numbers: of the programme, of one with shaken prices, or by branching."""
        move = self._solve(weight, lower, upper)
        for shake in self._shake:
            if move is None or _is_whole(move):
                break
            move = self._solve(weight * shake, lower, upper)
        if move is None:
            return None
        if _is_whole(move):
            return np.rint(move).astype(np.int64)
        return None if spare else self._branch(weight, lower, self._nearby(upper, np.abs(move) > WHOLE))

    def _solve(self, weight: Floats, lower: Floats, upper: Floats) -> Floats | None:
        cost = np.tile(weight, 2)
        self._tell(self._solver.changeColsCost, (self._cost,), (cost,))
        self._tell(self._solver.changeColsBounds, (self._lower, self._upper), (lower, upper))
        self._solver.clearSolver()  # the same answer whatever was asked before, and no slower
        self._solver.run()
        self.solved += 1
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return self._move(self._solver)

    def _tell(self, change: Callable[..., object], told: tuple[Floats, ...], wanted: tuple[Floats, ...]) -> None:
        """Only what is not as told before: telling everything takes as long as some programmes."""
        other = np.flatnonzero(np.logical_or.reduce([a != b for a, b in zip(told, wanted, strict=True)]))
        change(len(other), other.astype(np.int32), *(values[other] for values in wanted))
        for before, values in zip(told, wanted, strict=True):
            before[other] = values[other]

    def _move(self, solver: highspy.Highs) -> Floats:
        values = np.array(solver.getSolution().col_value)
        return np.asarray(values[: self._width] - values[self._width :])

    def _nearby(self, upper: Floats, moved: Flags) -> Floats:
        """Only columns that share a row with what the corner moved may move: enough, and far fewer."""
        rows = self._system.rows
        near = moved.copy()
        near[rows.columns[np.isin(rows.rows, rows.touching(moved))]] = True
        return np.where(np.tile(near, 2), upper, 0.0)

    def _branch(self, weight: Floats, lower: Floats, upper: Floats) -> Ints | None:
        solver = silent()
        solver.setOptionValue("presolve", "on")
        solver.setOptionValue("solver", "choose")
        solver.setOptionValue("mip_max_nodes", MOST_NODES)
        solver.setOptionValue("mip_rel_gap", 0.2)
        model = self._model
        model.col_cost_, model.col_lower_, model.col_upper_ = np.tile(weight, 2), lower, upper
        model.integrality_ = [highspy.HighsVarType.kInteger] * (2 * self._width)
        solver.passModel(model)
        model.integrality_ = []
        solver.run()
        self.solved += MOST_NODES
        if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        return np.rint(self._move(solver)).astype(np.int64)


def _is_whole(values: Floats) -> bool:
    return bool(np.abs(values - np.rint(values)).max(initial=0) <= WHOLE)


def _programme(system: System) -> highspy.HighsLp:
    """Columns: what each gains, then what each loses; each row's changes come to 0."""
    rows, width = system.rows, system.width
    column = np.concatenate([rows.columns, rows.columns + width])
    value = np.concatenate([rows.values, -rows.values]).astype(float)
    row = np.tile(rows.rows, 2)
    order = np.lexsort((column, row))
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = rows.count, 2 * width
    model.col_cost_, model.col_lower_ = np.zeros(2 * width), np.zeros(2 * width)
    model.col_upper_ = np.full(2 * width, INFINITE)
    model.row_lower_ = model.row_upper_ = np.zeros(rows.count)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=rows.count))])
    model.a_matrix_.index_, model.a_matrix_.value_ = column[order], value[order]
    return model


def silent() -> highspy.Highs:
    """A solver that prints nothing and does the same thing every time."""
    solver: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("presolve", "off"),
        ("solver", "simplex"),
        ("simplex_iteration_limit", MOST_PIVOTS),
        ("simplex_dual_edge_weight_strategy", 1),
        ("dual_simplex_cost_perturbation_multiplier", 0.0),
    ):
        solver.setOptionValue(option, value)
    return solver
