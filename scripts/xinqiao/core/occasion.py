"""What a form for one event takes from the event: its facts, how many places there are, when registration ends."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from xinqiao.core.text import Lang, Text

# All of China keeps one time, without summer time.
BEIJING = timezone(timedelta(hours=8))
SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One event that people register for.

    capacity: places, None where there is no limit. closes: the moment from which nothing is taken any more;
    None where the event is over. Raises ValueError for a moment without its zone, fewer than one place, or a
    slug that files and addresses cannot carry.
    """

    slug: str
    title: Text
    when: Text
    place: Text
    capacity: int | None
    closes: datetime | None

    def __post_init__(self) -> None:
        zoned = self.closes is None or self.closes.tzinfo is not None
        if not SLUG.fullmatch(self.slug) or not zoned or (self.capacity is not None and self.capacity < 1):
            raise ValueError("an occasion needs a slug, a moment with its zone, and at least one place")

    @property
    def over(self) -> bool:
        """Whether registration has ended for good, whatever the clock says."""
        return self.closes is None

    def closed(self, now: datetime) -> bool:
        """Whether registration has ended; `now` has its zone."""
        return self.closes is None or now >= self.closes

    def at(self, now: datetime) -> Occasion:
        """The same, over where registration has ended by that moment."""
        return replace(self, closes=None) if self.closed(now) else self

    def waiting(self, rank: int) -> bool:
        """Whether the registration that came as the rank-th, from 1, stands on the waiting list."""
        return self.capacity is not None and rank > self.capacity

    def closing(self, lang: Lang) -> str:
        """When registration ends, as a page says it, in Beijing time; empty where the event is over."""
        if self.closes is None:
            return ""
        at = self.closes.astimezone(BEIJING)
        # The end of a day is said as 24:00 of that day: midnight is taken for the wrong one.
        midnight = (at.hour, at.minute) == (0, 0)
        day = at - timedelta(days=1) if midnight else at
        clock = "24:00" if midnight else f"{at:%H:%M}"
        if lang is Lang.ZH:
            return f"{day.year}年{day.month}月{day.day}日 {clock}（北京时间）"
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}, {clock} Beijing time"
