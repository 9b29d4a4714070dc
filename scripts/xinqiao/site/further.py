"""What there is to read on after a self-check: a few articles, those first that say they fit its result."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xinqiao.core.text import Lang, Text
from xinqiao.site.all_pages import PAGE
from xinqiao.site.article import is_draft
from xinqiao.site.source import FRONT_MATTER, Notes, front_matter

# More would be a list to look through, for somebody who has just read their result.
SHOWN = 6
ALL = Text.of(zh="全部文章", en="All articles")
WRITTEN_ON = re.compile(r"^written_on:\s*['\"]?(\d{4}-\d\d-\d\d)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """An article by its title and address (below the language's folder), and the self-checks that it fits."""

    title: str
    address: str
    written_on: date
    self_checks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The articles of one language, the newest first, and the way to the list of all."""

    articles: tuple[Further, ...]
    rest: tuple[str, str]

    def fitting(self, form: str) -> Sequence[tuple[str, str]]:
        """Titles and addresses of six at most, those that fit this self-check first; then the way to all of them."""
        found = sorted(self.articles, key=lambda one: form not in one.self_checks)[:SHOWN]
        return [*((one.title, one.address) for one in found), *([self.rest] if found else ())]


def shelf(project: Path, lang: Lang) -> Shelf:
    """The published articles of a language. What is wrong with one is told by the checks; here it is left out."""
    folder = project / "docs" / lang.value
    found = [one for path in sorted((folder / "learn").glob("*.md")) if (one := _read(path))]
    found.sort(key=lambda one: one.written_on, reverse=True)
    listed = any((folder / name).is_file() for name in ("learn.md", "learn/index.md"))
    return Shelf(articles=tuple(found), rest=(ALL[lang], "learn/" if listed else f"{PAGE.removesuffix('.md')}/"))


def _read(path: Path) -> Further | None:
    source = path.read_text(encoding="utf-8-sig")
    head = FRONT_MATTER.match(source)
    title = next((line.removeprefix("# ") for line in source.splitlines() if line.startswith("# ")), "")
    written = WRITTEN_ON.search(head["inner"]) if head else None
    if not title or written is None or is_draft(source):
        return None
    try:
        day = date.fromisoformat(written[1])
    except ValueError:
        return None
    # Reading YAML takes its time, and most articles name none.
    checks = _self_checks(source) if head and "self_checks" in head["inner"] else ()
    return Further(title=title, address=f"learn/{path.stem}/", written_on=day, self_checks=checks)


def _self_checks(source: str) -> tuple[str, ...]:
    entry = front_matter(source, Notes(""))
    return entry.names("self_checks") if entry is not None and entry.filled("self_checks") else ()
