"""The true count of every figure of one table, added up from atoms. Never in a repr."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from xinqiao.core.summary import TOTAL
from xinqiao.safety.count import Counts
from xinqiao.safety.structure import ALL, Group, Leaves, Plan, Structure


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Everybody up to now, by the groups of a table: `total` is how many of a group gave one of these answers."""

    groups: tuple[Group, ...]
    finest: tuple[Group, ...]
    counted: Counter[tuple[Group, str, str]] = field(repr=False)

    def total(self, group: Group, variable: str, leaves: Leaves) -> int:
        """How many of a group gave one of these answers; of everybody (ALL) no answer is asked."""
        return sum(self.counted[group, variable, leaf] for leaf in (leaves if variable else ("",)))


def tally(structure: Structure, counts: Counts, plan: Plan) -> Tally:
    """Counts a table by each of its groups, of all who still count."""
    groups, finest = tuple(structure.groups(plan.by)), tuple(structure.finest(plan.by))
    wanted = {ALL, *(figure.variable for figure in plan.figures)}
    known, seen = {*groups}, dict[Group, list[Group]]()
    counted: Counter[tuple[Group, str, str]] = Counter()
    for numbers in counts.lasting:
        for (variable, part, leaf), number in numbers.items():
            if variable in wanted and number:
                if part not in seen:
                    seen[part] = wider(part, known)
                counted.update(dict.fromkeys(((group, variable, leaf) for group in seen[part]), number))
    return Tally(groups=groups, finest=finest, counted=counted)


def wider(part: Group, known: Collection[Group]) -> list[Group]:
    """Those of the known groups in which a part lies."""
    found: list[Group] = [()]
    for level in part:
        found = [(*group, kept) for group in found for kept in dict.fromkeys((level, TOTAL))]
    return [group for group in found if group in known]
