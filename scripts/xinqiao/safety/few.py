"""What the audit asks of finished tables themselves: of a group of fewer than k nothing is told, zeros included.

Whoever knows that somebody of a class has answered learns from its zeros what all of those few have in common, and
no other world helps: they are true in each. So this is looked up, not worked out. Shares no code with the protector.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xinqiao.core.policy import Status
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import MEMBERS
from xinqiao.safety.audit import About
from xinqiao.safety.count import Counts
from xinqiao.safety.structure import ALL, Group, Structure, covers


def told_of_few(structure: Structure, tables: Sequence[SafeTable], counts: Counts) -> Iterator[About]:
    """The groups of 1 … k − 1 of whom a table shows an exact figure. How many members a roster has is no secret."""
    people: dict[tuple[int, Group], int] = {}
    for table in tables:
        by = tuple(dimension.name for dimension in table.dimensions)
        told = {cell.levels for cell in table.cells if cell.status is Status.SHOWN and cell.category != MEMBERS}
        for group in sorted({structure.group(by, levels) for levels in told}):
            if (table.since, group) not in people:
                people[table.since, group] = _respondents(counts, group, table.since)
            if 1 <= people[table.since, group] < table.policy.threshold:
                last, k = len(counts.sizes) - 1, table.policy.threshold
                yield About(group=group, variable=ALL, leaves=frozenset(), first=table.since, last=last, k=k)


def _respondents(counts: Counts, group: Group, since: int) -> int:
    present = counts.intervals[since : len(counts.sizes)]
    atoms = (atom for interval in present for atom in interval.items())
    return sum(number for (variable, part, _), number in atoms if variable == ALL and covers(group, part))
