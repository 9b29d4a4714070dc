"""All worlds of a tiny table, counted out."""

from __future__ import annotations

import numpy as np

from xinqiao.safety.rows import Ints
from xinqiao.safety.system import Lattice


def worlds(lattice: Lattice, shown: Ints) -> Ints:
    """Every way to fill the finest cells that gives what is shown (-1: hidden), one a row; a total is shown."""
    leaves = np.flatnonzero(lattice.is_leaf())
    cover = np.array([lattice.totals(leaves, one) for one in np.eye(len(leaves), dtype=np.int64)])
    told = shown >= 0
    found = np.zeros((1, lattice.size), dtype=np.int64)
    for at in range(len(leaves)):
        most = int(shown[told & (cover[at] > 0)].min())
        # One leaf after the other; what has grown beyond something shown is dropped at once.
        found = np.concatenate([found + count * cover[at] for count in range(most + 1)])
        found = found[(found[:, told] <= shown[told]).all(axis=1)]
    return found[(found[:, told] == shown[told]).all(axis=1)]
