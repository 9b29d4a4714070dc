"""Derived dimensions: every answer falls into one level, and what would be ambiguous cannot be built."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.derived import Derived, DerivedLevel
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.question import Choice, Kind, Question, Role
from xinqiao.core.text import Text

WORDS = Text.of(zh="字", en="words")


def level(name: str, low: int | None = None, *choices: str) -> DerivedLevel:
    return DerivedLevel(name=name, label=WORDS, low=None if low is None else Fraction(low), choices=choices)


def derived(*levels: DerivedLevel) -> Derived:
    return Derived(name="group", label=WORDS, source="age", levels=levels)


AGES = derived(level("young"), level("middle", 30), level("old", 60))
FIELDS = derived(level("science", None, "physics", "chemistry"), level("arts", None, "history"))


def test_a_bin_is_closed_below_and_open_above_and_the_ends_are_open() -> None:
    assert [AGES.level(age) for age in (-5, 29, 30, 59, 60, 999)] == [
        "young",
        "young",
        "middle",
        "middle",
        "old",
        "old",
    ]


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=6, unique=True).map(sorted), st.integers(-60, 60))
def test_every_whole_number_falls_into_the_bin_whose_bounds_hold_it(bounds: list[int], value: int) -> None:
    made = derived(level("l"), *(level(f"l{at}", low) for at, low in enumerate(bounds)))
    reached = sum(low <= value for low in bounds)
    assert made.level(value) == made.levels[reached].name


def test_a_map_finds_the_level_that_holds_the_choice() -> None:
    assert [FIELDS.level(major) for major in ("physics", "chemistry", "history", "law")] == [
        "science", "science", "arts", None,
    ]  # fmt: skip


@pytest.mark.parametrize("made", [AGES, FIELDS], ids=["bins", "map"])
def test_no_answer_has_no_level(made: Derived) -> None:
    assert made.level(None) is None
    assert made.level("") is None


def test_what_is_no_number_falls_into_no_bin() -> None:
    assert AGES.level("forty") is None


@pytest.mark.parametrize(
    "levels",
    [
        (),
        (level("all"),),
        (level("a", 1), level("b", 2)),
        (level("a"), level("b", 30), level("c", 18)),
        (level("a"), level("b", 30), level("c", 30)),
        (level("a"), level("b")),
        (level("a"), level("b", 30, "physics")),
        (level("a", None, "physics"), level("b")),
    ],
    ids=["none", "one bin", "not open below", "falling", "empty bin", "no bound", "mixed level", "mixed levels"],
)
def test_levels_that_do_not_hold_together_are_refused(levels: tuple[DerivedLevel, ...]) -> None:
    with pytest.raises(XinqiaoError, match="derived-levels"):
        derived(*levels)


def test_levels_have_names_of_their_own_that_a_table_can_carry() -> None:
    with pytest.raises(XinqiaoError, match="name-twice"):
        derived(level("a"), level("a", 30))
    with pytest.raises(XinqiaoError, match="name-unusable"):
        level("未满 18")


def test_it_amounts_to_a_question_that_keeps_what_its_source_says_of_itself() -> None:
    source = Question(name="age", kind=Kind.INTEGER, label=WORDS, required=True, sensitive=True)
    made = AGES.as_question(source)
    assert (made.name, made.kind, made.role) == ("group", Kind.SELECT_ONE, Role.DIMENSION)
    assert [choice.name for choice in made.choices] == ["young", "middle", "old"]
    assert made.required and made.sensitive and made.countable


def test_choices_that_no_level_or_more_than_one_holds_are_told() -> None:
    choices = [Choice(name=name, label=WORDS) for name in ("physics", "history", "law")]
    assert FIELDS.uncovered(choices) == ("law",)
    assert derived(level("a", None, "law"), level("b", None, "law")).uncovered(choices) == ("physics", "history", "law")
