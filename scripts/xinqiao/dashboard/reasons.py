"""Why answers could not be used, in the words of the catalogue of problems."""

from __future__ import annotations

import string
from collections.abc import Iterator

from xinqiao.core.problem import catalogue
from xinqiao.core.question import NO_ANSWER
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import TOTAL
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.blocks import Block, Entry, Line, Part
from xinqiao.dashboard.words import text

MEASURE = "distribution(quarantined)"


def reason(code: str, count: int | None = None) -> Text:
    """What a problem code says happened; other words for an unknown code.

    Its `count` is filled in where it is shown; which question it was is not told here.
    """
    if code == NO_ANSWER:
        return text("quarantine.used")
    entry = catalogue().get(code)
    if entry is None:
        return text("quarantine.other")
    return Text({lang: _filled(entry.what[lang], count, lang) for lang in Lang})


def quarantine_block(table: SafeTable, *, whole: bool = False) -> Block:
    """The table of what was set aside, one row a reason; reasons that nobody met only in the `whole` table."""
    lines = tuple(_lines(table, whole=whole))
    return Block(
        title=text("page.quarantine"),
        about=text("quarantine.reason"),
        corner=text("quarantine.reason"),
        columns=(text("quarantine.count"),),
        parts=(Part(head=None, lines=lines),),
    )


def nothing_listed(table: SafeTable) -> Text | None:
    """What to say where the table names no reason with a count: none was set aside, or it is not told."""
    reasons = [cell for cell in table.cells if cell.measure == MEASURE and cell.category != NO_ANSWER]
    if any(cell.value != 0 for cell in reasons):
        return None
    came_in = table.cell((TOTAL,) * len(table.dimensions), "n")
    told = came_in is not None and came_in.value is not None
    return text("quarantine.none") if told else text("quarantine.untold")


def _lines(table: SafeTable, *, whole: bool) -> Iterator[Line]:
    everything = (TOTAL,) * len(table.dimensions)
    for cell in table.cells:
        if cell.levels != everything or cell.measure not in {"n", MEASURE}:
            continue
        if cell.measure == MEASURE and cell.value == 0 and not whole:
            continue
        count = cell.value if isinstance(cell.value, int) else None
        head = text("quarantine.came_in") if cell.measure == "n" else reason(cell.category, count)
        yield Line(head=head, entries=(Entry(value=cell.value, hidden=cell.value is None),))


def _filled(words: str, count: int | None, lang: Lang) -> str:
    some = text("quarantine.some")[lang]
    known = {"count": some if count is None else str(count)}
    parts = string.Formatter().parse(words)
    filled = "".join(before + ("" if field is None else known.get(field, "…")) for before, field, _, _ in parts)
    # Chinese leaves a blank beside a number, none beside a word.
    return filled.replace(f" {some} ", some).replace(f"{some} ", some) if lang is Lang.ZH else filled
