"""Large systems piece by piece: what is affected, and families of units that are protected by themselves.

Along the longest axis (units in a tree: college → grade → class) a family is what lies below one unit
while that unit stays as it is. Cells above the finest units come first, over all that is affected; then
each family; what a family cannot do alone is left for the next wider one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from xinqiao.safety.optimum import MOST_CELLS, SIGHT, Benders, Optimum, optimum
from xinqiao.safety.rows import Flags, Floats, Ints
from xinqiao.safety.suppress import Suppressor
from xinqiao.safety.system import Aims, Axis, Lattice, System

PARTNERS = 3  # units of a family that may change at least, affected or not
SMALL = 50_000  # columns × aims up to which the master's leaning guides the search, in several orders
ORDERS = 3
CHEAPEST = 0.1
SHAKEN = 0.1  # by how much prices differ at most when the master leans anew


class Unprotectable(Exception):
    """Some aim cannot be met, whatever is hidden."""


@dataclass(slots=True)
class Hiding:
    """What is hidden so far, and the aims that are met by it."""

    hidden: Flags = field(repr=False)
    met: Flags = field(repr=False)


def hide(lattice: Lattice, system: System, primary: Flags, aims: Aims, *, rounds: int = 0, effort: int = 0) -> Flags:
    """The cells to hide, primary ones among them. Raises Unprotectable.

    To better what was found: `rounds`, how often a master leans anew in each small piece, then `effort`, programmes
    to show neighbourhoods anew.
    """
    done = Hiding(hidden=primary.copy(), met=np.zeros(len(aims), dtype=bool))
    for columns, numbers in _pieces(lattice, system, aims):
        _protect(system.part(columns), columns, aims, numbers, done, (rounds, effort))
        if done.met.all():
            break
    if not done.met.all():
        raise Unprotectable
    return done.hidden


def fewest(lattice: Lattice, system: System, primary: Flags, aims: Aims) -> Optimum:
    """The cells to hide, with what is known of the optimum: proof where the table is small enough.

    Raises Unprotectable.
    """
    hidden = hide(lattice, system, primary, aims)
    if system.width <= MOST_CELLS:
        return optimum(system, primary, aims, hidden)
    price = float(system.cost[hidden & ~primary].sum())
    return Optimum(hidden=hidden, price=price, bound=0.0)


def _protect(part: System, columns: Ints, aims: Aims, numbers: Ints, done: Hiding, work: tuple[int, int]) -> None:
    """Meets those aims of a piece that it can."""
    asked = numbers[~done.met[numbers]]
    inside, mine = Aims(column=aims.column[asked], goal=aims.goal[asked], up=aims.up[asked]).within(columns)
    if not len(mine):
        return
    search = Suppressor(part, done.hidden[columns], mine)
    if part.width * len(mine) <= SMALL:
        master = Benders(part, done.hidden[columns], mine)
        search.lure = np.maximum(1 - master.lean(), CHEAPEST)
        search.run(ORDERS)
        search.follow(_lures(search, master, work[0]))
        search.better(work[1] * len(mine) // len(aims) if master.bound + SIGHT < search.price else 0)
    else:
        search.run(1)
    hidden = search.cover.hidden
    done.hidden[columns] = hidden & (done.hidden[columns] | (part.cost > 0))
    done.met[asked[inside]] = ~search.cover.unmet


def _lures(search: Suppressor, master: Benders, rounds: int) -> Iterator[Floats]:
    """What the master leans towards at shaken prices, until nothing cheaper can be."""
    random = np.random.default_rng(0)
    for _ in range(rounds):
        if master.bound + SIGHT >= search.price:
            return
        shaken = master.system.cost * (1 + SHAKEN * random.random(master.system.width))
        yield np.maximum(1 - master.lean_at(shaken), CHEAPEST)


def _pieces(lattice: Lattice, system: System, aims: Aims) -> Iterator[tuple[Ints, Ints]]:
    """Columns of a piece and the aims to be met in it, in order."""
    at = int(np.argmax(lattice.shape))
    axis = lattice.axes[at]
    unit = np.indices(lattice.shape, dtype=np.int32)[at].ravel()
    every = np.arange(len(aims))
    if len(axis.parts) <= 1:
        yield np.arange(system.width), every
        return
    size = np.bincount(unit, weights=system.truth, minlength=len(axis.codes)).astype(np.float64)
    affected = _affected(axis, {int(code) for code in unit[aims.column]}, size)
    near = np.isin(unit, sorted(affected))
    higher = np.isin(unit[aims.column], list(axis.parts))
    if higher.any():
        yield np.flatnonzero(near), every[higher]
    for whole in sorted(axis.parts, key=lambda code: (len(axis.leaves_of()[code]), code)):
        below = _below(axis, whole) & affected
        if below:
            yield np.flatnonzero(np.isin(unit, sorted(below))), every
    yield np.flatnonzero(near), every
    yield np.arange(system.width), every


def _below(axis: Axis, whole: int) -> set[int]:
    found: set[int] = set()
    for part in axis.parts.get(whole, ()):
        found |= {part} | _below(axis, part)
    return found


def _affected(axis: Axis, asked: set[int], size: Floats) -> set[int]:
    """The units asked about, all above them, and so many partners that what changes can be made good."""
    found = set(asked)
    for whole in sorted(axis.parts, key=lambda code: len(axis.leaves_of()[code])):
        if _below(axis, whole) & found:
            found.add(whole)
    for whole in sorted(axis.parts, key=lambda code: -len(axis.leaves_of()[code])):
        parts = axis.parts[whole]
        if whole in found:
            spare = sorted((part for part in parts if part not in found), key=lambda part: (size[part], part))
            found |= set(spare[: max(0, PARTNERS - len(found & set(parts)))])
    return found
