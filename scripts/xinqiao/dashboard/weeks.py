"""How many answers came week by week, as a line: a gap where a week's figure is hidden. The table below says the same.

Positions across are per cent of the width, so that the line keeps its order from 320 to 1280 px.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xinqiao.core.question import NO_ANSWER
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import TOTAL, WEEK
from xinqiao.core.text import Lang
from xinqiao.dashboard.reading import exact
from xinqiao.dashboard.words import Words

HEIGHT, TOP, BOTTOM = 150, 24, 120
LEFT, RIGHT = 4.0, 96.0
# With more weeks than this their figures would run into each other; the table has them all.
MOST_MARKS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One week: `x` in per cent, `y` in px, None where its figure is hidden."""

    x: float
    y: float | None
    mark: str
    tip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """The weeks of one table in order; `first` and `last` are what stands below the line's ends."""

    number: int
    title: str
    points: tuple[Point, ...]
    first: str
    last: str
    hidden: bool

    @property
    def stretches(self) -> tuple[tuple[Point, Point], ...]:
        """The parts of the line: from each week to the next where both are shown."""
        pairs = zip(self.points, self.points[1:], strict=False)
        return tuple((one, two) for one, two in pairs if one.y is not None and two.y is not None)


def weeks(tables: Sequence[SafeTable], lang: Lang) -> tuple[Weeks, ...]:
    """A line for each table that counts answers by week and by nothing else."""
    weekly = [t for t in exact(tables) if [d.name for d in t.dimensions] == [WEEK] and t.cell((TOTAL,), "n")]
    return tuple(line for at, table in enumerate(weekly, start=1) if (line := _line(at, table, lang)))


def _line(number: int, table: SafeTable, lang: Lang) -> Weeks | None:
    say = Words(lang)
    levels = [level for level in table.dimensions[0].levels if level.name != NO_ANSWER]
    if len(levels) < 2:
        return None
    counts = [cell.value if (cell := table.cell((level.name,), "n")) else None for level in levels]
    most = max((int(count) for count in counts if count is not None), default=0)
    points = []
    for at, (level, count) in enumerate(zip(levels, counts, strict=True)):
        words = say("table.hidden") if count is None else str(count)
        points.append(
            Point(
                x=round(LEFT + (RIGHT - LEFT) * at / (len(levels) - 1), 2),
                y=None if count is None else round(BOTTOM - (BOTTOM - TOP) * int(count) / max(most, 1), 1),
                mark=("×" if count is None else words) if len(levels) <= MOST_MARKS else "",
                tip=f"{level.label[lang]}: {words}",
            )
        )
    return Weeks(
        number=number,
        title=table.title[lang],
        points=tuple(points),
        first=levels[0].label[lang],
        last=levels[-1].label[lang],
        hidden=None in counts,
    )
