"""The fewest cells to hide, with proof: Fischetti and Salazar's programme with Benders' cuts.

The master chooses what to hide (never a cell alone in a sum: the others would tell it); for each aim a
programme tells how far the chosen columns let it go, and where that is not far enough its dual prices give a
cut that holds for every sufficient choice. Every cut is worked out anew from rounded prices, so it holds
whatever the solver's tolerance was.
Source: Fischetti & Salazar-González, Management Science 47 (2001).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import highspy
import numpy as np

from xinqiao.safety.moves import Moves, silent
from xinqiao.safety.rows import Flags, Floats
from xinqiao.safety.system import Aims, System

MOST_CELLS = 800
MOST_ROUNDS = 200
MOST_NODES = 2_000  # of one choice
MOST_BRANCHES = 10_000  # of all choices together
FRACTIONS = 12  # rounds of cuts before the first choice in whole numbers
SIGHT = 1e-6
LOOSE = 1e-4  # what a bound may be off by the last digits of many rows
FEASIBLE = highspy.SolutionStatus.kSolutionStatusFeasible


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """The cheapest set found and what no set can undercut; proven where both are the same."""

    hidden: Flags = field(repr=False)
    price: float
    bound: float

    @property
    def proven(self) -> bool:
        """Whether nothing cheaper exists."""
        return self.price <= self.bound + 2 * LOOSE


def optimum(system: System, primary: Flags, aims: Aims, start: Flags) -> Optimum:
    """Betters `start` (a sufficient set) until it is proven or the rounds are used up."""
    return Benders(system, primary, aims, start).run()


class Benders:
    """The master and its cuts. `start` is a sufficient set; without one everything that may be hidden is."""

    def __init__(self, system: System, primary: Flags, aims: Aims, start: Flags | None = None) -> None:
        given = primary | (system.cost == 0)
        self.system, self.given, self.aims = system, given, aims
        self.best, self.bound = ~system.never if start is None else start, 0.0
        self.free = np.flatnonzero(~given & ~system.never)
        self.way = np.where(aims.up, 1, -1) * np.maximum(np.abs(aims.goal - system.truth[aims.column]), 0)
        self.reach = _Reach(system)
        self.moves = Moves(system)
        self.known: list[tuple[Flags, Flags]] = []
        self._cuts: set[bytes] = set()
        self._branches = 0
        self.master = silent()
        self.master.setOptionValue("presolve", "choose")
        self.master.setOptionValue("solver", "choose")
        self.master.setOptionValue("mip_rel_gap", 0.0)
        self.master.setOptionValue("mip_max_nodes", MOST_NODES)
        count = len(self.free)
        self.master.addVars(count, np.zeros(count), np.ones(count))
        self._numbers = np.arange(count, dtype=np.int32)
        self.master.changeColsCost(count, self._numbers, system.cost[self.free])
        self._none_alone()

    def run(self) -> Optimum:
        """Cuts until the best set is proven or the work is used up."""
        self.lean()
        for _ in range(MOST_ROUNDS):
            choice = None if self._settled else self.choose_whole()
            if choice is None or self._settled or not self.refute(choice):
                break
        return Optimum(hidden=self.best, price=self.price(self.best), bound=min(self.bound, self.price(self.best)))

    @property
    def _settled(self) -> bool:
        return self.bound + 2 * LOOSE >= self.price(self.best)

    def choose_whole(self) -> Floats | None:
        """What the master would hide if the cuts known were all; None where the work is used up."""
        if not self._branches:
            kinds = np.full(len(self.free), highspy.HighsVarType.kInteger)
            self.master.changeColsIntegrality(len(self.free), self._numbers, kinds)
        choice = self._choose()
        info = self.master.getInfo()
        self._branches += max(1, info.mip_node_count)
        if self._branches > MOST_BRANCHES or info.primal_solution_status != FEASIBLE:
            return None
        self._note(float(info.mip_dual_bound))
        return choice

    def lean(self) -> Floats:
        """How much of each column the master would hide if it could hide parts; 1 for what is given."""
        for aim in np.flatnonzero(self.way):
            self._row_cuts(int(aim))
        choice = self._choose()
        for _ in range(FRACTIONS):
            if not self._tighten(choice):
                break
            choice = self._choose()
        if self.master.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            self._note(float(self.master.getInfo().objective_function_value))
        return choice

    def lean_at(self, prices: Floats) -> Floats:
        """The same at other prices of columns, with the cuts known by now: another corner, and often a whole one."""
        self.master.changeColsCost(len(self.free), self._numbers, prices[self.free])
        choice = self._choose()
        self.master.changeColsCost(len(self.free), self._numbers, self.system.cost[self.free])
        return choice

    def _note(self, least: float) -> None:
        """What no choice can undercut; where each column costs a whole number, sets do too."""
        cost = self.system.cost[self.free]
        whole = bool((cost == np.rint(cost)).all())
        self.bound = max(self.bound, float(np.ceil(least - LOOSE)) if whole else least - LOOSE)

    def price(self, hidden: Flags) -> float:
        """What is hidden beyond what must be."""
        return float(self.system.cost[hidden & ~self.given].sum())

    def _choose(self) -> Floats:
        self.master.run()
        choice: Floats = self.given.astype(np.float64)
        choice[self.free] = np.clip(np.array(self.master.getSolution().col_value), 0, 1)
        return choice

    def _tighten(self, choice: Floats) -> bool:
        """Cuts off a choice in fractions; whether any cut was new."""
        return bool(sum(self._cut(int(aim), choice) for aim in np.flatnonzero(self.way)))

    def refute(self, choice: Floats) -> bool:
        """Cuts off a choice that is not sufficient; a sufficient one becomes the best."""
        hidden = choice > 0.5
        met = np.zeros(len(self.aims), dtype=bool)
        for changes, meets in self.known:
            if not bool((changes & ~hidden).any()):
                met |= meets
        cut = False
        for aim in np.flatnonzero(~met & (self.way != 0)):
            if not met[aim]:
                move = self.moves.find(
                    int(self.aims.column[aim]), int(self.aims.goal[aim]), np.zeros(self.system.width), ~hidden
                )
                if move is None:
                    cut |= self._cut(int(aim), hidden.astype(float)) or self._beyond(hidden)
                else:
                    meets = self.aims.met(self.system.truth + move)
                    self.known.append((move != 0, meets))
                    met |= meets
        if not cut and self.price(hidden) < self.price(self.best):
            self.best = hidden
        return cut

    def _beyond(self, hidden: Flags) -> bool:
        """Where only worlds in fractions would do: something more must be hidden."""
        return self._add((~hidden[self.free]).astype(float), 1.0)

    def _none_alone(self) -> None:
        """What hides alone in a sum is told by the others: so it need not hide; what must change asks for another."""
        lines = self.system.lines if self.system.lines.count else self.system.rows
        place = np.full(self.system.width, -1)
        place[self.free] = self._numbers
        asked = np.zeros(self.system.width, dtype=bool)
        asked[self.aims.column[self.way != 0]] = True
        ends = np.searchsorted(lines.rows, np.arange(lines.count + 1))
        for first, last in itertools.pairwise(ends):
            columns = lines.columns[first:last]
            given, free = columns[self.given[columns]], place[columns][place[columns] >= 0].astype(np.int32)
            if len(given) == 1 and asked[given[0]]:
                self.master.addRow(1.0, highspy.kHighsInf, len(free), free, np.ones(len(free)))
            for one in () if len(given) else free:
                self.master.addRow(0.0, highspy.kHighsInf, len(free), free, np.where(free == one, -1.0, 1.0))

    def _row_cuts(self, aim: int) -> None:
        """What each row that speaks of an aim's column asks of the others."""
        rows = self.system.rows
        for row in np.unique(rows.rows[rows.columns == self.aims.column[aim]]):
            prices = np.zeros(rows.count)
            own = rows.values[(rows.rows == row) & (rows.columns == self.aims.column[aim])][0]
            prices[row] = np.sign(self.way[aim]) / own
            self._cut_at(aim, prices)

    def _cut(self, aim: int, choice: Floats) -> bool:
        way = int(self.way[aim])
        prices = self.reach.prices(int(self.aims.column[aim]), way, choice)
        return prices is not None and self._cut_at(aim, np.round(prices, 6), choice)

    def _cut_at(self, aim: int, prices: Floats, choice: Floats | None = None) -> bool:
        """The cut that these prices of rows make; of what may grow without limit any hiding suffices."""
        rows, way = self.system.rows, int(self.way[aim])
        worth = -np.bincount(rows.columns, weights=prices[rows.rows] * rows.values, minlength=self.system.width)
        worth[self.aims.column[aim]] += np.sign(way)
        goal = float(abs(way))
        power = np.where(worth > SIGHT / 2, goal, np.minimum(np.abs(worth) * self.system.truth, goal))
        power[np.abs(worth) <= SIGHT / 2] = 0
        if choice is not None and power @ choice > goal - SIGHT * 100:
            return False
        left = goal - float(power[self.given].sum())
        return left > SIGHT and self._add(np.minimum(power[self.free], left), left)

    def _add(self, power: Floats, least: float) -> bool:
        used = np.flatnonzero(power).astype(np.int32)
        key = used.tobytes() + np.round(power[used] / least, 5).tobytes()
        if key in self._cuts:
            return False
        self._cuts.add(key)
        # A little less than needed: a cut may not take away a choice by the last digit.
        self.master.addRow(1 - SIGHT, highspy.kHighsInf, len(used), used, power[used] / least)
        return True


