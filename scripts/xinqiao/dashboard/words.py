"""The room's words in both languages, and periods, shares and file sizes as people say them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from xinqiao.core.occasion import MONTHS
from xinqiao.core.text import Lang, Text

TEMPLATES = Path(__file__).resolve().parents[1] / "templates" / "dashboard"
SINGLE = {"“": "‘", "”": "’"}
UNITS = ((1_000_000, "MB"), (1_000, "KB"))


@cache
def _entries() -> dict[str, Text]:
    files = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(TEMPLATES.glob("*.toml"))]
    return {
        f"{group}.{key}": Text(words)
        for raw in files
        for group, entries in raw.items()
        for key, words in entries.items()
    }


def text(key: str) -> Text:
    """The words of a key such as `table.count` in every language; KeyError where there are none."""
    return _entries()[key]


@dataclass(frozen=True, slots=True)
class Words:
    """The room's words in one language."""

    lang: Lang

    def __call__(self, key: str, **params: str | int) -> str:
        """The words of a key, its parameters filled in."""
        return _nested(text(key)[self.lang].format(**params))

    def choices(self, labels: Iterable[Text]) -> str:
        """Labels as alternatives: “A” or “B”."""
        quoted = [f"“{label[self.lang]}”" for label in labels]
        last = {Lang.ZH: "或", Lang.EN: " or "}[self.lang]
        comma = {Lang.ZH: "、", Lang.EN: ", "}[self.lang]
        return last.join([comma.join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)

    def period(self, period: str) -> str:
        """An ISO week, or two joined by `/`, as the days from its first to its last."""
        if not period:
            return self("made.period_none")
        first, _, last = period.partition("/")
        begin, end = _day(first, 1), _day(last or first, 7)
        weeks = self._weeks(first, last)
        if self.lang is Lang.ZH:
            year = f"{end.year} 年 " if end.year != begin.year else ""
            return f"{begin.year} 年 {begin.month} 月 {begin.day} 日至 {year}{end.month} 月 {end.day} 日（{weeks}）"
        year = f" {begin.year}" if end.year != begin.year else ""
        return f"{begin.day} {MONTHS[begin.month - 1]}{year} to {end.day} {MONTHS[end.month - 1]} {end.year} ({weeks})"

    def _weeks(self, first: str, last: str) -> str:
        if last and last[:4] != first[:4]:
            return f"{first} – {last}"
        numbers = "–".join(str(int(week[6:])) for week in (first, last) if week)
        return f"第 {numbers} 周" if self.lang is Lang.ZH else f"week{'s' if last else ''} {numbers}"

    def size(self, count: int) -> str:
        """A number of bytes as people say it, rounded up."""
        for unit, name in UNITS:
            if count >= unit:
                return f"{-(-count // unit)} {name}"
        return f"{count} B"


def _nested(words: str) -> str:
    """Quotation marks within quotation marks become single ones (GB/T 15834-2011, 4.8); others stay."""
    depth, marks = 0, []
    for mark in words:
        closed = mark == "”" and depth
        depth -= bool(closed)
        marks.append(SINGLE.get(mark, mark) if depth % 2 else mark)
        depth += mark == "“"
    # Who opens what nobody closes means something else by it.
    return words if depth else "".join(marks)


def _day(week: str, weekday: int) -> date:
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), weekday)
