"""How large a change is, from two published distributions: its mean difference in standard deviations.

d_av = (later mean − earlier mean) / mean of both standard deviations (Cumming 2012; Lakens 2013,
doi:10.3389/fpsyg.2013.00863). It needs no pairs, and all that it is made of is on the page.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from xinqiao.core.policy import Policy
from xinqiao.dashboard.reading import Distribution

FEWEST = Policy().effect_from


def effect_of(before: Distribution, after: Distribution) -> Decimal | None:
    """d_av to one decimal; None where a count is hidden, an answer has no score, or fewer than 50 answered."""
    moments = [_moments(found) for found in (before, after)]
    first, second = moments
    if first is None or second is None:
        return None
    spread = (math.sqrt(first[1]) + math.sqrt(second[1])) / 2
    return round(Decimal(float(second[0] - first[0]) / spread), 1) + Decimal(0) if spread else None


def _moments(found: Distribution) -> tuple[Fraction, Fraction] | None:
    """Mean and variance of a sample (n − 1), exactly from the counts shown."""
    counts = [(answer.score, answer.count) for answer in found.answers]
    known = [(score, count) for score, count in counts if score is not None and count is not None]
    size = sum(count for _, count in known)
    if len(known) < len(counts) or size < FEWEST:
        return None
    mean = Fraction(sum(score * count for score, count in known), size)
    return mean, sum(((score - mean) ** 2 * count for score, count in known), Fraction(0)) / (size - 1)
