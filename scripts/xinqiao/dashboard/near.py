"""What a table says of itself: how far rounded or noisy counts may lie from the true ones, or how coarse it is."""

from __future__ import annotations

import math

from xinqiao.core.form import Form
from xinqiao.core.policy import as_decimal
from xinqiao.core.question import NO_ANSWER
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import Measure, MeasureKind
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.coarser import coarser_words
from xinqiao.dashboard.naming import is_several
from xinqiao.dashboard.reading import measures
from xinqiao.dashboard.words import Words

# 19 of 20 noisy counts are less than so many times the noise's scale from the true one: 2 a^t / (1 + a) <= 1/20.
MOSTLY = 3


def near_words(form: Form, table: SafeTable) -> Text | None:
    """What the counts of a table are where they are not the true ones, or in which coarser groups; else None."""
    if table.policy.rounding:
        return Text({lang: Words(lang)("near.rounded", base=table.policy.rounding) for lang in Lang})
    if table.policy.epsilon:
        epsilon, reach = as_decimal(table.policy.epsilon), _reach(form, table)
        key = "near.noisy_weeks" if table.dimensions else "near.noisy"
        return Text({lang: Words(lang)(key, epsilon=epsilon, reach=reach) for lang in Lang})
    return coarser_words(form, table)


def _reach(form: Form, table: SafeTable) -> int:
    """Within how many of the true count a noisy one mostly lies, by the measure with most noise."""
    asked = measures(table)
    touched = max(_touched(form, table, measure) for measure in asked)
    return math.ceil(MOSTLY * touched * len(asked) / table.policy.epsilon)


def _touched(form: Form, table: SafeTable, measure: Measure) -> int:
    """How many counts of a measure one answer is in."""
    if measure.kind is not MeasureKind.DISTRIBUTION or not is_several(form, measure.of):
        return 1
    return len({cell.category for cell in table.cells if cell.measure == str(measure)} - {NO_ANSWER})
