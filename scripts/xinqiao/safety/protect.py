"""Which cells to hide: primary ones by rule, others until every protected group has two other worlds.

For each protected group the cheapest world is sought in which it is empty, and one in which it reaches
k (Fischetti and Salazar's programme on deviations); the cells in which that world differs are hidden.
The worlds found are the proof. Then a master looks for the cheapest set, with proof (`fewest`); where that
takes too much work, what no proof needs is shown again, in several orders, and the best is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from xinqiao.safety.cells import Task
from xinqiao.safety.compact import compact
from xinqiao.safety.fewest import Fewest, Met, Optimum
from xinqiao.safety.reach import Aim
from xinqiao.safety.rows import Flags, Floats, Ints
from xinqiao.safety.structure import ALL
from xinqiao.safety.worlds import WHOLE, Search

MOST_BASES = 6
# Programmes that may be solved, times their columns: work is the same on every machine, time is not.
MOST_EFFORT = 400_000  # by one clean-up
MOST_AGAIN = 100_000  # by the first clean-up, if there is to be a second
MOST_PROVING = 1_500_000  # by the master
MOST_AT_ONCE = 300_000  # by the master in one pass over all groups; else it only tells what no set can undercut
MOST_BOUNDING = 200_000  # by the master that only tells that
LURE = 0.1  # what a cell costs at least of its price where the master leans towards hiding it


@dataclass(slots=True)
class World:
    """Another world: which cells it changes, which groups it empties and which it brings to k."""

    answers: Ints = field(repr=False)
    changes: Flags = field(repr=False)
    empty: Flags = field(repr=False)
    full: Flags = field(repr=False)


class Unprotectable(Exception):
    """A group that cannot be hidden, whatever is hidden; its number."""

    def __init__(self, group: int) -> None:
        super().__init__("a group cannot be hidden")
        self.group = group


def protect(task: Task) -> Optimum:
    """The cells to hide, and how much fewer it might have been. Raises Unprotectable where nothing helps."""
    return Protector(compact(task)).run()


class Protector:
    """The state of the search: what is hidden, and the worlds that prove it enough."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._used = np.zeros(len(task.truth), dtype=bool)
        for rows in (task.fixed, task.cells.rows, task.groups.rows):
            self._used[rows.columns] = True
        self.hidden = np.zeros(len(task.cells.identities), dtype=bool)
        self.hidden[list(task.cells.primary)] = True
        self.hidden |= _base_lost(task, self.hidden)
        self._everybody = np.array([of == "" for of in task.groups.of], dtype=bool)
        self.worlds: list[World] = []
        self.effort = 0
        self._price = task.cells.cost
        self._searches: dict[str, Search] = {}
        structure = task.where.structure
        self._lead = {ALL: ALL} | {v.of: min(structure.together(v.of)) for v in structure.variables.values()}

    def run(self) -> Optimum:
        """The cheapest set of the master, or of the clean-up in several orders."""
        given = self.hidden.copy()
        self.cover(self._order())
        fewest = Fewest(self.task, given, self)
        found = Optimum(hidden=self.hidden, cost=fewest.cost(self.hidden), bound=fewest.cost(given))
        if found.proven:
            return found
        # Of SDs the master knows only a linear part, which proves nothing.
        if not self.task.cells.curves:
            small = fewest.pass_effort <= MOST_AT_ONCE
            found = fewest.run(self.hidden, MOST_PROVING if small else MOST_BOUNDING, whole=small)
            if found.proven:
                return found
        tried = [found.hidden, *self._tried(found.hidden, given, fewest.leaning)]
        best = min(tried, key=fewest.cost)
        return Optimum(hidden=best, cost=fewest.cost(best), bound=found.bound)

    def _tried(self, start: Flags, given: Flags, leaning: Floats) -> Iterator[Flags]:
        """What is left hidden after a clean-up: of a set that is enough, then of one towards which the master leans."""
        self.hidden = start.copy()
        self.worlds = [world for world in self.worlds if not bool((world.changes & ~start).any())]
        self.show_again()
        yield self.hidden.copy()
        if self.effort < MOST_AGAIN:
            self._price = self.task.cells.cost * np.maximum(1 - leaning, LURE)
            self.hidden, self.worlds = given.copy(), []
            self.cover(self._order()[::-1])
            self.show_again()
            yield self.hidden.copy()

    def met(self, hidden: Flags) -> Met:
        """Of each group whether a world is known that changes hidden cells alone and empties it, or fills it."""
        return self._proven([world for world in self.worlds if not bool((world.changes & ~hidden).any())])

    def lacking(self, hidden: Flags) -> bool:
        """Whether some group is left for which no world is found that changes hidden cells alone."""
        before, self.hidden, self.effort = self.hidden, hidden, 0
        found = self._held([world for world in self.worlds if not bool((world.changes & ~hidden).any())])
        self.worlds += found or []
        self.hidden = before
        return found is None

    def cover(self, order: Sequence[int]) -> None:
        """Hides until each group can be empty and can reach its k. Raises Unprotectable."""
        groups = self.task.groups
        pending = {True: np.ones(groups.rows.count, dtype=bool), False: np.ones(groups.rows.count, dtype=bool)}
        for group in order:
            for empty in (True, False):
                if not pending[empty][group]:
                    continue
                world = self._find(group, empty, locked=np.zeros_like(self.hidden))
                if world is None:
                    raise Unprotectable(group)
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
        found = self._held(kept)
        if found is None:
            self.hidden[cell] = True
        else:
            self.worlds = kept + found

    def _held(self, kept: list[World]) -> list[World] | None:
        """Worlds for all that those kept do not prove; None where one is not found, or the effort is spent."""
        locked = ~self.hidden
        found: list[World] = []
        for group, empty in self._orphans(kept):
            if any((world.empty if empty else world.full)[group] for world in found):
                continue
            world = self._find(group, empty, locked=locked) if self.effort < MOST_EFFORT else None
            if world is None or bool((world.changes & locked).any()):
                return None
            found.append(world)
        return found

    def _orphans(self, worlds: list[World]) -> Iterator[Aim]:
        met = self._proven(worlds)
        for empty in (True, False):
            yield from ((int(group), empty) for group in np.flatnonzero(~met[empty]))

    def _proven(self, worlds: list[World]) -> Met:
        met = {empty: np.zeros(self.task.groups.rows.count, dtype=bool) for empty in (True, False)}
        for world in worlds:
            met[True] |= world.empty
            met[False] |= world.full
        return met

    def _order(self) -> list[int]:
        """Groups of everybody first (their worlds carry others), then the largest: they cost most to empty."""
        values = self.task.groups.rows.of(self.task.truth)
        return sorted(range(len(values)), key=lambda group: (self.task.groups.of[group] != "", -values[group], group))

    def _find(self, group: int, empty: bool, locked: Flags) -> World | None:
        """The cheapest world for a group: within its own question if that will do, else across all."""
        of = self._lead[self.task.groups.of[group]]
        cost = np.where(self.hidden, 0.0, self._price)
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
            columns = self._block(of) if of else self._used
            self._searches[of] = Search(self.task, columns)
        return self._searches[of]

    def _block(self, of: str) -> Flags:
        """The columns of a question or scale, or (ALL) of how many are in each group, in every span."""
        where = self.task.where
        columns = np.zeros(len(self.task.truth), dtype=bool)
        columns[where.ever(where.block(of))] = True
        return columns & self._used

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
