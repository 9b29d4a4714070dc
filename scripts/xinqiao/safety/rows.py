"""Many sparse linear expressions over the same columns, and their values for a world."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Rows:
    """Rows in coordinate form, collected one by one."""

    count: int = 0
    _rows: list[Ints] = field(default_factory=list)
    _columns: list[Ints] = field(default_factory=list)
    _values: list[Ints] = field(default_factory=list)

    def add(self, columns: Ints, values: Ints | int = 1) -> int:
        """Adds a row; its number."""
        self._columns.append(columns)
        self._values.append(np.broadcast_to(np.asarray(values, dtype=np.int64), columns.shape))
        self._rows.append(np.full(columns.shape, self.count, dtype=np.int64))
        self.count += 1
        return self.count - 1

    def frozen(self) -> Sparse:
        """All rows together."""
        if not self.count:
            nothing = np.zeros(0, dtype=np.int64)
            return Sparse(0, nothing, nothing, nothing)
        return Sparse(self.count, *(np.concatenate(part) for part in (self._rows, self._columns, self._values)))


@dataclass(frozen=True, slots=True)
class Sparse:
    """A sparse integer matrix in coordinate form, rows in order."""

    count: int
    rows: Ints
    columns: Ints
    values: Ints

    def of(self, world: Ints) -> Ints:
        """The value of every row for a world."""
        sums = np.bincount(self.rows, weights=self.values * world[self.columns], minlength=self.count)
        return np.rint(sums).astype(np.int64)

    def touching(self, columns: Flags) -> Ints:
        """The numbers of the rows that speak of any of these columns."""
        return np.unique(self.rows[columns[self.columns]])
