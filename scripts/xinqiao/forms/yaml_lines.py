"""YAML with places: plain values, and for each the line and column where it stands.

Read by the core schema of YAML 1.2, so that `no` stays a word and `010` a code; nothing else than
text, numbers, true, false, null, lists and mappings can come out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Never

import yaml

from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse

Path = tuple[str | int, ...]
Plain = str | int | Decimal | bool | None | list["Plain"] | dict[str, "Plain"]

DEEPEST = 30
TAG = "tag:yaml.org,2002:"
ORDINARY = {TAG + kind for kind in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "map", "seq")}
NUMBERS = re.compile(r"-?(0|[1-9][0-9]*)"), re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where a value starts, from 1. `inside` is the column of its first character where it is one line, else 0."""

    line: int
    column: int
    inside: int = 0


@dataclass(slots=True, kw_only=True)
class Document:
    """A file read: `value` is plain, `values` and `keys` hold the marks by path (keys and list indexes).

    `faulty` are the paths of parts whose shape is wrong.
    """

    file: str
    value: Plain = None
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    faulty: set[Path] = field(default_factory=set)

    def place(self, path: Path, question: str = "", *, key: bool = False, offset: int | None = None) -> Place:
        """The place of a value or, with `key`, of its key; of the nearest thing around it where it is not written.

        `offset` counts characters into the value; without it the place is that of the value's quote, if it has one.
        """
        marks = {**self.values, **self.keys} if key else self.values
        while path not in marks and path:
            path = path[:-1]
        mark = marks.get(path, Mark(line=1, column=1))
        column = mark.inside + offset if offset is not None and mark.inside else mark.column
        return Place(file=self.file, line=mark.line, column=column, question=question)

    def get(self, path: Path) -> Plain:
        """The plain value at a path; None where there is none."""
        value = self.value
        for part in path:
            if isinstance(value, dict) and isinstance(part, str):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value


class _Composer(yaml.SafeLoader):
    """Refuses what would let a file be larger or deeper than it looks: aliases and deep nesting."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: object) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(problem="&name, *name", problem_mark=event.start_mark)  # type: ignore[arg-type]
        if self.depth == DEEPEST:
            raise yaml.composer.ComposerError(problem=f"> {DEEPEST} levels", problem_mark=event.start_mark)  # type: ignore[arg-type]
        self.depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)  # type: ignore[arg-type]
        self.depth -= 1
        return node


def read_yaml(path: FilePath) -> Document:
    """A YAML file with places; repeated keys are in `problems`.

    Raises XinqiaoError: form-unreadable, yaml-syntax, yaml-feature.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise refuse("form-unreadable", Place(file=str(path))) from None
    return parse_yaml(text, str(path))


def parse_yaml(text: str, file: str) -> Document:
    """YAML with places in a file of that name. Raises XinqiaoError (yaml-syntax, yaml-feature)."""
    document = Document(file=file)
    try:
        node = _composed(text)
    except yaml.MarkedYAMLError as error:
        _stop(document.file, error)
    except yaml.reader.ReaderError as error:
        before = text[: int(error.position)]
        place = Place(file=file, line=before.count("\n") + 1, column=len(before) - before.rfind("\n"))
        raise refuse("yaml-syntax", place, detail=f"U+{ord(text[error.position]):04X}") from None
    if node is not None:
        document.value = _plain(node, (), document)
    return document


@lru_cache(maxsize=64)
def _composed(text: str) -> yaml.Node | None:
    """The nodes of a text, which nobody changes: taking it apart is nearly all that reading a form costs.

    By the parser in C, which is ten times as fast; what it refuses is told in the words of the other.
    """
    if fast := getattr(yaml, "CSafeLoader", None):
        with suppress(yaml.YAMLError):
            if _flat(yaml.parse(text, Loader=fast)):
                return yaml.compose(text, Loader=fast)
    return _Composer(text).get_single_node()


def _flat(events: Iterable[yaml.Event]) -> bool:
    """Whether nothing in a text stands for something else and nothing lies too deep, as `_Composer` sees to."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.NodeEvent):
            if isinstance(event, yaml.AliasEvent) or event.anchor or depth == DEEPEST:
                return False
            depth += isinstance(event, yaml.CollectionStartEvent)
    return True


def _stop(file: str, error: yaml.MarkedYAMLError) -> Never:
    mark = error.problem_mark or error.context_mark
    place = Place(file=file, line=mark.line + 1, column=mark.column + 1) if mark else Place(file=file)
    if isinstance(error, yaml.composer.ComposerError) and error.context is None and error.problem:
        raise refuse("yaml-feature", place, what=error.problem)
    raise refuse("yaml-syntax", place, detail=error.problem or "?")


def _plain(node: yaml.Node, path: Path, document: Document) -> Plain:
    document.values[path] = _mark(node)
    if node.tag not in ORDINARY:
        what = node.tag.replace(TAG, "!!")
        document.problems.append(Problem(code="yaml-feature", place=document.place(path), params={"what": what}))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(part, (*path, at), document) for at, part in enumerate(node.value)]
    return _scalar(str(node.value), quoted=isinstance(node, yaml.ScalarNode) and bool(node.style))


def _mapping(node: yaml.MappingNode, path: Path, document: Document) -> Plain:
    found: dict[str, Plain] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        mark = _mark(key_node)
        if key in found:
            place = Place(file=document.file, line=mark.line, column=mark.column)
            document.problems.append(Problem(code="form-key-twice", place=place, params={"key": key}))
            continue
        document.keys[(*path, key)] = mark
        found[key] = _plain(value_node, (*path, key), document)
    return found


def _scalar(text: str, *, quoted: bool) -> Plain:
    if quoted:
        return text
    if text.lower() in CONSTANTS:
        return CONSTANTS[text.lower()]
    whole, fraction = NUMBERS
    if whole.fullmatch(text):
        return int(text) if len(text) < 19 else text
    return Decimal(text) if fraction.fullmatch(text) else text


def _mark(node: yaml.Node) -> Mark:
    start, end = node.start_mark, node.end_mark
    inside = 0
    if isinstance(node, yaml.ScalarNode) and start.line == end.line:
        quotes = 1 if node.style in {"'", '"'} else 0
        # With an escape inside, characters of the value and of the line no longer count alike.
        inside = start.column + 1 + quotes if end.index - start.index == len(node.value) + 2 * quotes else 0
    return Mark(line=start.line + 1, column=start.column + 1, inside=inside)


def raise_all(problems: list[Problem]) -> None:
    """Raises XinqiaoError with all problems in the order of the file, if there are any."""
    if problems:
        raise XinqiaoError(sorted(problems, key=lambda problem: (problem.place.line, problem.place.column)))
