"""Finds what a college's own portal still says of the demonstration that it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang
from xinqiao.site.source import shown

# Where the demonstration speaks of itself; stories that articles and courses make up are none of it.
FILES = ("portal.toml", "docs/data/events/*.yml", "docs/news/*/*.md", *(f"docs/{lang}/*.md" for lang in Lang))
SETTINGS = frozenset({".toml", ".yml"})
SAID = re.compile(
    "（虚构|虚构示范|虚构的(?:示范)?活动|学院是虚构的|是(?:一个)?演示|演示(?:里|站|用的)|用来演示|"
    r"\(fictional\)|[Ff]ictional event|\b(?:college|event)(?: here)? is fictional|"
    r"\b(?:is a|this|into a|the|The) demonstration\b(?! of)"
)


def left_over(project: Path) -> Iterator[Problem]:
    """A warning for each file that speaks of the demonstration, at its first such line; comments are passed over."""
    for path in sorted(path for pattern in FILES for path in project.glob(pattern)):
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        found = [
            (number, match.start() + 1)
            for number, line in enumerate(lines, start=1)
            if not (path.suffix in SETTINGS and line.lstrip().startswith("#")) and (match := SAID.search(line))
        ]
        if found:
            line, column = found[0]
            params = {"lines": ", ".join(str(number) for number, _ in found)}
            place = Place(file=shown(path, project), line=line, column=column)
            yield Problem(code="demonstration-left", place=place, params=params)
