"""What everybody knows of a form's tables before any number: dimensions, variables, figures.

A *group* fixes some dimensions of the form and leaves the others at `*`. A *figure* is one line of a
table: a set of leaves of one variable, or a mean. Public facts only; protection and attack both
start from here, and from nothing else in common but the counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from xinqiao.core.policy import Policy
from xinqiao.core.problem import Place, refuse
from xinqiao.core.question import NO_ANSWER
from xinqiao.core.safe import Dimension
from xinqiao.core.summary import DEVIATION, EFFECT, MEAN, MEMBERS, PAIRS, TOTAL, Measure, MeasureKind
from xinqiao.safety.variable import YES, Variable

ALL = ""  # the variable of `n`: everybody in the group

Group = tuple[str, ...]
Leaves = frozenset[str]
# What a group fixes of a hierarchy: dimension and level, from coarse to fine.
Path = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of a table: who is counted (variable ALL: everybody), whose mean, SD or share is taken.

    base, middle: measure and category of the lines on which it rests: the count, and of an SD the mean.
    members: the size by the roster, public anyway. alpha, effect, rate: arithmetic on other figures.
    """

    measure: str
    category: str
    variable: str
    leaves: Leaves
    mean: bool = False
    share: bool = False
    sd: bool = False
    alpha: bool = False
    effect: bool = False
    rate: bool = False
    members: bool = False
    base: tuple[str, str] = ("", "")
    middle: tuple[str, str] = ("", "")

    @property
    def beyond(self) -> bool:
        """Whether what it tells is no interval of a sum."""
        return self.sd or self.alpha or self.effect or self.rate

    @property
    def known(self) -> bool:
        """Whether it tells nothing that other figures of its group, or the roster, do not tell."""
        return self.effect or self.rate or self.members


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
    # How many each group has by the roster, where a response rate is told: nobody answers twice.
    sizes: Mapping[Group, int] = field(default_factory=dict)
    # Dimensions by whose levels everybody knows how many came between releases; () where only of all together.
    attended: tuple[tuple[str, ...], ...] = ()

    @property
    def known_plans(self) -> tuple[Plan, ...]:
        """The plans of all tables, those of earlier releases too."""
        return self.plans + self.past

    def together(self, of: str) -> frozenset[str]:
        """The questions, scales and changes that are tied to this one, itself included."""
        found = frozenset({of})
        ties = [frozenset({known.scale, *known.items}) for known in self.sums]
        ties += [frozenset({v.of, *(one.of for one in v.pair)}) for v in self.variables.values() if v.pair]
        for _ in ties:
            for tied in ties:
                found |= tied if tied & found else frozenset()
        return found

    def common(self, known: Sum) -> frozenset[str]:
        """The dimensions by which both a scale and all its items are published."""
        return frozenset.intersection(*(self.variables[name].by for name in (known.scale, *known.items)))

    def most(self, group: Group, beside: Group | None = None) -> int | None:
        """How many a group, or what is left of it beside a part, can have by the roster; None where it says nothing."""
        whole = [size for known, size in self.sizes.items() if covers(known, group)]
        if not whole:
            return None
        return min(whole) - (self.sizes.get(beside, 0) if beside else 0)

    def levels(self, name: str) -> tuple[str, ...]:
        """The names of a dimension's levels."""
        return tuple(level.name for level in self.dimension(name).levels)

    def dimension(self, name: str) -> Dimension:
        """The dimension of that name."""
        return next(known for known in self.dimensions if known.name == name)

    def coarser(self, name: str) -> tuple[str, ...]:
        """The steps of a hierarchy above a dimension, nearest first."""
        above = self.dimension(name).parent
        return (above, *self.coarser(above)) if above else ()

    def complete(self, by: Collection[str]) -> frozenset[str]:
        """These dimensions with all coarser steps: who is in a class is in its grade."""
        return frozenset(by).union(*(self.coarser(name) for name in by))

    def groups(self, by: Collection[str]) -> Iterator[Group]:
        """Every group that a table by these dimensions speaks of, totals included; none twice."""
        return self._crossed([self._steps(steps, by) for steps in self._hierarchies()])

    def finest(self, by: Collection[str]) -> Iterator[Group]:
        """The groups of the full cross-classification of these dimensions; a level only with its own coarser ones."""
        crossed = []
        for steps in self._hierarchies():
            used = [name for name in steps if name in by][-1:]
            crossed.append(self._steps(steps, used, totals=False) if used else [()])
        return self._crossed(crossed)

    def _hierarchies(self) -> Iterator[tuple[str, ...]]:
        """The dimensions, steps of one hierarchy together from coarse to fine."""
        inner = {known.parent for known in self.dimensions}
        yield from ((*self.coarser(d.name)[::-1], d.name) for d in self.dimensions if d.name not in inner)

    def _steps(self, steps: Sequence[str], by: Collection[str], *, totals: bool = True) -> Sequence[Path]:
        """What can be fixed of a hierarchy: a level of a step in `by` with all above it; nothing at all for a total."""
        paths: dict[str, list[Path]] = {"": [()]}
        told: list[Path] = [()] if totals else []
        order: dict[Path, tuple[int, ...]] = {(): ()}
        for name in steps:
            found: dict[str, list[Path]] = {}
            for at, level in enumerate(self.dimension(name).levels):
                for path in paths[level.parent if self.dimension(name).parent else ""]:
                    longer = (*path, (name, level.name))
                    order[longer] = (*order[path], at)
                    found.setdefault(level.name, []).append(longer)
                    told += [longer] if name in by else []
            paths = found
        return sorted(told, key=order.__getitem__)

    def _crossed(self, paths: Sequence[Sequence[Path]]) -> Iterator[Group]:
        names = [known.name for known in self.dimensions]
        for some in itertools.product(*paths):
            at = dict(itertools.chain(*some))
            yield tuple(at.get(name, TOTAL) for name in names)

    def group(self, by: Sequence[str], levels: Sequence[str]) -> Group:
        """The group that a table by these dimensions writes as `levels`; a level stands with its coarser ones."""
        at = dict(zip(by, levels, strict=True))
        for name in by:
            for fine, coarse in itertools.pairwise((name, *self.coarser(name))):
                if at[fine] != TOTAL:
                    over = {known.name: known.parent for known in self.dimension(fine).levels}
                    at[coarse] = over.get(at[fine], TOTAL)
        return tuple(at.get(known.name, TOTAL) for known in self.dimensions)

    def wider(self, group: Group) -> Iterator[tuple[int, Group]]:
        """Each group of which this one is a part by one step: the place of the step, and the group without it."""
        names = [known.name for known in self.dimensions]
        for at, level in enumerate(group):
            if level != TOTAL:
                lost = {name for name in names if names[at] in (name, *self.coarser(name))}
                yield at, tuple(TOTAL if name in lost else kept for name, kept in zip(names, group, strict=True))

    def written(self, by: Sequence[str], group: Group) -> tuple[str, ...]:
        """The levels under which a table by these dimensions writes a group."""
        at = {known.name: level for known, level in zip(self.dimensions, group, strict=True)}
        return tuple(at[name] for name in by)


