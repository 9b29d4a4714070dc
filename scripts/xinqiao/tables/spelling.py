"""How a file writes answers, and how the form names them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from xinqiao.core.problem import Place, refuse
from xinqiao.core.question import Kind, Question, Role
from xinqiao.tables.file import spelled
from xinqiao.tables.moment import date_of, number_of, time_of
from xinqiao.tables.score import mirror

# Longer runs of digits are no answer; they would only cost time.
NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{0,30})?")
WHOLE = re.compile(r"-?[0-9]+")
MOST_SEEN = 4096
LONGEST_ANSWER = 65_536
"""Characters: the largest size class of a sealed answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """The way from what a cell says to what the form calls it; for one question.

    `turned` gives for a choice's name the one at the other end of its scores; `mirror` does so for whole
    numbers, as what to subtract them from.
    """

    question: Question
    names: Mapping[str, str]
    missing: frozenset[str] = frozenset()
    turned: Mapping[str, str] = field(default_factory=dict)
    mirror: int | None = None
    seen: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def foreign(cls, question: Question, missing: Iterable[str] = (), *, turn: bool = False) -> Spelling:
        """That of a foreign file.

        `missing`: codes that are no answer in any column. `turn`: the item was reversed before the file
        was written, and is turned back to what the person chose. Raises XinqiaoError (item-unmirrored,
        item-unbounded) where it cannot be.
        """
        codes = frozenset(map(_compared, (*missing, *question.missing)))
        names = _names(question)
        if turn and question.choices:
            return cls(question=question, names=names, missing=codes, turned=_turned(question))
        return cls(question=question, names=names, missing=codes, mirror=mirror(question) if turn else None)

    @classmethod
    def own(cls, question: Question) -> Spelling:
        """That of our own pages and files, which hold names: nothing is mapped, no code means a missing answer."""
        return cls(question=question, names={})

    def read(self, cell: str) -> str:
        """The cell with choices as names, `2.0` as `2`, codes of missing answers as nothing.

        What the form does not know stays as it is, for the validation to find.
        """
        if self.question.kind is Kind.TEXT and self.question.role is not Role.DIMENSION and not self.missing:
            return cell.strip()
        # A file says the same few things again and again.
        if (known := self.seen.get(cell)) is None:
            if len(self.seen) >= MOST_SEEN:
                self.seen.clear()
            known = self.seen[cell] = self._read(cell)
        return known

    def _read(self, cell: str) -> str:
        text = spelled(cell)
        if not text or (self.missing and _compared(text) in self.missing):
            return ""
        match self.question.kind:
            case Kind.SELECT_ONE:
                return self._name(text)
            case Kind.SELECT_MULTIPLE:
                return " ".join(map(self._name, text.split(" ")))
            case Kind.INTEGER:
                return self._number(text)
            case Kind.DECIMAL | Kind.RANGE:
                return number_of(text)
            case Kind.DATE:
                return date_of(text)
            case Kind.TIME:
                return time_of(text)
        return text if self.question.role is Role.DIMENSION else cell.strip()

    def _name(self, text: str) -> str:
        name = self.names.get(text) or self.names.get(_compared(text)) or self._unknown(text)
        return self.turned.get(name, name)

    def _unknown(self, text: str) -> str:
        """The text, made different where it looks like a name that this file does not use."""
        return f"?{text}" if self.names and any(text == choice.name for choice in self.question.choices) else text

    def _number(self, text: str) -> str:
        text = _whole(text)
        if self.mirror is None or not WHOLE.fullmatch(text):
            return text
        return str(self.mirror - int(text))


def _names(question: Question) -> Mapping[str, str]:
    """Spelling → choice; a `column_value` comes before a choice's own name, the exact before numbers.

    Where one choice's `column_value` is another one's name, the file has codes of its own (1–4 for what
    the form calls 0–3): a choice that says how the file writes it is then known by that alone, so that a
    code which the file should not hold is not taken for a name.
    """
    given = [(value, choice.name) for choice in question.choices for value in choice.column_value]
    known = {_compared(value): name for value, name in reversed(given)}
    shifted = any(known.get(_compared(choice.name), choice.name) != choice.name for choice in question.choices)
    own = [(choice.name, choice.name) for choice in question.choices if not (shifted and choice.column_value)]
    names: dict[str, str] = {}
    for pairs in (given, own):
        for compared in (spelled, _compared):
            for value, name in pairs:
                names.setdefault(compared(value), name)
    return names


def _turned(question: Question) -> Mapping[str, str]:
    """Choice → the one whose score lies as far from the other end."""
    at: dict[int, list[str]] = {}
    for choice in question.choices:
        if choice.score is not None:
            at.setdefault(choice.score, []).append(choice.name)
    ends = mirror(question)
    if any(len(names) > 1 or ends - score not in at for score, names in at.items()):
        raise refuse("item-unmirrored", Place(question=question.name), name=question.name)
    return {names[0]: at[ends - score][0] for score, names in at.items()}


def unreadable(texts: Iterable[str]) -> bool:
    """Whether a text holds what no file can: a null character or half of a surrogate pair."""
    return any("\0" in text or any("\ud800" <= char <= "\udfff" for char in text) for text in texts)


# A file says the same few things again and again.
@lru_cache(maxsize=4096)
def _compared(text: str) -> str:
    """Numbers in one form, so that `2`, `2.0` and `02` are the same; anything else trimmed."""
    text = spelled(text)
    return str(Fraction(text)) if NUMBER.fullmatch(text) else text


@lru_cache(maxsize=4096)
def _whole(text: str) -> str:
    # Chinese keyboards write full-width digits; spreadsheets write whole numbers as 2.0.
    plain = unicodedata.normalize("NFKC", text)
    if not NUMBER.fullmatch(plain):
        return text
    value = Fraction(plain)
    return str(value.numerator) if value.denominator == 1 else plain
