"""Packages whose attendance is public: they say themselves after which releases their answers came.

So nothing has to be guessed: intervals between releases are numbered, each package speaks of some of them,
and how many came in each is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from xinqiao.core.safe import Attended, SafeTable
from xinqiao.safety.structure import Structure


def steps_of(lists: Sequence[Attended]) -> dict[int, int]:
    """The releases of which lists of attendance speak, each with its place: between two places lies an interval."""
    known = {number for one in lists for number in (one.after, one.after + 1)}
    return {number: place for place, number in enumerate(sorted(known))}


def last_of(lists: Sequence[Attended]) -> int:
    """The release that a package with these lists is."""
    return max(one.after for one in lists) + 1


def placed(tables: Sequence[SafeTable], steps: dict[int, int]) -> list[SafeTable]:
    """Tables whose begin is a place instead of a release. Raises KeyError for a begin that no list knows."""
    return [replace(table, since=steps[table.since]) for table in tables]


def lists_within(structure: Structure, lists: Sequence[Attended], steps: dict[int, int]) -> tuple[Attended, ...]:
    """The lists with places for releases, by those of their dimensions that the tables have, each once."""
    names = {known.name for known in structure.dimensions}
    found: dict[tuple[int, tuple[str, ...]], Attended] = {}
    for one in lists:
        kept = [at for at, name in enumerate(one.by) if name in names]
        groups: Counter[tuple[str, ...]] = Counter()
        for levels, came in one.groups.items():
            groups[tuple(levels[at] for at in kept)] += came
        by = tuple(one.by[at] for at in kept)
        found[steps[one.after], by] = Attended(by=by, after=steps[one.after], groups=groups)
    return tuple(found.values())
