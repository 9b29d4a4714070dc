"""Public attendance as the attacker has it: how many came to which group between two releases.

The auditor's reading, apart from the protector's: from counts by atom, and over the attacker's unknowns.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence

from xinqiao.core.safe import Attended
from xinqiao.core.summary import TOTAL
from xinqiao.safety.attack import World
from xinqiao.safety.count import Counts
from xinqiao.safety.scene import Scene
from xinqiao.safety.structure import ALL, Group, Structure, covers
from xinqiao.safety.variable import QUARANTINE

Place = tuple[int, Group]  # an interval, and a group that one list of attendance tells apart


def attendance(structure: Structure, counts: Counts) -> tuple[Attended, ...]:
    """What everybody knows of who came in each interval, by each public list."""
    found = []
    for by in structure.attended:
        for interval, numbers in enumerate(counts.lasting):
            people = [(part, number) for (variable, part, _), number in numbers.items() if variable == ALL]
            groups = {
                structure.written(by, group): sum(number for part, number in people if covers(group, part))
                for group in structure.finest(by)
            }
            found.append(Attended(by=by, after=interval, groups=groups))
    return tuple(found)


class Lists:
    """The public lists over the unknowns of a scene: known numbers, and how many an unknown group can have."""

    def __init__(self, scene: Scene, lists: Sequence[Attended]) -> None:
        """Writes every number of the lists into the scene. Each list speaks of one interval."""
        self._interval = [came for (came, _), *_ in scene.unknown]
        self._lists = [_List(scene, [known for known in lists if known.by == by]) for by in {k.by: 0 for k in lists}]

    def told(self, people: Sequence[int]) -> bool:
        """Whether it is known how many these are: they are everybody of some groups of one list."""
        return any(known.told(people) for known in self._lists)

    def most(self, people: Sequence[int], k: int, came: Collection[int] | None = None) -> int:
        """How many came to the groups of these, if fewer than k; else k; `came`: only in these intervals."""
        return int(min([k, *(known.most(people, came) for known in self._lists)]))

    def when(self, people: Sequence[int], truth: World) -> set[int]:
        """The intervals in which any of these came: they can hide among those who came then."""
        return {self._interval[number] for number in people if number < len(self._interval) and truth[number]}


class _List:
    """The lists of all intervals by the same dimensions."""

    def __init__(self, scene: Scene, lists: Sequence[Attended]) -> None:
        self._place: dict[int, Place] = {}  # of each unknown
        self._size: Counter[Place] = Counter()  # how many unknowns of everybody a place has
        self._everybody: set[int] = set()
        for ((interval, _), variable, part, _), number in scene.unknown.items():
            if variable == QUARANTINE:
                continue
            seen = zip(scene.names, part, strict=True)
            place = (interval, tuple(level if name in lists[0].by else TOTAL for name, level in seen))
            self._place[number] = place
            if variable == ALL:
                self._everybody.add(number)
                self._size[place] += 1
        self._came: dict[Place, int] = {}
        for known in lists:
            for levels, came in known.groups.items():
                group = scene.structure.group(known.by, levels)
                people = scene.who(scene.there(known.after, known.after), group, ALL, frozenset())
                scene.system.add(dict.fromkeys(people, 1), came, came)
                self._came[known.after, group] = came
        # A question that no table tells of by these dimensions: its groups are wider.
        for at, group in {*self._place.values()} - {*self._came}:
            inside = [came for (when, part), came in self._came.items() if when == at and covers(group, part)]
            if inside:
                self._came[at, group] = sum(inside)

    def told(self, people: Sequence[int]) -> bool:
        """Whether these are everybody of some groups."""
        if not people or not self._everybody.issuperset(people):
            return False
        places = {self._place[number] for number in people}
        return places <= {*self._came} and sum(self._size[place] for place in places) == len(people)

    def most(self, people: Sequence[int], came: Collection[int] | None) -> float:
        """How many came to all groups in which these are; no bound for rows set aside."""
        if not self._place.keys() >= {*people}:
            return math.inf
        places = {self._place[number] for number in people}
        return sum(self._came.get(place, math.inf) for place in places if came is None or place[0] in came)