class _Reach:
    """How far an aim goes when columns may move in proportion to how much they are chosen."""

    def __init__(self, system: System) -> None:
        self._system = system
        rows = system.rows
        model = highspy.HighsLp()
        order = np.lexsort((rows.columns, rows.rows))
        model.num_row_, model.num_col_ = rows.count, system.width
        model.col_cost_, model.col_lower_ = np.zeros(system.width), np.zeros(system.width)
        model.col_upper_ = np.zeros(system.width)
        model.row_lower_ = model.row_upper_ = np.zeros(rows.count)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(rows.rows, minlength=rows.count))])
        model.a_matrix_.index_, model.a_matrix_.value_ = rows.columns[order], rows.values[order].astype(float)
        self._solver = silent()
        self._solver.passModel(model)
        self._numbers = np.arange(system.width, dtype=np.int32)

    def prices(self, column: int, way: int, choice: Floats) -> Floats | None:
        """The rows' dual prices where the aim is out of reach; None where it is reached."""
        upper = 4.0 * abs(way) * choice
        lower = -self._system.truth * choice
        lower[column], upper[column] = (0, way) if way > 0 else (way, 0)
        cost = np.zeros(self._system.width)
        cost[column] = -np.sign(way)
        self._solver.changeColsCost(len(cost), self._numbers, cost)
        self._solver.changeColsBounds(len(cost), self._numbers, lower, upper)
        self._solver.clearSolver()
        self._solver.run()
        solution = self._solver.getSolution()
        if abs(solution.col_value[column]) >= abs(way) - SIGHT * 10:
            return None
        # The programme minimises: its prices are those of the opposite sign.
        return -np.array(solution.row_dual)
