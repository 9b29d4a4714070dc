"""The inbox's words in both languages; moments and spans of time as people say them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from xinqiao.core.occasion import BEIJING, MONTHS
from xinqiao.core.text import Lang, Text

TEMPLATES = Path(__file__).resolve().parents[1] / "templates" / "care"


@cache
def _entries() -> dict[str, Text]:
    raw = tomllib.loads((TEMPLATES / "words.toml").read_text(encoding="utf-8"))
    return {f"{group}.{key}": Text(words) for group, entries in raw.items() for key, words in entries.items()}


@dataclass(frozen=True, slots=True)
class Words:
    """The room's words in one language."""

    lang: Lang

    def __call__(self, key: str, /, **params: str | int) -> str:
        """The words of a key with its parameters filled in; KeyError where there are none."""
        return _entries()[key][self.lang].format(**params)

    def moment(self, at: datetime) -> str:
        """A moment in Beijing time, to the minute."""
        here = at.astimezone(BEIJING)
        if self.lang is Lang.ZH:
            return f"{here.month}月{here.day}日 {here:%H:%M}"
        return f"{here.day} {MONTHS[here.month - 1]}, {here:%H:%M}"

    def span(self, span: timedelta) -> str:
        """A span of time in the unit that fits it, rounded down: minutes below 2 hours, days from 2 days on."""
        minutes = int(abs(span).total_seconds() // 60)
        if minutes < 120:
            return self("clock.minutes", count=minutes)
        if minutes < 2 * 24 * 60:
            return self("clock.hours", count=minutes // 60)
        return self("clock.days", count=minutes // (24 * 60))
