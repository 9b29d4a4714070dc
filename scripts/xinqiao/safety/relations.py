"""The protector's view: every cell, every group to be protected and every relation as linear rows.

Columns are atoms × intervals between releases. Nothing here is shared with the audit.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import numpy as np

from xinqiao.core.question import NO_ANSWER
from xinqiao.core.summary import TOTAL
from xinqiao.safety.count import Atom, Counts
from xinqiao.safety.rows import Ints
from xinqiao.safety.structure import ALL, Figure, Group, Leaves, Structure, Sum
from xinqiao.safety.variable import ACCEPTED, QUARANTINE, YES


@dataclass(frozen=True, slots=True)
class Atlas:
    """Where each atom's column lies; interval t of atom a is column `t * size + a`.

    since: the interval with which today's tables begin.
    """

    structure: Structure
    size: int
    intervals: int
    column: Mapping[Atom, int] = field(repr=False)
    parts: Mapping[tuple[str, Group], tuple[Group, ...]] = field(repr=False)
    since: int = 0

    def leaves_of(self, variable: str) -> tuple[str, ...]:
        """The leaves of a variable; one nameless for everybody."""
        return self.structure.variables[variable].leaf_names if variable else ("",)

    def columns(self, group: Group, variable: str, leaves: Leaves) -> Ints:
        """The columns, within one interval, of those in a group with one of these leaves."""
        names = sorted(leaves) if variable else [""]
        atoms = ((variable, part, leaf) for part in self.parts[variable, group] for leaf in names)
        found = (self.column.get(atom) for atom in atoms)
        return np.array([column for column in found if column is not None], dtype=np.int64)

    def over(self, columns: Ints, first: int, last: int) -> Ints:
        """The same columns in every interval from `first` to `last`."""
        shifts = np.arange(first, last + 1, dtype=np.int64) * self.size
        return (columns[None, :] + shifts[:, None]).ravel()

    def now(self, columns: Ints) -> Ints:
        """The same columns in every interval that today's tables tell of."""
        return self.over(columns, self.since, self.intervals - 1)

    @property
    def apart(self) -> int:
        """The first interval that anything told today can speak of: a block is apart from all before it.

        Unless typed levels are listed: how many have given a text counts from the beginning.
        """
        return 0 if self.structure.typed else self.since

    def part_numbers(self) -> Ints:
        """For each column of one interval a number that columns of the same finest group share."""
        numbers: dict[Group, int] = {}
        return np.array([numbers.setdefault(part, len(numbers)) for _, part, _ in self.column], dtype=np.int64)

    def block(self, of: str) -> Ints:
        """The columns, within one interval, of a question or scale and what a sum ties to it, or of everybody (ALL)."""
        tied = self.structure.together(of)
        names = {variable.name for variable in self.structure.variables.values() if variable.of in tied} or {ALL}
        return np.array([at for atom, at in self.column.items() if atom[0] in names], dtype=np.int64)


def atlas(structure: Structure, intervals: int, since: int = 0) -> Atlas:
    """Lays out the columns of a structure; today's tables begin with interval `since`."""
    names = [dimension.name for dimension in structure.dimensions]
    column: dict[Atom, int] = {}
    parts: dict[tuple[str, Group], list[Group]] = {}
    every = {ALL: frozenset(names)} | {variable.name: variable.by for variable in structure.variables.values()}
    for variable, by in every.items():
        leaves = structure.variables[variable].leaf_names if variable else ("",)
        for part in structure.finest(by):
            at = dict(zip(names, part, strict=True))
            for leaf in leaves:
                # A question that is a dimension itself has one possible answer in each of its levels.
                if at.get(variable, leaf) == leaf:
                    column[variable, part, leaf] = len(column)
            for group in itertools.product(*((TOTAL, level) if level != TOTAL else (TOTAL,) for level in part)):
                parts.setdefault((variable, group), []).append(part)
    frozen = {key: tuple(found) for key, found in parts.items()}
    return Atlas(structure=structure, size=len(column), intervals=intervals, column=column, parts=frozen, since=since)


def truth_of(where: Atlas, counts: Counts) -> Ints:
    """The true world. Raises ValueError for a counted atom that the structure says cannot be."""
    world = np.zeros(where.size * where.intervals, dtype=np.int64)
    for interval, numbers in enumerate(counts.intervals):
        for atom, number in numbers.items():
            if number:
                if atom not in where.column:
                    raise ValueError(f"an answer to {atom[0]} outside its structure")
                world[interval * where.size + where.column[atom]] = number
    return world


