"""The attacker's arithmetic: a system of bounds over hidden counts, taken apart and solved piece by piece.

Knows nothing of how tables are protected. Fails closed: whatever is not solved to the end is no
evidence that a group is hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np
import numpy.typing as npt

from xinqiao.safety.bend import Bend, Row

TOLERANCE = 1e-6
NODES = 5_000
LONGEST = 300.0  # seconds for one programme; one that is not solved by then counts as unsolved

Sum = Mapping[int, float]  # unknown → coefficient
World = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


class Unsolved(Exception):
    """The solver did not come to an end; nothing may be concluded from it."""


class Impossible(Unsolved):
    """No world agrees with all that was published: the tables contradict each other."""


@dataclass(slots=True)
class System:
    """Unknown counts, none below 0, and what is known of sums of them."""

    unknowns: int
    known: list[tuple[Sum, float, float]] = field(default_factory=list)
    values: dict[int, int] = field(default_factory=dict, repr=False)
    bends: list[Bend] = field(default_factory=list)

    def bend(self, bend: Bend) -> None:
        """Notes a shown SD: with rows that all its worlds fit, and to be tested on every world found."""
        self.known += bend.around()
        self.bends.append(bend)

    def add(self, terms: Sum, low: float, high: float) -> None:
        """Notes that a sum lies between two bounds."""
        self.known.append((terms, low, high))

    def reduce(self) -> None:
        """Works out by hand what follows at once: single unknowns, and sums of nothing but nothing."""
        waiting = self.known
        while True:
            kept: list[tuple[Sum, float, float]] = []
            before = len(self.values)
            for terms, low, high in waiting:
                left, shift = self._without_values(terms)
                if not self._settle(left, low - shift, high - shift) and left:
                    kept.append((left, low - shift, high - shift))
            waiting = kept
            if len(self.values) == before:
                break
        self.known = waiting

    def _without_values(self, terms: Sum) -> tuple[dict[int, float], float]:
        left = {at: factor for at, factor in terms.items() if at not in self.values}
        return left, sum(factor * self.values[at] for at, factor in terms.items() if at in self.values)

    def _settle(self, left: Sum, low: float, high: float) -> bool:
        if not left and not low - TOLERANCE <= 0 <= high + TOLERANCE:
            raise Impossible("the tables contradict each other")
        if low == high == 0 and (min(left.values(), default=0) > 0 or max(left.values(), default=0) < 0):
            self.values.update(dict.fromkeys(left, 0))
            return True
        if len(left) == 1 and low == high:
            ((at, factor),) = left.items()
            if low % factor or low / factor < 0:
                raise Impossible("the tables contradict each other")
            self.values[at] = int(low // factor)
            return True
        return False

    def _bent(self) -> list[list[int]]:
        """The unknowns that an SD ties together."""
        left = ([at for at in bend.scores if at not in self.values] for bend in self.bends)
        return [unknowns for unknowns in left if unknowns]

    def pieces(self) -> list[Piece]:
        """The parts of the system that have nothing to do with each other."""
        leader = list(range(self.unknowns))

        def find(at: int) -> int:
            while leader[at] != at:
                leader[at] = leader[leader[at]]
                at = leader[at]
            return at

        for terms in (*(terms for terms, _, _ in self.known), *self._bent()):
            first, *others = terms
            for other in others:
                leader[find(other)] = find(first)
        members: dict[int, list[int]] = {}
        for at in range(self.unknowns):
            if at not in self.values:
                members.setdefault(find(at), []).append(at)
        rows: dict[int, list[tuple[Sum, float, float]]] = {root: [] for root in members}
        for row in self.known:
            rows[find(next(iter(row[0])))].append(row)
        bends: dict[int, list[Bend]] = {root: [] for root in members}
        for bend in (bend.without(self.values) for bend in self.bends):
            if bend.scores:
                bends[find(next(iter(bend.scores)))].append(bend)
            elif not bend.fits({}):
                raise Impossible("the tables contradict each other")
        return [Piece(unknowns, rows[root], bends[root]) for root, unknowns in members.items()]


class Piece:
    """One connected part: its own linear programme, asked again and again for other sums."""

    def __init__(
        self, unknowns: Sequence[int], rows: Sequence[tuple[Sum, float, float]], bends: Sequence[Bend] = ()
    ) -> None:
        self.place = {at: number for number, at in enumerate(unknowns)}
        told = [abs(bound) for _, low, high in rows for bound in (low, high) if abs(bound) < highspy.kHighsInf]
        # A world within this box is a world; without it a sum may have no largest value.
        self.box = 2 * max(told, default=0) + 1_000
        self._rows, self._bends = rows, bends
        self._solver = _solver()
        self._solver.passModel(self._model(whole=False))

    def _model(self, *, whole: bool) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.place), len(self._rows)
        model.col_cost_ = np.zeros(len(self.place))
        model.col_lower_, model.col_upper_ = np.zeros(len(self.place)), np.full(len(self.place), self.box)
        model.row_lower_ = np.array([low for _, low, _ in self._rows])
        model.row_upper_ = np.array([high for _, _, high in self._rows])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(len(terms) for terms, _, _ in self._rows)])
        model.a_matrix_.index_ = np.array([self.place[at] for terms, _, _ in self._rows for at in terms])
        model.a_matrix_.value_ = np.array([factor for terms, _, _ in self._rows for factor in terms.values()], float)
        if whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * len(self.place)
        return model

    def emptied(self, terms: Iterable[int]) -> World | None:
        """A whole-number world in which none of these unknowns has anybody; None where there is none."""
        return self._reach(terms, -1.0, 0.0)

    def filled(self, terms: Iterable[int], least: float) -> World | None:
        """A whole-number world in which these unknowns together reach a number; None where there is none."""
        return self._reach(terms, 1.0, least)

    def most(self, terms: Sequence[int]) -> int:
        """The largest whole number that these unknowns can reach together, or a little less."""
        self._aim(terms, 1.0)
        return int(np.floor(solved(self._solver)[[self.place[at] for at in terms]].sum() + TOLERANCE))

    def _aim(self, terms: Iterable[int], sign: float) -> Reals:
        """Lets the programme look for the largest (sign 1) or least (-1) sum; the direction as a cost."""
        cost = np.zeros(len(self.place))
        cost[[self.place[at] for at in terms]] = -sign
        self._solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        return cost

    def _reach(self, terms: Iterable[int], sign: float, goal: float) -> World | None:
        cost = self._aim(terms, sign)
        world = solved(self._solver)
        if -float(cost @ world) < goal - TOLERANCE:
            return None
        whole: World | None = np.rint(world).astype(np.int64)
        if np.abs(world - np.rint(world)).max(initial=0) > TOLERANCE:
            whole = self._reach_whole(cost, goal, ())
        if whole is None or not (broken := self._broken(whole)):
            return whole
        rows = [row for bend in broken for row in bend.within(self._named(whole))]
        again = self._reach_whole(cost, goal, rows)
        return None if again is None or self._broken(again) else again

    def _named(self, world: World) -> dict[int, int]:
        return {at: int(world[number]) for at, number in self.place.items()}

    def _broken(self, world: World) -> list[Bend]:
        """The SDs that a world does not show."""
        if not self._bends:
            return []
        named = self._named(world)
        return [bend for bend in self._bends if not bend.fits(named)]

    def _reach_whole(self, cost: Reals, goal: float, more: Iterable[Row]) -> World | None:
        """The same goal in whole numbers, where the programme's corner was none or did not keep to an SD."""
        solver = _solver()
        solver.setOptionValue("mip_max_nodes", NODES)
        solver.passModel(self._model(whole=True))
        used = np.flatnonzero(cost).astype(np.int32)
        solver.addRow(goal, highspy.kHighsInf, len(used), used, -cost[used])
        for terms, low, high in more:
            places = np.array([self.place[at] for at in terms], dtype=np.int32)
            solver.addRow(low, high, len(places), places, np.array([*terms.values()], dtype=float))
        try:
            return np.rint(solved(solver)).astype(np.int64)
        except Impossible:
            return None


def solved(solver: highspy.Highs) -> Reals:
    """The values of the columns. Raises Impossible where no world agrees, Unsolved for any other end."""
    # The solver adds up the time of all its runs.
    solver.setOptionValue("time_limit", solver.getRunTime() + LONGEST)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        raise Impossible("no world agrees with the tables")
    if status != highspy.HighsModelStatus.kOptimal:
        raise Unsolved(str(status))
    return np.array(solver.getSolution().col_value)


def _solver() -> highspy.Highs:
    solver: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("mip_rel_gap", 0.0)
    return solver


def solver_version() -> str:
    """The solver and its version, for the certificate."""
    return f"HiGHS {_solver().version()}"
