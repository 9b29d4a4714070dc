"""What is hidden, and the moves that prove it enough: kept in step while cells are hidden and shown."""

from __future__ import annotations

import numpy as np

from xinqiao.safety.rows import Flags, Ints


class Cover:
    """Hidden columns, the moves known, and for each aim how many moves within the hidden columns meet it."""

    def __init__(self, hidden: Flags, aims: int) -> None:
        self.hidden = hidden.copy()
        self.proofs = np.zeros(aims, dtype=np.int64)
        self._changes = np.zeros((16, len(hidden)), dtype=bool)
        self._meets = np.zeros((16, aims), dtype=bool)
        self._outside = np.zeros(16, dtype=np.int64)
        self._count = 0

    @property
    def unmet(self) -> Flags:
        """The aims that no move within the hidden columns meets."""
        return np.asarray(self.proofs == 0)

    def add(self, changes: Flags, meets: Flags) -> None:
        """Keeps a move: which columns it changes, which aims it meets."""
        if self._count == len(self._outside):
            self._changes = np.concatenate([self._changes, np.zeros_like(self._changes)])
            self._meets = np.concatenate([self._meets, np.zeros_like(self._meets)])
            self._outside = np.concatenate([self._outside, np.zeros_like(self._outside)])
        at = self._count
        self._changes[at], self._meets[at] = changes, meets
        self._outside[at] = int((changes & ~self.hidden).sum())
        if not self._outside[at]:
            self.proofs += meets
        self._count += 1

    def hide(self, columns: Ints) -> None:
        """Hides columns that are shown."""
        for column in columns[~self.hidden[columns]]:
            self._turn(int(column), -1)

    def show(self, columns: Ints) -> None:
        """Shows columns that are hidden."""
        for column in columns[self.hidden[columns]]:
            self._turn(int(column), 1)

    def become(self, hidden: Flags) -> None:
        """Hides exactly these."""
        self.show(np.flatnonzero(self.hidden & ~hidden))
        self.hide(np.flatnonzero(hidden & ~self.hidden))

    def _turn(self, column: int, step: int) -> None:
        users = np.flatnonzero(self._changes[: self._count, column])
        before = self._outside[users]
        self._outside[users] = before + step
        turned = users[(before == 0) if step > 0 else (before == 1)]
        self.proofs -= step * self._meets[turned].sum(axis=0)
        self.hidden[column] = step < 0

    def forget(self, most: int) -> None:
        """Drops the oldest moves beyond `most` that prove nothing now."""
        idle = np.flatnonzero(self._outside[: self._count] > 0)
        kept = np.ones(self._count, dtype=bool)
        kept[idle[: max(0, self._count - most)]] = False
        self._changes, self._meets = self._changes[: self._count][kept], self._meets[: self._count][kept]
        self._outside = self._outside[: self._count][kept]
        self._count = len(self._outside)
