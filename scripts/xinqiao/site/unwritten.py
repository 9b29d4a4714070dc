"""Finds what was published before it was written: a template's own sentence, a heading with nothing below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang
from xinqiao.site.article import is_draft
from xinqiao.site.newsroom import Article
from xinqiao.site.source import FRONT_MATTER, shown

# What `xinqiao new` writes where a sentence is to come.
TEMPLATE = re.compile(r"(?P<key>Summary|description):\s*(?:一句话(?:：|说明)|One sentence[:,] )")
HEADING = re.compile(r"(?P<marks>#{1,6})\s+(?P<words>.*?)\s*(?:\{[^}]*\})?\s*")
# What every faulty text has, found in all of it at once: most texts need no second look.
SUSPECT = re.compile(rf"^{TEMPLATE.pattern}|^#{{1,6}}\s[^\n]*\s*(?:^#|\Z)", re.MULTILINE)
FENCE = re.compile(r"\s*(?:```|~~~)")


def unwritten(project: Path, articles: Iterable[Article]) -> Iterator[Problem]:
    """A warning for each place of published news, or of a published article, that nobody has written yet."""
    files = [project / article.file for article in articles if article.published]
    for lang in Lang:
        files += sorted((project / "docs" / lang.value / "learn").rglob("*.md"))
    for path in files:
        source = path.read_text(encoding="utf-8-sig")
        if not SUSPECT.search(source) or is_draft(source):
            continue
        for line, column, part in (*_templates(source), *_empty(source)):
            place = Place(file=shown(path, project), line=line, column=column)
            yield Problem(code="text-unwritten", place=place, params={"part": part})


def _templates(source: str) -> Iterator[tuple[int, int, str]]:
    for number, line in enumerate(source.splitlines(), start=1):
        if match := TEMPLATE.match(line):
            yield number, 1, match["key"]


def _empty(source: str) -> Iterator[tuple[int, int, str]]:
    """The headings that another of their level or above follows, or nothing at all."""
    front = FRONT_MATTER.match(source)
    skipped = source[: front.end()].count("\n") if front else 0
    open_heading: tuple[int, int, str] | None = None
    fenced = False
    for number, line in enumerate(source.splitlines()[skipped:], start=skipped + 1):
        fenced ^= bool(FENCE.match(line))
        match = None if fenced else HEADING.fullmatch(line)
        if match:
            level = len(match["marks"])
            if open_heading and level <= open_heading[1]:
                yield open_heading[0], 1, open_heading[2]
            open_heading = (number, level, match["words"])
        elif line.strip():
            open_heading = None
    if open_heading:
        yield open_heading[0], 1, open_heading[2]
