"""The registry of tags: a tag of the news has an address and a name in each language, once for all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.text import Text
from xinqiao.site.source import Entry, Notes, compose_yaml, shown

FILE = "docs/data/tags.yml"
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def read_tags(project: Path) -> Mapping[str, Text]:
    """The tags' names by slug; none where there is no registry. Raises XinqiaoError with every problem of the file."""
    path = project / FILE
    if not path.is_file():
        return {}
    notes = Notes(shown(path, project))
    root = compose_yaml(path.read_text(encoding="utf-8-sig"), notes)
    tags: dict[str, Text] = {}
    if isinstance(root, yaml.SequenceNode):
        lines: dict[str, int] = {}
        for node in root.value:
            if isinstance(node, yaml.MappingNode):
                _tag(Entry(node, notes), tags, lines)
            else:
                notes.shape(node, path.name, "mapping")
    elif root is not None:
        notes.shape(root, path.name, "list")
    if notes.problems:
        raise XinqiaoError(notes.problems)
    return tags


def _tag(entry: Entry, tags: dict[str, Text], lines: dict[str, int]) -> None:
    entry.only(("slug", "name"))
    slug, name = entry.text("slug"), entry.words("name")
    if slug and not SLUG.fullmatch(slug):
        entry.notes.note(entry.keys["slug"][1], "tag-slug", slug=slug)
    elif slug in lines:
        entry.notes.note(entry.keys["slug"][1], "registry-twice", name=slug, first=lines[slug])
    elif slug:
        lines[slug] = entry.place("slug").line
        if name:
            tags[slug] = name