def linking_rows(where: Atlas) -> Iterator[tuple[Ints, Ints, float]]:
    """What holds in every world: (columns, coefficients, upper bound) with lower bound 0, in each interval."""
    for variable in where.structure.variables.values():
        for part in where.structure.finest(variable.by):
            mine = where.columns(part, variable.name, variable.linked)
            everybody = where.columns(part, ALL, frozenset())
            yield np.concatenate([mine, everybody]), np.repeat([1, -1], [len(mine), len(everybody)]), 0.0
    several: dict[str, list[str]] = {}
    for variable in where.structure.variables.values():
        if variable.option:
            several.setdefault(variable.of, []).append(variable.name)
    for options in several.values():
        for part in where.structure.finest(where.structure.variables[options[0]].by):
            yield from _several(where, options, part)
    for known in where.structure.sums:
        for part in where.structure.finest(where.structure.common(known)):
            yield _adding_up(where, known, part)
    yield from _pairs(where)


def _pairs(where: Atlas) -> Iterator[tuple[Ints, Ints, float]]:
    """Who has both scores of a change has each of them; who lacks it lacks one."""
    variables = where.structure.variables
    for change in variables.values():
        known = [variables[of.name] for of in change.pair if of.name in variables]
        for score in known:
            for part in where.structure.finest(change.by & score.by):
                more = where.columns(part, score.name, score.answered)
                less = where.columns(part, change.name, change.answered)
                yield np.concatenate([more, less]), np.repeat([1, -1], [len(more), len(less)]), math.inf
        if len(known) == 2:
            for part in where.structure.finest(change.by & known[0].by & known[1].by):
                lacking = [where.columns(part, of.name, of.lacking) for of in (*known, change)]
                columns = np.concatenate(lacking)
                yield columns, np.repeat([1, 1, -1], [len(part) for part in lacking]), math.inf


def _adding_up(where: Atlas, known: Sum, part: Group) -> tuple[Ints, Ints, float]:
    """The scores of a scale in a group, less what the answers to its items add: nothing is left."""
    scale = where.structure.variables[known.scale].scores
    terms = [(known.scale, leaf, score) for leaf, score in scale.items()]
    terms += [(item, leaf, -adds) for item, leaves in known.items.items() for leaf, adds in leaves.items()]
    unit = math.lcm(1, *(factor.denominator for _, _, factor in terms))
    columns, values = [], []
    for name, leaf, factor in terms:
        columns.append(where.columns(part, name, frozenset({leaf})))
        values.append(np.full(columns[-1].shape, int(factor * unit), dtype=np.int64))
    return np.concatenate(columns), np.concatenate(values), 0.0


def _several(where: Atlas, options: Sequence[str], part: Group) -> Iterator[tuple[Ints, Ints, float]]:
    """Options of one question: the same people left all out; who answered chose at least one."""
    first = where.columns(part, options[0], frozenset({NO_ANSWER}))
    for option in options[1:] if len(first) else ():
        other = where.columns(part, option, frozenset({NO_ANSWER}))
        yield np.concatenate([first, other]), np.array([1, -1]), 0.0
    chosen = np.concatenate([where.columns(part, option, frozenset({YES})) for option in options])
    answered = where.columns(part, options[0], where.structure.variables[options[0]].answered)
    columns = np.concatenate([chosen, answered])
    yield columns, np.repeat([1, -1], [len(chosen), len(answered)]), math.inf


def score_lattice(where: Atlas, group: Group, variable: str) -> tuple[Ints, Ints, int]:
    """Columns and whole-number coefficients of a sum of scores, and what they are multiples of (1/unit)."""
    known = where.structure.variables[variable]
    unit = math.lcm(1, *(score.denominator for score in known.scores.values()))
    columns, values = [], []
    for leaf, score in known.scores.items():
        at = where.columns(group, variable, frozenset({leaf}))
        columns.append(at)
        values.append(np.full(at.shape, int(score * unit), dtype=np.int64))
    return np.concatenate(columns), np.concatenate(values), unit


def sums_that_round_to(mean: Decimal, base: int, decimals: int, unit: int) -> tuple[int, int]:
    """The least and largest sum (in 1/unit) whose mean over `base` rounds, half to even, to `mean`."""
    shown = Fraction(mean)
    half = Fraction(1, 2 * 10**decimals)
    low = math.ceil((shown - half) * base * unit)
    high = math.floor((shown + half) * base * unit)
    low += round(Fraction(low, base * unit), decimals) != shown
    high -= round(Fraction(high, base * unit), decimals) != shown
    return low, high


