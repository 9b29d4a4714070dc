"""Levels of dimensions: declared ones as they stand, typed ones from the data, small ones merged.

That a typed level is listed tells that somebody is in it, and a rare text may be something a person
typed about herself. So texts of fewer than k respondents become one level before anything is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from xinqiao.core.form import Form
from xinqiao.core.problem import Place, refuse
from xinqiao.core.question import NO_ANSWER, Kind
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import Dimension, Level, SafeTable
from xinqiao.core.summary import FOUR_WEEKS, TOTAL, WEEK, four_weeks
from xinqiao.core.text import Text
from xinqiao.safety.variable import may_lack

OTHER = "_other"
NOT_ANSWERED = Text.of(zh="未回答", en="No answer")
SMALL_GROUPS = Text.of(zh="其他（人数较少）", en="Other (small groups)")
DATES = (WEEK, FOUR_WEEKS)
# What means something else in a table, and how a person who typed just that is written.
RESERVED = {TOTAL: "＊", NO_ANSWER: "＿none", OTHER: "＿other"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The rows of this release and those that earlier releases were made of, with what these published."""

    rows: Sequence[ScoredRow] = field(repr=False)
    before: Sequence[ScoredRow] = field(default=(), repr=False)
    published: Sequence[SafeTable] = ()


def level_of(row: ScoredRow, name: str) -> str:
    """The level of a dimension that a row belongs to, before small ones are merged."""
    value = row.row.values.get(name)
    if name == FOUR_WEEKS and value is None and (week := row.row.values.get(WEEK)):
        value = four_weeks(str(week))
    text = "" if value is None else str(value).strip()
    return RESERVED.get(text, text) if text else NO_ANSWER


def place(listed: frozenset[str], level: str) -> str:
    """The level under which a table counts a row: its own, or the merged one where it is not listed."""
    return OTHER if OTHER in listed and level not in listed else level


def dimension(form: Form, name: str, seen: Seen, k: int) -> Dimension:
    """A dimension with all its levels; typed ones of fewer than `k` respondents are merged into `_other`.

    Raises XinqiaoError (dimension-several, release-new-levels).
    """
    question = form.question(name)
    if question.kind is Kind.SELECT_MULTIPLE:
        raise refuse("dimension-several", Place(question=name), name=name)
    published = [d for t in seen.published for d in t.dimensions if d.name == name]
    told = {level.name: level for d in published for level in d.levels}
    blank = any(level.name == NO_ANSWER for d in _dated(seen) for level in d.levels) if name in DATES else False
    lacking = (
        may_lack(question) or blank or NO_ANSWER in told or any(level_of(row, name) == NO_ANSWER for row in seen.rows)
    )
    if question.choices:
        levels = {choice.name: Level(name=choice.name, label=choice.label) for choice in question.choices}
        levels = {**levels, **{name: level for name, level in told.items() if name not in levels}}
    elif name in DATES:
        weeks = _weeks(_spoken_of(seen))
        levels = {when: _when(when) for when in (weeks if name == WEEK else map(four_weeks, weeks))}
    else:
        levels = {level: _typed(level) for level in _typed_levels(name, seen, told, k)}
    levels.pop(NO_ANSWER, None)
    if lacking:
        levels[NO_ANSWER] = Level(name=NO_ANSWER, label=NOT_ANSWERED)
    parent = form.parent(name) or next((d.parent for d in published if d.parent), "")
    within = form.lineage(name)
    if name == WEEK:
        parent, within = FOUR_WEEKS, {week: four_weeks(week) for week in levels if week != NO_ANSWER}
    placed = [_placed(level, told.get(level.name), within) for level in levels.values()] if parent else levels.values()
    return Dimension(name=name, label=question.label, levels=tuple(placed), parent=parent)


def _placed(level: Level, told: Level | None, within: Mapping[str, str]) -> Level:
    """A level with the coarser one in which it lies: who gave no answer gave none there either."""
    if level.name == NO_ANSWER:
        return replace(level, parent=NO_ANSWER)
    return replace(level, parent=within.get(level.name) or (told.parent if told else ""))


