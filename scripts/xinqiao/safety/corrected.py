"""Whether a release is made of other answers or scores today than it was: what was counted then, counted anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from xinqiao.core.question import NO_ANSWER
from xinqiao.safety.structure import ALL, Group, Structure
from xinqiao.safety.totals import Totals
from xinqiao.safety.variable import YES

# Of a damaged envelope nobody knows when it came, so today it counts for releases before it too.
UNDATED = "envelope-damaged"
EVERYBODY = "n"


def differing(structure: Structure, then: Totals, now: Totals) -> tuple[str, ...]:
    """What of an earlier release is counted otherwise today; empty where nothing is.

    `n` for who is in it, else names of dimensions, questions, scales and of reasons for setting rows aside.
    Compared is what is counted both times, by the dimensions by which it is counted both times.
    """
    parts_then, parts_now = _Parts(then), _Parts(now)
    found = dict.fromkeys(_everybody(parts_then, parts_now))
    for name in (name for name in then.by if name in structure.variables and name in now.by):
        by = then.by[name] & now.by[name]
        before, after = parts_then.margin(name, by), parts_now.margin(name, by)
        leaves = {leaf for _, leaf in before} - {NO_ANSWER}
        if leaves.isdisjoint(leaf for _, leaf in after) and not leaves <= set(structure.variables[name].leaf_names):
            # Scores then and bands now, or the like: alike is only who answered.
            before, after = _answered(before), _answered(after)
        if before != after:
            found[structure.variables[name].of] = None
    reasons = {*then.quarantined, *now.quarantined} - {UNDATED}
    aside = sorted(name for name in reasons if then.quarantined.get(name, 0) != now.quarantined.get(name, 0))
    return (*found, *aside)


class _Parts:
    """The counts of a release, apart for each variable."""

    def __init__(self, totals: Totals) -> None:
        self.dimensions = totals.dimensions
        self._of: dict[str, list[tuple[Group, str, int]]] = {}
        for (name, group, leaf), number in totals.atoms.items():
            if number:
                self._of.setdefault(name, []).append((group, leaf, number))

    def margin(self, name: str, by: Collection[str]) -> Counter[tuple[Group, str]]:
        """How many gave each answer in each group by some of the dimensions, these in the order of their names."""
        at = [self.dimensions.index(of) for of in sorted(by) if of in self.dimensions]
        found: Counter[tuple[Group, str]] = Counter()
        for group, leaf, number in self._of.get(name, ()):
            found[tuple(group[place] for place in at), leaf] += number
        return found


def _everybody(then: _Parts, now: _Parts) -> list[str]:
    """Whether others are in it, or they stand in other groups: then by which dimensions."""
    names = [name for name in then.dimensions if name in now.dimensions]
    if then.margin(ALL, ()) != now.margin(ALL, ()):
        return [EVERYBODY]
    moved = [name for name in names if then.margin(ALL, (name,)) != now.margin(ALL, (name,))]
    return moved or ([] if then.margin(ALL, names) == now.margin(ALL, names) else names)


def _answered(margin: Counter[tuple[Group, str]]) -> Counter[tuple[Group, str]]:
    found: Counter[tuple[Group, str]] = Counter()
    for (group, leaf), number in margin.items():
        found[group, leaf if leaf == NO_ANSWER else YES] += number
    return found
