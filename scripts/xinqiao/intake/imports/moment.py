"""When a row was given: the day, and the moment, which goes no further than the hash that knows the row again."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

LONGEST = 64
# A zone behind it, or a weekday, tells nothing of the day as it was written.
YEAR_FIRST = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})日?(?:[T\s,]+(.*))?")
YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})(?:[\s,]+(.*))?")
CLOCK = re.compile(r"([0-9]{1,2})[:时]([0-9]{2})(?:[:分]([0-9]{2}))?")
AFTERNOON, MORNING = re.compile(r"下午|晚上|\bPM\b", re.IGNORECASE), re.compile(r"上午|凌晨|\bAM\b", re.IGNORECASE)
CENTURY = 2000


class Order(StrEnum):
    """Which comes first where the year comes last."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


class AmbiguousDayError(Exception):
    """A day whose year comes last, and nobody has said whether the month or the day comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A day, and the time as far as it is written; the latter never shows itself."""

    day: date
    clock: str = field(default="", repr=False)


def moment_of(cell: str, order: Order | None) -> Moment | None:
    """The moment in a cell; None where there is none. Raises AmbiguousDayError."""
    text = unicodedata.normalize("NFKC", cell).strip()
    if len(text) > LONGEST:
        return None
    if found := YEAR_FIRST.fullmatch(text):
        return _moment(int(found[1]), int(found[2]), int(found[3]), found[4] or "")
    if not (found := YEAR_LAST.fullmatch(text)):
        return None
    if order is None:
        raise AmbiguousDayError
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    day, month = (first, second) if order is Order.DAY_FIRST else (second, first)
    return _moment(year if year >= 100 else CENTURY + year, month, day, found[4] or "")


def _moment(year: int, month: int, day: int, rest: str) -> Moment | None:
    try:
        made = date(year, month, day)
    except ValueError:
        return None
    found = CLOCK.search(rest)
    if not found:
        return Moment(day=made)
    hour = int(found[1])
    if AFTERNOON.search(rest) and hour < 12:
        hour += 12
    elif MORNING.search(rest) and hour == 12:
        hour = 0
    return Moment(day=made, clock=f"{hour:02}:{found[2]}:{found[3] or '00'}")
