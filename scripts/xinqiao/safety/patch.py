"""One connected part of what a reader does not know, as programmes: corners, steps, whole-number worlds."""

from __future__ import annotations

from collections.abc import Iterator

import highspy
import numpy as np
import numpy.typing as npt

from xinqiao.safety.attack import Impossible, Unsolved, solved
from xinqiao.safety.sight import Numbers, Sight

Reals = npt.NDArray[np.float64]
SLACK = 1e-6
NODES = 5_000
MOST_WORLDS = 256
WIDE = 800  # atoms up to which a corner that is not whole is mended


class Patch:
    """One connected part of the open atoms, with its equations as a programme."""

    def __init__(self, atoms: Numbers, row: Numbers, column: Numbers, told: Numbers) -> None:
        self.atoms, self.told = atoms, told
        self._row, self._column = row, column
        # A world within this box is a world; without it a sum that no table tells has no largest value.
        self.box = float(2 * told.max(initial=0) + 1_000)
        self._solver = _solver()
        self._solver.passModel(self._model())
        self._stepper: highspy.Highs | None = None
        self.worlds: list[Numbers] = []  # seen so far: each is a witness for every question
        self._numbers = np.arange(len(atoms), dtype=np.int32)

    def place(self, atoms: Numbers) -> Numbers:
        """Where atoms stand in this patch."""
        return np.searchsorted(self.atoms, atoms)

    def weight(self, atoms: Numbers) -> Reals:
        """1 for these atoms, 0 for the others."""
        weight = np.zeros(len(self.atoms))
        weight[self.place(atoms)] = 1
        return weight

    def seek(self, weight: Reals) -> Reals:
        """The corner where the weighted sum is least."""
        self._solver.changeColsCost(len(weight), self._numbers, weight)
        return solved(self._solver)

    def agrees(self, world: Numbers) -> bool:
        """Whether a world in whole numbers agrees with everything told."""
        sums = np.bincount(self._row, weights=world[self._column], minlength=len(self.told))
        return bool((world >= 0).all() and np.array_equal(np.rint(sums).astype(np.int64), self.told))

    def keep(self, world: Numbers) -> None:
        """Remembers a world that agrees with everything told."""
        if len(self.worlds) < MOST_WORLDS:
            self.worlds.append(world)

    def seen(self, atoms: Numbers) -> Numbers:
        """What these atoms come to in each world seen."""
        places = self.place(atoms)
        return np.array([world[places].sum() for world in self.worlds], dtype=np.int64)

    def step(self, weight: Reals, most: float, base: Numbers) -> Reals | None:
        """The world nearest to a known one where the weighted sum is at most this: short steps end whole."""
        count = len(self.atoms)
        if self._stepper is None:
            self._stepper = self._steps()
        solver, both = self._stepper, np.arange(2 * count, dtype=np.int32)
        far = np.concatenate([self.box - base, base]).astype(float)
        solver.changeColsBounds(2 * count, both, np.zeros(2 * count), far)
        used = np.flatnonzero(weight).astype(np.int32)
        solver.addRow(
            -highspy.kHighsInf,
            most - float(weight @ base),
            2 * len(used),
            np.concatenate([used, used + count]),
            np.concatenate([weight[used], -weight[used]]),
        )
        solver.clearSolver()
        try:
            moved = solved(solver)
        except Impossible:
            return None
        finally:
            solver.deleteRows(1, np.array([len(self.told)], dtype=np.int32))
        return base + moved[:count] - moved[count:]

    def _steps(self) -> highspy.Highs:
        """The programme of what each atom gains and loses, at a price of 1."""
        model, count = self._model(), len(self.atoms)
        one, value = np.array(model.a_matrix_.index_), np.array(model.a_matrix_.value_)
        lengths = np.diff(np.array(model.a_matrix_.start_))
        row = np.tile(np.repeat(np.arange(len(self.told)), lengths), 2)
        order = np.argsort(row, kind="stable")
        model.num_col_ = 2 * count
        model.col_cost_, model.col_lower_ = np.ones(2 * count), np.zeros(2 * count)
        model.col_upper_ = np.full(2 * count, self.box)
        model.row_lower_ = model.row_upper_ = np.zeros(len(self.told))
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(2 * lengths)])
        model.a_matrix_.index_ = np.concatenate([one, one + count])[order]
        model.a_matrix_.value_ = np.concatenate([value, -value])[order]
        solver = _solver()
        solver.setOptionValue("simplex_strategy", 1)
        solver.setOptionValue("dual_simplex_cost_perturbation_multiplier", 0.0)
        solver.passModel(model)
        return solver

    def branch(self, weight: Reals, most: float, corner: Reals) -> Numbers | None:
        """A whole-number world where the weighted sum is at most this; None where there is none.

        First only what is near the broken parts of a corner moves; all else keeps its whole number.
        """
        world = self._branch(weight, most, self._held(corner))
        return world if world is not None else self._branch(weight, most, np.full(len(corner), -1.0))

    def mend(self, corner: Reals, *, wide: bool) -> Numbers | None:
        """A whole-number world that is the corner wherever that is whole, but near its broken parts."""
        held = self._held(corner)
        return self._branch(np.zeros(len(corner)), 0.0, held) if wide or (held < 0).sum() <= WIDE else None

    def _held(self, corner: Reals) -> Reals:
        """What may stay as the corner has it; -1 for atoms that share an equation with a broken one."""
        near = np.abs(corner - np.rint(corner)) > SLACK
        rows = np.zeros(len(self.told), dtype=bool)
        rows[self._row[near[self._column]]] = True
        near[self._column[rows[self._row]]] = True
        return np.where(near, -1, np.rint(corner))

    def _branch(self, weight: Reals, most: float, held: Reals) -> Numbers | None:
        solver = _solver()
        model = self._model()
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(self.atoms)
        model.col_lower_, model.col_upper_ = np.maximum(held, 0), np.where(held < 0, self.box, held)
        solver.passModel(model)
        used = np.flatnonzero(weight).astype(np.int32)
        solver.addRow(-highspy.kHighsInf, most, len(used), used, weight[used])
        solver.setOptionValue("solver", "choose")
        solver.setOptionValue("presolve", "on")
        solver.setOptionValue("mip_max_nodes", NODES)
        try:
            world = np.rint(solved(solver)).astype(np.int64)
        except Impossible:
            return None
        return world if self.agrees(world) and weight @ world <= most else None

    def whole(self, weight: Reals) -> int:
        """The least weighted sum in whole numbers, or a little more."""
        corner = self.seek(weight)
        least = int(np.ceil(weight @ corner - SLACK))
        world = np.rint(corner).astype(np.int64)
        if np.abs(corner - world).max(initial=0) < SLACK and self.agrees(world):
            return least
        for worse in range(3):
            found = self.branch(weight, least + worse, corner)
            if found is not None:
                return least + worse
        raise Unsolved("no world in whole numbers near the corner")

    def _model(self) -> highspy.HighsLp:
        model = highspy.HighsLp()
        count = len(self.atoms)
        order = np.lexsort((self._column, self._row))
        model.num_col_, model.num_row_ = count, len(self.told)
        model.col_cost_, model.col_lower_ = np.zeros(count), np.zeros(count)
        model.col_upper_ = np.full(count, self.box)
        model.row_lower_ = model.row_upper_ = self.told.astype(float)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(self._row, minlength=len(self.told)))])
        model.a_matrix_.index_ = self._column[order]
        model.a_matrix_.value_ = np.ones(len(order))
        return model


def patches(sight: Sight) -> Iterator[Patch]:
    """The connected parts of the open atoms."""
    mine = np.isin(sight.cell, sight.told)
    row, column = np.searchsorted(sight.told, sight.cell[mine]), sight.atom[mine]
    label = np.arange(len(sight.atoms))
    while True:
        least = np.full(len(sight.told), len(sight.atoms))
        np.minimum.at(least, row, label[column])
        lower = label.copy()
        np.minimum.at(lower, column, least[row])
        lower = lower[lower]
        if np.array_equal(lower, label):
            break
        label = lower
    left = sight.values[sight.told] - sight.settled[sight.told]
    for root in np.unique(label):
        atoms = np.flatnonzero(label == root)
        here = label[column] == root
        used, rows = np.unique(row[here], return_inverse=True)
        yield Patch(atoms, rows, np.searchsorted(atoms, column[here]), left[used])


def _solver() -> highspy.Highs:
    solver: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("presolve", "off"),
        ("solver", "simplex"),
        ("simplex_strategy", 4),
        ("primal_simplex_bound_perturbation_multiplier", 0.0),
        ("mip_rel_gap", 0.0),
    ):
        solver.setOptionValue(option, value)
    return solver
