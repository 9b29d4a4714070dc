"""Who answers referrals and questions, when they are there, and by when they have to: the college's own settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from xinqiao.core.occasion import BEIJING
from xinqiao.core.text import Text

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# The level of a referral that nobody has judged yet, and the limit of a question.
FIRST, QUESTION = "l1", "question"
LEVELS = (FIRST, "l2", "l3", "l4")
# How far a working day is looked for; a calendar without one in so many days is a mistake.
FARTHEST = 60


class Channel(StrEnum):
    """A way on which a notice goes out."""

    WECOM = "wecom"
    MAIL = "mail"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """By when somebody has to answer: in hours by the clock, or at the end of a working day.

    days: 0 is the end of the working day on which it came, or of the next one; 1 the end of the one after, and so
    on. Raises ValueError unless exactly one of the two is given and it is no less than 1 hour or 0 days.
    """

    hours: int | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        given = [self.hours is not None and 1 <= self.hours <= 24 * FARTHEST]
        given += [self.days is not None and 0 <= self.days <= FARTHEST // 2]
        if given.count(True) != 1 or None not in {self.hours, self.days}:
            raise ValueError("a limit is either hours, 1 to 1440, or working days, 0 to 30")


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """One person of the roster: the key that opens what is handed over to them, and when they are on duty.

    days: weekdays, 0 for Monday; dates: single days, which come before weekdays.
    """

    name: str
    label: Text
    key: str
    days: frozenset[int] = frozenset(range(7))
    dates: frozenset[date] = frozenset()
    mail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """How those on duty are told that something waits: channels in the order in which they are tried.

    repeat: minutes between two notices of the same. Addresses and passwords that are secrets are not here.
    """

    channels: tuple[Channel, ...] = (Channel.FILE,)
    repeat: int = 60
    mail_host: str = ""
    mail_port: int = 587
    mail_sender: str = ""

    def __post_init__(self) -> None:
        if not self.channels or self.repeat < 1:
            raise ValueError("a notice needs a channel and a time after which it is repeated")
        if Channel.MAIL in self.channels and not (self.mail_host and self.mail_sender):
            raise ValueError("mail needs a host and a sender")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """The roster with its working hours (Beijing time), limits and notices.

    limits: level of a referral, or `question`, to its limit. confirmed: whether the college has decided on them;
    until then they are proposals. Raises ValueError where nobody is on the roster, a name stands twice, a limit
    lacks, or no day is a working day.
    """

    people: tuple[Colleague, ...]
    days: frozenset[int]
    opens: time
    closes: time
    limits: Mapping[str, Limit]
    confirmed: bool
    closed: frozenset[date] = frozenset()
    notice: Notice = field(default_factory=Notice)

    def __post_init__(self) -> None:
        if not self.people or len({one.name for one in self.people}) != len(self.people):
            raise ValueError("a roster names at least one person, and nobody twice")
        if not self.days or self.opens >= self.closes or {*LEVELS, QUESTION} - {*self.limits}:
            raise ValueError("a roster needs working days, hours and a limit for every level")

    def on(self, day: date) -> tuple[Colleague, ...]:
        """Everybody in the order in which they are called: who is on duty that day, then the others."""
        dated = [one for one in self.people if day in one.dates]
        weekly = [one for one in self.people if not one.dates and day.weekday() in one.days]
        return tuple(dict.fromkeys((*dated, *weekly, *self.people)))

    def due(self, came: datetime, code: str) -> datetime:
        """By when what came at that moment has to be answered; an unknown level counts as the most urgent."""
        limit = self.limits.get(code, self.limits[FIRST])
        if limit.hours is not None:
            return came + timedelta(hours=limit.hours)
        days = self._working(came.astimezone(BEIJING))
        for _ in range(limit.days or 0):
            next(days)
        return datetime.combine(next(days), self.closes, BEIJING)

    def open_at(self, now: datetime) -> bool:
        """Whether somebody is there at that moment."""
        here = now.astimezone(BEIJING)
        return self._is_working(here.date()) and self.opens <= here.time() < self.closes

    def _is_working(self, day: date) -> bool:
        return day.weekday() in self.days and day not in self.closed

    def _working(self, here: datetime) -> Iterator[date]:
        """The working days from a moment on; its own counts while people are still there.

        Where the closed days leave none, every day of the week that is a working day counts.
        """
        first = here.date() + timedelta(days=here.time() >= self.closes)
        coming = [first + timedelta(days=ahead) for ahead in range(4 * FARTHEST)]
        yield from (day for day in coming if self._is_working(day))
        yield from (day for day in coming if day.weekday() in self.days)
