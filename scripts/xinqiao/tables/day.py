"""The day on which a row was given, and the span of weeks that days make."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from xinqiao.tables.file import spelled

ISO = re.compile(r"(\d{4}-\d{2}-\d{2})([T ].*)?", re.ASCII)
LONGEST = 64


def day_of(cell: str, written: str) -> date | None:
    """The day in a cell by a format of strptime's signs; None where there is none.

    A time of day may follow that the format does not name. Where the format does not fit, and where there
    is none, the day may stand as in ISO 8601: so does a workbook's cell of type date.
    """
    text = spelled(cell)
    if not text or len(text) > LONGEST:
        return None
    for time in _times(written) if written else ():
        try:
            return datetime.strptime(text, written + time).date()
        except ValueError:
            continue
    found = ISO.fullmatch(text)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _times(written: str) -> tuple[str, ...]:
    """Times of day that a format does not name and that may follow it: people format a column by hand, row by row."""
    if not any(sign in written for sign in ("%H", "%I", "%c", "%X")):
        return "", " %H:%M", " %H:%M:%S", "T%H:%M:%S"
    return ("", ":%S") if written.endswith("%M") else ("",)


def weeks(days: Iterable[date]) -> str:
    """The ISO weeks from the first to the last day, such as `2026-W21/2026-W24`; empty where there is no day."""
    known = tuple(days)
    ends = (end(known).isocalendar() for end in (min, max) if known)
    return "/".join(dict.fromkeys(f"{week.year:04}-W{week.week:02}" for week in ends))
