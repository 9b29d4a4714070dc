"""Packages that were never protected: the true tables of rows, with just the cells hidden that a test names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from making import release

from xinqiao.core.form import Form
from xinqiao.core.policy import Status
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import Cell, Corrected, SafeTable
from xinqiao.dashboard.package import write_package
from xinqiao.flows.audit import audit
from xinqiao.flows.outcome import Outcome

Key = tuple[tuple[str, ...], str, str]


def true_value(table: SafeTable, cell: Cell, rows: Sequence[ScoredRow]) -> int | Decimal | None:
    """What a cell of a table counts, from the rows; None for a mean of nobody."""
    names = [dimension.name for dimension in table.dimensions]
    inside = [
        row.row.values
        for row in rows
        if all(level in ("*", row.row.values[name]) for name, level in zip(names, cell.levels, strict=True))
    ]
    if cell.measure == "n":
        return len(inside)
    of = cell.measure[cell.measure.index("(") + 1 : -1]
    given = [answers[of] for answers in inside if answers[of] is not None]
    if cell.measure.startswith("n("):
        return len(given)
    if cell.measure.startswith("distribution"):
        return len(inside) - len(given) if cell.category == "_none" else given.count(cell.category)
    if len(given) < 10:
        return None
    mean = round(Fraction(sum(int(str(answer)) for answer in given), len(given)), 1 if len(given) >= 61 else 0)
    return Decimal(mean.numerator) / Decimal(mean.denominator)


def bare(of: Form, rows: Sequence[ScoredRow], hidden: Collection[Key]) -> list[SafeTable]:
    """The form's tables with nothing hidden but the named cells and what no policy lets through."""
    made = []
    for table in release(of, rows).tables[:-1]:
        values = {cell.key: true_value(table, cell, rows) for cell in table.cells}
        cells = []
        for cell in table.cells:
            value = values[cell.key]
            small = isinstance(value, int) and 1 <= value < table.policy.threshold
            gone = small or value is None or cell.key in hidden
            status = Status.SUPPRESSED if gone else Status.SHOWN
            cells.append(replace(cell, value=None if gone else value, status=status))
        made.append(replace(table, cells=tuple(cells)))
    return made


def packed(folder: Path, of: Form, tables: Sequence[SafeTable], corrected: Corrected | None = None) -> Path:
    write_package(folder, of, tables, {}, corrected=corrected)
    return folder


def audited(*folders: Path) -> Outcome:
    return audit(folders, lambda _: None)


def found(outcome: Outcome) -> list[tuple[str, dict[str, str], str, str]]:
    """The groups found: table, levels, measure, category."""
    listed = outcome.document["found"]
    if not isinstance(listed, list):
        raise TypeError("no list")
    return [(one["table"], one["levels"], one["measure"], one["category"]) for one in listed]


def unhidden(table: SafeTable, key: Key, value: int | Decimal) -> SafeTable:
    change: Callable[[Cell], Cell] = lambda cell: (  # noqa: E731
        replace(cell, value=value, status=Status.SHOWN) if cell.key == key else cell
    )
    return replace(table, cells=tuple(map(change, table.cells)))
