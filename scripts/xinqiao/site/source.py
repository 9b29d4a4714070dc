"""Files that staff write, read with positions: YAML registries and the front matter of pages.

A reader never stops at the first fault: it notes each one with file, line and column, and goes on.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import yaml

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang, Text

FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(?P<inner>.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
WANTED = {
    "text": ("文字", "text"),
    "number": ("{low} 到 {high} 之间的整数", "a whole number from {low} to {high}"),
    "flag": ("true 或 false", "true or false"),
    "list": ("列表", "a list"),
    "mapping": ("带缩进字段的条目", "an entry with indented fields"),
}
# What PyYAML says of the mistakes that people make, in words for people; others are told as they are.
REASONS = {
    "mapping values are not allowed here": (
        "值里的冒号要用引号括住，或者缩进不齐",
        "a colon in a value needs quotes, or indentation is uneven",
    ),
    "could not find expected ':'": (
        "这一行或上一行缺少冒号",
        "a colon is missing on this line or the one above",
    ),
    "found character '\\t' that cannot start any token": (
        "缩进用了制表符，应改用空格",
        "it is indented with a tab instead of spaces",
    ),
    "found unexpected end of stream": (
        "引号没有收尾",
        "a quotation mark is never closed",
    ),
    "expected <block end>, but found '<block mapping start>'": (
        "缩进与上一行对不齐",
        "its indentation does not agree with the line above",
    ),
    "expected <block end>, but found '<scalar>'": (
        "引号之后还有文字",
        "words stand after the closing quotation mark",
    ),
    "expected ',' or ']', but got '<stream end>'": (
        "方括号没有收尾",
        "a square bracket is never closed",
    ),
    "expected ',' or '}', but got '<stream end>'": (
        "花括号没有收尾",
        "a curly bracket is never closed",
    ),
}
EMPTY = ("内容是空的", "it is empty")
ABSENT = ("文件不是以 --- 开头", "the file does not begin with ---")
NO_KEYS = ("应为每行一个“键: 值”", "each line should read `key: value`")


class Notes:
    """The problems of one file, in the order in which they are found."""

    def __init__(self, file: str, first_line: int = 1) -> None:
        self.file = file
        self.first_line = first_line
        self.problems: list[Problem] = []

    def place(self, node: yaml.Node) -> Place:
        """Where a node begins."""
        mark = node.start_mark
        return Place(file=self.file, line=mark.line + self.first_line, column=mark.column + 1)

    def note(self, node: yaml.Node, code: str, **params: str | int) -> None:
        """Notes a problem at a node."""
        self.problems.append(Problem(code=code, place=self.place(node), params=params))

    def shape(self, node: yaml.Node, key: str, wanted: str, **limits: int) -> None:
        """Notes that a value is not of the kind that its key asks for."""
        zh, en = (words.format(**limits) for words in WANTED[wanted])
        self.note(node, "registry-shape", key=key, wanted_zh=zh, wanted_en=en)


class Entry:
    """A mapping of a file, asked for key by key; what is wrong goes to `notes`, with its place.

    A key that is missing or wrong reads as empty (``""``, None, False, ()), so that reading goes on.
    """

    def __init__(self, node: yaml.MappingNode, notes: Notes) -> None:
        self.node, self.notes = node, notes
        self.meant: set[str] = set()
        self.keys: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in self.keys:
                notes.note(key, "registry-twice", name=name, first=notes.place(self.keys[name][0]).line)
            self.keys.setdefault(name, (key, value))

    def only(self, allowed: Iterable[str]) -> None:
        """Notes every key that is not allowed, with the nearest one that is."""
        known = tuple(allowed)
        for name, (key, _) in self.keys.items():
            if name not in known:
                nearest = difflib.get_close_matches(name, known, n=1, cutoff=0) or [known[0]]
                self.meant.add(nearest[0])
                self.notes.note(key, "registry-key-unknown", key=name, nearest=nearest[0])

    def filled(self, key: str) -> bool:
        """Whether a key is there and holds something: neither null nor nothing but blanks."""
        return key in self.keys and not empty(self.keys[key][1])

    def value(self, key: str) -> yaml.Node | None:
        """The value's node; its lack is noted, unless a misspelt key has already been told of."""
        if key not in self.keys:
            if key not in self.meant:
                self.notes.note(self.node, "registry-key-missing", key=key)
            return None
        return self.keys[key][1]

    def place(self, key: str) -> Place:
        """Where a key's value begins, or the entry where the key lacks."""
        return self.notes.place(self.keys[key][1] if key in self.keys else self.node)

    def text(self, key: str) -> str:
        """A text that is not blank; a number written without quotes is taken as its digits."""
        node = self.value(key)
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip() or node.tag.endswith(":null"):
            self.notes.shape(node, key, "text")
            return ""
        return str(node.value).strip()

    def words(self, key: str) -> Text | None:
        """A text in every language."""
        node = self.value(key)
        if not isinstance(node, yaml.MappingNode):
            if node is not None:
                self.notes.shape(node, key, "mapping")
            return None
        entry = Entry(node, self.notes)
        entry.only(lang.value for lang in Lang)
        found = {lang: str(entry.keys[lang.value][1].value).strip() for lang in Lang if lang.value in entry.keys}
        for lang in Lang:
            if not found.get(lang):
                self.notes.note(node, "registry-language-missing", key=key, lang=lang.value)
        return Text(found) if all(found.get(lang) for lang in Lang) else None

    def number(self, key: str, low: int, high: int, *, optional: bool = False) -> int | None:
        """A whole number within limits; null or blank is None where it may lack."""
        node = self.value(key)
        if node is None or (optional and empty(node)):
            return None
        if not isinstance(node, yaml.ScalarNode) or not re.fullmatch(r"\d{1,9}", node.value):
            self.notes.shape(node, key, "number", low=low, high=high)
            return None
        if not low <= int(node.value) <= high:
            self.notes.shape(node, key, "number", low=low, high=high)
            return None
        return int(node.value)

    def flag(self, key: str) -> bool:
        """true or false."""
        node = self.value(key)
        if node is not None and not node.tag.endswith(":bool"):
            self.notes.shape(node, key, "flag")
        return node is not None and str(node.value).lower() in {"true", "yes", "on"}

    def day(self, key: str, *, optional: bool = False) -> date | None:
        """A day that exists; null or blank is None where it may lack."""
        node = self.value(key)
        if node is None or (optional and empty(node)):
            return None
        try:
            return date.fromisoformat(str(node.value))
        except ValueError:
            self.notes.note(node, "registry-date", key=key)
            return None

    def choice(self, key: str, allowed: Iterable[str]) -> str:
        """One of the values allowed."""
        found = self.text(key)
        known = tuple(allowed)
        if found and found not in known:
            self.notes.note(self.keys[key][1], "registry-choice", key=key, found=found, allowed=", ".join(known))
            return ""
        return found

    def names(self, key: str, allowed: Iterable[str] = ()) -> tuple[str, ...]:
        """A list of names, from those allowed where any are given."""
        node = self.value(key)
        if not isinstance(node, yaml.SequenceNode):
            if node is not None:
                self.notes.shape(node, key, "list")
            return ()
        known = tuple(allowed)
        for item in node.value:
            if known and item.value not in known:
                self.notes.note(item, "registry-choice", key=key, found=str(item.value), allowed=", ".join(known))
        return tuple(str(item.value) for item in node.value)

    def mapping(self, key: str) -> Entry | None:
        """A mapping within."""
        node = self.value(key)
        if isinstance(node, yaml.MappingNode):
            return Entry(node, self.notes)
        if node is not None:
            self.notes.shape(node, key, "mapping")
        return None


