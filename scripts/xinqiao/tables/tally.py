"""Usable rows counted by what they say, so that a million of them take no more room than their groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, pairwise, repeat
from typing import Any

from xinqiao.core.expression import Value
from xinqiao.core.form import Form
from xinqiao.core.record import Row, ScoredRow
from xinqiao.core.summary import FOUR_WEEKS, WEEK, MeasureKind
from xinqiao.tables.day import weeks
from xinqiao.tables.expressions import Plan, keys_of
from xinqiao.tables.score import score_of
from xinqiao.tables.validate import Checked

# Counted values, or the columns of an engine that hold them.
Key = tuple[Any, ...]


def counted_names(form: Form) -> tuple[str, ...]:
    """The questions, scales and `week` that the summaries of a form speak of, derived dimensions by their sources."""
    sources = {made.name: made.source for made in form.derived} | {FOUR_WEEKS: WEEK}
    named: dict[str, None] = {}
    for summary in form.summaries:
        for name in (*summary.by, *(name for measure in summary.measures for name in measure.names)):
            named[sources.get(name, name)] = None
        for measure in summary.measures:
            if measure.kind is MeasureKind.ALPHA:
                named |= dict.fromkeys(form.scale(measure.of).items)
    return tuple(named)


@dataclass(slots=True)
class Tally:
    """How many rows have the same counted values; the first and the last day of them all."""

    form: Form
    names: tuple[str, ...]
    counts: Counter[Key] = field(default_factory=Counter, repr=False)
    first: int = 0
    last: int = 0

    def add(self, row: ScoredRow, day: date | None) -> None:
        """One row that was judged word by word."""
        values = (row.scores[name] if self.form.is_scale(name) else row.row.values.get(name) for name in self.names)
        self.counts[tuple(values)] += 1
        self.span(day.toordinal() if day else None, day.toordinal() if day else None)

    def span(self, first: int | None, last: int | None) -> None:
        """Days, as Python counts them, between which rows were given."""
        self.first = min(filter(None, (self.first, first)), default=0)
        self.last = max(self.last, last or 0)

    @property
    def ends(self) -> tuple[date, ...]:
        """The first and the last day on which a usable row was given; nothing where no day is told."""
        return tuple(date.fromordinal(day) for day in (self.first, self.last) if day)

    def rows(self) -> Iterator[ScoredRow]:
        """Each row, with the counted values alone; rows that say the same are one object."""
        for key, number in self.counts.items():
            given = dict(zip(self.names, key, strict=True))
            scores = {name: value for name, value in given.items() if self.form.is_scale(name)}
            values = {name: value for name, value in given.items() if name not in scores}
            made = {one.name: one.level(values[one.source]) for one in self.form.derived if one.source in values}
            yield from repeat(ScoredRow(row=Row(values=values | made), scores=scores), number)


class Groups:
    """The groups of an engine: key columns → how many rows, kept as they come and read once at the end."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._columns = {name: keys_of(plan, name) for name in plan.counted}
        self._counts: Counter[Key] = Counter()

    def add(self, group: Key, number: int) -> None:
        """So many rows with these values in the key columns."""
        # A Counter looks for what it lacks in Python.
        self._counts[group] = self._counts.get(group, 0) + number

    def into(self, tally: Tally) -> None:
        """Every group as counted values."""
        value = lru_cache(maxsize=2**16)(self._value)
        ends = list(accumulate(map(len, self._columns.values()), initial=0))
        spans = [(name, slice(*span)) for name, span in zip(self._columns, pairwise(ends), strict=True)]
        for group, number in self._counts.items():
            key = tuple([value(name, group[span]) for name, span in spans])
            tally.counts[key] = tally.counts.get(key, 0) + number

    def _value(self, name: str, given: tuple[Any, ...]) -> Value | Fraction:
        if name == WEEK:
            return weeks([date.fromordinal(given[0])]) if given else None
        if self._plan.form.is_scale(name):
            scale = self._plan.form.scale(name)
            return (
                None if given[0] is None else score_of(scale, *given, *([len(scale.items)] if len(given) == 1 else []))
            )
        return (given[0] or None) if name in self._plan.typed else self._plan.known[name].value(given[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted(Checked):
    """The usable rows of a large file, counted, and what was found in all others."""

    valid: int
    tally: Tally = field(repr=False)

    @property
    def usable(self) -> int:
        """How many rows can be used."""
        return self.valid
