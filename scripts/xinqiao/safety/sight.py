"""What a reader makes of tables at first sight: what follows by adding up, and what stays unknown.

The attacker's own layout: the unknowns are the finest cells that nothing settles, and each told cell that
its parts do not already imply is an equation over them. Knows nothing of how tables are protected.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from xinqiao.safety.system import Axis

Numbers = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
UNKNOWN = -1


class Contradiction(Exception):
    """The tables contradict each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Cells after adding up (UNKNOWN where open) and the equations over what is open.

    `cell[i]` covers `atom[i]`, for every open atom and every cell above it. `told` are the equations:
    numbers of cells; `rest` is what is left of each cell beside its settled atoms (of told cells only).
    """

    values: Numbers = field(repr=False)
    atoms: Numbers = field(repr=False)  # node numbers of the open finest cells
    cell: Numbers = field(repr=False)
    atom: Numbers = field(repr=False)  # positions in `atoms`
    told: Numbers = field(repr=False)
    settled: Numbers = field(repr=False)  # for each cell the sum of its settled atoms


def look(axes: Sequence[Axis], shown: Numbers) -> Sight:
    """Adds up. `shown` has a value or UNKNOWN for each cell of the axes' product, the last axis fastest.

    Raises Contradiction where a told cell is not what its parts come to.
    """
    shape = tuple(len(axis.codes) for axis in axes)
    values = shown.astype(np.int64).reshape(shape)
    while any(_add_up(np.moveaxis(values, at, 0), axis) for at, axis in enumerate(axes)):
        pass
    implied = np.zeros(shape, dtype=bool)
    finest = np.ones(shape, dtype=bool)
    for at, axis in enumerate(axes):
        known, mine, fine = (np.moveaxis(array, at, 0) for array in (values >= 0, implied, finest))
        for whole, parts in axis.parts.items():
            mine[whole] |= known[list(parts)].all(axis=0)
            fine[whole] = False
    flat = values.ravel()
    leaves = np.flatnonzero(finest.ravel())
    cell, atom = _covers(axes, shape, leaves)
    amounts = np.maximum(flat[leaves], 0)
    settled = np.rint(np.bincount(cell, weights=amounts[atom], minlength=len(flat))).astype(np.int64)
    is_open = flat[leaves] < 0
    place = np.cumsum(is_open) - 1
    kept = is_open[atom]
    cell, atom = cell[kept], place[atom[kept]]
    touched = np.zeros(len(flat), dtype=bool)
    touched[cell] = True
    told = np.flatnonzero(touched & (flat >= 0) & ~implied.ravel())
    return Sight(values=flat, atoms=leaves[is_open], cell=cell, atom=atom, told=told, settled=settled)


def _add_up(values: Numbers, axis: Axis) -> bool:
    """Settles what one axis settles, in place; whether anything changed."""
    changed = False
    for whole, parts in axis.parts.items():
        numbers = list(parts)
        below = values[numbers]
        is_open = below < 0
        count, total = is_open.sum(axis=0), np.maximum(below, 0).sum(axis=0)
        above = values[whole]
        if bool(((above >= 0) & ((total > above) | ((count == 0) & (total != above)))).any()):
            raise Contradiction
        upwards = (above < 0) & (count == 0)
        # One open part is what is left; where nothing is left, all open parts are empty.
        downwards = (above >= 0) & (count > 0) & ((count == 1) | (total == above))
        if not (upwards.any() or downwards.any()):
            continue
        changed = True
        values[whole] = np.where(upwards, total, above)
        values[numbers] = np.where(is_open & downwards, above - total, below)
    return changed


def _covers(axes: Sequence[Axis], shape: tuple[int, ...], leaves: Numbers) -> tuple[Numbers, Numbers]:
    """Every pair of a cell and a finest cell (by position in `leaves`) that it covers."""
    above = [_above(axis) for axis in axes]
    codes = np.unravel_index(leaves, shape)
    cells, atoms = [], []
    for steps in itertools.product(*(range(table.shape[1]) for table in above)):
        at = [table[mine, step] for table, mine, step in zip(above, codes, steps, strict=True)]
        there = np.logical_and.reduce([mine >= 0 for mine in at])
        cells.append(np.ravel_multi_index(tuple(mine[there] for mine in at), shape))
        atoms.append(np.flatnonzero(there))
    return np.concatenate(cells), np.concatenate(atoms)


def _above(axis: Axis) -> Numbers:
    """For each finest code, itself and all codes that it is in; -1 where there are no more."""
    lists: list[list[int]] = [[] for _ in axis.codes]
    for code, leaves in enumerate(axis.leaves_of()):
        for leaf in sorted(leaves):
            lists[leaf].append(code)
    table = np.full((len(lists), max(map(len, lists))), -1)
    for code, found in enumerate(lists):
        table[code, : len(found)] = found
    return table