def empty(node: yaml.Node) -> bool:
    """Whether a value is null or blank: files by hand say `null`, editors leave a field blank."""
    return isinstance(node, yaml.ScalarNode) and (node.tag.endswith(":null") or not node.value.strip())


def compose_yaml(source: str, notes: Notes, code: str = "registry-unreadable") -> yaml.Node | None:
    """The YAML tree of a text; None, and a note, where it cannot be read or is empty."""
    try:
        node = _composed(source)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line, mark.column) if mark else (0, 0)
        place = Place(file=notes.file, line=line + notes.first_line, column=column + 1)
        said = str(getattr(error, "problem", None) or "YAML")
        notes.problems.append(_unreadable(code, place, REASONS.get(said, (said, said))))
        return None
    if node is None:
        notes.problems.append(_unreadable(code, Place(file=notes.file, line=notes.first_line, column=1), EMPTY))
    return node


def _composed(source: str) -> yaml.Node | None:
    """The tree by the parser in C, which is ten times as fast; what it refuses is told in the words of the other."""
    if fast := getattr(yaml, "CSafeLoader", None):
        with suppress(yaml.YAMLError):
            return yaml.compose(source, Loader=fast)
    return yaml.compose(source, Loader=yaml.SafeLoader)


def _unreadable(code: str, place: Place, reason: tuple[str, str]) -> Problem:
    return Problem(code=code, place=place, params={"reason_zh": reason[0], "reason_en": reason[1]})


def front_matter(source: str, notes: Notes) -> Entry | None:
    """The YAML front matter of a page; None, and a note, where there is none or it is broken."""
    match = FRONT_MATTER.match(source)
    if match is None:
        notes.problems.append(_unreadable("page-front-matter", Place(file=notes.file, line=1, column=1), ABSENT))
        return None
    notes.first_line = 2
    node = compose_yaml(match["inner"], notes, "page-front-matter")
    if node is not None and not isinstance(node, yaml.MappingNode):
        notes.problems.append(_unreadable("page-front-matter", notes.place(node), NO_KEYS))
    return Entry(node, notes) if isinstance(node, yaml.MappingNode) else None


def shown(path: Path, project: Path) -> str:
    """A path as problems show it: relative to the project."""
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else path.as_posix()


def find(source: str, wanted: Iterable[str], *, nth: int = 1) -> Iterator[tuple[int, int]]:
    """Line and column, from 1, of the nth place of the first of the wanted strings that has so many.

    A string stands there as a whole: `#a` is not found in `#a-b`, nor `b.md` in `ab.md`.
    """
    for string in wanted:
        before = "(?<![A-Za-z0-9_])" if re.match("[A-Za-z0-9]", string) else ""
        after = "(?![A-Za-z0-9_-])" if re.search("[A-Za-z0-9]$", string) else ""
        places = re.finditer(f"{before}{re.escape(string)}{after}", source) if string else ()
        for place in itertools.islice(places, nth - 1, nth):
            yield position(source, place.start())
            return


def position(source: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of a character (from 0)."""
    return source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at)
