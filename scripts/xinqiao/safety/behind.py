"""What a rounded figure tells an attacker: the counts and sums that can be behind it."""

from __future__ import annotations

from decimal import Decimal

from xinqiao.safety.attack import Impossible


def sums_behind(mean: Decimal, base: int, steps: int, unit: int) -> tuple[int, int]:
    """The least and largest sum (in 1/unit) whose mean over `base`, rounded half to even to 1/steps, is `mean`."""
    wanted, parts = int(mean * steps), base * unit
    middle = wanted * parts // steps
    reach = parts // (2 * steps) + 2
    fitting = [middle - reach, middle + reach]
    while _rounded(fitting[0], parts, steps) != wanted:
        fitting[0] += 1
    while _rounded(fitting[1], parts, steps) != wanted:
        fitting[1] -= 1
    return fitting[0], fitting[1]


def counts_behind(percent: int, base: int, step: int) -> tuple[int, int]:
    """The fewest and most of `base` people whose share reads `percent`, in steps of so many per cent."""
    fitting = [count for count in range(base + 1) if step * _rounded(count, base, 100 // step) == percent]
    if not fitting:
        raise Impossible("no count has this share")
    return fitting[0], fitting[-1]


def _rounded(total: int, parts: int, steps: int) -> int:
    """total / parts in steps, half to even, in whole numbers alone."""
    whole, rest = divmod(total * steps, parts)
    if 2 * rest == parts:
        return whole + whole % 2
    return whole + (2 * rest > parts)
