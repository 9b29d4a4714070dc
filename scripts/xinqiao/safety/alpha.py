"""Cronbach's alpha of a scale, exact from whole numbers, and when it may be told.

alpha = I / (I − 1) · (1 − Σ item variances / variance of the totals) over the rows that answered every item.
Source: Cronbach 1951, doi:10.1007/BF02310555. It ties the variance of the scale to those of its items; as no
table tells of an item (the form sees to it), it leaves the scale's own scores as open as they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy, Status
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.core.scale import Scale
from xinqiao.core.summary import Measure, MeasureKind

# Since alpha was last told, so many have come with all items answered, or it is not told again.
NEWCOMERS = 10
Told = Sequence[tuple[Sequence[ScoredRow], Sequence[SafeTable]]]


def alphas(form: Form, rows: Sequence[ScoredRow], earlier: Told, policy: Policy) -> Mapping[str, Decimal]:
    """Measure → alpha, of those that the form asks for and that may be told.

    earlier: of each earlier release the rows and the tables. policy: the strictest under which alpha is told.
    """
    asked = {m for summary in form.summaries for m in summary.measures if m.kind is MeasureKind.ALPHA}
    found: dict[str, Decimal] = {}
    for measure in asked:
        scale = form.scale(measure.of)
        complete = _complete(form, scale, rows)
        before = [len(_complete(form, scale, past)) for past, tables in earlier if _told(tables, str(measure))]
        new = len(complete) - max(before, default=0)
        if len(complete) < policy.alpha_from or _items_told(scale, earlier) or new < max(NEWCOMERS, policy.threshold):
            continue
        if (value := alpha(complete)) is not None:
            found[str(measure)] = value
    return found


def _items_told(scale: Scale, earlier: Told) -> bool:
    """Whether an earlier table told of a single item, as today's form may no longer do."""
    texts = {cell.measure for _, tables in earlier for table in tables for cell in table.cells}
    names = {name for text in texts if (known := Measure.parse(text)) for name in known.names}
    return bool(names & {*scale.items})


def alpha(rows: Sequence[Sequence[int]]) -> Decimal | None:
    """Alpha to two decimals, half to even; None where all totals are the same. Rows: a score an item."""
    items = len(rows[0])
    apart = _spread([sum(scores) for scores in rows])
    if not apart:
        return None
    within = sum(_spread([scores[at] for scores in rows]) for at in range(items))
    rounded = round(Fraction(items, items - 1) * (1 - Fraction(within, apart)), 2)
    return Decimal(rounded.numerator) / Decimal(rounded.denominator)


def _spread(values: Sequence[int]) -> int:
    """Variance times n (n − 1), in whole numbers."""
    return len(values) * sum(value * value for value in values) - sum(values) ** 2


def _told(tables: Sequence[SafeTable], measure: str) -> bool:
    return any(cell.measure == measure and cell.status is Status.SHOWN for table in tables for cell in table.cells)


def _complete(form: Form, scale: Scale, rows: Sequence[ScoredRow]) -> list[list[int]]:
    """The scores of every item, for each row that has them all; a reversed item's with its sign turned."""
    signs = {name: -1 if name in scale.reversed_items else 1 for name in scale.items}
    scores = {
        name: {choice.name: choice.score for choice in form.question(name).choices if choice.score is not None}
        for name in scale.items
    }
    found = []
    for row in rows:
        values = [row.row.values.get(name) for name in scale.items]
        given = [
            scores[name].get(value) if isinstance(value, str) else value
            for name, value in zip(scale.items, values, strict=True)
        ]
        known = [value for value in given if isinstance(value, int)]
        if len(known) == len(given):
            found.append([signs[name] * value for name, value in zip(scale.items, known, strict=True)])
    return found
