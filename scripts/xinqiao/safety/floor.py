"""What no set of hidden cells can undercut in a large system: family by family, all that is not affected as one unit.

Whatever is enough for the whole is enough for a family when its other units are taken together (their changes
add up) and nothing above it is asked for. Families share no cells, so their least prices add up.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xinqiao.safety.optimum import Benders
from xinqiao.safety.rows import Flags, Floats, Ints
from xinqiao.safety.system import Aims, Axis, Lattice, System

Family = tuple[System, Flags, Aims]


def floor(lattice: Lattice, system: System, primary: Flags, aims: Aims, *, rounds: int = 0, most: int = 500) -> float:
    """The least that hiding costs beyond `primary`; `rounds` of whole choices tighten families of `most` columns."""
    found = 0.0
    for part, given, mine in _families(lattice, system, primary, aims):
        master = Benders(part, given, mine)
        master.lean()
        for _ in range(rounds if part.width <= most else 0):
            choice = master.choose_whole()
            if choice is None or not master.refute(choice):
                break
        found += master.bound
    return found


def _families(lattice: Lattice, system: System, primary: Flags, aims: Aims) -> Iterator[Family]:
    """Along the longest axis: a unit whose parts have none, the parts that are asked about, and all others as one."""
    at = int(np.argmax(lattice.shape))
    axis = lattice.axes[at]
    nodes = np.moveaxis(np.arange(lattice.size).reshape(lattice.shape), at, 0)
    asked = {int(unit) for unit in np.unravel_index(aims.column, lattice.shape)[at]}
    asked |= {int(unit) for unit in np.unravel_index(np.flatnonzero(primary), lattice.shape)[at]}
    taken: set[int] = set()
    for whole, parts in axis.parts.items():
        mine = [part for part in parts if part in asked]
        if taken & {whole, *parts} or not mine or any(part in axis.parts for part in parts):
            continue
        taken |= {whole, *parts}
        rest = nodes[[part for part in parts if part not in asked]]
        codes = [axis.codes[part] for part in mine] + ["rest"] * bool(len(rest))
        small = Axis.tree(axis.name, ["whole", *codes], [None, *["whole"] * len(codes)])
        yield _family(_moved(lattice, at, small), system, (primary, aims), (nodes[[whole, *mine]], rest, at))


def _moved(lattice: Lattice, at: int, axis: Axis) -> Lattice:
    return Lattice(axes=(*lattice.axes[:at], axis, *lattice.axes[at + 1 :]))


def _family(lattice: Lattice, system: System, asked: tuple[Flags, Aims], units: tuple[Ints, Ints, int]) -> Family:
    """The family's system: its own units as they are; of the rest what they are together, and the cheapest of them."""
    (primary, aims), (own, rest, at) = asked, units

    def laid(values: Floats | Ints | Flags, together: str) -> Floats:
        merged = [getattr(values[rest], together)(axis=0)[None]] if len(rest) else []
        return np.moveaxis(np.concatenate([values[own], *merged]), 0, at).ravel()

    part = System(
        rows=lattice.sums(),
        truth=laid(system.truth, "sum").astype(np.int64),
        cost=laid(system.cost, "min").astype(np.float64),
        never=laid(system.never, "all").astype(bool),
        lines=lattice.lines(),
    )
    number = np.full(system.width, -1)
    number[laid(np.arange(system.width), "min").astype(np.int64)] = np.arange(part.width)
    number[rest] = -1
    mine = number[aims.column] >= 0
    within = Aims(column=number[aims.column[mine]], goal=aims.goal[mine], up=aims.up[mine])
    return part, laid(primary, "all").astype(bool), within
