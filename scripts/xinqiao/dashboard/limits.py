"""What chance alone makes of figures: limits for weeks and for groups, worked out from published figures only.

Shares: three standard errors around the share of all, wider for smaller groups, as in a control chart for
proportions (NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.3.2) and in a funnel plot (Spiegelhalter 2005,
doi:10.1002/sim.1970). Counts and means: an individuals chart, three sigma by the mean moving range (same, 6.3.2.2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from xinqiao.dashboard.reading import SHARE_FROM, Share

SIGMAS = 3
# The mean moving range of two is so many standard deviations (d2 of the same handbook).
RANGE_IN_SDS = Fraction(1128, 1000)
# With fewer weeks shown, limits would say more than is known.
FEWEST_WEEKS = 10
# With fewer expected on either side, a share is too far from a normal distribution for limits.
FEWEST_EXPECTED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where to where a figure may lie by chance; shares as parts of one."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether a figure lies within."""
        return self.low <= value <= self.high


def share_limits(everybody: Share, size: int) -> Limits | None:
    """Where the share of `size` people lies if they are like everybody; None where they are too few to tell."""
    part = everybody.count / everybody.base
    if size < SHARE_FROM or min(part, 1 - part) * size < FEWEST_EXPECTED:
        return None
    reach = SIGMAS * math.sqrt(part * (1 - part) / size)
    return Limits(low=max(0.0, part - reach), high=min(1.0, part + reach))


def run_limits(values: Sequence[Fraction | None]) -> Limits | None:
    """Where a week's figure lies if it is like the other weeks'; None where too few weeks are shown.

    values: week by week, None where hidden; a range is that of two weeks in a row, both of them shown.
    """
    shown = [value for value in values if value is not None]
    ranges = [abs(two - one) for one, two in pairwise(values) if one is not None and two is not None]
    if len(shown) < FEWEST_WEEKS or 2 * len(ranges) < FEWEST_WEEKS:
        return None
    middle = sum(shown) / len(shown)
    reach = SIGMAS * sum(ranges) / len(ranges) / RANGE_IN_SDS
    return Limits(low=float(max(Fraction(0), middle - reach)), high=float(middle + reach))
