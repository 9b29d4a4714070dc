"""True counts of the atoms: variable × finest group × leaf × span of presence. Never in a repr.

A span of presence: came with release a, is left out from release b on, or never; release r counts a ≤ r < b. Without
corrections nobody is left out, and the spans are the intervals between releases.
"""

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
Span = tuple[int, int]  # the release that counts them first, the first one after it that does not


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The rows of one release that still count, cumulative, and how many were set aside for which reason."""

    rows: Sequence[ScoredRow] = field(repr=False)
    quarantined: Mapping[str, int] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Rows, and rows set aside, that releases counted from the first of a span on, and a correction left out.

    span: numbers of releases from 0; its end is the corrected release. Raises ValueError for a span of none.
    """

    span: Span
    rows: Sequence[ScoredRow] = field(repr=False)
    quarantined: Mapping[str, int] = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.span[0] < self.span[1]:
            raise ValueError("left out before they were counted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """For each span of presence how many were new to each atom.

    intervals: by the release that counts them first those who still count; then, for each of `corrections` (releases
    that left somebody out, from 0), those whom it left out, likewise. sizes: respondents, of those who still count.
    """

    intervals: tuple[Mapping[Atom, int], ...] = field(repr=False)
    sizes: tuple[int, ...] = field(repr=False)
    corrections: tuple[int, ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        """The span of each of the intervals."""
        return spans(len(self.sizes), self.corrections)

    @property
    def lasting(self) -> tuple[Mapping[Atom, int], ...]:
        """Those who still count."""
        return self.intervals[: len(self.sizes)]


def spans(releases: int, corrections: Sequence[int]) -> tuple[Span, ...]:
    """Every span of presence that there can be: everybody knows which releases were corrections."""
    stay = [(came, releases) for came in range(releases)]
    return (*stay, *((came, until) for until in corrections for came in range(until)))


def count(structure: Structure, batches: Sequence[Batch], left: Sequence[Left] = ()) -> Counts:
    """Counts every batch; what each adds to the one before is its interval. `left`: who was in earlier ones besides.

    Raises XinqiaoError (release-contradiction) where a batch lacks what an earlier one had, ValueError for somebody
    left out by a release that there is not.
    """
    totals = [Counter(_atoms(structure, batch)) for batch in batches]
    intervals = [totals[0], *(later.copy() for later in totals[1:])]
    for interval, before in zip(intervals[1:], totals, strict=False):
        interval.subtract(before)
        if any(number < 0 for number in interval.values()):
            raise refuse("release-contradiction")
    sizes = [len(batch.rows) for batch in batches]
    new = [size - before for size, before in zip(sizes, [0, *sizes], strict=False)]
    corrections = tuple(sorted({known.span[1] for known in left}))
    gone = {span: Counter[Atom]() for span in spans(len(batches), corrections)[len(batches) :]}
    for known in left:
        if known.span not in gone or known.span[1] >= len(batches):
            raise ValueError("left out by a release that there is not")
        gone[known.span].update(_atoms(structure, Batch(rows=known.rows, quarantined=known.quarantined)))
    return Counts(intervals=(*intervals, *gone.values()), sizes=tuple(new), corrections=corrections)


def _atoms(structure: Structure, batch: Batch) -> Iterator[Atom]:
    names = [dimension.name for dimension in structure.dimensions]
    listed = [frozenset(structure.levels(name)) for name in names]
    nowhere = (TOTAL,) * len(names)
    counted = [variable for variable in structure.variables.values() if variable.name != QUARANTINE]
    kept = [tuple(name in variable.by for name in names) for variable in counted]
    # Groups are few and rows are many: what a group is to each variable is found out once.
    parts: dict[Group, list[Group]] = {}
    for row in batch.rows:
        group = tuple(place(levels, level_of(row, name)) for name, levels in zip(names, listed, strict=True))
        if group not in parts:
            parts[group] = [
                tuple(level if keep else TOTAL for level, keep in zip(group, mask, strict=True)) for mask in kept
            ]
        yield ALL, group, ""
        if QUARANTINE in structure.variables:
            yield QUARANTINE, nowhere, ACCEPTED
        for variable, part in zip(counted, parts[group], strict=True):
            yield variable.name, part, variable.leaf(row)
    for reason, number in batch.quarantined.items():
        yield from ((QUARANTINE, nowhere, reason) for _ in range(number))
