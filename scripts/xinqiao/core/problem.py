"""The catalogue of messages: stable codes, places, remedies in both languages, exit codes.

A problem says what is wrong, where, and what to do. It never carries an answer that someone gave:
its parameters are names from the college's own files, counts and limits.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType

from xinqiao.core.text import Lang, Text


class ExitCode(IntEnum):
    """What a command tells the shell; fixed, documented in the command reference."""

    DONE = 0
    OUR_FAULT = 1
    USAGE = 2
    CONTENT = 10
    ANSWERS = 11
    KEY = 12
    UNSAFE = 13
    SITE = 14
    OTHER_SYSTEM = 15


class Level(StrEnum):
    """How much a problem weighs: only errors stop a command."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a problem stands; every part may be unknown. Lines and columns count from 1."""

    file: str = ""
    line: int = 0
    column: int = 0
    question: str = ""

    def __str__(self) -> str:
        parts = [self.file, *(str(number) for number in (self.line, self.column) if number)]
        place = ":".join(part for part in parts if part)
        if self.question:
            place = f"{place} [{self.question}]" if place else f"[{self.question}]"
        return place


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message of the catalogue: what happened and what to do, with `{name}` for parameters."""

    code: str
    level: Level
    exit_code: ExitCode
    what: Text
    fix: Text


@cache
def catalogue() -> Mapping[str, Entry]:
    """Every message by its code, read from `core/problems/*.toml` (one file a room)."""
    entries: dict[str, Entry] = {}
    for file in sorted(resources.files("xinqiao.core").joinpath("problems").iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".toml"):
            continue
        for code, raw in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if code in entries:
                raise ValueError(f"problem code {code} stands twice in the catalogue")
            entries[code] = Entry(
                code=code,
                level=Level(raw.get("level", "error")),
                exit_code=ExitCode[raw["exit"]],
                what=Text.of(zh=raw["zh"], en=raw["en"]),
                fix=Text.of(zh=raw["fix_zh"], en=raw["fix_en"]),
            )
    return MappingProxyType(entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, at one place.

    Raises ValueError for a code that the catalogue lacks or parameters that do not fill its words.
    """

    code: str
    place: Place = Place()
    params: Mapping[str, str | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.code not in catalogue():
            raise ValueError(f"unknown problem code {self.code}")
        try:
            self.message(Lang.ZH), self.message(Lang.EN)
        except KeyError as missing:
            raise ValueError(f"problem {self.code} lacks parameter {missing}") from None

    @property
    def entry(self) -> Entry:
        """The catalogue's entry for this code."""
        return catalogue()[self.code]

    @property
    def level(self) -> Level:
        """How much it weighs."""
        return self.entry.level

    def message(self, lang: Lang) -> str:
        """What happened and what to do, in one language, without the place."""
        zh = lang is Lang.ZH
        what, fix = (words[lang].format(**self.params) for words in (self.entry.what, self.entry.fix))
        return f"{what}{'' if zh else ' '}{fix}"

    def line(self, lang: Lang) -> str:
        """The message as a line that editors can jump to: `file:line:column: code: message`."""
        place = str(self.place)
        return f"{place + ': ' if place else ''}{self.code}: {self.message(lang)}"

    def as_json(self) -> dict[str, object]:
        """The problem for `--json` output: place, code, level and both messages."""
        return {
            "code": self.code,
            "level": self.level.value,
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "question": self.place.question,
            "zh": self.message(Lang.ZH),
            "en": self.message(Lang.EN),
        }


class XinqiaoError(Exception):
    """Ends a command with problems instead of a traceback; carries every problem found in the run."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        if not self.problems:
            raise ValueError("an error needs at least one problem")
        super().__init__("\n".join(problem.line(Lang.EN) for problem in self.problems))

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the first error among the problems."""
        errors = [problem for problem in self.problems if problem.level is Level.ERROR]
        return (errors or list(self.problems))[0].entry.exit_code


def refuse(code: str, place: Place | None = None, **params: str | int) -> XinqiaoError:
    """An error with one problem, to be raised."""
    return XinqiaoError([Problem(code=code, place=place or Place(), params=params)])
