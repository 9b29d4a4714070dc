"""Derived dimensions: coarser levels made of a question's answers, by bins of numbers or a map of choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from xinqiao.core.expression import Value
from xinqiao.core.name import CHOICE_NAME, check_name, repeated
from xinqiao.core.problem import Place, XinqiaoError, refuse
from xinqiao.core.question import Choice, Kind, Question, Role
from xinqiao.core.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedLevel:
    """One level: the numbers from `low` (None: from below) to below the next level's, or these choices."""

    name: str
    label: Text
    low: Fraction | None = None
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_name(self.name, CHOICE_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A dimension that is not asked but made of the answers to the question `source`.

    Levels are all bins of an integer or all maps of choices; bins are closed below, open above, and the
    first and the last are open-ended. Raises XinqiaoError (derived-levels) where they are mixed or unordered.
    """

    name: str
    label: Text
    source: str
    levels: tuple[DerivedLevel, ...]

    def __post_init__(self) -> None:
        check_name(self.name)
        if problems := list(repeated(level.name for level in self.levels)):
            raise XinqiaoError(problems)
        if not self.levels or not (self.mapped or self._binned()):
            raise refuse("derived-levels", Place(question=self.name), name=self.name)

    @property
    def mapped(self) -> bool:
        """Whether its levels are made of choices, not of numbers."""
        return bool(self.levels) and all(level.choices and level.low is None for level in self.levels)

    def _binned(self) -> bool:
        lows = [level.low for level in self.levels[1:]]
        known = [low for low in lows if low is not None]
        rising = len(known) == len(lows) and known == sorted(set(known))
        open_below = len(self.levels) > 1 and self.levels[0].low is None
        return rising and open_below and not any(level.choices for level in self.levels)

    def level(self, value: Value) -> str | None:
        """The name of the level that an answer falls into; None where there is no answer or no level for it."""
        if value is None or value == "":
            return None
        if self.mapped:
            return next((level.name for level in self.levels if value in level.choices), None)
        if not isinstance(value, int | float):
            return None
        reached = [level for level in self.levels if level.low is None or level.low <= value]
        return reached[-1].name

    def as_question(self, source: Question) -> Question:
        """The question that nobody is asked: one choice a level, answered where its source is."""
        return Question(
            name=self.name,
            kind=Kind.SELECT_ONE,
            label=self.label,
            choices=tuple(Choice(name=level.name, label=level.label) for level in self.levels),
            required=source.required,
            relevant=source.relevance,
            role=Role.DIMENSION,
            sensitive=source.sensitive,
            on_bad_answer=source.on_bad_answer,
        )

    def uncovered(self, choices: Sequence[Choice]) -> tuple[str, ...]:
        """The choices of its source that no level holds, or more than one does."""
        held = [name for level in self.levels for name in level.choices]
        return tuple(choice.name for choice in choices if held.count(choice.name) != 1)
