"""One Markdown file of a course in one language: its front matter, its lines, and where each of them stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang

FRONT = re.compile(r"---[ \t]*\r?\n.*?^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
TITLE = re.compile(r"#[ \t]+(?P<title>.+?)(?:[ \t]*\{[^}]*\})?[ \t]*$")
FENCE = re.compile(r"[ ]{0,3}(?:```|~~~)")
# A line that is a comment as a whole; readers see nothing of it.
COMMENT = re.compile(r"[ \t]*<!--.*-->[ \t]*$")
MARKUP = re.compile(r"<!--.*?-->|<[^>]+>|\]\([^)]*\)|\{[^}]*\}|[#*_`>\[\]]", re.DOTALL)
CHINESE, WORD = re.compile("[\u4e00-\u9fff]"), re.compile(r"[A-Za-z0-9][\w'’-]*")
# How much is read in a minute with time to think: an editor's estimate, told as "about".
SIGNS_A_MINUTE, WORDS_A_MINUTE = 300, 180


class Kind(StrEnum):
    """What a file of a course is, in the order in which they follow each other."""

    COURSE = "course"
    LESSON = "lesson"
    SCENARIO = "scenario"
    CARD = "card"

    @property
    def page_type(self) -> str:
        """The type of its page; a card looks like a lesson."""
        return (Kind.LESSON if self is Kind.CARD else self).value


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file of a course: `head` is its front matter as it stands, `lines` is what follows, from line `first` on."""

    name: str
    kind: Kind
    lang: Lang
    file: str
    head: str
    lines: tuple[str, ...]
    first: int

    @classmethod
    def of(cls, source: str, *, name: str, kind: Kind, lang: Lang, file: str) -> Sheet:
        """A sheet from the text of its file."""
        front = FRONT.match(source)
        head = front[0] if front else ""
        lines = tuple(source[len(head) :].splitlines())
        return cls(name=name, kind=kind, lang=lang, file=file, head=head, lines=lines, first=head.count("\n") + 1)

    def place(self, at: int, column: int = 1) -> Place:
        """Where the line with an index (from 0) stands in the file."""
        return Place(file=self.file, line=self.first + at, column=column)

    def problem(self, code: str, at: int, column: int = 1, **params: str | int) -> Problem:
        """A problem at a line."""
        return Problem(code=code, place=self.place(at, column), params=params)

    @property
    def titled_at(self) -> int:
        """The index of the line with the title; -1 where there is none."""
        return next((at for at, line in self.prose() if TITLE.match(line)), -1)

    @property
    def title(self) -> str:
        """The first heading; empty where there is none."""
        match = TITLE.match(self.lines[self.titled_at]) if self.titled_at >= 0 else None
        return match["title"] if match else ""

    def prose(self) -> list[tuple[int, str]]:
        """Index and words of every line that does not stand in a fenced block."""
        found, fenced = [], False
        for at, line in enumerate(self.lines):
            fence = bool(FENCE.match(line))
            if not fenced and not fence:
                found.append((at, line))
            fenced ^= fence
        return found

    @property
    def reading(self) -> float:
        """About how many minutes its words take to read."""
        text = MARKUP.sub(" ", "\n".join(self.lines))
        words = len(WORD.findall(text))
        return len(CHINESE.findall(text)) / SIGNS_A_MINUTE + words / WORDS_A_MINUTE
