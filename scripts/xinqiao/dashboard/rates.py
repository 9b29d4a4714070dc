"""How many of each unit answered: one bar a unit, in steps of 5 %, as a list that reads the same without its bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xinqiao.core.form import Form
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import TOTAL, MeasureKind
from xinqiao.dashboard.blocks import combinations, finest_levels, levels_label
from xinqiao.dashboard.choices import Bar
from xinqiao.dashboard.reading import Group, exact, measures
from xinqiao.dashboard.words import Words, text

MEASURE = str(MeasureKind.RATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The response rates of a table's groups; `about` says them in a sentence, `hidden` how many are gaps."""

    title: str
    about: str
    bars: tuple[Bar, ...]
    hidden: int


def rates(form: Form, tables: Sequence[SafeTable], say: Words) -> Iterator[Rates]:
    """For each table that parts a roster into groups and tells how many answered."""
    for table in exact(tables):
        if table.dimensions and any(measure.kind is MeasureKind.RATE for measure in measures(table)):
            groups = [group for levels in combinations(table) if (group := Group(form, table, levels)).has(MEASURE)]
            bars = [(_label(group, say), group.count(MEASURE)) for group in groups]
            parts = [bar for bar, group in zip(bars, groups, strict=True) if {*group.levels} != {TOTAL}]
            yield Rates(
                title=table.title[say.lang],
                about=_about(parts, say),
                bars=tuple(_bar(label, rate, say) for label, rate in bars),
                hidden=sum(rate is None for _, rate in bars),
            )


def _label(group: Group, say: Words) -> str:
    if {*group.levels} <= {TOTAL}:
        return text("table.all")[say.lang]
    dimensions = group.table.dimensions
    return levels_label(dimensions, finest_levels(dimensions, group.levels))[say.lang]


def _bar(label: str, rate: int | None, say: Words) -> Bar:
    amount = say("table.hidden") if rate is None else say("rates.about", rate=rate)
    return Bar(label=label, width=rate, amount=amount, hidden=rate is None)


def _about(parts: Sequence[tuple[str, int | None]], say: Words) -> str:
    """Where most and where fewest answered, of the groups shown."""
    shown = sorted((rate, label) for label, rate in parts if rate is not None)
    if not shown:
        return say("rates.none")
    least, most = shown[0][0], shown[-1][0]
    if least == most:
        return say("rates.same", rate=most)
    lowest = say("telling.then").join(label for rate, label in shown if rate == least)
    return say("rates.range", least=least, most=most, lowest=lowest)
