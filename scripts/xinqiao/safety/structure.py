"""What everybody knows of a form's tables before any number: dimensions, variables, figures.

A *group* fixes some dimensions of the form and leaves the others at `*`. A *figure* is one line of a
table: a set of leaves of one variable, or a mean. Public facts only; protection and attack both
start from here, and from nothing else in common but the counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from xinqiao.core.question import NO_ANSWER
from xinqiao.core.safe import Dimension, Policy
from xinqiao.core.summary import TOTAL, Measure, MeasureKind
from xinqiao.safety.variable import YES, Variable

ALL = ""  # the variable of `n`: everybody in the group

Group = tuple[str, ...]
Leaves = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of a table: who is counted (variable ALL: everybody), or whose mean is taken."""

    measure: str
    category: str
    variable: str
    leaves: Leaves
    mean: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A table by its name, dimensions and figures; `policy` is that of its most sensitive measure."""

    name: str
    by: tuple[str, ...]
    figures: tuple[Figure, ...]
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A scale whose items are published too: its scores add up to what the items' answers add.

    `items` tells for each item what each of its leaves adds to the scale's score.
    """

    scale: str
    items: Mapping[str, Mapping[str, Fraction]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """The public frame of a form's tables, present and earlier ones together."""

    dimensions: tuple[Dimension, ...]
    variables: Mapping[str, Variable]
    plans: tuple[Plan, ...]
    sums: tuple[Sum, ...] = ()
    past: tuple[Plan, ...] = ()  # tables of earlier releases, as today's form reads them
    # Dimensions with levels from the data: a listed one has as many respondents as its table's threshold.
    typed: frozenset[str] = frozenset()

    @property
    def known_plans(self) -> tuple[Plan, ...]:
        """The plans of all tables, those of earlier releases too."""
        return self.plans + self.past

    def together(self, of: str) -> frozenset[str]:
        """The questions and scales that a sum ties to this one, itself included."""
        found = frozenset({of})
        for _ in self.sums:
            for tied in (frozenset({known.scale, *known.items}) for known in self.sums):
                found |= tied if tied & found else frozenset()
        return found

    def common(self, known: Sum) -> frozenset[str]:
        """The dimensions by which both a scale and all its items are published."""
        return frozenset.intersection(*(self.variables[name].by for name in (known.scale, *known.items)))

    def levels(self, name: str) -> tuple[str, ...]:
        """The names of a dimension's levels."""
        return tuple(level.name for level in self.dimension(name).levels)

    def dimension(self, name: str) -> Dimension:
        """The dimension of that name."""
        return next(known for known in self.dimensions if known.name == name)

    def groups(self, by: Sequence[str]) -> Iterator[Group]:
        """Every group that a table by these dimensions speaks of, totals included."""
        names = [known.name for known in self.dimensions]
        return itertools.product(*((TOTAL, *self.levels(name)) if name in by else (TOTAL,) for name in names))

    def finest(self, by: frozenset[str]) -> Iterator[Group]:
        """The groups of the full cross-classification of these dimensions."""
        names = [known.name for known in self.dimensions]
        return itertools.product(*(self.levels(name) if name in by else (TOTAL,) for name in names))

    def group(self, by: Sequence[str], levels: Sequence[str]) -> Group:
        """The group that a table by these dimensions writes as `levels`."""
        named = dict(zip(by, levels, strict=True))
        return tuple(named.get(known.name, TOTAL) for known in self.dimensions)

    def written(self, by: Sequence[str], group: Group) -> tuple[str, ...]:
        """The levels under which a table by these dimensions writes a group."""
        at = {known.name: level for known, level in zip(self.dimensions, group, strict=True)}
        return tuple(at[name] for name in by)


def covers(group: Group, part: Group) -> bool:
    """Whether `part` lies within `group`."""
    return all(level in (TOTAL, other) for level, other in zip(group, part, strict=True))


def figures(measures: Sequence[Measure], variables: Mapping[str, Variable]) -> tuple[Figure, ...]:
    """Every line of a table with these measures; next to each mean stands the number it rests on."""
    found: dict[tuple[str, str], Figure] = {}
    for measure in measures:
        for line in _lines(measure, [variable for variable in variables.values() if variable.of == measure.of]):
            found.setdefault((line.measure, line.category), line)
    return tuple(found.values())


def _lines(measure: Measure, parts: Sequence[Variable]) -> Iterator[Figure]:
    text = str(measure)
    match measure.kind:
        case MeasureKind.N if not measure.of:
            yield Figure(measure=text, category="", variable=ALL, leaves=frozenset())
        case MeasureKind.N:
            yield counted(text, "", parts[0], parts[0].answered)
        case MeasureKind.MEAN:
            yield counted(f"n({measure.of})", "", parts[0], parts[0].answered)
            yield Figure(measure=text, category="", variable=parts[0].name, leaves=parts[0].answered, mean=True)
        case MeasureKind.DISTRIBUTION if parts[0].option:
            for part in parts:
                yield counted(text, part.option, part, frozenset({YES}))
            if NO_ANSWER in parts[0].leaf_names:
                yield counted(text, NO_ANSWER, parts[0], frozenset({NO_ANSWER}))
        case MeasureKind.DISTRIBUTION:
            categories = parts[0].bands if measure.banded else parts[0].categories
            for category, leaves in categories.items():
                yield counted(text, category, parts[0], leaves)


def counted(measure: str, category: str, variable: Variable, leaves: Leaves) -> Figure:
    """A count of these leaves; who counts all linked leaves counts everybody."""
    everybody = leaves == variable.linked
    return Figure(
        measure=measure,
        category=category,
        variable=ALL if everybody else variable.name,
        leaves=frozenset() if everybody else leaves,
    )
