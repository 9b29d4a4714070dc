"""Which cells to hide: primary ones by rule, others until every protected group has two other worlds.

For each protected group the cheapest world is sought in which it is empty, and one in which it reaches
k (Fischetti and Salazar's programme on deviations); the cells in which that world differs are hidden.
The worlds found are the proof. Last, what no proof needs is shown again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from xinqiao.core.problem import refuse
from xinqiao.safety.cells import Task
from xinqiao.safety.rows import Flags, Floats, Ints
from xinqiao.safety.structure import ALL
from xinqiao.safety.worlds import WHOLE, Search

MOST_BASES = 6
MOST_EFFORT = 400_000  # programmes that the clean-up may solve, times their columns


@dataclass(slots=True)
class World:
    """Another world: which cells it changes, which groups it empties and which it brings to k."""

    answers: Ints = field(repr=False)
    changes: Flags = field(repr=False)
    empty: Flags = field(repr=False)
    full: Flags = field(repr=False)


def protect(task: Task) -> Flags:
    """For each cell whether it is hidden. Raises XinqiaoError (release-not-safe) where nothing helps."""
    protector = Protector(task)
    protector.cover()
    protector.show_again()
    return protector.hidden


class Protector:
    """The state of the search: what is hidden, and the worlds that prove it enough."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.hidden = np.zeros(len(task.cells.identities), dtype=bool)
        self.hidden[list(task.cells.primary)] = True
        self.hidden |= _base_lost(task, self.hidden)
        self._everybody = np.array([of == "" for of in task.groups.of], dtype=bool)
        self.worlds: list[World] = []
        self.effort = 0
        self._searches: dict[str, Search] = {}
        structure = task.where.structure
        self._lead = {ALL: ALL} | {v.of: min(structure.together(v.of)) for v in structure.variables.values()}

    def cover(self) -> None:
        """Hides until each group can be empty and can reach its k."""
        groups = self.task.groups
        pending = {True: np.ones(groups.rows.count, dtype=bool), False: np.ones(groups.rows.count, dtype=bool)}
        for group in self._order():
            for empty in (True, False):
                if not pending[empty][group]:
                    continue
                world = self._find(group, empty, locked=np.zeros_like(self.hidden))
                if world is None:
                    raise refuse("release-not-safe")
                self.worlds.append(world)
                self.hidden |= world.changes
                pending[True] &= ~world.empty
                pending[False] &= ~world.full

    def show_again(self) -> None:
        """Shows each cell, dearest first, whose hiding no group needs."""
        cells = self.task.cells
        spared = set(cells.primary)
        self.effort = 0
        candidates = [int(number) for number in np.flatnonzero(self.hidden) if int(number) not in spared]
        # Means last: none is shown whose base is hidden.
        for cell in sorted(candidates, key=lambda number: (_depth(cells.base, number), -cells.cost[number], number)):
            if not _base_lost(self.task, self.hidden)[cell]:
                self._try_to_show(cell)

    def _try_to_show(self, cell: int) -> None:
        kept = [world for world in self.worlds if not world.changes[cell]]
        self.hidden[cell] = False
        locked = ~self.hidden
        found: list[World] = []
        for group, empty in self._orphans(kept):
            if any((world.empty if empty else world.full)[group] for world in found):
                continue
            world = self._find(group, empty, locked=locked) if self.effort < MOST_EFFORT else None
            if world is None or bool((world.changes & locked).any()):
                self.hidden[cell] = True
                return
            found.append(world)
        self.worlds = kept + found

    def _orphans(self, worlds: list[World]) -> Iterator[tuple[int, bool]]:
        for empty in (True, False):
            covered = np.zeros(self.task.groups.rows.count, dtype=bool)
            for world in worlds:
                covered |= world.empty if empty else world.full
            yield from ((int(group), empty) for group in np.flatnonzero(~covered))

    def _order(self) -> list[int]:
        """Groups of everybody first (their worlds carry others), then the largest: they cost most to empty."""
        values = self.task.groups.rows.of(self.task.truth)
        return sorted(range(len(values)), key=lambda group: (self.task.groups.of[group] != "", -values[group], group))

    def _find(self, group: int, empty: bool, locked: Flags) -> World | None:
        """The cheapest world for a group: within its own question if that will do, else across all."""
        of = self._lead[self.task.groups.of[group]]
        cost = np.where(self.hidden, 0.0, self.task.cells.cost)
        for base in self._bases(locked) if of else ():
            self.effort += self._search(of).width
            answers = self._search(of).find(group, empty, base, cost, locked)
            if answers is not None:
                return self._world(answers)
        answers = self._find_widely(group, empty, cost, locked)
        return None if answers is None else self._world(answers)

    def _find_widely(self, group: int, empty: bool, cost: Floats, locked: Flags) -> Ints | None:
        """A world across all questions: first how many are in each group, in whole numbers, then each question.

        Given how many are in each finest group, the answers to different questions are free of each other,
        so many small searches in whole numbers do what one large one takes minutes for.
        """
        everybody = self._search("")
        self.effort += everybody.width
        whole = self._block(ALL)
        draft = everybody.draft(group, empty, self.task.truth, cost, locked, whole)
        if draft is None:
            return None
        world = np.rint(draft).astype(np.int64)
        for of in sorted(set(self._lead.values()) - {ALL}):
            inside = self._block(of)
            if of == self._lead[self.task.groups.of[group]]:
                found = self._search(of).find(group, empty, world, cost, locked)
            elif np.abs(draft[inside] - world[inside]).max(initial=0) > WHOLE:
                found = self._search(of).settle(world, cost, locked)
            else:
                continue
            self.effort += self._search(of).width
            if found is None:
                return None
            world = found
        return world if self._agrees(world) else None

    def _agrees(self, world: Ints) -> bool:
        """Whether everything that cannot be taken back holds in a world."""
        values = self.task.fixed.of(world)
        return not bool(np.any(values < self.task.fixed_low) or np.any(values > self.task.fixed_high))

    def _bases(self, locked: Flags) -> Iterator[Ints]:
        yield self.task.truth
        wide = [world for world in self.worlds if self._is_wide(world) and not bool((world.changes & locked).any())]
        yield from (world.answers for world in wide[:MOST_BASES])

    def _is_wide(self, world: World) -> bool:
        return bool(world.empty[self._everybody].any() or world.full[self._everybody].any())

    def _search(self, of: str) -> Search:
        if of not in self._searches:
            columns = self._block(of) if of else np.ones(len(self.task.truth), dtype=bool)
            self._searches[of] = Search(self.task, columns)
        return self._searches[of]

    def _block(self, of: str) -> Flags:
        """The columns of a question or scale, or (ALL) of how many are in each group, in every interval."""
        where = self.task.where
        columns = np.zeros(len(self.task.truth), dtype=bool)
        columns[where.over(where.block(of), 0, where.intervals - 1)] = True
        return columns

    def _world(self, answers: Ints) -> World:
        cells, groups = self.task.cells, self.task.groups
        changes = cells.changed(answers)
        changes |= _base_lost(self.task, changes)
        inside = groups.rows.of(answers)
        return World(answers=answers, changes=changes, empty=inside <= groups.empty, full=inside >= groups.k)


def _base_lost(task: Task, hidden: Flags) -> Flags:
    """The means whose base is hidden, and the SDs of such means: they cannot be shown either."""
    base = task.cells.base
    if not len(base):
        return hidden
    lost = (base >= 0) & hidden[base]
    return lost | ((base >= 0) & lost[base])


def _depth(base: Ints, cell: int) -> int:
    """How many cells a cell rests on: 0 for a count, 1 for a mean, 2 for an SD."""
    return 0 if base[cell] < 0 else 1 + _depth(base, int(base[cell]))
