"""Registries whose entries somebody has to check now and then: how they are read, and how they age."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

import yaml

from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.text import Text
from xinqiao.site.source import Entry, Notes, compose_yaml, shown

OLD_DAYS = 180
SOURCE_ONLY = "source only"
CHECKED_KEYS = ("fictional", "checked_on", "checked_by")
WAYS = {
    "mail": re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[A-Za-z]{2,}"),
    "number": re.compile(r"\+?[0-9][0-9 ()-]{2,30}"),
    "web": re.compile(r"https://[^\s/\"<>]+\.[^\s/\"<>]+(?:/[^\s\"<>]*)?"),
}
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An entry that was true on `checked_on`, as `checked_by` says; `fictional`: made up for the demonstration."""

    id: str
    fictional: bool
    checked_on: date
    checked_by: str
    at: Place = field(default_factory=Place)

    @property
    def confirmed(self) -> bool:
        """Whether a person has confirmed it, beyond reading its source."""
        return self.checked_by != SOURCE_ONLY

    def age(self, today: date) -> Iterator[Problem]:
        """A warning from half a year on; a day that has not come is an error."""
        days = (today - self.checked_on).days
        if days < 0:
            params: dict[str, str | int] = {"key": "checked_on", "day": self.checked_on.isoformat()}
            yield Problem(code="date-future", place=self.at, params=params)
        elif days > OLD_DAYS:
            yield Problem(code="registry-old", place=self.at, params={"entry": self.id, "days": days})


def read_entries(project: Path, file: str, read: Callable[[Entry], Made | None]) -> tuple[Made, ...]:
    """What `read` makes of each entry of a registry, in order; nothing where there is no such file.

    Raises XinqiaoError with every problem that was noted in the file; ids are unique.
    """
    path = project / file
    if not path.is_file():
        return ()
    notes = Notes(shown(path, project))
    root = compose_yaml(path.read_text(encoding="utf-8-sig"), notes)
    if root is not None and not isinstance(root, yaml.SequenceNode):
        notes.shape(root, path.name, "list")
    found: list[Made] = []
    lines: dict[str, int] = {}
    for node in root.value if isinstance(root, yaml.SequenceNode) else ():
        if not isinstance(node, yaml.MappingNode):
            notes.shape(node, path.name, "mapping")
            continue
        entry = Entry(node, notes)
        _once(entry, lines)
        made = read(entry)
        if made is not None:
            found.append(made)
    if notes.problems:
        raise XinqiaoError(notes.problems)
    return tuple(found)


def _once(entry: Entry, lines: dict[str, int]) -> None:
    if "id" in entry.keys:
        name, place = str(entry.keys["id"][1].value), entry.place("id")
        if name in lines:
            entry.notes.note(entry.keys["id"][1], "registry-twice", name=name, first=lines[name])
        lines.setdefault(name, place.line)


def given(entry: Entry, key: str) -> bool:
    """Whether a key that may lack is filled in; null, and a text that is blank in every language, are not."""
    node = entry.keys[key][1] if key in entry.keys else None
    within = [value for _, value in node.value] if isinstance(node, yaml.MappingNode) else [node]
    return any(one is not None and not one.tag.endswith(":null") and str(one.value).strip() for one in within)


def optional_words(entry: Entry, key: str) -> Text | None:
    """A text in every language, where it is given."""
    return entry.words(key) if given(entry, key) else None


def fictional(entry: Entry) -> bool:
    """Whether an entry says that it is made up for the demonstration."""
    return given(entry, "fictional") and entry.flag("fictional")


def way(entry: Entry, key: str) -> str:
    """A mail address, number or web address that can be used; empty where it is not given, or wrong and noted."""
    found = entry.text(key) if given(entry, key) else ""
    if found and not WAYS[key].fullmatch(found):
        entry.notes.note(entry.keys[key][1], "way-unusable", key=key, found=found)
        return ""
    return found


def dialled(number: str) -> str:
    """A number as a link dials it: its digits, with a leading + if it has one."""
    return ("+" if number.startswith("+") else "") + re.sub(r"\D", "", number)
