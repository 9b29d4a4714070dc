"""The cells of a row to the answers of a form, as its page would have sent them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xinqiao.core.question import CHOOSING, OTHER, Kind, Question
from xinqiao.intake.imports.plan import Plan
from xinqiao.intake.imports.spelling import spellings
from xinqiao.intake.imports.style import Part, Style, cut
from xinqiao.intake.imports.ties import Mode, Ties
from xinqiao.intake.imports.words import same

# What no choice can be called: the validation finds it outside the choices, and the person's words end here.
UNKNOWN = "?"
TICKED = frozenset(map(same, ("1", "1.0", "Y", "Yes", "True", "是", "选中", "✓", "√")))
NOT_TICKED = frozenset(map(same, ("", "0", "0.0", "N", "No", "False", "否", "未选中", "N/A")))
WHOLE = re.compile(r"(-?[0-9]+)\.0+")

Answer = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One row's answers, and the questions beside whose choices somebody wrote words that are not taken."""

    answers: Mapping[str, Answer] = field(repr=False)
    left: tuple[str, ...]


class Reader:
    """The questions of a form as a file writes their answers, prepared once for all rows."""

    def __init__(self, asked: Sequence[Question], style: Style, ties: Ties, made: Plan) -> None:
        self._asked, self._style, self._plan = asked, style, made
        coded = style.empty_codes if ties.mode is not Mode.TEXT else ()
        self._empty = ties.missing | frozenset(map(same, (*style.empty, *coded)))
        self._ties = {question.name: ties.of(question.name) for question in asked}
        self._known = {question.name: spellings(question, ties.of(question.name), ties.mode) for question in asked}
        beside = {question.of_other: question.name for question in asked if question.of_other}
        self._beside = {
            name: beside.get(name, "") if tie.other is None else tie.other for name, tie in self._ties.items()
        }

    def read(self, cells: Sequence[str]) -> Read:
        """The answers of a row; questions without one are left out."""
        answers: dict[str, Answer] = {}
        left: list[str] = []
        for question in self._asked:
            told, beside = self._answer(question, cells)
            if told:
                answers[question.name] = told
            into = self._beside[question.name]
            if beside and into:
                answers[into] = beside
            elif beside:
                left.append(question.name)
        return Read(answers=answers, left=tuple(left))

    def _answer(self, question: Question, cells: Sequence[str]) -> tuple[Answer, str]:
        """The answer to a question, and what was written beside it."""
        if options := self._plan.options.get(question.name):
            return tuple(self._ticked(options, cells)), ""
        at = self._plan.columns.get(question.name)
        cell = "" if at is None else cells[at].replace("\r\n", "\n").strip()
        if not cell or same(cell) in self._empty or same(cell) in map(same, question.missing):
            return "", ""
        if question.kind not in CHOOSING:
            return (self._known[question.name].get(same(cell), cell) if question.kind is Kind.ACKNOWLEDGE else cell), ""
        parts = self._parts(question, cell)
        names = [name for part in parts if (name := self._name(question, part)) is not None]
        beside = "；".join(part.beside for part in parts if part.beside)
        tie = self._ties[question.name]
        if tie.other and UNKNOWN in names and not beside and self._style.pieces is None:
            # The mapping file says where words go that are no choice.
            names, beside = _others(question, names), "；".join(self._strange(question, parts))
        if question.kind is Kind.SELECT_MULTIPLE:
            return tuple(dict.fromkeys(names)), beside
        return (names[0] if len(names) == 1 else UNKNOWN if names else ""), beside

    def _parts(self, question: Question, cell: str) -> tuple[Part, ...]:
        known, tie = self._known[question.name], self._ties[question.name]
        if same(cell) in known:
            return (Part(text=cell),)
        if self._style.pieces and not tie.separator:
            return self._style.pieces(cell)
        if question.kind is Kind.SELECT_ONE:
            return (Part(text=cell),)
        names, words = {choice.name for choice in question.choices}, cell.split()
        if set(words) <= names and not tie.separator:
            # Our own files, and those of ODK, write names with blanks between them.
            return tuple(Part(text=word) for word in words)
        separators = (tie.separator,) if tie.separator else self._style.separators
        return tuple(Part(text=text) for text in cut(cell, separators, known))

    def _name(self, question: Question, part: Part) -> str | None:
        """The choice that an answer is; None for one that is tied to nothing."""
        text = WHOLE.sub(r"\1", same(part.text))
        if text in self._empty:
            return None
        return self._known[question.name].get(text, UNKNOWN) or None

    def _strange(self, question: Question, parts: Sequence[Part]) -> Iterator[str]:
        return (part.text for part in parts if self._name(question, part) == UNKNOWN)

    @staticmethod
    def _ticked(options: Mapping[str, int], cells: Sequence[str]) -> Iterator[str]:
        for choice, at in options.items():
            told = same(cells[at])
            if told in TICKED:
                yield choice
            elif told not in NOT_TICKED:
                yield UNKNOWN


def _others(question: Question, names: Sequence[str]) -> list[str]:
    """The names with the choice `other` for what is no choice; where the form has none, it stays unknown."""
    known = any(choice.name == OTHER for choice in question.choices)
    return [OTHER if name == UNKNOWN and known else name for name in names]
