"""What every system's module gives: rows by their names there, page by page, and how far it is safe to have read.

A page is a batch of rows. Its cursor, where it has one, may be kept once the store has these rows and all before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from xinqiao.core.problem import XinqiaoError, refuse
from xinqiao.core.source import Source
from xinqiao.intake.pull.wire import Wire

# What is sent in one moment may be seen in the next: so much time, or so many rows, are read again.
OVERLAP = timedelta(minutes=10)
BEHIND = 200

Cell = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One answer in another system, without address, agent, device or time of day.

    id: what it is called there. day: when it was sent, None where that is not told. lang: the language it was
    given in, as told there. cells: by name there, those in groups as `group/name`; several choices as a tuple.
    exported: what an export calls it, where that is another name; hashed like `id` before it goes anywhere.
    """

    id: str
    day: date | None
    cells: Mapping[str, Cell] = field(repr=False)
    lang: str = ""
    exported: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A batch of rows; `cursor` is empty where it must not be moved yet."""

    rows: tuple[Row, ...]
    cursor: str = ""


class Reader(Protocol):
    """Reads a source from a cursor (empty: from the beginning) to its end. Raises XinqiaoError, codes pull-*."""

    def __call__(self, source: Source, secret: str, wire: Wire, cursor: str) -> Iterator[Page]:
        """Its pages in order."""
        ...


def cells(found: object, inside: str = "") -> Iterator[tuple[str, Cell]]:
    """The answers in a JSON object, groups as `group/name`; what is empty, or a list of objects, is left out."""
    if not isinstance(found, dict):
        return
    for name, value in found.items():
        if isinstance(value, dict):
            yield from cells(value, f"{inside}{name}/")
        elif isinstance(value, list):
            parts = tuple(word for part in value if (word := written(part)))
            if parts:
                yield f"{inside}{name}", parts
        elif word := written(value):
            yield f"{inside}{name}", word


def written(value: object) -> str:
    """A single value as text; nothing where it is none."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return ""


def table(content: object, name: str, wire: Wire) -> list[dict[str, object]]:
    """The list of objects under a name. Raises XinqiaoError (pull-shape) where there is none."""
    found = content.get(name) if isinstance(content, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise shapeless(wire)
    return found


def shapeless(wire: Wire) -> XinqiaoError:
    """The problem that an answer is not built as it is documented."""
    return refuse("pull-shape", source=wire.source)


def moment(told: object) -> datetime | None:
    """A moment as ISO 8601 writes it, in UTC where it names no zone; None where there is none."""
    if not isinstance(told, str):
        return None
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def day_here(at: datetime | None) -> date | None:
    """The day of a moment where this program runs."""
    return at.astimezone().date() if at else None


def settled(newest: datetime) -> str:
    """A cursor of moments: the day (UTC) before which nothing new can appear; no time of day is ever kept."""
    return (newest.astimezone(UTC) - OVERLAP).date().isoformat()


def behind(numbers: Iterable[int], before: int) -> int:
    """A cursor of numbers: the highest with at least BEHIND rows after it; `before` where so many were not read.

    Rows are counted and not numbers, for these have gaps.
    """
    found = sorted(numbers)
    return max(before, found[-BEHIND - 1]) if len(found) > BEHIND else before


def pair(secret: str, wire: Wire) -> tuple[str, str]:
    """User and password of a secret `USER:PASSWORD`. Raises XinqiaoError (pull-secret-pair)."""
    user, colon, password = secret.partition(":")
    if not (user and colon and password):
        raise refuse("pull-secret-pair", source=wire.source)
    return user, password
