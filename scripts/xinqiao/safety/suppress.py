"""Which cells of a system to hide so that every aim can be met: cheapest moves, clean-up, several orders."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from xinqiao.safety.cover import Cover
from xinqiao.safety.moves import Moves
from xinqiao.safety.rows import Flags, Floats, Ints
from xinqiao.safety.system import Aims, System

MOST_KNOWN = 1_500
MOST_TIMES = 1_000  # of a move that nothing holds back
GROWN = 1.1  # by how much more is hidden before the programme of what is hidden is made anew


class Suppressor:
    """The search on one system. `given` is hidden from the start and stays so; what it costs is not counted."""

    def __init__(self, system: System, given: Flags, aims: Aims) -> None:
        self.system, self.aims = system, aims
        self.given = given | (system.cost == 0)
        self.cover = Cover(self.given, len(aims))
        self.moves = Moves(system)
        self.lure = np.ones(system.width)  # less than 1: dearer to show than it seems
        self.beyond: set[int] = set()  # aims that nothing here can meet
        self._random = np.random.default_rng(0)
        self._guess: dict[int, int] = {}  # cell → the aim that last stood in the way of showing it

    @property
    def price(self) -> float:
        """What is hidden beyond what must be."""
        return float(self.system.cost[self.cover.hidden & ~self.given].sum())

    def run(self, orders: int) -> None:
        """Hides the cheapest set of several orders. Aims in `beyond` are not met: the caller looks further for them."""
        self._anew(self._orders()[0])
        for order in self._orders()[1:orders]:
            self._cheaper(order)

    def follow(self, lures: Iterable[Floats]) -> None:
        """Tries other lures, each in another order, as long as they come; keeps the cheapest set."""
        lure = self.lure
        for number, self.lure in enumerate(lures):
            self._cheaper(self._orders()[number % len(self._orders())])
        self.lure = lure

    def _cheaper(self, order: Ints) -> None:
        """Keeps what comes of another order where it is cheaper and lacks no more."""
        before, price, beyond = self.cover.hidden.copy(), self.price, len(self.beyond)
        self._anew(order)
        if self.price >= price or len(self.beyond) > beyond:
            self.cover.become(before)

    def _anew(self, order: Ints) -> None:
        self.cover.become(self.given)
        self.fill(order)
        self.thin(self._dearest())

    def _orders(self) -> list[Ints]:
        values, numbers = self.system.truth[self.aims.column], np.arange(len(self.aims))
        return [
            np.lexsort((numbers, self.aims.up)),
            np.lexsort((numbers, -values)),
            np.lexsort((numbers, values, ~self.aims.up)),
        ]

    def fill(self, order: Ints) -> None:
        """Hides until every aim is met that can be."""
        inside, moves = self._inside()
        for aim in order:
            if self.cover.proofs[aim] or int(aim) in self.beyond:
                continue
            if self.cover.hidden.sum() > GROWN * len(inside):
                inside, moves = self._inside()
            if self._hold(int(aim), moves, inside):
                continue
            changes = self._find(int(aim))
            if changes is None:
                self.beyond.add(int(aim))
            else:
                self.cover.hide(np.flatnonzero(changes))

    def thin(self, order: Ints) -> None:
        """Shows each of these cells that no aim needs."""
        inside, moves = self._inside()
        for cell in order:
            self.cover.show(np.array([cell]))
            while len(unmet := self._unmet(int(cell))):
                if not self._hold(int(unmet[0]), moves, inside):
                    self._guess[int(cell)] = int(unmet[0])
                    self.cover.hide(np.array([cell]))
                    break

    def _inside(self) -> tuple[Ints, Moves]:
        """What is hidden now, and the far smaller programme in which only that can move."""
        inside = np.flatnonzero(self.cover.hidden)
        return inside, Moves(self.system.part(inside))

    def _unmet(self, cell: int) -> Ints:
        """The aims to be met, the likeliest hindrance first."""
        unmet = self.cover.unmet
        unmet[list(self.beyond)] = False
        guess = self._guess.get(cell, -1)
        return np.array([guess]) if guess >= 0 and unmet[guess] else np.flatnonzero(unmet)

    def better(self, effort: int) -> None:
        """Shows a neighbourhood and covers anew at shaken prices, as long as so many programmes allow."""
        until, lure = self.moves.solved + effort, self.lure
        while self.moves.solved < until:
            before, price = self.cover.hidden.copy(), self.price
            spare = np.flatnonzero(before & ~self.given)
            if not len(spare):
                break
            self.cover.show(self._neighbours(int(self._random.choice(spare)), spare))
            self.lure = lure * (0.6 + 0.8 * self._random.random(self.system.width))
            self.fill(self._random.permutation(len(self.aims)))
            self.thin(self._random.permutation(np.flatnonzero(self.cover.hidden & ~self.given)))
            if self.price > price:
                self.cover.become(before)
            self.cover.forget(MOST_KNOWN)
        self.lure = lure

    def _neighbours(self, column: int, spare: Ints) -> Ints:
        """Those of `spare` within two rows of a column."""
        near = np.zeros(self.system.width, dtype=bool)
        near[column] = True
        rows = self.system.rows
        for _ in range(2):
            near[rows.columns[np.isin(rows.rows, rows.touching(near))]] = True
        return spare[near[spare]]

    def _dearest(self) -> Ints:
        spare = np.flatnonzero(self.cover.hidden & ~self.given)
        return spare[np.lexsort((spare, -self.system.truth[spare], -self.system.cost[spare]))]

    def _find(self, aim: int) -> Flags | None:
        """The columns that a cheap move for an aim changes; the move is kept for all that it meets."""
        price = np.where(self.cover.hidden, 0.0, self.system.cost * self.lure)
        move = self.moves.find(int(self.aims.column[aim]), int(self.aims.goal[aim]), price, self.system.never)
        return None if move is None else self._keep(aim, move, self.system.never)

    def _hold(self, aim: int, moves: Moves, inside: Ints) -> bool:
        """Whether some move within what is hidden meets an aim."""
        locked = ~self.cover.hidden
        column = int(self.aims.column[aim])
        at = int(np.searchsorted(inside, column))
        if at == len(inside) or inside[at] != column:
            return False
        found = moves.find(at, int(self.aims.goal[aim]), np.zeros(len(inside)), locked[inside])
        self.moves.solved += 1
        if found is None:
            return False
        move = np.zeros(self.system.width, dtype=np.int64)
        move[inside] = found
        return self._keep(aim, move, locked) is not None

    def _keep(self, aim: int, move: Ints, locked: Flags) -> Flags | None:
        """Checks a move in whole numbers (the programme's tolerance is no proof) and keeps it."""
        world = self.system.truth + move
        meets, changes = self.aims.met(world), move != 0
        if bool((world < 0).any() or self.system.rows.of(move).any() or (changes & locked).any()) or not meets[aim]:
            return None
        # The same cells changed by more of the same, or backwards: whatever lies between, the ends meet it too.
        for times in self._ends(move):
            meets = meets | self.aims.met(self.system.truth + times * move)
        self.cover.add(changes, meets)
        return np.asarray(changes)

    def _ends(self, move: Ints) -> tuple[int, int]:
        """How often a move can be taken before some column is empty: backwards (below 0), and forwards."""
        truth, less, more = self.system.truth, move < 0, move > 0
        back = int((truth[more] // move[more]).min(initial=MOST_TIMES))
        return -back, int((truth[less] // -move[less]).min(initial=MOST_TIMES))