def rooted(dimensions: Sequence[Dimension], published: Sequence[SafeTable]) -> tuple[Dimension, ...]:
    """The dimensions with their hierarchies, which must be those of every earlier table.

    A coarser dimension that no table is grouped by is left out. Raises XinqiaoError (release-form-changed).
    """
    over = {known.name: {level.name: level.parent for level in known.levels} for known in dimensions}
    for table in published:
        for known in table.dimensions:
            if any(level.parent and over[known.name][level.name] != level.parent for level in known.levels):
                raise refuse("release-form-changed", Place(question=known.name), table=table.name)
    for known in dimensions:
        if known.parent in over and {*over[known.name].values()} != {*over[known.parent]}:
            raise refuse("release-form-changed", Place(question=known.name), table=known.name)
    return tuple(known if known.parent in over else _rootless(known) for known in dimensions)


def _rootless(known: Dimension) -> Dimension:
    return replace(known, parent="", levels=tuple(replace(level, parent="") for level in known.levels))


def _dated(seen: Seen) -> list[Dimension]:
    """The dimensions of time that were published."""
    return [known for table in seen.published for known in table.dimensions if known.name in DATES]


def _spoken_of(seen: Seen) -> set[str]:
    """The weeks of rows and of tables; of four weeks those that have begun, as far as that is known."""
    weeks = {level_of(row, WEEK) for row in seen.rows} - {NO_ANSWER}
    last = max(weeks, default="")
    for level in {level.name for known in _dated(seen) for level in known.levels} - {NO_ANSWER}:
        inside = [*_weeks(level.split("/"))]
        weeks |= {week for week in inside if week <= last} or {*inside}
    return weeks


def _weeks(seen: Iterable[str]) -> Iterator[str]:
    """Every ISO week from the first to the last, so that its being listed tells nothing of a week between them."""
    known = sorted({*seen} - {NO_ANSWER})
    if not known:
        return
    day = _monday(known[0])
    while day <= _monday(known[-1]):
        yield f"{day.isocalendar().year:04}-W{day.isocalendar().week:02}"
        day += timedelta(weeks=1)


def _monday(week: str) -> date:
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def _when(weeks: str) -> Level:
    """A week, or four."""
    year, first, last = weeks[:4], int(weeks[6:8]), int(weeks[-2:])
    if first == last:
        return Level(name=weeks, label=Text.of(zh=f"{year} 年第 {first} 周", en=f"Week {first}, {year}"))
    return Level(name=weeks, label=Text.of(zh=f"{year} 年第 {first}–{last} 周", en=f"Weeks {first}–{last}, {year}"))


def _typed(level: str) -> Level:
    return Level(name=level, label=SMALL_GROUPS if level == OTHER else Text.of(zh=level, en=level))


def _typed_levels(name: str, seen: Seen, told: Mapping[str, Level], k: int) -> list[str]:
    """The typed levels that are listed, by name, `_other` last.

    A level that was listed stays, one that was merged stays merged: else two releases, subtracted, would
    give away what the first one merged. `_other` has k respondents or more, so that its being there tells
    nothing; only where no text at all has so many it stands alone, whether anybody is in it or not.
    """
    sizes = Counter(level_of(row, name) for row in seen.rows)
    del sizes[NO_ANSWER]
    told_texts = set(told) - {NO_ANSWER, OTHER}
    merged_before = {level_of(row, name) for row in seen.before} - told_texts if told else set()
    fresh = sorted(
        (level for level, size in sizes.items() if size >= k and level not in told_texts | merged_before),
        key=lambda level: (sizes[level], level),
    )
    listed = told_texts | set(fresh)
    others = sum(size for level, size in sizes.items() if level not in listed)
    while 0 < others < k and fresh and OTHER not in told:
        smallest = fresh.pop(0)
        listed.remove(smallest)
        others += sizes[smallest]
    if told and OTHER not in told and 0 < others < k:
        raise refuse("release-new-levels", Place(question=name), name=name, needed=k)
    alone = not listed and not told
    return [*sorted(listed), *([OTHER] if others or alone or OTHER in told else [])]
