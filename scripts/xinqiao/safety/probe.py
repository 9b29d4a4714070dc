"""The attacker's programmes over tables: exact values, ranges, and whether a cell can be 0 and can be k.

Shares the axes with the protector and nothing else. A world counts as a way out only in whole numbers,
checked exactly; a programme that is not solved to its end raises Unsolved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from xinqiao.safety.patch import SLACK, Patch, Reals, patches
from xinqiao.safety.sight import Marks, Numbers, look
from xinqiao.safety.system import Axis

SHARES = (0.25, 0.25, 0.5, *[1.0] * 10)  # of the cells asked about, pulled at together


@dataclass(slots=True)
class Questions:
    """What is asked of cells: can each be as small as `low`, and as large as `high`? Answers as they come.

    Without `both`, one of the two is enough, and the other may not have been asked.
    """

    cells: Numbers
    low: Numbers
    high: Numbers
    fell: Marks
    rose: Marks
    both: bool = True

    @classmethod
    def of(cls, cells: Numbers, low: Numbers | int, high: Numbers | int, *, both: bool = True) -> Questions:
        """Questions without answers."""
        shape = cells.shape
        return cls(
            cells=cells,
            low=np.broadcast_to(np.asarray(low, dtype=np.int64), shape),
            high=np.broadcast_to(np.asarray(high, dtype=np.int64), shape),
            fell=np.zeros(shape, dtype=bool),
            rose=np.zeros(shape, dtype=bool),
            both=both,
        )


class Probe:
    """What an attacker works out of tables over these axes; -1 stands for what they do not tell."""

    def __init__(self, axes: Sequence[Axis], shown: Numbers) -> None:
        self.sight = look(axes, shown)
        self.patches = list(patches(self.sight))
        self._home = np.zeros(len(self.sight.atoms), dtype=np.int64)
        for number, patch in enumerate(self.patches):
            self._home[patch.atoms] = number
        order = np.argsort(self.sight.cell, kind="stable")
        self._atom = self.sight.atom[order]
        self._start = np.searchsorted(self.sight.cell[order], np.arange(len(self.sight.values) + 1))

    def range(self, cell: int) -> tuple[float, float]:
        """The least and the largest value that a cell can have, fractions allowed."""
        value = int(self.sight.values[cell])
        if value >= 0:
            return value, value
        low = high = float(self.sight.settled[cell])
        for patch, mine in self._parts(cell):
            weight = patch.weight(mine)
            low += float(weight @ patch.seek(weight))
            high += float(weight @ patch.seek(-weight))
        return low, high

    def refuse(self, cells: Numbers, low: Numbers | int, high: Numbers | int, *, both: bool = True) -> Questions:
        """Asks all. Where a rule wants `both`, what did not fall or not rise is a fault, else what did neither."""
        asked = Questions.of(cells, low, high, both=both)
        values = self.sight.values[cells]
        settled = values >= 0
        asked.fell[settled] = values[settled] <= asked.low[settled]
        asked.rose[settled] = values[settled] >= asked.high[settled]
        local: dict[int, list[int]] = {}
        across: list[int] = []
        for number in np.flatnonzero(~settled):
            homes = {int(home) for home in self._home[self._of(int(cells[number]))]}
            if len(homes) == 1:
                local.setdefault(homes.pop(), []).append(int(number))
            else:
                across.append(int(number))
        for home, numbers in local.items():
            self._within(self.patches[home], asked, np.array(numbers))
        for far in across:
            self._across(asked, far)
        return asked

    def found(self, cells: Numbers, k: int) -> Numbers:
        """Without the truth: the cells that cannot be empty and cannot reach k."""
        asked = self.refuse(cells, 0, k, both=False)
        return cells[~asked.fell & ~asked.rose]

    def exact(self, cells: Numbers) -> Numbers:
        """The cells of which the tables leave one value only."""
        return np.array([cell for cell in cells if self._is_exact(int(cell))], dtype=np.int64)

    def _is_exact(self, cell: int) -> bool:
        if any(np.ptp(patch.seen(mine)) for patch, mine in self._parts(cell) if patch.worlds):
            return False
        low, high = self.range(cell)
        return high - low < SLACK

    def _of(self, cell: int) -> Numbers:
        return self._atom[self._start[cell] : self._start[cell + 1]]

    def _parts(self, cell: int) -> Iterator[tuple[Patch, Numbers]]:
        atoms = self._of(cell)
        for home in np.unique(self._home[atoms]):
            yield self.patches[home], atoms[self._home[atoms] == home]

    def _within(self, patch: Patch, asked: Questions, numbers: Numbers) -> None:
        lists = [patch.place(self._of(int(asked.cells[number]))) for number in numbers]
        known = self.sight.settled[asked.cells[numbers]]
        bundle = _Bundle(patch, lists, asked.low[numbers] - known, asked.high[numbers] - known, both=asked.both)
        bundle.ask()
        asked.fell[numbers], asked.rose[numbers] = bundle.fell, bundle.rose

    def _across(self, asked: Questions, number: int) -> None:
        """A cell in several patches, which are free of each other: their worlds add up."""
        cell = int(asked.cells[number])
        settled, parts = int(self.sight.settled[cell]), list(self._parts(cell))
        asked.fell[number] = _reaches(parts, 1, int(asked.low[number]) - settled)
        if asked.both or not asked.fell[number]:
            asked.rose[number] = _reaches(parts, -1, settled - int(asked.high[number]))


def _reaches(parts: Sequence[tuple[Patch, Numbers]], sign: int, most: int) -> bool:
    """Whether atoms in several patches, taken with a sign, can come to no more than this."""
    seen = [sign * patch.seen(mine) for patch, mine in parts]
    if all(map(len, seen)) and sum(int(values.min()) for values in seen) <= most:
        return True
    return sum(patch.whole(sign * patch.weight(mine)) for patch, mine in parts) <= most


class _Bundle:
    """All questions about one patch: every world found answers for all of them."""

    def __init__(
        self, patch: Patch, lists: Sequence[Numbers], low: Numbers, high: Numbers, *, both: bool = True
    ) -> None:
        self.patch, self.lists, self.low, self.high, self.both = patch, lists, low, high, both
        self._row = np.repeat(np.arange(len(lists)), [len(found) for found in lists])
        self._column = np.concatenate(lists)
        self.fell, self.rose = np.zeros(len(lists), dtype=bool), np.zeros(len(lists), dtype=bool)
        self._random = np.random.default_rng(0)
        self.base: Numbers | None = None  # the first whole world: steps are taken from there

    def ask(self) -> None:
        """Looks at some corners far out for all at once, then asks for each that is left."""
        for known in self.patch.worlds:
            self._compare(known)
        self.base = self.patch.worlds[0] if self.patch.worlds else None
        idle, few = 0, len(self.lists) // 50
        for share in SHARES:
            before = self._answered()
            if idle > 1 or before + few >= 2 * len(self.lists):
                break
            corner = self._glance(share)
            if not self._note(corner):
                world = self.patch.mend(corner, wide=self.base is None)
                if world is None:
                    continue
                self._note(world.astype(float))
            idle += before + few >= self._answered()
        for number in range(len(self.lists)):
            if not self.fell[number] and (self.both or not self.rose[number]):
                self._one(number, 1.0, float(self.low[number]))
            if not self.rose[number] and (self.both or not self.fell[number]):
                self._one(number, -1.0, -float(self.high[number]))

    def _answered(self) -> int:
        """How many questions have their answer, of two for each cell."""
        return int(self.fell.sum() + self.rose.sum()) if self.both else 2 * int(self._done().sum())

    def _done(self) -> Marks:
        return self.fell & self.rose if self.both else self.fell | self.rose

    def _glance(self, share: float) -> Reals:
        """A corner where a share of all cells still asked about lies far out."""
        size = self._random.random(len(self.lists))
        down = np.where(self.fell == self.rose, self._random.random(len(size)) < 0.5, ~self.fell)
        pull = np.where(self._done(), 0.0, np.where(down, size, -size))
        pull[self._random.random(len(self.lists)) >= share] = 0
        weight = np.bincount(self._column, weights=pull[self._row], minlength=len(self.patch.atoms))
        return self.patch.seek(weight.astype(np.float64))

    def _one(self, number: int, sign: float, goal: float) -> None:
        weight = np.zeros(len(self.patch.atoms))
        weight[self.lists[number]] = sign
        if self.base is None:
            corner = self.patch.seek(weight)
            if weight @ corner > goal + SLACK:
                return
        elif (step := self.patch.step(weight, goal, self.base)) is None:
            return
        else:
            corner = step
        if self._note(corner):
            return
        world = self.patch.branch(weight, goal, corner)
        if world is not None:
            self._note(world.astype(float))

    def _note(self, corner: Reals) -> bool:
        """Takes down what a corner proves; nothing where it is not whole."""
        world = np.rint(corner).astype(np.int64)
        if np.abs(corner - world).max(initial=0) > SLACK or not self.patch.agrees(world):
            return False
        self.base = world if self.base is None else self.base
        self.patch.keep(world)
        self._compare(world)
        return True

    def _compare(self, world: Numbers) -> None:
        values = np.rint(np.bincount(self._row, weights=world[self._column], minlength=len(self.lists)))
        self.fell |= values <= self.low
        self.rose |= values >= self.high
