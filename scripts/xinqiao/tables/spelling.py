"""How a file writes answers, and how the form names them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from xinqiao.core.question import Kind, Question, Role
from xinqiao.tables.file import spelled

# Longer runs of digits are no answer; they would only cost time.
NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{0,30})?")
LONGEST_ANSWER = 65_536
"""Characters: the largest size class of a sealed answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """The way from what a cell says to what the form calls it; for one question."""

    question: Question
    names: Mapping[str, str]
    missing: frozenset[str]

    @classmethod
    def foreign(cls, question: Question) -> Spelling:
        """That of a foreign file: its `column_value` comes before a choice's own name, the exact before numbers."""
        given = [(value, choice.name) for choice in question.choices for value in choice.column_value]
        own = [(choice.name, choice.name) for choice in question.choices]
        names: dict[str, str] = {}
        for pairs in (given, own):
            for compared in (spelled, _compared):
                for value, name in pairs:
                    names.setdefault(compared(value), name)
        return cls(question=question, names=names, missing=frozenset(map(_compared, question.missing)))

    @classmethod
    def own(cls, question: Question) -> Spelling:
        """That of our own pages, which send names: nothing is mapped."""
        return cls(question=question, names={}, missing=frozenset(map(_compared, question.missing)))

    def read(self, cell: str) -> str:
        """The cell with choices as names, `2.0` as `2`, codes of missing answers as nothing.

        What the form does not know stays as it is, for the validation to find.
        """
        text = spelled(cell)
        if not text or (self.missing and _compared(text) in self.missing):
            return ""
        match self.question.kind:
            case Kind.SELECT_ONE:
                return self._name(text)
            case Kind.SELECT_MULTIPLE:
                return " ".join(map(self._name, text.split(" ")))
            case Kind.INTEGER:
                return _whole(text)
        return text if self.question.role is Role.DIMENSION else cell.strip()

    def _name(self, text: str) -> str:
        return self.names.get(text) or self.names.get(_compared(text), text)


def unreadable(texts: Iterable[str]) -> bool:
    """Whether a text holds what no file can: a null character or half of a surrogate pair."""
    return any("\0" in text or any("\ud800" <= char <= "\udfff" for char in text) for text in texts)


def _compared(text: str) -> str:
    """Numbers in one form, so that `2`, `2.0` and `02` are the same; anything else trimmed."""
    text = spelled(text)
    return str(Fraction(text)) if NUMBER.fullmatch(text) else text


def _whole(text: str) -> str:
    # Chinese keyboards write full-width digits; spreadsheets write whole numbers as 2.0.
    plain = unicodedata.normalize("NFKC", text)
    if not NUMBER.fullmatch(plain):
        return text
    value = Fraction(plain)
    return str(value.numerator) if value.denominator == 1 else plain
