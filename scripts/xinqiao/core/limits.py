"""What the receiver takes in: from when to when, how many a day, how many a minute from one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Self

from xinqiao.core.occasion import BEIJING

# More than any college answers: a flood is stopped, a lecture hall behind one address is not.
PER_DAY = 20_000
PER_MINUTE = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a form is open and how many answers it takes a day.

    opens, closes: from when, and from when no more; None where it always is. One that closes before it opens is
    never open. Raises ValueError for a moment without its zone or less than one answer a day.
    """

    opens: datetime | None = None
    closes: datetime | None = None
    per_day: int = PER_DAY

    def __post_init__(self) -> None:
        if any(moment and moment.tzinfo is None for moment in (self.opens, self.closes)) or self.per_day < 1:
            raise ValueError("limits need zones and one answer a day at least")

    @classmethod
    def written(cls, opens: datetime | date | None, closes: datetime | date | None, per_day: int) -> Self:
        """From moments as settings write them: Beijing time where no zone stands; a day alone lasts to its end."""
        return cls(opens=_moment(opens, days=0), closes=_moment(closes, days=1), per_day=per_day)

    def early(self, now: datetime) -> bool:
        """Whether the form has not opened yet."""
        return self.opens is not None and now < self.opens

    def over(self, now: datetime) -> bool:
        """Whether the form has closed."""
        return self.closes is not None and now >= self.closes


USUAL = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeLimits:
    """What the settings say of the receiver.

    per_minute: requests from one address. address_header: the header in which the college's own proxy writes the
    sender's address, empty where there is none. forms: id of a form, or of an instance for one event, to its limits.
    """

    per_minute: int = PER_MINUTE
    address_header: str = ""
    usual: Limits = USUAL
    forms: Mapping[str, Limits] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, form: str) -> Limits:
        """The limits of a form; an instance (FORM@EVENT) has its form's where it has none of its own."""
        return self.forms.get(form) or self.forms.get(form.partition("@")[0]) or self.usual


USUAL_INTAKE = IntakeLimits()


def _moment(given: datetime | date | None, *, days: int) -> datetime | None:
    if given is None:
        return None
    if not isinstance(given, datetime):
        return datetime.combine(given, time(), BEIJING) + timedelta(days=days)
    return given if given.tzinfo else given.replace(tzinfo=BEIJING)
