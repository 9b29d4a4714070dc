"""The cheapest set of cells to hide, with proof: a master chooses, and learns from each aim what its choice lacks.

Fischetti and Salazar's programme with Benders' cuts, for any cells over any relations. An aim is a group
that must be able to be empty, or to reach its k. With prices λ of the relations and μ of the cells such
that no column gains, every world satisfies  aim ≤ −λ·(relations) − μ·(cells);  so what the shown cells
leave short must come from hidden ones, and of each it is known how much it can give. Cuts are worked
out anew from rounded prices; they hold for worlds in fractions too, so a bound is a bound for whole ones.
Source: Fischetti & Salazar-González, Management Science 47 (2001).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import highspy
import numpy as np

from xinqiao.safety.cells import Task
from xinqiao.safety.groups import Groups
from xinqiao.safety.reach import LOOSE, SIGHT, Aim, Reach
from xinqiao.safety.rows import Flags, Floats
from xinqiao.safety.worlds import INFINITE, silent, solve

MOST_ROUNDS = 60
MOST_CHOSEN = 500  # cells among which the master chooses in whole numbers
MOST_NODES = 1_000  # of one choice
FRACTIONS = 8  # passes over the aims before the first choice in whole numbers
BATCH = 20  # cuts between two choices of a pass
STEP = 10  # per cent
MOST_COMPARED = 10_000_000
PIVOTS = 50  # that cost as much as setting a programme up
FEASIBLE = highspy.SolutionStatus.kSolutionStatusFeasible

Met = dict[bool, Flags]


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """What the best set known costs, and what no set can undercut."""

    hidden: Flags = field(repr=False)
    cost: float
    bound: float

    @property
    def proven(self) -> bool:
        """Whether nothing cheaper exists."""
        return self.cost <= self.bound * (1 + LOOSE) + LOOSE

    def told(self) -> dict[str, object]:
        """What may be published of it: prices hang on hidden counts, so how far apart they are only in coarse steps."""
        gap = 0 if self.proven else STEP * math.ceil(100 * (self.cost - self.bound) / (self.cost * STEP))
        return {"proven": self.proven, "gap_percent": gap}


class Proofs(Protocol):
    """Whoever knows and finds whole worlds."""

    def met(self, hidden: Flags) -> Met:
        """Of each group whether a world is known that changes hidden cells alone and empties it, or fills it."""

    def lacking(self, hidden: Flags) -> bool:
        """Whether some aim is left for which no such world is found."""


class Fewest:
    """The master and its cuts; `given` is hidden whatever it chooses."""

    def __init__(self, task: Task, given: Flags, proofs: Proofs) -> None:
        self.task, self.given, self._proofs = task, given, proofs
        self._width = len(np.unique(np.concatenate([task.fixed.columns, task.cells.rows.columns])))
        self._free = np.flatnonzero(~given)
        self._reach = Reach(task)
        self._cuts: set[bytes] = set()
        self._numbers = np.arange(len(self._free), dtype=np.int32)
        self._master = self._prepared()
        self.bound, self._left = self.cost(given), 0
        self._aims = _hardest(task.groups, len(task.truth))
        self.leaning: Floats = given.astype(np.float64)  # how much of each cell would be hidden if parts could be

    @property
    def pass_effort(self) -> int:
        """The work of one pass over all aims."""
        return len(self._aims) * self._width

    def cost(self, hidden: Flags) -> float:
        """What hiding these costs."""
        return float(self.task.cells.cost[hidden].sum())

    def run(self, start: Flags, effort: int, *, whole: bool = True) -> Optimum:
        """Betters a set that is enough until it is proven, or the effort (programmes × columns) is spent.

        Without `whole` it only finds out what no set can undercut, and where the master leans.
        """
        self._left = effort
        self._lean()
        kinds = np.full(len(self._free), highspy.HighsVarType.kInteger)
        self._master.changeColsIntegrality(len(self._free), self._numbers, kinds)
        best = start
        for _ in range(MOST_ROUNDS if whole and len(self._free) <= MOST_CHOSEN else 0):
            if self._left < 0:
                break
            choice = self._choose()
            if self._master.getInfo().primal_solution_status != FEASIBLE:
                break
            self.bound = max(self.bound, float(self._master.getInfo().mip_dual_bound) + self.cost(self.given))
            if self.bound * (1 + SIGHT) + SIGHT >= self.cost(best):
                break
            hidden, self.leaning = choice > 0.5, choice
            met = self._proofs.met(hidden)
            asked = [(group, empty) for group, empty in self._aims if not met[empty][group]]
            if sum(self._cut(aim, hidden.astype(np.float64)) for aim in asked):
                continue
            # Where worlds in fractions would do and none in whole numbers is found, nothing more can be proven.
            if not self._proofs.lacking(hidden):
                best = hidden
            break
        return Optimum(hidden=best, cost=self.cost(best), bound=min(self.bound, self.cost(best)))

    def _lean(self) -> None:
        """Cuts off choices in fractions, pass by pass; in a pass those first that were cut in the one before."""
        aims = self._aims
        for _ in range(FRACTIONS):
            cut = self._pass(aims)
            self.leaning = self._choose()
            self._note_floor()
            if not cut or self._left < 0:
                break
            aims = cut + [aim for aim in aims if aim not in set(cut)]

    def _pass(self, aims: Sequence[Aim]) -> list[Aim]:
        """Looks at each of these aims once; those that asked for more than was chosen."""
        cut: list[Aim] = []
        fresh = False
        for group, empty in aims:
            if not fresh:
                choice = self._choose()
                met, fresh = self._proofs.met(choice > 1 - SIGHT), True
            if self._left < 0:
                break
            if not met[empty][group] and self._cut((group, empty), choice):
                cut.append((group, empty))
                fresh = len(cut) % BATCH > 0
        return cut

    def _note_floor(self) -> None:
        """What the master says no choice can undercut, even one in fractions."""
        if self._master.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            self.bound = max(self.bound, self._master.getInfo().objective_function_value + self.cost(self.given))

    def _prepared(self) -> highspy.Highs:
        master = silent()
        master.setOptionValue("presolve", "choose")
        master.setOptionValue("solver", "choose")
        master.setOptionValue("mip_rel_gap", 0.0)
        master.setOptionValue("mip_max_nodes", MOST_NODES)
        count = len(self._free)
        master.addVars(count, np.zeros(count), np.ones(count))
        master.changeColsCost(count, self._numbers, self.task.cells.cost[self._free])
        place = np.full(len(self.given), -1)
        place[self._free] = self._numbers
        base = self.task.cells.base
        for cell in np.flatnonzero((base >= 0) & ~self.given):
            # What rests on a hidden cell is hidden with it.
            ends = np.array([place[cell], place[base[cell]]], dtype=np.int32)
            master.addRow(0.0, INFINITE, 2, ends, np.array([1.0, -1.0]))
        return master

    def _choose(self) -> Floats:
        solve(self._master)
        choice: Floats = self.given.astype(np.float64)
        values = np.array(self._master.getSolution().col_value)
        if len(values) == len(self._free):
            choice[self._free] = np.clip(values, 0, 1)
        return choice

    def _cut(self, aim: Aim, choice: Floats) -> bool:
        """Adds what an aim asks for and this choice lacks; whether there was anything."""
        prices = self._reach.prices(aim, choice)
        self._left -= self._width * (1 + self._reach.pivots // PIVOTS)
        if prices is None:
            return False
        power, short = self._reach.worth(aim, prices)
        short -= float(power[self.given].sum())
        if short < LOOSE:
            return False
        power = np.minimum(power, short) / short
        if power[self._free] @ choice[self._free] > 1 - 2 * LOOSE:
            return False
        return self._add(power[self._free])

    def _add(self, power: Floats) -> bool:
        used = np.flatnonzero(power > SIGHT).astype(np.int32)
        key = used.tobytes() + np.round(power[used], 5).tobytes()
        if key in self._cuts:
            return False
        self._cuts.add(key)
        self._master.addRow(1 - LOOSE, INFINITE, len(used), used, power[used])
        return True


def _hardest(groups: Groups, width: int) -> list[Aim]:
    """The aims that follow from no other: who can be nobody in a group can in its parts, and the other way round."""
    if groups.rows.count * width > MOST_COMPARED:
        return [(group, empty) for group in range(groups.rows.count) for empty in (True, False)]
    inside = np.zeros((groups.rows.count, width), dtype=np.float32)
    inside[groups.rows.rows, groups.rows.columns] = 1
    size = inside.sum(axis=1)
    # part[a, b]: all of a lie in b.
    part = (inside @ inside.T == size[:, None]) & (size[:, None] < size[None, :])
    # Those who did not answer are none of those who did.
    absent = groups.empty < 0
    part[absent, :] = part[:, absent] = False
    empty = ~part.any(axis=1)
    full = ~(part & (groups.k[:, None] >= groups.k[None, :])).any(axis=0)
    return [(int(group), way) for group in range(len(size)) for way in (True, False) if (empty if way else full)[group]]
