"""The registry of tags: a tag of the news has an address and a name in each language, once for all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from xinqiao.core.text import Text
from xinqiao.site.entries import read_entries
from xinqiao.site.source import Entry

FILE = "docs/data/tags.yml"
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def read_tags(project: Path) -> Mapping[str, Text]:
    """The tags' names by slug; none where there is no registry. Raises XinqiaoError with every problem of the file."""
    lines: dict[str, int] = {}
    return dict(read_entries(project, FILE, lambda entry: _tag(entry, lines)))


def _tag(entry: Entry, lines: dict[str, int]) -> tuple[str, Text] | None:
    entry.only(("slug", "name"))
    slug, name = entry.text("slug"), entry.words("name")
    if slug and not SLUG.fullmatch(slug):
        entry.notes.note(entry.keys["slug"][1], "tag-slug", slug=slug)
    elif slug in lines:
        entry.notes.note(entry.keys["slug"][1], "registry-twice", name=slug, first=lines[slug])
    elif slug:
        lines[slug] = entry.place("slug").line
    return (slug, name) if name else None
