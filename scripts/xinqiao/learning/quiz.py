"""Questions of a quiz, written as a paragraph and a list of boxes:

    What do you do first?

    - [ ] Look for the cause.
      That can wait.
    - [x] Ask how they are.
      So they know that you have seen it.

`[x]` is right; what is indented below says why. With one right box one is chosen, with several as many as one likes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xinqiao.core.problem import Problem
from xinqiao.core.text import Lang
from xinqiao.learning.sheet import COMMENT, Kind, Sheet

# `- [words](address)` and `- [words][name]` are links, `- [words]: …` is where a name leads to.
BOX = re.compile(r"[ \t]*[-*+][ \t]+\[(?P<box>[^\]]{0,3})\](?![(\[:])(?P<words>.*)")
BOXES = {" ": False, "x": True, "X": True}
# What a paragraph cannot begin with: it is a heading, a list, a quotation, a table or a tag.
NO_PARAGRAPH = re.compile(r"[ \t]*(?:#{1,6}[ \t]|[-*+>|][ \t]|\d+[.)][ \t]|</?[a-z]|:::|!!!|\?\?\?)")
FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer to choose: whether it is right, and why."""

    words: str
    right: bool
    why: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with its options; it stands in the lines from `start` to before `end`."""

    words: str
    options: tuple[Option, ...]
    start: int
    end: int

    @property
    def several(self) -> bool:
        """Whether more than one option is right."""
        return sum(option.right for option in self.options) > 1


def read_questions(sheet: Sheet) -> tuple[tuple[Question, ...], tuple[Problem, ...]]:
    """The questions of a sheet in order, and everything that is wrong with them."""
    found = tuple(_questions(sheet))
    return found, tuple(problem for question in found for problem in _faults(sheet, question))


def _questions(sheet: Sheet) -> Iterator[Question]:
    prose = dict(sheet.prose())
    at = 0
    while at < len(sheet.lines):
        if at in prose and BOX.match(prose[at]):
            end = _end(sheet.lines, at)
            start, words = _asked(sheet, at)
            yield Question(words=words, options=tuple(_options(sheet, at, end)), start=start, end=end)
            at = end
        else:
            at += 1


def _end(lines: Sequence[str], at: int) -> int:
    """The index after the last line of the list that begins at `at`: boxes, what is indented, blanks in between."""
    end = at
    for here in range(at, len(lines)):
        line = lines[here]
        if BOX.match(line) or (line.strip() and line[0] in " \t"):
            end = here + 1
        elif line.strip():
            break
    return end


def _asked(sheet: Sheet, at: int) -> tuple[int, str]:
    """The paragraph that stands right above a list, and where it begins; empty where there is none."""
    lines, last = sheet.lines, at - 1
    while last >= 0 and (not lines[last].strip() or COMMENT.match(lines[last])):
        last -= 1
    first = last
    while first >= 0 and lines[first].strip() and not COMMENT.match(lines[first]):
        if NO_PARAGRAPH.match(lines[first]):
            break
        first -= 1
    if first == last:
        return at, ""
    return first + 1, _joined(lines[first + 1 : last + 1], sheet.lang)


def _options(sheet: Sheet, at: int, end: int) -> Iterator[Option]:
    heads = [here for here in range(at, end) if BOX.match(sheet.lines[here])]
    for head, after in zip(heads, [*heads[1:], end], strict=True):
        match = BOX.match(sheet.lines[head])
        box, words = (match["box"], match["words"]) if match else ("", "")
        below = [line for line in sheet.lines[head + 1 : after] if not COMMENT.match(line)]
        why = _joined(below, sheet.lang)
        yield Option(words=words.strip(), right=BOXES.get(box, False), why=why, at=head)


def _joined(lines: Sequence[str], lang: Lang) -> str:
    """Lines as one; Chinese has no space where a line ends."""
    return ("" if lang is Lang.ZH else " ").join(line.strip() for line in lines if line.strip())


def _faults(sheet: Sheet, question: Question) -> Iterator[Problem]:
    first = question.options[0].at
    if sheet.kind is not Kind.LESSON:
        yield sheet.problem("quiz-not-here", first)
    if not question.words:
        yield sheet.problem("quiz-question-missing", first)
    for option in question.options:
        match = BOX.match(sheet.lines[option.at])
        if match and match["box"] not in BOXES:
            yield sheet.problem("quiz-box", option.at, match.start("box"), box=match["box"])
        if not option.words:
            yield sheet.problem("quiz-option-empty", option.at)
        elif not option.why:
            yield sheet.problem("quiz-why-missing", option.at)
    if len(question.options) < FEWEST:
        yield sheet.problem("quiz-one-option", first)
    if not any(option.right for option in question.options):
        yield sheet.problem("quiz-no-right", first)


def differences(here: Sheet, there: Sheet) -> Iterator[Problem]:
    """The first question at which two languages of a lesson part: its options, which are right, or that it lacks."""
    one, two = read_questions(here)[0], read_questions(there)[0]
    for number in range(max(len(one), len(two))):
        mine, other = (found[number] if number < len(found) else None for found in (one, two))
        said = [[option.right for option in question.options] if question else [] for question in (mine, other)]
        if said[0] != said[1]:
            at = mine.options[0].at if mine else (one[-1].end - 1 if one else max(here.titled_at, 0))
            yield here.problem(
                "quiz-differs", at, other=there.file, here=_shape(said[0]), there=_shape(said[1]), number=number + 1
            )
            return


def _shape(rights: Sequence[bool]) -> str:
    """A question's boxes as they are written; a dash where there is none."""
    return " ".join("[x]" if right else "[ ]" for right in rights) or "–"
