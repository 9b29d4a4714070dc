"""The rules under which a table is published, never laxer than the floor, and as what its values are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

FLOOR = 5
RATE_STEP = 5  # per cent, of response rates
# The most that one release of a noisy table may spend of a person's budget.
MOST_EPSILON = Fraction(1)


class Status(StrEnum):
    """Whether a value is published and as what; why it is hidden is never told cell by cell.

    Only a `shown` value is the true one: a rounded one is near it, a noisy one probably.
    """

    SHOWN = "shown"
    SUPPRESSED = "suppressed"
    ROUNDED = "rounded"
    NOISY = "noisy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of one table; never laxer than the floor. Raises ValueError below it.

    threshold: the least number of respondents that a cell may show, 0 apart.
    mean_from, mean_decimal_from: respondents from which a mean is shown, whole or with one decimal
    (with two, two means give a newcomer's exact score in every group up to 61).
    share_from, share_whole_from: from which a share is shown, in steps of 5 and of 1 per cent: a step is one
    person at least.
    sd_from: respondents from which an SD is shown, with one decimal; change_from: pairs from which a mean change
    is; effect_from, alpha_from: from which a change in SDs and Cronbach's alpha are, of everybody together.
    absent_from: the least number of those who did not answer that a table may tell, 0 apart; 0: any number.
    rounding: in a rounded table every count is a multiple of it and no further from the true one; 0: exact.
    epsilon: what a noisy table spends of the budget of differential privacy; 0: no noise.
    """

    threshold: int = FLOOR
    mean_from: int = 10
    mean_decimal_from: int = 61
    share_from: int = 20
    share_whole_from: int = 100
    sd_from: int = 30
    change_from: int = 20
    effect_from: int = 50
    alpha_from: int = 50
    absent_from: int = 0
    rounding: int = 0
    epsilon: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if self.threshold < FLOOR or self.mean_from < 10 or self.mean_decimal_from < 61:
            raise ValueError("a policy below the floor")
        if self.share_from < 20 or self.share_whole_from < 100:
            raise ValueError("a policy below the floor")
        if self.sd_from < 30 or self.change_from < 20 or min(self.effect_from, self.alpha_from) < 50:
            raise ValueError("a policy below the floor")
        # A group of fewer than k must be able to be empty and to have k: multiples of less tell too much.
        if self.rounding and (self.rounding < self.threshold or self.epsilon):
            raise ValueError("a policy below the floor")
        if not 0 <= self.epsilon <= MOST_EPSILON:
            raise ValueError("a policy below the floor")

    @property
    def status(self) -> Status:
        """As what a table under this policy publishes its values."""
        return Status.ROUNDED if self.rounding else Status.NOISY if self.epsilon else Status.SHOWN

    def share_step(self, base: int) -> int:
        """In steps of how many per cent a share of so many is shown."""
        return 1 if base >= self.share_whole_from else 5


def as_decimal(epsilon: Fraction) -> str:
    """A budget as ledger, descriptor and page write it: a decimal, or a fraction where it has no end."""
    text = f"{float(epsilon):.10g}"
    return text if Fraction(text) == epsilon else str(epsilon)
