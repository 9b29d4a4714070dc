"""Events for people's own calendars: iCalendar (RFC 5545), one file an event and one to subscribe to.

Nothing in it depends on when it is built: DTSTAMP is the day on which the announcement was written or last changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from xinqiao.core.text import Lang
from xinqiao.site.events import Event, EventStatus

LONGEST = 75  # octets of a line, RFC 5545 section 3.1
ZONE = "Asia/Shanghai"
# China keeps one time since 1991, without summer time.
TIMEZONE = (
    "BEGIN:VTIMEZONE",
    f"TZID:{ZONE}",
    "BEGIN:STANDARD",
    "DTSTART:19920101T000000",
    "TZNAME:CST",
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "END:STANDARD",
    "END:VTIMEZONE",
)
STATUS = {EventStatus.PLANNED: "TENTATIVE", EventStatus.CANCELLED: "CANCELLED"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """An announced event: its summary in one language, the address of its page, the day of its announcement."""

    event: Event
    summary: str
    address: str
    written: date


def calendar(appointments: Iterable[Appointment], lang: Lang, *, title: str, host: str) -> bytes:
    """Appointments as an iCalendar file; those whose day nobody knows are not in it.

    `host` makes the events' ids unique in the world; they stay the same when an event moves.
    """
    head = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Xinqiao//News//{lang.value.upper()}",
        "METHOD:PUBLISH",
        f"NAME:{_text(title)}",
        f"X-WR-CALNAME:{_text(title)}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "X-PUBLISHED-TTL:P1D",
        *TIMEZONE,
    )
    events = (line for one in appointments for line in _event(one, lang, host))
    return b"".join(_folded(line) for line in (*head, *events, "END:VCALENDAR"))


def _event(one: Appointment, lang: Lang, host: str) -> Iterator[str]:
    event = one.event
    if event.day.date is None:
        return
    words = f"{one.summary}\n{one.address}"
    yield "BEGIN:VEVENT"
    yield f"UID:{event.slug}@{host}"
    yield f"DTSTAMP:{one.written:%Y%m%d}T000000Z"
    yield from _times(event, event.day.date)
    yield f"SUMMARY;LANGUAGE={lang.tag}:{_text(event.title[lang])}"
    yield f"LOCATION;LANGUAGE={lang.tag}:{_text(event.place[lang])}"
    yield f"DESCRIPTION;LANGUAGE={lang.tag}:{_text(words)}"
    yield f"URL:{one.address}"
    yield f"STATUS:{STATUS.get(event.status, 'CONFIRMED')}"
    yield "END:VEVENT"


def _times(event: Event, day: date) -> Iterator[str]:
    """Start and end on the clock; the whole day, which ends before the next one, where no clock time is known."""
    starts, ends = event.day.starts, event.day.ends
    if starts is None:
        yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
        return
    yield f"DTSTART;TZID={ZONE}:{starts:%Y%m%dT%H%M%S}"
    if ends is not None:
        yield f"DTEND;TZID={ZONE}:{ends:%Y%m%dT%H%M%S}"


def _text(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r\n", "\n")
    return escaped.replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """A line in pieces of at most 75 octets, none of which cuts a letter in two."""
    pieces: list[bytes] = [b""]
    for letter in line:
        sign = letter.encode()
        if len(pieces[-1]) + len(sign) > LONGEST:
            pieces.append(b" ")
        pieces[-1] += sign
    return b"\r\n".join(pieces) + b"\r\n"
