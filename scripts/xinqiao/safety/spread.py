"""What a shown SD tells the protector: sums of squares around the mean, not linear, and how worlds keep to them.

With n and S the number and the sum of scores and Q the sum of squared distances from a fixed point c, the
variance times n − 1 is Q − n (S/n − c)². An SD with one decimal bounds that from both sides. Every world
that is used as a proof keeps to these bounds exactly: today's worlds are tested, and of earlier releases a
convex part of what they allow, around the true world, is a set of linear rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import numpy as np

from xinqiao.core.policy import Status
from xinqiao.core.safe import SafeTable
from xinqiao.safety.atlas import Atlas
from xinqiao.safety.facts import Bounded, decimals_at, told
from xinqiao.safety.relations import score_lattice
from xinqiao.safety.rows import Flags, Ints
from xinqiao.safety.structure import Figure, Group

TENTHS = 10


def rounded_root(square: Fraction) -> int:
    """The root of a number in tenths, rounded half to even: exact, whatever the number."""
    wanted = square * TENTHS**2
    root = math.isqrt(math.floor(wanted))
    middle = Fraction(2 * root + 1, 2) ** 2
    return root + (wanted > middle or (wanted == middle and root % 2 == 1))


def deviation(total: Fraction, squares: Fraction, base: int) -> int:
    """The SD of a sample in tenths, from its sum and its sum of squares."""
    return rounded_root((squares - total * total / base) / (base - 1))


def variances(tenths: int) -> tuple[Fraction, Fraction]:
    """The least and the largest variance whose root reads so many tenths; at the ends it may just not."""
    return max(Fraction(2 * tenths - 1, 2 * TENTHS), Fraction(0)) ** 2, Fraction(2 * tenths + 1, 2 * TENTHS) ** 2


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of those in a group within one interval: columns, whole numbers, what they are multiples of."""

    columns: Ints = field(repr=False)
    values: Ints = field(repr=False)
    unit: int

    def around(self, centre: Fraction) -> tuple[Ints, int]:
        """Distances from a point as whole numbers, and what these are multiples of."""
        steps = math.lcm(self.unit, centre.denominator)
        return self.values * (steps // self.unit) - int(centre * steps), steps


@dataclass(frozen=True, slots=True)
class Curve:
    """A cell that shows an SD: cell, cell of its mean, point and steps of its row, steps of its mean's row."""

    cell: int
    mean: int
    base: int
    centre: Fraction
    steps: int
    unit: int
    tenths: int

    def kept(self, values: Ints) -> bool:
        """Whether a world in which the cells have these values shows the same SD."""
        around = Fraction(int(values[self.cell]), self.steps**2)
        apart = Fraction(int(values[self.mean]), self.unit * self.base) - self.centre
        variance = (around - self.base * apart**2) / (self.base - 1)
        return variance >= 0 and rounded_root(variance) == self.tenths


def scores_of(where: Atlas, group: Group, figure: Figure) -> Scores:
    """The scores behind a mean or an SD."""
    return Scores(*score_lattice(where, group, figure.variable))


def moments(where: Atlas, world: Ints, scores: Scores, upto: int) -> tuple[int, Fraction, Fraction]:
    """Number, sum and sum of squares of all scores up to an interval."""
    people = world[where.over(scores.columns, 0, upto)]
    values = where.repeated(scores.values, 0, upto)
    total, squares = int((people * values).sum()), int((people * values**2).sum())
    return int(people.sum()), Fraction(total, scores.unit), Fraction(squares, scores.unit**2)


def sd_of(where: Atlas, world: Ints, group: Group, figure: Figure) -> Decimal:
    """The SD as it is published: of a sample (n − 1), exact, then rounded half to even to one decimal."""
    base, total, squares = moments(where, world, scores_of(where, group, figure), where.intervals - 1)
    return Decimal(deviation(total, squares, base)) / TENTHS


def guide(base: int, true: Fraction, tenths: int, reach: Fraction) -> tuple[Fraction, Fraction]:
    """Bounds of the squares around a mean within `reach` of the centre; the truth keeps to them.

    Other worlds that do so mostly show the same SD.
    """
    low, high = (variance * (base - 1) for variance in variances(tenths))
    return min(low + base * reach**2, true), max(high, true)


def spread_cell(
    where: Atlas, truth: Ints, scores: Scores, decimals: int, numbers: tuple[int, int]
) -> tuple[Ints, tuple[float, float], Curve | None]:
    """The row of the cell of an SD over all columns of its scores, its bounds, and its curve.

    numbers: of its cell and of that of its mean. The row are squared distances from the mean as it is shown.
    """
    last = where.intervals - 1
    base, total, squares = moments(where, truth, scores, last)
    centre = Fraction(round(total / base, decimals)) if base else Fraction(0)
    apart, steps = scores.around(centre)
    row = where.repeated(apart**2, 0, last)
    if base < 2:
        return row, (0.0, 0.0), None
    tenths = deviation(total, squares, base)
    true = squares - 2 * centre * total + base * centre**2
    bounds = scaled(guide(base, true, tenths, Fraction(1, 2 * 10**decimals)), steps)
    return row, bounds, Curve(*numbers, base, centre, steps, scores.unit, tenths)


def told_spreads(where: Atlas, truth: Ints, tables: Sequence[SafeTable], upto: int) -> Iterator[Bounded]:
    """Rows that hold every world to the SDs that a release told, of all who had come by interval `upto`."""
    for table in tables:
        lines = list(told(where.structure, table))
        shown = {(group, (figure.measure, figure.category)): cell for group, figure, cell in lines}
        for group, figure, cell in lines:
            if figure.sd and cell.status is Status.SHOWN and isinstance(cell.value, Decimal):
                mean = shown[group, figure.middle].value
                base = int(shown[group, figure.base].value or 0)
                reach = Fraction(1, 2 * 10 ** decimals_at(table.policy, base))
                ends = (Fraction(mean or 0) - reach, Fraction(mean or 0) + reach)
                yield from _held(where, truth, (group, figure, upto), int(cell.value * TENTHS), ends)


def _held(
    where: Atlas, truth: Ints, at: tuple[Group, Figure, int], tenths: int, ends: tuple[Fraction, Fraction]
) -> Iterator[Bounded]:
    """Rows around the true mean that hold for the truth and for no world with another SD (means between two ends)."""
    group, figure, upto = at
    scores = scores_of(where, group, figure)
    base, total, squares = moments(where, truth, scores, upto)
    columns = where.over(scores.columns, 0, upto)
    if base < 2 or deviation(total, squares, base) != tenths:
        # The table does not tell the truth: no world can.
        yield columns, np.zeros_like(columns), 1, 1
        return
    people = truth[columns]
    for fineness in (100, 10_000, base * scores.unit):
        # Small numbers where they will do: the exact mean always does.
        centre = Fraction(round(total / base * fineness), fineness)
        rows = [
            (where.repeated(values, 0, upto), low, high)
            for values, low, high in _around(scores, base, centre, tenths, ends)
        ]
        if all(low <= int((values * people).sum()) <= high for values, low, high in rows):
            yield from ((columns, values, low, high) for values, low, high in rows)
            return


def _around(
    scores: Scores, base: int, centre: Fraction, tenths: int, ends: tuple[Fraction, Fraction]
) -> Iterator[tuple[Ints, float, float]]:
    """Q from the centre is at most what the SD allows; and chords of the parabola for how little it may be."""
    apart, steps = scores.around(centre)
    low, high = (variance * (base - 1) * steps**2 for variance in variances(tenths))
    # An odd number of tenths gives way at both ends: halves are rounded to even.
    odd = tenths % 2
    least, most = (math.floor(low) + 1, math.ceil(high) - 1) if odd else (math.ceil(low), math.floor(high))
    yield apart**2, -math.inf, float(most)
    for end in ends:
        reach = math.ceil((end - centre) * steps) if end > centre else math.floor((end - centre) * steps)
        yield apart**2 - reach * apart, float(least), math.inf


def changed(curves: Sequence[Curve], values: Ints, flags: Flags) -> Flags:
    """The flags of changed cells with those SDs that a world would show otherwise."""
    flags = flags.copy()
    for curve in curves:
        flags[curve.cell] |= bool(flags[curve.mean]) or not curve.kept(values)
    return flags


def scaled(bounds: tuple[Fraction, Fraction], steps: int) -> tuple[float, float]:
    """Bounds of a sum of squares as those of its row in whole numbers."""
    return float(math.ceil(bounds[0] * steps**2)), float(math.floor(bounds[1] * steps**2))
