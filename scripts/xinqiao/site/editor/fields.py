"""What a kind of content is for the editor: its fields, what each holds, and where its files lie."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from xinqiao.core.text import Lang, Text
from xinqiao.site.editor.words import FIELDS, HINTS

SLUG = "[a-z0-9][a-z0-9-]*"
LANGS = f"(?:{'|'.join(Lang)})"


class Kind(StrEnum):
    """What a field holds; `pair` is a text in both languages, `part` a group of fields, `many` a list of groups."""

    LINE = "line"
    PROSE = "prose"
    SOURCE = "source"
    NUMBER = "number"
    FLAG = "flag"
    DAY = "day"
    CHOICE = "choice"
    CHOICES = "choices"
    PAIR = "pair"
    PART = "part"
    MANY = "many"
    HIDDEN = "hidden"


class Style(StrEnum):
    """How a file is written: news with their metadata, pages with front matter, a registry, a list of entries."""

    NEWS = "news"
    PAGE = "page"
    ENTRY = "entry"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field; `options`: its choices by stored value; `start`: what it holds at first; `each`: one value a language.

    event: its choices are the events. pattern: what it has to look like.
    """

    name: str
    kind: Kind = Kind.LINE
    optional: bool = False
    options: Mapping[str, Text] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    start: object = None
    each: bool = False
    event: bool = False
    pattern: str = ""

    @property
    def label(self) -> Text:
        """What the editor calls it."""
        return FIELDS.get(self.name.lower(), Text.of(zh=self.name, en=self.name))

    @property
    def hint(self) -> Text | None:
        """What helps to fill it in, where there is such a thing."""
        return HINTS.get(self.name.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One kind of content; `folder` may hold `{lang}`. A list is one file, named by `file`.

    path: which files it takes, as a regular expression over the whole path in the project.
    """

    name: str
    label: Text
    style: Style
    fields: tuple[Field, ...]
    icon: str
    folder: str = ""
    file: str = ""

    @property
    def path(self) -> str:
        """Its files, as a regular expression."""
        if self.style is Style.LIST:
            return re.escape(self.file)
        ending = {Style.NEWS: rf"\.{LANGS}\.md", Style.PAGE: r"\.md", Style.ENTRY: r"\.yml"}[self.style]
        return f"{LANGS.join(re.escape(part) for part in self.folder.split('{lang}'))}/{SLUG}{ending}"
