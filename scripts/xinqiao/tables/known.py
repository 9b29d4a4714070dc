"""Answers as whole numbers: what can be decided of a row without reading its words.

Every answer that is plainly sound has a code: 0 where there is none, else from 1 on. What has no code is judged word by
word, as every row of a small file is. So a code never has to be right about an odd answer, only sure of a plain one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from xinqiao.core.bounds import bounds
from xinqiao.core.expression import Value
from xinqiao.core.form import Form
from xinqiao.core.question import ACKNOWLEDGED, Kind, Question, Role
from xinqiao.core.value import words
from xinqiao.tables.spelling import LONGEST_ANSWER, Spelling
from xinqiao.tables.verdict import LARGEST

NOTHING, UNSURE = 0, -1
# From here downwards: an answer whose fault is known, see faults.py.
FAULTY = -2
# An open answer is sound as it stands; what it says is not asked.
GIVEN = 1
# Levels of a question that are listed; whole numbers without bounds are known from -WIDEST to WIDEST.
WIDEST = 1000
# Answers whose codes, and those of faults below them, have 7 bits.
MOST_NARROW = 2**7 - 1
# Choices whose every combination has a code within 63 bits.
MOST_CHOICES = 60
PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
PLAIN_DAY = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])")
PLAIN_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
OPEN: Mapping[Kind, re.Pattern[str]] = {
    Kind.DECIMAL: PLAIN_DECIMAL,
    Kind.DATE: PLAIN_DAY,
    Kind.TIME: PLAIN_CLOCK,
    Kind.TEXT: re.compile(rf"(?s).{{1,{LONGEST_ANSWER}}}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a question before any answer to it is read.

    values: the typed answers of the codes from 1 on, and what an expression hears of each as a text; empty for a
    question that is open or takes several choices. `several`: the code is 1 + a bit for each choice.
    """

    question: Question
    spelling: Spelling
    values: tuple[Value, ...] = field(default=(), repr=False)
    codes: Mapping[str, int] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, question: Question, spelling: Spelling) -> Known:
        """By the question and how the file writes its answers."""
        values = tuple(value for value in _listed(question) if not _alone(question) or _allowed(question, value))
        codes = {words(value): number for number, value in enumerate(values, start=1)}
        return cls(question=question, spelling=spelling, values=values, codes=codes)

    @property
    def constrained(self) -> bool:
        """Whether every plain answer meets the constraint."""
        return self.closed and _alone(self.question)

    @property
    def closed(self) -> bool:
        """Whether each code stands for one answer."""
        return bool(self.values)

    @property
    def several(self) -> bool:
        """Whether a code stands for a set of choices."""
        return self.question.kind is Kind.SELECT_MULTIPLE and len(self.question.choices) <= MOST_CHOICES

    @property
    def width(self) -> str:
        """The type of whole numbers that holds every code."""
        return "int64" if self.several else "int8" if len(self.values) <= MOST_NARROW else "int16"

    def code(self, cell: str) -> int:
        """The code of what a cell says; UNSURE where that has to be judged."""
        if len(cell) > LONGEST_ANSWER:
            return UNSURE
        text = self.spelling.read(cell)
        if not text:
            return NOTHING
        if self.values:
            return self.codes.get(text, UNSURE)
        if self.question.kind is Kind.SELECT_MULTIPLE:
            return self._mask(text)
        open_kind = OPEN.get(self.question.kind)
        return GIVEN if open_kind and open_kind.fullmatch(text) else UNSURE

    def text(self, cell: str) -> str:
        """What a cell says, for a question whose levels are what people typed."""
        return self.spelling.read(cell)

    def value(self, code: int) -> Value:
        """The typed answer of a code; of an open one only that there is one."""
        if code <= NOTHING:
            return None
        if self.values:
            return self.values[code - 1]
        if self.several:
            return tuple(choice.name for bit, choice in enumerate(self.question.choices) if (code - 1) >> bit & 1)
        return "+"

    def _mask(self, text: str) -> int:
        """The code of a set of choices; none where they stand in another order, which an expression may see."""
        chosen = text.split(" ")
        names = [choice.name for choice in self.question.choices]
        if not self.several or [name for name in names if name in chosen] != chosen:
            return UNSURE
        return 1 + sum(1 << bit for bit, name in enumerate(names) if name in chosen)

    @property
    def typed(self) -> bool:
        """Whether its levels are what people typed."""
        return self.question.kind is Kind.TEXT and self.question.role is Role.DIMENSION


def _alone(question: Question) -> bool:
    """Whether its constraint speaks of its answer alone, and not of today either."""
    rule = question.constraint
    return rule is not None and not rule.names() and not any(node.op == "today" for node in rule.tree().walk())


def _allowed(question: Question, value: Value) -> bool:
    return question.constraint is None or question.constraint.holds({}, value)


def _listed(question: Question) -> tuple[Value, ...]:
    """Every plain answer of a question, where they can be listed."""
    match question.kind:
        case Kind.SELECT_ONE:
            return tuple(choice.name for choice in question.choices)
        case Kind.ACKNOWLEDGE:
            return (ACKNOWLEDGED,)
        case Kind.INTEGER:
            limits = bounds(question.constraint)
            low, high = (
                (-WIDEST if limits.low is None else limits.low),
                (WIDEST if limits.high is None else limits.high),
            )
            low, high = max(low, -LARGEST), min(high, LARGEST)
            return tuple(range(low, min(high, low + 2 * WIDEST) + 1))
        case Kind.RANGE if question.steps is not None:
            return tuple(int(step) if question.whole else float(step) for step in question.steps)
    return ()


def known(form: Form, spellings: Mapping[str, Spelling]) -> Mapping[str, Known]:
    """Question → what is known of it, for the spellings of a file."""
    return {q.name: Known.of(q, spellings[q.name]) for q in form.questions if q.answered}
