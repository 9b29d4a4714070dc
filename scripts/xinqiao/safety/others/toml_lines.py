"""A TOML file with the place of every key, and what is taken from it checked for its kind."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xinqiao.core.problem import Place, Problem, refuse

HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
KEY = re.compile(r"\s*(\"[^\"]*\"|'[^']*'|[\w.-]+)\s*=")
AT = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")
LARGEST = 1_000_000  # bytes: a description is small

Path_ = tuple[str | int, ...]
# What a key may hold, as people say it.
KINDS: Mapping[str, tuple[str, str]] = {
    "text": ("一段文字", "a text"),
    "number": ("一个整数", "a whole number"),
    "truth": ("true 或 false", "true or false"),
    "texts": ("一组文字", "a list of texts"),
    "table": ("一个表（键 = 值）", "a table (key = value)"),
    "tables": ("用 [[…]] 写的表", "tables written as [[…]]"),
    "total": ("一段文字，或 false（未公布总计）", "a text, or false where no total is published"),
    "parents": ("代码 = 上级代码，或一组上级代码", "code = the code above it, or a list of these"),
}


@dataclass(slots=True)
class Document:
    """A parsed file, the lines of its keys, and the problems found so far."""

    name: str
    raw: dict[str, Any]
    lines: dict[Path_, tuple[int, int]]
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path_) -> Place:
        """Where a key stands, or the nearest key around it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                line, column = self.lines[path[:length]]
                return Place(file=self.name, line=line, column=column)
        return Place(file=self.name)

    def note(self, code: str, path: Path_, **params: str | int) -> None:
        """Takes down a problem at a key."""
        self.problems.append(Problem(code=code, place=self.place(path), params=params))


def read_document(path: Path) -> Document:
    """Raises XinqiaoError (audit-file-unreadable, audit-encoding, audit-toml-unreadable)."""
    name = str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
    else:
        return _parsed(name, content)
    raise refuse("audit-file-unreadable", Place(file=name), reason=reason)


def _parsed(name: str, content: bytes) -> Document:
    at = Place(file=name)
    try:
        if len(content) > LARGEST:
            raise refuse("audit-toml-unreadable", at)
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        return Document(name=name, raw=tomllib.loads(text), lines=_lines(text))
    except UnicodeDecodeError:
        fault = Problem(code="audit-encoding", place=at, params={"encoding": "utf-8"})
    except tomllib.TOMLDecodeError as error:
        found = AT.search(str(error))
        line, column = (int(found[1]), int(found[2])) if found and found[1] else (text.count("\n") + 1, 0)
        fault = Problem(code="audit-toml-unreadable", place=Place(file=name, line=line, column=column))
    except RecursionError:
        fault = Problem(code="audit-toml-unreadable", place=at)
    raise refuse(fault.code, fault.place, **fault.params)


def _lines(text: str) -> dict[Path_, tuple[int, int]]:
    """The line and column of each header and key; those of inline tables are those of their key."""
    found: dict[Path_, tuple[int, int]] = {}
    counted: dict[Path_, int] = {}
    above: Path_ = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := HEADER.match(line):
            above = _names(header[2])
            if header[1] == "[[":
                counted[above] = counted.get(above, -1) + 1
                above = (*above, counted[above])
            elif above[:1] in counted and len(above) > 1:
                above = (above[0], counted[above[:1]], *above[1:])
            found.setdefault(above, (number, header.start(1) + 1))
        elif key := KEY.match(line):
            found.setdefault((*above, *_names(key[1])), (number, key.start(1) + 1))
    return found


def _names(dotted: str) -> Path_:
    return tuple(part.strip(" \"'") for part in ([dotted] if dotted[:1] in "\"'" else dotted.split(".")))


class Taker:
    """Takes the keys of one table, each of its kind; what is left over is unknown."""

    def __init__(self, document: Document, path: Path_, raw: Mapping[str, Any]) -> None:
        self.document, self.path, self._raw = document, path, dict(raw)

    def take(self, key: str, kind: str, default: Any = None, *, needed: bool = False) -> Any:
        """A key's value, checked; the default where it lacks or is of another kind, which is noted."""
        if key not in self._raw:
            if needed:
                self.document.note("audit-key-missing", self.path, key=key)
            return default
        value = self._raw.pop(key)
        if _is(kind, value):
            return value
        zh, en = KINDS[kind]
        self.document.note("audit-key-kind", (*self.path, key), key=key, wanted_zh=zh, wanted_en=en)
        return default

    def close(self) -> None:
        """Notes every key that nobody took."""
        for key in self._raw:
            self.document.note("audit-key-unknown", (*self.path, key), key=key)


def _is(kind: str, value: Any) -> bool:
    if kind == "number":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "truth":
        return isinstance(value, bool)
    if kind == "total":
        return value is False or _is("text", value)
    if kind == "texts":
        return isinstance(value, list) and all(isinstance(part, str) for part in value)
    if kind == "table":
        return isinstance(value, dict)
    if kind == "tables":
        return isinstance(value, list) and all(isinstance(part, dict) for part in value)
    if kind == "parents":
        return isinstance(value, dict) and all(_is("text", part) or _is("texts", part) for part in value.values())
    return isinstance(value, str)
