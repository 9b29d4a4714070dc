"""The protector's view: every cell, every group to be protected and every relation as linear rows.

Nothing here is shared with the audit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from xinqiao.core.question import NO_ANSWER
from xinqiao.safety.atlas import Atlas
from xinqiao.safety.rows import Ints
from xinqiao.safety.structure import ALL, Figure, Group, Leaves, Structure, Sum
from xinqiao.safety.variable import ACCEPTED, QUARANTINE, YES


def linking_rows(where: Atlas) -> Iterator[tuple[Ints, Ints, float]]:
    """What holds in every world: (columns, coefficients, upper bound) with lower bound 0, in each span."""
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
