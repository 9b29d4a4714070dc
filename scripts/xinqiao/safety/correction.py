"""What everybody knows of a correction: that it leaves out enough to hide in, and whether anybody came with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xinqiao.core.policy import FLOOR
from xinqiao.core.safe import SafeTable
from xinqiao.safety.count import Counts
from xinqiao.safety.structure import ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A release that counts some no longer whom earlier ones counted.

    least: how many it leaves out at least (0: not known); came: whether anybody came with it, and then as many.
    """

    least: int
    came: bool | None = None


Corrections = Mapping[int, Correction]  # by the number of the release, from 0


def least_of(tables: Sequence[SafeTable]) -> int:
    """How many a release with such tables leaves out at least: no fewer than the strictest of them asks for."""
    return max((table.policy.threshold for table in tables), default=FLOOR)


def corrections_of(counts: Counts, releases: Sequence[Sequence[SafeTable]]) -> Corrections:
    """The corrections of releases whose true counts are at hand."""
    came = {
        number
        for (number, _), atoms in zip(counts.spans, counts.intervals, strict=True)
        for (variable, _, _), people in atoms.items()
        if variable == ALL and people
    }
    return {number: Correction(least=least_of(releases[number]), came=number in came) for number in counts.corrections}
