"""Which shown figures give a group away: a short proof by adding and subtracting, found as a programme.

A proof of “at least” is a sum of shown figures, some taken away, that counts nobody who is not in the group;
one of “at most” counts everybody who is. Who is in both ways exactly counted is told by one equation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from xinqiao.safety.patch import SLACK, Reals
from xinqiao.safety.sight import Numbers
from xinqiao.safety.system import Axis

MOST_PAIRS = 2_000_000  # of a shown cell and a finest one: beyond this no proof is looked for
Steps = tuple[tuple[float, int], ...]  # how often a cell's figure is taken, and which


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Shown figures whose sum is the group (`equal`), or which it cannot be below and above."""

    equal: Steps = ()
    least: Steps = ()
    most: Steps = ()


@dataclass(slots=True)
class Reasons:
    """Looks for proofs over the figures shown in a grid, first over those with all but one or two codes of a cell."""

    axes: Sequence[Axis]
    shown: Numbers = field(repr=False)
    _cells: Numbers = field(init=False, repr=False)
    _codes: Numbers = field(init=False, repr=False)
    _lists: dict[int, Numbers] = field(init=False, repr=False)
    _leaves: list[Sequence[frozenset[int]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Lists the shown cells; none where they cover too many finest ones."""
        self._leaves, self._lists = [axis.leaves_of() for axis in self.axes], {}
        sizes = np.ones((), dtype=np.int64)
        for leaves in self._leaves:
            sizes = np.multiply.outer(sizes, [len(found) for found in leaves])
        self._cells = np.flatnonzero(self.shown >= 0)
        if sizes.ravel()[self._cells].sum() > MOST_PAIRS:
            self._cells = self._cells[:0]
        self._codes = np.array(np.unravel_index(self._cells, sizes.shape))

    def covers(self, cell: int) -> Numbers:
        """The finest cells that a cell is the sum of."""
        if cell not in self._lists:
            self._lists[cell] = self._covers(cell)
        return self._lists[cell]

    def _covers(self, cell: int) -> Numbers:
        shape = tuple(len(axis.codes) for axis in self.axes)
        codes = np.unravel_index(cell, shape)
        lists = [sorted(leaves[int(code)]) for leaves, code in zip(self._leaves, codes, strict=True)]
        return np.ravel_multi_index(tuple(np.meshgrid(*lists, indexing="ij")), shape).ravel()

    def of(self, cell: int, group: Numbers, low: float, high: float) -> Proof:
        """The proof that a group of finest cells, at or beside a cell, has at least `low` and at most `high`.

        Empty where none is found.
        """
        if not len(self._cells):
            return Proof()
        shape = tuple(len(axis.codes) for axis in self.axes)
        apart = (self._codes != np.array(np.unravel_index(cell, shape))[:, None]).sum(axis=0)
        proof = Proof()
        for steps in sorted({1, 2, len(shape)}):
            proof = self._over(self._cells[apart <= steps], group, low, high)
            if proof.equal or (high - low >= SLACK and (proof.least or low <= SLACK) and proof.most):
                break
        return proof

    def _over(self, cells: Numbers, group: Numbers, low: float, high: float) -> Proof:
        weight = np.zeros(int(np.prod([len(axis.codes) for axis in self.axes])))
        weight[group] = 1
        if high - low < SLACK and (equal := self._solve(cells, group, weight, (1, 1), None)):
            return Proof(equal=equal)
        least = self._solve(cells, group, weight, (0, 1), (low, np.inf)) if low > SLACK else ()
        return Proof(least=least, most=self._solve(cells, group, weight, (1, 0), (-np.inf, high)))

    def _solve(
        self, cells: Numbers, group: Numbers, weight: Reals, sides: tuple[int, int], bound: tuple[float, float] | None
    ) -> Steps:
        """The cheapest sum of figures that is `weight` on every finest cell, or stays on one side of it."""
        if not len(cells):
            return ()
        count, inf, lists = len(cells), highspy.kHighsInf, [self.covers(int(cell)) for cell in cells]
        rows = np.unique(np.concatenate([group, *lists]))
        low = weight[rows] if sides[0] else np.full(len(rows), -inf)
        high = weight[rows] if sides[1] else np.full(len(rows), inf)
        index = [np.searchsorted(rows, found) for found in lists]
        value = [np.ones(len(found)) for found in index]
        if bound is not None:
            low, high = np.append(low, bound[0]), np.append(high, bound[1])
            index = [np.append(found, len(rows)) for found in index]
            value = [np.append(found, self.shown[cell]) for found, cell in zip(value, cells, strict=True)]
        solver = _cheapest(low, high, [*index, *index], [*value, *(-found for found in value)])
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return ()
        taken = np.array(solver.getSolution().col_value)
        times = taken[:count] - taken[count:]
        order = sorted(np.flatnonzero(np.abs(times) > SLACK), key=lambda n: (times[n] < 0, n))
        return tuple((round(float(times[n]), 3), int(cells[n])) for n in order)


def _cheapest(low: Reals, high: Reals, index: Sequence[Numbers], value: Sequence[Reals]) -> highspy.Highs:
    """Solves for the least sum of amounts of columns, each with entries at some rows."""
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(index), len(low)
    model.col_cost_, model.col_lower_ = np.ones(len(index)), np.zeros(len(index))
    model.col_upper_ = np.full(len(index), highspy.kHighsInf)
    model.row_lower_, model.row_upper_ = low, high
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.concatenate([[0], np.cumsum([len(found) for found in index])])
    model.a_matrix_.index_, model.a_matrix_.value_ = np.concatenate(index), np.concatenate(value)
    solver: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, choice in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
        solver.setOptionValue(option, choice)
    solver.passModel(model)
    solver.run()
    return solver