def covers(group: Group, part: Group) -> bool:
    """Whether `part` lies within `group`."""
    return all(level in (TOTAL, other) for level, other in zip(group, part, strict=True))


def figures(measures: Sequence[Measure], variables: Mapping[str, Variable], *, whole: bool) -> tuple[Figure, ...]:
    """Every line of a table with these measures; next to each mean and share stands the number it rests on.

    whole: of everybody together, where a change is told in SDs too. Raises XinqiaoError (share-of-nothing).
    """
    found: dict[tuple[str, str], Figure] = {}
    for measure in measures:
        parts = [variable for variable in variables.values() if variable.of == measure.about]
        lines = _change(measure, parts[0], whole=whole) if measure.then else _lines(measure, parts)
        for line in lines:
            found.setdefault((line.measure, line.category), line)
    return tuple(found.values())


def _lines(measure: Measure, parts: Sequence[Variable]) -> Iterator[Figure]:
    text = str(measure)
    match measure.kind:
        case MeasureKind.N if not measure.of:
            yield Figure(measure=text, category="", variable=ALL, leaves=frozenset())
        case MeasureKind.N:
            yield counted(text, "", parts[0], parts[0].answered)
        case MeasureKind.MEAN | MeasureKind.SD | MeasureKind.ALPHA:
            yield from _moments(measure, parts[0])
        case MeasureKind.RATE:
            yield Figure(measure="n", category="", variable=ALL, leaves=frozenset())
            yield Figure(measure=text, category=MEMBERS, variable=ALL, leaves=frozenset(), members=True)
            yield Figure(measure=text, category="", variable=ALL, leaves=frozenset(), rate=True, base=("n", ""))
        case MeasureKind.SHARE:
            yield counted(f"n({measure.of})", "", parts[0], parts[0].answered)
            leaves = frozenset(leaf for leaf, score in parts[0].scores.items() if measure.counts(score))
            if leaves in (frozenset(), parts[0].answered):
                raise refuse("share-of-nothing", Place(question=measure.of), measure=text)
            base = (f"n({measure.of})", "")
            yield Figure(measure=text, category="", variable=parts[0].name, leaves=leaves, share=True, base=base)
        case MeasureKind.DISTRIBUTION if parts[0].option:
            for part in parts:
                yield counted(text, part.option, part, frozenset({YES}))
            if NO_ANSWER in parts[0].leaf_names:
                yield counted(text, NO_ANSWER, parts[0], frozenset({NO_ANSWER}))
        case MeasureKind.DISTRIBUTION:
            finest = parts[0].bands if measure.banded else parts[0].categories
            categories = parts[0].coarser[measure.into] if measure.into else finest
            for category, leaves in categories.items():
                yield counted(text, category, parts[0], leaves)


def _moments(measure: Measure, variable: Variable) -> Iterator[Figure]:
    """The number who answered, their mean, and what rests on it."""
    base, middle = (f"n({measure.of})", ""), (f"mean({measure.of})", "")
    yield counted(*base, variable, variable.answered)
    line = Figure(measure=middle[0], category="", variable=variable.name, leaves=variable.answered, base=base)
    yield replace(line, mean=True)
    if measure.kind is not MeasureKind.MEAN:
        spread = replace(line, measure=f"sd({measure.of})", middle=middle)
        yield replace(spread, sd=True)
        if measure.kind is MeasureKind.ALPHA:
            yield replace(spread, measure=str(measure), alpha=True)


def _change(measure: Measure, variable: Variable, *, whole: bool) -> Iterator[Figure]:
    """How many have both scores, the mean of their differences; of everybody the SD and the mean in SDs."""
    base, middle = (str(measure), PAIRS), (str(measure), MEAN)
    yield counted(*base, variable, variable.answered)
    line = Figure(measure=middle[0], category=MEAN, variable=variable.name, leaves=variable.answered, base=base)
    yield replace(line, mean=True)
    if whole:
        yield replace(line, category=DEVIATION, sd=True, middle=middle)
        yield replace(line, category=EFFECT, effect=True, middle=middle)


def counted(measure: str, category: str, variable: Variable, leaves: Leaves) -> Figure:
    """A count of these leaves; who counts all linked leaves counts everybody."""
    everybody = leaves == variable.linked
    return Figure(
        measure=measure,
        category=category,
        variable=ALL if everybody else variable.name,
        leaves=frozenset() if everybody else leaves,
    )
