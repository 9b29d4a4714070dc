"""Questions as XLSForm knows them: kinds, choices, and how far an answer may travel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from xinqiao.core.expression import Expression
from xinqiao.core.name import CHOICE_NAME, check_name, repeated
from xinqiao.core.problem import Place, XinqiaoError, refuse
from xinqiao.core.text import Text

NO_ANSWER = "_none"


class Kind(StrEnum):
    """A question's kind, by its XLSForm type."""

    TEXT = "text"
    INTEGER = "integer"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    NOTE = "note"


class BadAnswer(StrEnum):
    """What happens to an answer that cannot be used: its row is set aside, or it alone is emptied and counted."""

    ROW = "row"
    CELL = "cell"


class Role(StrEnum):
    """How far an answer may travel: free text and contacts never reach a table."""

    DIMENSION = "dimension"
    ANSWER = "answer"
    FREE_TEXT = "free-text"
    CONTACT = "contact"
    MATCH = "match"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing to choose: `name` is what is stored, never the label.

    `column_value` are the spellings by which a foreign file writes it; `size` of a unit: how many are on its roster.
    """

    name: str
    label: Text
    score: int | None = None
    column_value: tuple[str, ...] = ()
    size: int | None = None

    def __post_init__(self) -> None:
        check_name(self.name, CHOICE_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One row of the survey. `column` and `missing` say how a foreign file heads it and writes no answer.

    `person`: its levels are persons (a teacher), so it is never published.
    """

    name: str
    kind: Kind
    label: Text
    hint: Text | None = None
    choices: tuple[Choice, ...] = ()
    required: bool = False
    relevant: Expression | None = None
    constraint: Expression | None = None
    constraint_message: Text | None = None
    role: Role = Role.ANSWER
    sensitive: bool = False
    column: str = ""
    missing: tuple[str, ...] = ()
    person: bool = False
    on_bad_answer: BadAnswer = BadAnswer.ROW

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.kind in {Kind.SELECT_ONE, Kind.SELECT_MULTIPLE}:
            if not self.choices:
                raise refuse("choices-missing", Place(question=self.name), name=self.name)
            if problems := list(repeated(choice.name for choice in self.choices)):
                raise XinqiaoError(problems)

    @property
    def answered(self) -> bool:
        """Whether a person can answer it; a note is only read."""
        return self.kind is not Kind.NOTE

    @property
    def countable(self) -> bool:
        """Whether its answers may be counted in a table."""
        return self.answered and not self.person and self.role in {Role.DIMENSION, Role.ANSWER}

    @property
    def scored(self) -> bool:
        """Whether each answer has a score: an integer, or choices that all carry one."""
        has_scores = bool(self.choices) and all(choice.score is not None for choice in self.choices)
        return self.kind is Kind.INTEGER or (self.kind is Kind.SELECT_ONE and has_scores)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A page or group of questions (XLSForm: begin group)."""

    name: str
    title: Text | None
    questions: tuple[Question, ...]
    note: Text | None = None
