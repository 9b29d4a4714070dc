"""A whole pull: page by page into the store, the cursor moved only with the rows that it stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Protocol

from xinqiao.core.problem import XinqiaoError, refuse
from xinqiao.core.record import Envelope
from xinqiao.core.source import Source, System
from xinqiao.intake.arrivals import Arrival, Arrivals, Cursor, Names
from xinqiao.intake.pull import formbricks, kobo, limesurvey, odk, wenjuanxing
from xinqiao.intake.pull.row import Reader, Row
from xinqiao.intake.pull.wire import Wire

READERS: Mapping[System, Reader] = MappingProxyType({
    System.KOBO: kobo.read,
    System.ODK: odk.read,
    System.LIMESURVEY: limesurvey.read,
    System.FORMBRICKS: formbricks.read,
    System.WENJUANXING: wenjuanxing.read,
})  # fmt: skip

# In so many rows a question that everybody has to answer is called otherwise there, or is gone.
ENOUGH = 5
# What concerns one row alone; the others go on.
ASIDE = frozenset({"answers-too-long", "pull-unwritable"})


class Sealing(Protocol):
    """How rows become envelopes of the form that they belong to."""

    def knows(self, row: Row) -> bool:
        """Whether a row answers at least one of the form's questions."""
        ...

    def lacking(self, rows: Sequence[Row]) -> Sequence[str]:
        """The questions that everybody has to answer and that none of the rows has."""
        ...

    def seal(self, row: Row) -> Envelope:
        """Its sealed envelope. Raises XinqiaoError: answers-too-long, pull-unwritable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """How many rows were read, how many of them were new here, and how many were left there, by problem code."""

    read: int
    new: int
    aside: Mapping[str, int]


def pull(
    source: Source, secret: str, wire: Wire, store: Arrivals, sealing: Sealing, progress: Callable[[int, int], None]
) -> Pulled:
    """Reads a source to its end and keeps what is new, sealed; `progress` is told rows read and new after each page.

    Where it breaks off, what was kept stays, and the next pull begins where the cursor stands. Raises XinqiaoError:
    pull-cursor-foreign, pull-form-differs, pull-question-lacks, the codes of Wire.ask and of the reader, and as the
    store does.
    """
    cursor = store.cursor(source.name, source.bound)
    seen: set[Names] = set()
    aside: dict[Names, str] = {}
    new = 0
    for page in READERS[source.system](source, secret, wire, cursor):
        rows = {_names(store, source, row): row for row in page.rows}
        if not seen and any(row.cells for row in page.rows) and not any(map(sealing.knows, page.rows)):
            raise refuse("pull-form-differs", source=source.name, form=source.form)
        seen |= rows.keys()
        fresh = {names: rows[names] for names in store.fresh(rows)}
        if len(fresh) >= ENOUGH and (lacking := sealing.lacking([*fresh.values()])):
            raise refuse("pull-question-lacks", source=source.name, fields=", ".join(lacking))
        arrivals = _sealed(fresh, sealing, aside)
        moved = Cursor(source=source.name, bound=source.bound, position=page.cursor) if page.cursor else None
        again = store.partly(rows)
        if arrivals or moved or again:
            new += store.take(arrivals, moved, again)
        progress(len(seen), new)
    return Pulled(read=len(seen), new=new, aside=MappingProxyType(Counter(aside.values())))


def _names(store: Arrivals, source: Source, row: Row) -> Names:
    return tuple(store.key(source.bound, name) for name in (row.id, row.exported) if name)


def _sealed(rows: Mapping[Names, Row], sealing: Sealing, aside: dict[Names, str]) -> list[Arrival]:
    """An arrival for each row, by day; within a day in the order of their keys, which does not tell the order there."""
    arrivals = []
    for names in sorted(rows, key=lambda names: (rows[names].day or date.max, names)):
        try:
            arrivals.append(Arrival(names=names, envelope=sealing.seal(rows[names])))
        except XinqiaoError as error:
            code = error.problems[0].code
            if code not in ASIDE:
                raise
            aside[names] = code
    return arrivals
