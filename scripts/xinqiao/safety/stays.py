"""Whether what was told coarser in a school year is told finer again in it: read off the finished tables.

Apart from `coarsen`, which chooses; here nothing is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence

from xinqiao.core.form import Form
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import Measure
from xinqiao.safety.noise import school_year


def finer_again(form: Form, told: Sequence[Sequence[SafeTable]], tables: Sequence[SafeTable]) -> bool:
    """Whether a table of a summary with `coarsen` has finer dimensions or bands than one that it told this year.

    A table without weeks counts in every year.
    """
    may = {summary.name: form.coarser_by(summary) for summary in form.summaries if summary.coarsen}
    for table in (table for table in tables if table.name in may):
        year = school_year(table.period)
        for before in (known for release in told for known in release if known.name == table.name):
            if year is not None and school_year(before.period) not in (None, year):
                continue
            if _by(before) in may[table.name] and {*_by(table)} & ({*_asked(form, table)} - {*_by(before)}):
                return True
            bands = _bands(table)
            if any(into and bands.get(of, into) not in range(1, into + 1) for of, into in _bands(before).items()):
                return True
    return False


def _asked(form: Form, table: SafeTable) -> tuple[str, ...]:
    return next(summary.by for summary in form.summaries if summary.name == table.name)


def _by(table: SafeTable) -> tuple[str, ...]:
    return tuple(dimension.name for dimension in table.dimensions)


def _bands(table: SafeTable) -> dict[str, int]:
    """Scale → into how many coarser bands it is told; 0 for the finest ones."""
    known = (Measure.parse(text) for text in {cell.measure for cell in table.cells})
    return {measure.of: measure.into for measure in known if measure and measure.banded}
