"""Which cell a line of a table shows, and what it says there: exact arithmetic on counts, rounded at the end."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import numpy as np

from xinqiao.core.policy import RATE_STEP
from xinqiao.safety.atlas import Atlas
from xinqiao.safety.facts import decimals_at
from xinqiao.safety.relations import rounded_share, score_lattice
from xinqiao.safety.rows import Ints
from xinqiao.safety.spread import sd_of
from xinqiao.safety.structure import Figure, Group, Leaves, Plan

# A cell that several tables show is one cell: group, variable, leaves, and how it is told: -1 a count, a mean
# by its decimals, a share by SHARE and its step, an SD by SD and the decimals of its mean.
Identity = tuple[Group, str, Leaves, int]
SHARE = 100
SD = 200


def total_of(where: Atlas, truth: Ints, group: Group, variable: str, leaves: Leaves) -> int:
    """How many are in a group with one of these leaves."""
    columns = where.columns(group, variable, leaves)
    return int(truth[where.now(columns)].sum())


def mean_of(where: Atlas, truth: Ints, group: Group, figure: Figure, decimals: int) -> Decimal:
    """The mean as it is published: exact, then rounded half to even."""
    columns, values, unit = score_lattice(where, group, figure.variable)
    total = int((truth[where.now(columns)] * np.tile(values, where.intervals - where.since)).sum())
    base = total_of(where, truth, group, figure.variable, figure.leaves)
    rounded = round(Fraction(total, base * unit), decimals)
    return Decimal(rounded.numerator) / Decimal(rounded.denominator)


def share_of(where: Atlas, truth: Ints, group: Group, figure: Figure, step: int) -> int:
    """The share as it is published: exact, then rounded half to even to steps of per cent."""
    base = total_of(where, truth, group, figure.variable, where.structure.variables[figure.variable].answered)
    return rounded_share(total_of(where, truth, group, figure.variable, figure.leaves), base, step)


def identity_of(where: Atlas, truth: Ints, plan: Plan, group: Group, figure: Figure) -> Identity:
    """Which cell a line of a table shows; of a line that is arithmetic on others, the last of those."""
    if figure.share:
        base = total_of(where, truth, group, figure.variable, where.structure.variables[figure.variable].answered)
        return group, figure.variable, figure.leaves, SHARE + plan.policy.share_step(base)
    spread = figure.sd or figure.effect or figure.alpha
    if not figure.mean and not spread:
        return group, figure.variable, figure.leaves, -1
    base = total_of(where, truth, group, figure.variable, figure.leaves)
    decimals = decimals_at(plan.policy, base)
    return group, figure.variable, figure.leaves, SD + decimals if spread else decimals


def value_of(where: Atlas, truth: Ints, plan: Plan, group: Group, figure: Figure) -> int | Decimal | None:
    """What a line says where its cell is shown; None where that says nothing after all.

    A rate, and a change in SDs, come from the figures beside them as they are shown, so they tell nothing more.
    """
    told = identity_of(where, truth, plan, group, figure)[3]
    count = total_of(where, truth, group, figure.variable, figure.leaves)
    if figure.mean:
        return mean_of(where, truth, group, figure, told)
    if figure.sd:
        return sd_of(where, truth, group, figure)
    if figure.share:
        return share_of(where, truth, group, figure, told - SHARE)
    if figure.effect:
        mean, spread = mean_of(where, truth, group, figure, told - SD), sd_of(where, truth, group, figure)
        return effect(mean, spread) if spread and count >= plan.policy.effect_from else None
    if figure.rate:
        size = where.structure.sizes.get(group, 0)
        return rounded_share(count, size, RATE_STEP) if size else None
    return count


def is_coarse(scores: Iterable[Fraction], decimals: int) -> bool:
    """Whether means in such steps say too little: more than 1/20 of the range of what can be scored."""
    known = sorted(scores)
    return bool(known) and Fraction(1, 10**decimals) * 20 > known[-1] - known[0]


def effect(mean: Decimal, spread: Decimal) -> Decimal:
    """The standardised mean change: mean difference in SDs of the differences, of the figures as shown.

    Sources: Morris & DeShon 2002, doi:10.1037/1082-989X.7.1.105 (change-score metric); d_z of Lakens 2013,
    doi:10.3389/fpsyg.2013.00863.
    """
    rounded = round(Fraction(mean) / Fraction(spread), 1)
    return Decimal(rounded.numerator) / Decimal(rounded.denominator)
