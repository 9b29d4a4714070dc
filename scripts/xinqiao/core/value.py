"""Values as XPath 1.0 has them: strings, numbers and truth; a date counts days, a time is its part of a day (ODK)."""

from __future__ import annotations

import math
import re
from datetime import date

Value = str | int | float | date | tuple[str, ...] | None
Result = str | float | bool

ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
MINUTES = 1440
EPOCH = date(1970, 1, 1).toordinal()


def words(value: Value | Result) -> str:
    """A value as XPath's string: numbers without a trailing `.0`, several choices joined by spaces."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return "NaN" if math.isnan(value) else str(int(value)) if value.is_integer() else repr(value)
        case tuple():
            return " ".join(value)
        case date():
            return value.isoformat()
    return str(value)


def number(value: Value | Result) -> float:
    """A value as XPath's number, NaN where it is none; a date counts days, a time is its part of a day (ODK)."""
    if isinstance(value, bool | int | float):
        return float(value)
    text = words(value).strip()
    if ISO_DAY.fullmatch(text):
        try:
            return float(date.fromisoformat(text).toordinal() - EPOCH)
        except ValueError:
            return math.nan
    if clock := CLOCK.fullmatch(text):
        return (int(clock[1]) * 60 + int(clock[2])) / MINUTES
    return float(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]*)?|-?\.[0-9]+", text) else math.nan


def truth(value: Result) -> bool:
    """A value as XPath's boolean."""
    return value != "" if isinstance(value, str) else bool(value) and not math.isnan(value)


def plain(value: Value) -> Result:
    """A value as an expression takes it: lists and nothing as text."""
    return value if isinstance(value, int | float) else words(value)