def counts_that_round_to(percent: int, base: int, step: int) -> tuple[int, int]:
    """The least and largest count of `base` whose share, rounded half to even to steps of per cent, is `percent`."""
    low = math.ceil(Fraction(2 * percent - step, 200) * base)
    high = math.floor(Fraction(2 * percent + step, 200) * base)
    low += rounded_share(low, base, step) != percent
    high -= rounded_share(high, base, step) != percent
    return max(low, 0), min(high, base)


def rounded_share(count: int, base: int, step: int) -> int:
    """A share in per cent, rounded half to even to steps."""
    return round(Fraction(100 * count, base * step)) * step


@dataclass(frozen=True, slots=True)
class Family:
    """The sets of leaves of a variable that a reader may ask about in a group, and k."""

    categories: frozenset[Leaves]
    sets: tuple[Leaves, ...]
    k: int


def families(structure: Structure) -> Mapping[tuple[Group, str], Family]:
    """For each group and variable that tables speak of: what must stay hidden where it is small."""
    found: dict[tuple[Group, str], tuple[set[Leaves], int]] = {}
    for plan in structure.known_plans:
        sets: dict[str, set[Leaves]] = {ALL: {frozenset()}}
        for figure in plan.figures:
            if figure.variable and not figure.known and not figure.alpha:
                mine = sets.setdefault(figure.variable, set())
                mine |= _ends(structure, figure) if figure.mean or figure.sd else {figure.leaves}
        for group in structure.groups(plan.by):
            for variable, mine in sets.items():
                known, k = found.get((group, variable), (set(), 0))
                found[group, variable] = (known | mine, max(k, plan.policy.threshold))
    return {key: _family(structure, key[1], *known) for key, known in found.items()}


def _family(structure: Structure, name: str, sets: set[Leaves], k: int) -> Family:
    asked = _completed(structure, name, sets)
    if not any(figure.sd and figure.variable == name for plan in structure.known_plans for figure in plan.figures):
        return Family(frozenset(sets), tuple(sorted(asked, key=sorted)), k)
    alike = {frozenset({leaf}) for leaf in structure.variables[name].scores}
    asked |= _far_out(structure, name) | alike | {structure.variables[name].answered - leaf for leaf in alike}
    return Family(frozenset(sets | alike), tuple(sorted(asked, key=sorted)), k)


def _far_out(structure: Structure, name: str) -> set[Leaves]:
    """All scores up to each, and all above it: an SD tells how many can be how far away."""
    scores = structure.variables[name].scores
    upto = {frozenset(leaf for leaf, score in scores.items() if score <= most) for most in scores.values()}
    return {tail for low in upto for tail in (low, frozenset(scores) - low) if tail and tail != frozenset(scores)}


def _ends(structure: Structure, figure: Figure) -> set[Leaves]:
    """The lowest and the highest score: what a mean near one end tells is how few are away from it."""
    scores = structure.variables[figure.variable].scores
    ends = {min(scores.values(), default=None), max(scores.values(), default=None)}
    return {frozenset({leaf}) for leaf, score in scores.items() if score in ends}


def _completed(structure: Structure, name: str, sets: set[Leaves]) -> set[Leaves]:
    """With the complements: of those who answered, of everybody, and who answered at all."""
    if name == ALL:
        return sets
    variable = structure.variables[name]
    everybody = frozenset(variable.leaf_names)
    if name == QUARANTINE:
        return (sets - {everybody}) | ({everybody - {ACCEPTED}} - {frozenset()})
    whole = sets | {variable.answered - leaves for leaves in sets} | {everybody - leaves for leaves in sets}
    whole |= {variable.answered, everybody - variable.answered}
    return {leaves for leaves in whole if leaves and leaves != everybody}


def absent(where: Atlas) -> Iterator[tuple[Ints, int, int]]:
    """Those who had not answered by a release, where that may not be known: who had, the roster's size, and k."""
    found: dict[Group, int] = {}
    for plan in where.structure.known_plans:
        for group in where.structure.groups(plan.by) if any(figure.rate for figure in plan.figures) else ():
            found[group] = max(found.get(group, 0), plan.policy.absent_from)
    for group, k in found.items():
        for upto in range(where.intervals if k and group in where.structure.sizes else 0):
            yield where.over(where.columns(group, ALL, frozenset()), 0, upto), where.structure.sizes[group], k
