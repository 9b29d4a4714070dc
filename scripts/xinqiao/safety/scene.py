"""What an attacker writes down: every unknown count of a form, and what the tables say of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np

from xinqiao.core.policy import Status
from xinqiao.core.problem import refuse
from xinqiao.core.question import NO_ANSWER
from xinqiao.core.safe import Dimension, SafeTable
from xinqiao.core.summary import MEMBERS, TOTAL
from xinqiao.safety.attack import Impossible, System, World
from xinqiao.safety.behind import counts_behind, sums_behind
from xinqiao.safety.bend import Bend
from xinqiao.safety.correction import Correction
from xinqiao.safety.count import Counts
from xinqiao.safety.levels import OTHER
from xinqiao.safety.structure import ALL, Figure, Group, Structure, covers

Stay = tuple[int, int]  # the release with which somebody came, and the correction that left them out, or none
Unknown = tuple[Stay, str, Group, str]  # variable, finest group, leaf


class Scene:
    """All unknown counts of a form and what the tables say of them.

    corrections: the releases, from 0, that count some people no longer who came before; all others only grow.
    """

    def __init__(self, structure: Structure, releases: int, corrections: Collection[int] = ()) -> None:
        self.structure, self.releases = structure, releases
        self.leaving = [*sorted(corrections), releases]  # whoever is left out by no release stays to the end
        self.stays: list[Stay] = [(came, left) for left in self.leaving[::-1] for came in range(left)]
        self._at: dict[tuple[int, int], tuple[Stay, ...]] = {}
        self.names = [dimension.name for dimension in structure.dimensions]
        self.unknown: dict[Unknown, int] = {}
        self.sizes: dict[Group, int] = {}  # by the roster, where tables tell it
        self.absent: dict[tuple[Group, int], tuple[int, int, int]] = {}  # unknown, k, size of the roster
        self._lonely: set[str] = set()  # typed dimensions that once had no level but the merged one
        self._within: dict[tuple[frozenset[str], Group], list[Group]] = {}
        for stay in self.stays:
            for variable, by in self._reach().items():
                for part in structure.finest(by):
                    for leaf in self._possible(variable, part):
                        self.unknown[stay, variable, part, leaf] = len(self.unknown)
        self.system = System(len(self.unknown))
        for stay in self.stays:
            self._bind(stay)

    def _reach(self) -> dict[str, frozenset[str]]:
        return {ALL: frozenset(self.names)} | {name: v.by for name, v in self.structure.variables.items()}

    def _possible(self, variable: str, part: Group) -> Sequence[str]:
        if variable == ALL:
            return ("",)
        if variable in self.names and part[self.names.index(variable)] != TOTAL:
            return (part[self.names.index(variable)],)
        return self.structure.variables[variable].leaf_names

    def _bind(self, stay: Stay) -> None:
        """The answers to a question are those of everybody in the group; options share who gave none."""
        families: dict[str, list[str]] = {}
        for name, variable in self.structure.variables.items():
            families.setdefault(variable.of, []).append(name)
            for part in self.structure.finest(variable.by):
                terms = dict.fromkeys(self.who((stay,), part, name, variable.linked), 1)
                terms |= dict.fromkeys(self.who((stay,), part, ALL, frozenset()), -1)
                self.system.add(terms, 0, 0)
        for options in families.values():
            if not self.structure.variables[options[0]].option:
                continue
            for part in self.structure.finest(self.structure.variables[options[0]].by):
                chose: dict[int, int] = {}
                for option in options:
                    at = self.unknown
                    chose[at[stay, option, part, "yes"]] = 1
                    none = (stay, option, part, NO_ANSWER)
                    if option != options[0] and none in at:
                        self.system.add({at[none]: 1, at[stay, options[0], part, NO_ANSWER]: -1}, 0, 0)
                # chosen by anybody ≥ answered = its yes + its no
                chose.pop(self.unknown[stay, options[0], part, "yes"])
                chose[self.unknown[stay, options[0], part, "no"]] = -1
                self.system.add(chose, 0, float("inf"))
        self._add_up(stay)
        self._pair(stay)

    def _pair(self, stay: Stay) -> None:
        """A change has whoever has both scores: no more than have either, and who lacks it lacks one of them."""
        known = self.structure.variables
        for change in (variable for variable in known.values() if variable.pair):
            told = [known[score.name] for score in change.pair if score.name in known]
            for score in told:
                for group in self.structure.finest(change.by & score.by):
                    terms = dict.fromkeys(self.who((stay,), group, score.name, score.answered), 1)
                    terms |= dict.fromkeys(self.who((stay,), group, change.name, change.answered), -1)
                    self.system.add(terms, 0, float("inf"))
            if len(told) == 2:
                for group in self.structure.finest(change.by & told[0].by & told[1].by):
                    silent = [self.who((stay,), group, of.name, frozenset({NO_ANSWER})) for of in (*told, change)]
                    signs = dict.fromkeys([*silent[0], *silent[1]], 1) | dict.fromkeys(silent[2], -1)
                    self.system.add(signs, 0, float("inf"))

    def _add_up(self, stay: Stay) -> None:
        """What a scale's scores sum to is what its items' answers sum to, in every group told of both."""
        for known in self.structure.sums:
            parts = [*known.items.values(), self.structure.variables[known.scale].scores]
            unit = 1
            for factor in (factor for scores in parts for factor in scores.values()):
                unit *= Fraction(factor * unit).denominator
            for group in self.structure.finest(self.structure.common(known)):
                terms: dict[int, int] = {}
                for name, scores in [*known.items.items(), (known.scale, parts[-1])]:
                    sign = 1 if name == known.scale else -1
                    for leaf, factor in scores.items():
                        for person in self.who((stay,), group, name, frozenset({leaf})):
                            terms[person] = sign * int(factor * unit)
                self.system.add({person: factor for person, factor in terms.items() if factor}, 0, 0)

    def there(self, since: int, upto: int) -> tuple[Stay, ...]:
        """Who is in release `upto` and came with a release from `since` on."""
        if (since, upto) not in self._at:
            self._at[since, upto] = tuple(
                (came, left) for came, left in self.stays if since <= came <= upto and left > upto
            )
        return self._at[since, upto]

    def crowds(self) -> Iterator[tuple[tuple[int, int, int], tuple[Stay, ...]]]:
        """Whom two or more releases may tell apart: who came from one release to another, and of these who stayed
        and who was left out by which corrections. First and last release with which they came, and the last one that
        left any of them out (the number of releases where any stayed).
        """
        seen: set[tuple[Stay, ...]] = set()
        for first in range(self.releases):
            for last in range(first, self.releases):
                came = [stay for stay in self.stays if first <= stay[0] <= last]
                for at in range(len(self.leaving)):
                    for upto in range(at, len(self.leaving)):
                        gone = self.leaving[at : upto + 1]
                        crowd = tuple(stay for stay in came if stay[1] in gone)
                        if crowd and crowd not in seen:
                            seen.add(crowd)
                            yield (first, last, gone[-1]), crowd

    def who(self, stays: Sequence[Stay], group: Group, variable: str, leaves: frozenset[str]) -> list[int]:
        """The unknowns of those in a group with one of these leaves who came and left so."""
        by = frozenset(self.names) if variable == ALL else self.structure.variables[variable].by
        if (by, group) not in self._within:
            self._within[by, group] = [part for part in self.structure.finest(by) if covers(group, part)]
        keys = (
            (stay, variable, part, leaf)
            for stay in stays
            for part in self._within[by, group]
            for leaf in (leaves if variable else ("",))
        )
        return [self.unknown[key] for key in keys if key in self.unknown]

    def read(self, table: SafeTable, upto: int) -> None:
        """Takes down what a table shows. Raises XinqiaoError (audit-unexplained) for a figure nobody knows of."""
        by = tuple(dimension.name for dimension in table.dimensions)
        lines = {
            (f.measure, f.category): f
            for plan in self.structure.known_plans
            if plan.name == table.name
            for f in plan.figures
        }
        shown = {cell.key: cell.value for cell in table.cells if cell.status is Status.SHOWN}
        for (levels, measure, category), value in shown.items():
            figure = lines.get((measure, category))
            if figure is None:
                raise refuse("audit-unexplained", table=table.name)
            group = self.structure.group(by, levels)
            span = self.there(table.since, upto)
            if figure.alpha or figure.effect:
                continue
            if figure.rate or figure.members:
                self._read_roster((group, upto), figure, int(value or 0), shown[levels, measure, MEMBERS])
                if figure.members and table.policy.absent_from:
                    self._read_absent((group, upto), int(value or 0), table.policy.absent_from)
            elif (figure.mean or figure.sd) and isinstance(value, Decimal):
                rests = [shown[levels, *line] for line in (figure.base, figure.middle) if line[0]]
                exactly = 10 if int(rests[0] or 0) >= table.policy.mean_decimal_from else 1
                self._read_moment((group, span), figure, (int(rests[0] or 0), exactly), (rests[-1], value))
            elif figure.share:
                base = int(shown[levels, *figure.base] or 0)
                step = 1 if base >= table.policy.share_whole_from else 5
                people = self.who(span, group, figure.variable, figure.leaves)
                self.system.add(dict.fromkeys(people, 1), *counts_behind(int(value or 0), base, step))
            else:
                people = self.who(span, group, figure.variable, figure.leaves)
                self.system.add(dict.fromkeys(people, 1), float(value or 0), float(value or 0))
        self._read_rounded(table, upto, lines)
        for dimension in table.dimensions:
            for level in set(self.structure.levels(dimension.name)) - {level.name for level in dimension.levels}:
                group = self.structure.group((dimension.name,), (level,))
                self.system.add(dict.fromkeys(self.who(self.there(0, upto), group, ALL, frozenset()), 1), 0, 0)
            if dimension.name in self.structure.typed:
                self._read_listing(dimension, upto, table.policy.threshold)

    def read_correction(self, number: int, known: Correction) -> None:
        """Takes down how many a correction leaves out at least, and that so many came with it, or nobody."""
        everybody = self.structure.group((), ())
        gone = self.who([stay for stay in self.stays if stay[1] == number], everybody, ALL, frozenset())
        self.system.add(dict.fromkeys(gone, 1), known.least, float("inf"))
        if known.came is not None:
            new = self.who([stay for stay in self.stays if stay[0] == number], everybody, ALL, frozenset())
            self.system.add(dict.fromkeys(new, 1), *((known.least, float("inf")) if known.came else (0, 0)))

    def _read_rounded(self, table: SafeTable, upto: int, lines: Mapping[tuple[str, str], Figure]) -> None:
        """A rounded count is the true one give or take the base."""
        by, reach = tuple(dimension.name for dimension in table.dimensions), table.policy.rounding
        for cell in (cell for cell in table.cells if cell.status is Status.ROUNDED):
            figure = lines.get((cell.measure, cell.category))
            if figure is None:
                raise refuse("audit-unexplained", table=table.name)
            group = self.structure.group(by, cell.levels)
            people = self.who(self.there(table.since, upto), group, figure.variable, figure.leaves)
            told = int(cell.value or 0)
            self.system.add(dict.fromkeys(people, 1), max(0, told - reach), told + reach)

    def _read_listing(self, dimension: Dimension, upto: int, k: int) -> None:
        """Typed levels are listed from k respondents on; the merged one also where it is the only one."""
        names = {level.name for level in dimension.levels} - {NO_ANSWER}
        if names == {OTHER}:
            self._lonely.add(dimension.name)
        for name in names - ({OTHER} if dimension.name in self._lonely else set()):
            people = self.who(self.there(0, upto), self.structure.group((dimension.name,), (name,)), ALL, frozenset())
            self.system.add(dict.fromkeys(people, 1), k, float("inf"))

    def _read_roster(self, at: tuple[Group, int], figure: Figure, value: int, members: int | Decimal | None) -> None:
        """Nobody answers twice: there are no more respondents than members, and the rate says about how many."""
        low, high = (0, value) if figure.members else counts_behind(value, int(members or 0), 5)
        self.sizes[at[0]] = max(self.sizes.get(at[0], 0), int(members or 0))
        self.system.add(dict.fromkeys(self.who(self.there(0, at[1]), at[0], ALL, frozenset()), 1), low, high)

    def _read_absent(self, at: tuple[Group, int], size: int, k: int) -> None:
        """Those who had not answered are unknown too: with who had, they are the roster."""
        if at in self.absent:
            self.absent[at] = (self.absent[at][0], max(k, self.absent[at][1]), size)
            return
        self.absent[at] = (self.system.unknowns, k, size)
        people = dict.fromkeys(self.who(self.there(0, at[1]), at[0], ALL, frozenset()), 1)
        self.system.add(people | {self.system.unknowns: 1}, size, size)
        self.system.unknowns += 1

    def _read_moment(
        self,
        at: tuple[Group, tuple[Stay, ...]],
        figure: Figure,
        base: tuple[int, int],
        told: tuple[int | Decimal | None, Decimal],
    ) -> None:
        """A mean bounds the sum of scores; an SD, with its mean, bounds how far from it their squares can be."""
        group, span = at
        scores = self.structure.variables[figure.variable].scores
        unit = 1
        for score in scores.values():
            unit *= Fraction(score * unit).denominator
        terms = {
            person: int(score * unit)
            for leaf, score in scores.items()
            for person in self.who(span, group, figure.variable, frozenset({leaf}))
            if score
        }
        low, high = sums_behind(Decimal(told[0] or 0) if figure.sd else told[1], base[0], base[1], unit)
        if figure.sd:
            self.system.bend(Bend(terms, unit, base[0], low, high, int(told[1] * 10)))
        else:
            self.system.add(terms, low, high)

    def truth(self, counts: Counts) -> World:
        """The true counts in the attacker's order. Raises Impossible where a table tells otherwise."""
        world = np.zeros(self.system.unknowns, dtype=np.int64)
        for stay, numbers in zip(counts.spans, counts.intervals, strict=True):
            for (variable, part, leaf), number in numbers.items():
                if number:
                    world[self.unknown[stay, variable, part, leaf]] = number
        for (group, upto), (at, _, size) in self.absent.items():
            world[at] = size - int(world[self.who(self.there(0, upto), group, ALL, frozenset())].sum())
        for terms, low, high in self.system.known:
            if not low <= sum(factor * world[at] for at, factor in terms.items()) <= high:
                raise Impossible("a table does not tell the truth")
        if not all(bend.fits(dict(enumerate(world.tolist()))) for bend in self.system.bends):
            raise Impossible("a table does not tell the truth")
        return world
