"""When an event is, when it is over, and until when people register: all of it in Beijing time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from xinqiao.core.occasion import BEIJING, MONTHS
from xinqiao.core.text import Lang, Text
from xinqiao.site.source import Entry

# Python reads other ways of writing too, a day without hyphens among them, which would end a day early.
DAY_ALONE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(DAY_ALONE.pattern + r"[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
CLOCK = re.compile(r"(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])")
LEAP_YEAR = 2024  # Stands in for a year that the source does not state, so that 29 February may exist.
KEYS = ("year", "month", "day", "part", "start", "end")
WEEKDAYS = {
    Lang.ZH: ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    Lang.EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDay:
    """When an event is; `year` is None where its source does not state one.

    part: the time of day in words, None where `start` says it; start, end: the clock in Beijing, None where it is
    not known. Raises ValueError for an end that has no start or does not follow it.
    """

    year: int | None
    month: int
    day: int
    part: Text | None
    start: time | None = None
    end: time | None = None

    def __post_init__(self) -> None:
        if self.end and not (self.start and self.start < self.end):
            raise ValueError("an event ends after it has begun")

    @property
    def date(self) -> date | None:
        """The day in the calendar, where its year is known."""
        return date(self.year, self.month, self.day) if self.year else None

    @property
    def starts(self) -> datetime | None:
        """The moment at which it begins, where that is known."""
        return datetime.combine(self.date, self.start, BEIJING) if self.date and self.start else None

    @property
    def ends(self) -> datetime | None:
        """The moment at which it ends, where that is known."""
        return datetime.combine(self.date, self.end, BEIJING) if self.date and self.end else None

    def over(self, now: datetime) -> bool:
        """Whether it has ended by a moment: at its end, or with its day where no end is known."""
        end = self.ends or (end_of(self.date) if self.date else None)
        return end is not None and now >= end

    def words(self, lang: Lang) -> str:
        """The day as a page says it, with a note where the year is not known."""
        part = self.part[lang] if self.part else ""
        clock = f"{self.start:%H:%M}" if self.start else ""
        clock += f"–{self.end:%H:%M}" if self.end else ""
        weekday = WEEKDAYS[lang][self.date.weekday()] if self.date else ""
        if lang is Lang.ZH:
            year, note = (f"{self.year}年", "") if self.year else ("", "（来源未注明年份）")
            named = f"（{weekday}）" if weekday else ""
            clock = f" {clock}（北京时间）" if clock else ""
            return f"{year}{self.month}月{self.day}日{named}{part}{clock}{note}"
        day = f"{weekday} {self.day} {MONTHS[self.month - 1]}".strip() + (f" {self.year}" if self.year else "")
        note = "" if self.year else " (year not stated in the source)"
        return ", ".join(filter(None, (day, part, f"{clock} Beijing time" if clock else ""))) + note


def end_of(day: date) -> datetime:
    """The moment at which a day ends in Beijing."""
    return datetime.combine(day + timedelta(days=1), time(), BEIJING)


def read_day(entry: Entry | None) -> EventDay | None:
    """An event's day as its registry says it; None, and notes, where something lacks or is wrong."""
    if entry is None:
        return None
    before = len(entry.notes.problems)
    entry.only(KEYS)
    year = entry.number("year", 1900, 2200, optional=True)
    month, day = entry.number("month", 1, 12), entry.number("day", 1, 31)
    start, end = _clock(entry, "start"), _clock(entry, "end")
    part = entry.words("part") if entry.filled("part") or not entry.filled("start") else None
    if end and not (start and start < end):
        entry.notes.note(entry.keys["end"][1], "event-end-before-start")
    if len(entry.notes.problems) > before or month is None or day is None:
        return None
    try:
        date(year or LEAP_YEAR, month, day)
    except ValueError:
        entry.notes.note(entry.node, "event-date", month=month, day=day)
        return None
    return EventDay(year=year, month=month, day=day, part=part, start=start, end=end)


def _clock(entry: Entry, key: str) -> time | None:
    if not entry.filled(key):
        return None
    written = str(entry.keys[key][1].value).strip()
    match = CLOCK.fullmatch(written)
    if match is None:
        entry.notes.note(entry.keys[key][1], "event-clock", found=written)
        return None
    return time(int(match["hour"]), int(match["minute"]))


def read_closing(entry: Entry, day: EventDay | None) -> datetime | None:
    """When registration ends: as written, in Beijing time where no zone stands there, else when the event's day ends.

    A day without a time is open to its end.
    """
    node = entry.value("registration_closes") if entry.filled("registration_closes") else None
    if node is None:
        return end_of(day.date) if day and day.date else None
    written = str(node.value).strip()
    try:
        if DAY_ALONE.fullmatch(written):
            return end_of(date.fromisoformat(written))
        moment = datetime.fromisoformat(written) if MOMENT.fullmatch(written) else None
    except ValueError:
        moment = None
    if moment is None:
        entry.notes.note(node, "event-closing-unreadable", found=written)
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)
