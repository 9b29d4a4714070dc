"""What a shown SD tells an attacker: for n people with scores s, Σ s² − (Σ s)² / n is held between two bounds.

No linear row says that. The attacker writes down the narrowest rows that every true world fits, looks at each
world found whether it shows the same SD to the last digit, and where it does not, looks again in a convex part
of what the SD allows around that world. Shares nothing with the protector.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

Row = tuple[dict[int, float], float, float]
World = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bend:
    """The SD of `people` respondents as it is shown, in tenths.

    scores: unknown → score in parts of 1/unit; given: number, sum and sum of squares of those already known;
    low, high: between which sums of scores the shown mean puts the truth, in parts of 1/unit.
    """

    scores: Mapping[int, int]
    unit: int
    people: int
    low: int
    high: int
    tenths: int
    given: tuple[int, int] = field(default=(0, 0), repr=False)

    def without(self, values: Mapping[int, int]) -> Bend:
        """The same with known unknowns put in."""
        known = {at: score for at, score in self.scores.items() if at in values}
        total = self.given[0] + sum(score * values[at] for at, score in known.items())
        squares = self.given[1] + sum(score * score * values[at] for at, score in known.items())
        left = {at: score for at, score in self.scores.items() if at not in known}
        return Bend(left, self.unit, self.people, self.low, self.high, self.tenths, (total, squares))

    def sums(self, world: Mapping[int, int]) -> tuple[int, int]:
        """Sum and sum of squares in a world, in parts of 1/unit and 1/unit²."""
        total, squares = self.given
        for at, score in self.scores.items():
            total += score * world[at]
            squares += score * score * world[at]
        return total, squares

    def fits(self, world: Mapping[int, int]) -> bool:
        """Whether a world shows the same SD: its square lies between those of the ends, which round to even."""
        total, squares = self.sums(world)
        # 400 · variance against (2t − 1)² and (2t + 1)², all in whole numbers.
        variance = 400 * (squares * self.people - total * total)
        parts = self.people * (self.people - 1) * self.unit**2
        below, above = max(2 * self.tenths - 1, 0) ** 2 * parts, (2 * self.tenths + 1) ** 2 * parts
        if self.tenths % 2:
            return below < variance < above
        return below <= variance <= above

    def _bounds(self) -> tuple[float, float]:
        """Between which values Σ s² − (Σ s)² / n lies, in parts of 1/unit²."""
        parts = Fraction((self.people - 1) * self.unit**2, 400)
        least = max(2 * self.tenths - 1, 0) ** 2 * parts
        return float(least), float((2 * self.tenths + 1) ** 2 * parts)

    def _row(self, bend: float, low: float, high: float) -> Row:
        """Bounds of Σ s² − bend · Σ s as a row over the unknowns."""
        total, squares = self.given
        shift = squares - bend * total
        terms = {at: score * (score - bend) for at, score in self.scores.items() if score != bend}
        return terms, low - shift, high - shift

    def around(self) -> Iterator[Row]:
        """Rows that every world with this SD and mean fits: tangents from below, the chord from above."""
        least, most = self._bounds()
        slack = 1e-6 * max(1.0, most)
        for end in (self.low, (self.low + self.high) / 2, self.high):
            yield self._row(2 * end / self.people, least - end * end / self.people - slack, math.inf)
        chord = (self.low + self.high) / self.people
        yield self._row(chord, -math.inf, most - self.low * self.high / self.people + slack)

    def within(self, world: Mapping[int, int]) -> Iterator[Row]:
        """Rows that no other world fits, near the sum of this one: the tangent from above, chords from below."""
        least, most = self._bounds()
        total = min(max(self.sums(world)[0], self.low), self.high)
        yield self._row(2 * total / self.people, -math.inf, most - total * total / self.people)
        for end in (self.low, self.high):
            yield self._row((total + end) / self.people, least - total * end / self.people, math.inf)
