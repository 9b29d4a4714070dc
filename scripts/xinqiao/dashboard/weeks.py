"""Weeks, or blocks of four, as a line: a gap where a figure is hidden, and limits of what chance makes of it.

Positions across are per cent of the width, so that the line keeps its order from 320 to 1280 px. The tables of
the page hold the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from xinqiao.core.form import Form
from xinqiao.core.question import NO_ANSWER
from xinqiao.core.safe import Level, SafeTable
from xinqiao.core.summary import FOUR_WEEKS, TOTAL, WEEK, Measure, MeasureKind
from xinqiao.dashboard.blocks import combinations, finest_levels, levels_label
from xinqiao.dashboard.limits import FEWEST_WEEKS, Limits, run_limits, share_limits
from xinqiao.dashboard.naming import measure_label
from xinqiao.dashboard.reading import Group, Share, exact, measures
from xinqiao.dashboard.words import Words

HEIGHT, TOP, BOTTOM = 150, 24, 120
LEFT, RIGHT = 4.0, 96.0
# With more weeks than this their figures would run into each other; the table has them all.
MOST_MARKS = 12
# More small lines than this nobody compares, and one of fewer weeks shows nothing.
MOST_GROUPS, FEWEST_IN_GROUP = 12, 3
# Steps of time, and under what name their words are kept.
STEPS = {WEEK: "weeks", FOUR_WEEKS: "four_weeks"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One week or block of four: `x` in per cent, `y` in px, None where its figure is hidden; `out` of the usual."""

    x: float
    y: float | None
    mark: str
    tip: str
    out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A level piece of a limit: `begin` and `end` in per cent, `y` in px."""

    begin: float
    end: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """The weeks of one figure in order; `first` and `last` stand below the line's ends, `about` says it in words.

    desc: what is drawn, for screen readers. out: which weeks are beyond the usual.
    """

    number: int
    title: str
    about: str
    desc: str
    out: tuple[str, ...]
    points: tuple[Point, ...]
    limits: tuple[Stretch, ...]
    first: str
    last: str
    hidden: bool

    @property
    def stretches(self) -> tuple[tuple[Point, Point], ...]:
        """The parts of the line: from each week to the next where both are shown."""
        pairs = zip(self.points, self.points[1:], strict=False)
        return tuple((one, two) for one, two in pairs if one.y is not None and two.y is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A figure of one group in order of time, shares as parts of one; None where hidden.

    title: which figure it is. step: its dimension of time.
    """

    label: str
    title: str
    step: str
    levels: tuple[Level, ...]
    values: tuple[Fraction | None, ...]
    shares: tuple[Share | None, ...] = ()

    @property
    def told(self) -> int:
        """How many weeks are shown."""
        return sum(value is not None for value in self.values)

    def called(self, label: str) -> Series:
        """The same figure under another label."""
        return Series(
            label=label,
            title=self.title,
            step=self.step,
            levels=self.levels,
            values=self.values,
            shares=self.shares,
        )

    def words(self, value: Fraction) -> str:
        """A value as people read it."""
        if self.shares:
            return f"{math.floor(100 * value + Fraction(1, 2))}%"
        return str(value) if value.denominator == 1 else f"{float(value):.1f}"


def weeks(form: Form, tables: Sequence[SafeTable], say: Words) -> tuple[Weeks, ...]:
    """A line for how many answered, for each Likert item and each mean, of tables by week and nothing else."""
    found = [
        one
        for table in exact(tables)
        if len(table.dimensions) == 1 and _step(table)
        for one in _series(form, table, (), say)
        if len(one.levels) > 1 and (one.told or not one.shares)
    ]
    return tuple(_line(at, one, say) for at, one in enumerate(found, start=1))


def unusual(lines: Sequence[Weeks], say: Words) -> tuple[str, ...]:
    """Which lines have weeks beyond the usual, or that none has; nothing where no line has limits."""
    found = [say("weeks.beyond", title=one.title, weeks=say("telling.then").join(one.out)) for one in lines if one.out]
    return (*found, *([say("weeks.all_usual")] if not found and any(one.limits for one in lines) else []))


def small_lines(
    form: Form, tables: Sequence[SafeTable], say: Words, *, first: int
) -> Iterator[tuple[str, list[Weeks]]]:
    """For each table of groups by week its title and a small line a group, all on one scale.

    Where there are many groups, those that are told of most weeks. first: the number of the first line.
    """
    number = first
    for table in exact(tables):
        if not _step(table) or len(table.dimensions) == 1:
            continue
        found = [one for group in _groups(table) if (one := _of_group(form, table, group, say))]
        kept = sorted(found, key=lambda one: -one.told)[:MOST_GROUPS]
        if len(kept) > 1:
            most = max(value for one in kept for value in one.values if value is not None)
            title = say("table.caption", title=table.title[say.lang], part=kept[0].title)
            yield title, [_line(number + at, one, say, most=most) for at, one in enumerate(kept)]
            number += len(kept)


def _step(table: SafeTable) -> str:
    """The dimension of time of a table; empty where it has none."""
    return next((name for name in STEPS if name in [dimension.name for dimension in table.dimensions]), "")


def _groups(table: SafeTable) -> list[tuple[str, ...]]:
    """The groups of a table without their weeks, and without everybody."""
    at = [dimension.name for dimension in table.dimensions].index(_step(table))
    groups = dict.fromkeys(levels[:at] + levels[at + 1 :] for levels in combinations(table))
    return [group for group in groups if NO_ANSWER not in group and {*group} != {TOTAL}]


