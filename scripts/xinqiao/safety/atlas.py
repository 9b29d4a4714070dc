"""Where the protector's columns lie: atoms × spans of presence. Nothing here is shared with the audit."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from xinqiao.core.summary import TOTAL
from xinqiao.safety.count import Atom, Counts, Span
from xinqiao.safety.rows import Ints
from xinqiao.safety.structure import ALL, Group, Leaves, Structure


@dataclass(frozen=True, slots=True)
class Atlas:
    """Where each atom's column lies; span t of atom a is column `t * size + a`.

    intervals: how many there are between releases; the first spans are those of whom each counts still, in order.
    since: the interval with which today's tables begin.
    """

    structure: Structure
    size: int
    intervals: int
    column: Mapping[Atom, int] = field(repr=False)
    parts: Mapping[tuple[str, Group], tuple[Group, ...]] = field(repr=False)
    since: int = 0
    spans: tuple[Span, ...] = ()

    def leaves_of(self, variable: str) -> tuple[str, ...]:
        """The leaves of a variable; one nameless for everybody."""
        return self.structure.variables[variable].leaf_names if variable else ("",)

    def columns(self, group: Group, variable: str, leaves: Leaves) -> Ints:
        """The columns, within one interval, of those in a group with one of these leaves."""
        names = sorted(leaves) if variable else [""]
        atoms = ((variable, part, leaf) for part in self.parts.get((variable, group), ()) for leaf in names)
        found = (self.column.get(atom) for atom in atoms)
        return np.array([column for column in found if column is not None], dtype=np.int64)

    def within(self, columns: Ints, numbers: Sequence[int] | Ints) -> Ints:
        """The same columns in some spans, by their numbers."""
        return (columns[None, :] + np.asarray(numbers, dtype=np.int64)[:, None] * self.size).ravel()

    def counted(self, first: int, last: int) -> Sequence[int] | Ints:
        """The spans of those who came in one of these intervals and whom release `last` counts."""
        if len(self.spans) == self.intervals:
            return np.arange(first, last + 1, dtype=np.int64)
        return [at for at, (came, until) in enumerate(self.spans) if first <= came <= last < until]

    def over(self, columns: Ints, first: int, last: int) -> Ints:
        """The same columns for those who came in an interval from `first` to `last` and whom release `last` counts."""
        return self.within(columns, self.counted(first, last))

    def repeated(self, values: Ints, first: int, last: int) -> Ints:
        """The coefficients of columns, for `over` of these."""
        return np.tile(values, len(self.counted(first, last)))

    def ever(self, columns: Ints) -> Ints:
        """The same columns in every span."""
        return self.within(columns, range(len(self.spans)))

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


def atlas(structure: Structure, intervals: int, since: int = 0, spans: Sequence[Span] = ()) -> Atlas:
    """Lays out the columns of a structure; today's tables begin with interval `since`. Without `spans` all stay."""
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
    known = tuple(spans) or tuple((came, intervals) for came in range(intervals))
    return Atlas(
        structure=structure,
        size=len(column),
        intervals=intervals,
        column=column,
        parts=frozen,
        since=since,
        spans=known,
    )


def truth_of(where: Atlas, counts: Counts) -> Ints:
    """The true world. Raises ValueError for a counted atom that the structure says cannot be."""
    world = np.zeros(where.size * len(where.spans), dtype=np.int64)
    for span, numbers in enumerate(counts.intervals):
        for atom, number in numbers.items():
            if number:
                if atom not in where.column:
                    raise ValueError(f"an answer to {atom[0]} outside its structure")
                world[span * where.size + where.column[atom]] = number
    return world
