"""True counts of the atoms: variable × finest group × leaf × interval between releases. Never in a repr."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xinqiao.core.problem import refuse
from xinqiao.core.record import ScoredRow
from xinqiao.core.summary import TOTAL
from xinqiao.safety.levels import level_of, place
from xinqiao.safety.structure import ALL, Group, Structure
from xinqiao.safety.variable import ACCEPTED, QUARANTINE

Atom = tuple[str, Group, str]  # variable, finest group, leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The rows of one release, cumulative, and how many were set aside for which reason."""

    rows: Sequence[ScoredRow] = field(repr=False)
    quarantined: Mapping[str, int] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """For each interval between releases how many came new to each atom; `sizes` counts respondents."""

    intervals: tuple[Mapping[Atom, int], ...] = field(repr=False)
    sizes: tuple[int, ...] = field(repr=False)


def count(structure: Structure, batches: Sequence[Batch]) -> Counts:
    """Counts every batch; what each adds to the one before is its interval.

    Raises XinqiaoError (release-contradiction) where a batch lacks what an earlier one had.
    """
    totals = [Counter(_atoms(structure, batch)) for batch in batches]
    intervals = [totals[0], *(later.copy() for later in totals[1:])]
    for interval, before in zip(intervals[1:], totals, strict=False):
        interval.subtract(before)
        if any(number < 0 for number in interval.values()):
            raise refuse("release-contradiction")
    sizes = [len(batch.rows) for batch in batches]
    new = [size - before for size, before in zip(sizes, [0, *sizes], strict=False)]
    return Counts(intervals=tuple(intervals), sizes=tuple(new))


def _atoms(structure: Structure, batch: Batch) -> Iterator[Atom]:
    names = [dimension.name for dimension in structure.dimensions]
    listed = [frozenset(structure.levels(name)) for name in names]
    nowhere = (TOTAL,) * len(names)
    counted = [variable for variable in structure.variables.values() if variable.name != QUARANTINE]
    kept = [tuple(name in variable.by for name in names) for variable in counted]
    for row in batch.rows:
        group = tuple(place(levels, level_of(row, name)) for name, levels in zip(names, listed, strict=True))
        yield ALL, group, ""
        if QUARANTINE in structure.variables:
            yield QUARANTINE, nowhere, ACCEPTED
        for variable, mask in zip(counted, kept, strict=True):
            part = tuple(level if keep else TOTAL for level, keep in zip(group, mask, strict=True))
            yield variable.name, part, variable.leaf(row)
    for reason, number in batch.quarantined.items():
        yield from ((QUARANTINE, nowhere, reason) for _ in range(number))