def _of_group(form: Form, table: SafeTable, group: tuple[str, ...], say: Words) -> Series | None:
    """The line of one group: its first Likert item, else how many answered; None where too few weeks are shown."""
    found = list(_series(form, table, group, say))
    chosen = next((one for one in found if one.shares), found[0] if found else None)
    if chosen is None or chosen.told < FEWEST_IN_GROUP:
        return None
    others = [dimension for dimension in table.dimensions if dimension.name != chosen.step]
    return chosen.called(levels_label(others, finest_levels(others, group))[say.lang])


def _series(form: Form, table: SafeTable, group: tuple[str, ...], say: Words) -> Iterator[Series]:
    """What a table tells week by week of one group: how many answered, positive shares, means."""
    step = _step(table)
    at = [dimension.name for dimension in table.dimensions].index(step)
    levels = tuple(level for level in table.dimensions[at].levels if level.name != NO_ANSWER)
    weekly = [Group(form, table, (*group[:at], level.name, *group[at:])) for level in levels]
    for measure in measures(table):
        name = measure_label(form, measure.of)[say.lang] if measure.of else say("table.respondents")
        if measure.kind is MeasureKind.DISTRIBUTION and not measure.banded:
            found = [one.distribution(measure) if one.has(str(measure)) else None for one in weekly]
            likert = next((one for one in found if one and one.likert), None)
            if likert is None:
                continue
            names = [answer.name for answer in likert.positive]
            shares = [one.share(names) if one else None for one in found]
            shares = [share if share and share.percent is not None else None for share in shares]
            labels = say.choices(answer.label for answer in likert.positive[::-1])
            title = say("weeks.positive", label=name, labels=labels)
            values = tuple(Fraction(share.count, share.base) if share else None for share in shares)
            yield Series(label=title, title=title, step=step, levels=levels, values=values, shares=tuple(shares))
        elif measure.kind is MeasureKind.MEAN or measure == Measure(kind=MeasureKind.N):
            title = say("weeks.mean", label=name) if measure.of else name
            shown = [one.value(str(measure)) for one in weekly]
            values = tuple(None if value is None else Fraction(value) for value in shown)
            yield Series(label=title, title=title, step=step, levels=levels, values=values)


def _limits(one: Series) -> list[Limits | None]:
    """Each week's limits: of a share by how many answered that week, of all else the same for every week."""
    if not one.shares:
        return [run_limits(one.values)] * len(one.values)
    shown = [share for share in one.shares if share]
    if len(shown) < FEWEST_WEEKS:
        return [None] * len(one.values)
    everybody = Share(count=sum(share.count for share in shown), base=sum(share.base for share in shown))
    return [share_limits(everybody, share.base) if share else None for share in one.shares]


def _line(number: int, one: Series, say: Words, *, most: Fraction = Fraction(0)) -> Weeks:
    """One line as it is drawn; most: the greatest value of all lines on its scale."""
    limits = _limits(one)
    shown = [float(value) for value in one.values if value is not None]
    top = max([*shown, float(most), *(limit.high for limit in limits if limit and not most)]) or 1.0
    points = tuple(_point(one, place, limits[place], top, say) for place in range(len(one.levels)))
    out = tuple(level.label[say.lang] for level, point in zip(one.levels, points, strict=True) if point.out)
    return Weeks(
        number=number,
        title=one.label,
        about=_about(one, limits, out, say),
        desc=say(f"{STEPS[one.step]}.desc"),
        out=out,
        points=points,
        limits=() if most else tuple(_stretches(points, limits, top)),
        first=one.levels[0].label[say.lang],
        last=one.levels[-1].label[say.lang],
        hidden=None in one.values,
    )


def _point(one: Series, place: int, limit: Limits | None, top: float, say: Words) -> Point:
    value = one.values[place]
    words = say("table.hidden") if value is None else one.words(value)
    return Point(
        x=round(LEFT + (RIGHT - LEFT) * place / max(len(one.levels) - 1, 1), 2),
        y=None if value is None else _height(float(value), top),
        mark=("×" if value is None else words) if len(one.levels) <= MOST_MARKS else "",
        tip=f"{one.levels[place].label[say.lang]}: {words}",
        out=value is not None and limit is not None and not limit.holds(float(value)),
    )


def _height(value: float, top: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * value / top, 1)


def _stretches(points: Sequence[Point], limits: Sequence[Limits | None], top: float) -> Iterator[Stretch]:
    """The limits as level pieces, each as wide as a week; neighbours at the same height are one."""
    half = (RIGHT - LEFT) / max(len(points) - 1, 1) / 2
    for side in ("low", "high"):
        begin, end, height = 0.0, 0.0, -1.0
        for point, limit in zip(points, limits, strict=True):
            at = -1.0 if limit is None else _height(getattr(limit, side), top)
            if at != height:
                if height >= 0:
                    yield Stretch(begin=round(begin, 2), end=round(end, 2), y=height)
                begin, height = max(point.x - half, 0.0), at
            end = min(point.x + half, 100.0)
        if height >= 0:
            yield Stretch(begin=round(begin, 2), end=round(end, 2), y=height)


def _about(one: Series, limits: Sequence[Limits | None], out: Sequence[str], say: Words) -> str:
    """The last week that is shown, and which weeks are out of the usual."""
    step = STEPS[one.step]
    if not one.told:
        return say(f"{step}.none")
    place = max(at for at, value in enumerate(one.values) if value is not None)
    last = one.values[place]
    shown = one.words(last) if last is not None else ""
    said = say(f"{step}.last", week=one.levels[place].label[say.lang], value=shown)
    if not any(limits):
        return f"{said}{say(f'{step}.few', least=FEWEST_WEEKS)}"
    if not out:
        return f"{said}{say(f'{step}.usual')}"
    return f"{said}{say('weeks.out', weeks=say('telling.then').join(out))}"
