"""Questions as XLSForm knows them: kinds, choices, and how far an answer may travel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from xinqiao.core.expression import Expression, Value, evaluate, joined, truth
from xinqiao.core.name import CHOICE_NAME, check_name, repeated
from xinqiao.core.problem import Place, XinqiaoError, refuse
from xinqiao.core.text import Text

NO_ANSWER = "_none"


class Kind(StrEnum):
    """A question's kind, by its XLSForm type."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    RANGE = "range"
    DATE = "date"
    TIME = "time"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    ACKNOWLEDGE = "acknowledge"
    CALCULATE = "calculate"
    NOTE = "note"


CHOOSING = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE})
READ_ONLY = frozenset({Kind.NOTE, Kind.CALCULATE})
# Kinds whose answers have levels that a table can be grouped by.
LEVELLED = frozenset({*CHOOSING, Kind.TEXT, Kind.INTEGER})
# What an acknowledge holds once it is ticked (ODK), and the choice that or_other adds (XLSForm).
ACKNOWLEDGED = "OK"
OTHER = "other"
MOST_STEPS = 1000


class BadAnswer(StrEnum):
    """What happens to an answer that cannot be used: its row is set aside, or it alone is emptied and counted."""

    ROW = "row"
    CELL = "cell"


class Role(StrEnum):
    """How far an answer may travel: free text and contacts never reach a table.

    A match code joins two answers of one person; a code of a printed slip lets one answer count once.
    """

    DIMENSION = "dimension"
    ANSWER = "answer"
    FREE_TEXT = "free-text"
    CONTACT = "contact"
    MATCH = "match"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing to choose: `name` is what is stored, never the label.

    `column_value` are the spellings by which a foreign file writes it; `attributes` are columns of its own
    (name, value) that a choice_filter may ask about; `size` of a unit: how many are on its roster.
    """

    name: str
    label: Text
    score: int | None = None
    loinc: str = ""
    column_value: tuple[str, ...] = ()
    size: int | None = None
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def columns(self) -> Mapping[str, str]:
        """What a choice_filter may ask about it: its name and its attributes."""
        return {"name": self.name, **dict(self.attributes)}

    def __post_init__(self) -> None:
        check_name(self.name, CHOICE_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The numbers of a range: from `start` to at most `end`, `step` apart. Raises XinqiaoError (range-unusable)."""

    start: Decimal
    end: Decimal
    step: Decimal

    def __post_init__(self) -> None:
        # More steps than that are no scale that a person could use.
        if self.step <= 0 or self.end <= self.start or (self.end - self.start) / self.step > MOST_STEPS:
            raise refuse("range-unusable")

    def __contains__(self, value: Decimal) -> bool:
        return self.start <= value <= self.end and (value - self.start) % self.step == 0

    def __iter__(self) -> Iterator[Decimal]:
        return (self.start + self.step * at for at in range(int((self.end - self.start) // self.step) + 1))

    @property
    def whole(self) -> bool:
        """Whether all of them are whole numbers."""
        return self.start == self.start.to_integral_value() and self.step == self.step.to_integral_value()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One row of the survey. `column` and `missing` say how a foreign file heads it and writes no answer.

    `relevant` is its own condition and `within` that of the groups around it; `relevance` is both.
    `of_other`: the question whose choice `other` it explains (XLSForm: or_other), where it was made for that.
    `appearance` and `default` are kept as they are written; pages heed the appearances `multiline`, `minimal`
    and `likert`, and never a default. `person`: its levels are persons (a teacher), so it is never published.
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
    within: Expression | None = None
    calculation: Expression | None = None
    choice_filter: Expression | None = None
    steps: Steps | None = None
    required_message: Text | None = None
    or_other: bool = False
    of_other: str = ""
    appearance: str = ""
    default: str = ""
    loinc: str = ""
    role: Role = Role.ANSWER
    sensitive: bool = False
    column: str = ""
    missing: tuple[str, ...] = ()
    person: bool = False
    on_bad_answer: BadAnswer = BadAnswer.ROW

    def __post_init__(self) -> None:
        check_name(self.name)
        place = Place(question=self.name)
        if self.kind in CHOOSING:
            if not self.choices:
                raise refuse("choices-missing", place, name=self.name)
            if problems := list(repeated(choice.name for choice in self.choices)):
                raise XinqiaoError(problems)
        if (self.kind is Kind.CALCULATE) is (self.calculation is None):
            raise refuse("calculation-misplaced", place, name=self.name)
        if self.role is Role.DIMENSION and self.kind not in LEVELLED:
            raise refuse("dimension-kind", place, name=self.name)
        joined(self.within, self.relevant)

    @property
    def answered(self) -> bool:
        """Whether a person can answer it; a note is only read, a calculate made of other answers."""
        return self.kind not in READ_ONLY

    @property
    def relevance(self) -> Expression | None:
        """When it is asked: where its groups are and it is; None is always."""
        return joined(self.within, self.relevant)

    @property
    def whole(self) -> bool:
        """Whether its answers are whole numbers."""
        return self.kind is Kind.INTEGER or (self.steps is not None and self.steps.whole)

    def offered(self, values: Mapping[str, Value]) -> tuple[Choice, ...]:
        """The choices that its choice_filter leaves for these answers."""
        if self.choice_filter is None:
            return self.choices
        tree = self.choice_filter.tree()
        return tuple(
            choice for choice in self.choices if truth(evaluate(tree.filled(choice.columns), values, None, None))
        )

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
class Group:
    """A begin_group of the survey: its title, the note below (XLSForm: hint), and when it is asked."""

    name: str
    title: Text | None = None
    note: Text | None = None
    relevant: Expression | None = None
    appearance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Questions in a row that stand in the same groups; `name`, `title` and `note` are the innermost group's.

    `groups` are the groups around them, outermost first; none for questions outside of any. A group that goes
    on after one inside it has ended makes a second section with the same groups.
    """

    name: str
    title: Text | None
    questions: tuple[Question, ...]
    note: Text | None = None
    groups: tuple[Group, ...] = ()
