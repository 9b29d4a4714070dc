"""What questions have to do with each other: mentions, calculates, cycles, choices that are left, ranges."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.expression import Expression, joined
from xinqiao.core.logic import Calculations, cycles, mentions
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.question import Choice, Kind, Question, Role, Steps
from xinqiao.core.text import Text


def words(text: str) -> Text:
    return Text.of(zh=text, en=text)


def made(name: str, calculation: str, **parts: Any) -> Question:
    return Question(name=name, kind=Kind.CALCULATE, label=words(name), calculation=Expression(calculation), **parts)


def test_a_question_mentions_whom_its_rules_and_words_speak_of() -> None:
    rooms = (Choice(name="a", label=words("a"), attributes=(("in", "home"),)),)
    question = Question(
        name="q", kind=Kind.SELECT_ONE, label=words("You said ${said}"), hint=words("${hinted}"), choices=rooms,
        relevant=Expression("${shown} = 1"), constraint=Expression("${bound} > 1"),
        choice_filter=Expression("in = ${in} and name != ${filtered}"),
    )  # fmt: skip
    assert mentions(question) == {"said", "hinted", "shown", "bound", "filtered", "in"}


def test_choices_are_left_by_their_own_columns() -> None:
    rooms = tuple(Choice(name=n, label=words(n), attributes=(("in", where),)) for n, where in (("a", "x"), ("b", "y")))
    question = Question(
        name="q", kind=Kind.SELECT_ONE, label=words("q"), choices=rooms, choice_filter=Expression("in = ${in}")
    )
    assert [choice.name for choice in question.offered({"in": "y"})] == ["b"]
    assert question.offered({}) == ()


def test_calculates_are_texts_made_of_each_other_in_any_order() -> None:
    questions = [
        made("sum", "${double} + 1"),
        made("double", "${n} * 2"),
        made("when", "format-date(today(), '%Y')"),
        made("adult", "${n} >= 18", relevant=Expression("${n} != ''")),
    ]
    values = {"n": 20}
    told = Calculations(questions).over(values, date(2026, 3, 7))
    assert {name: told[name] for name in told} == {
        "n": 20, "sum": "41", "double": "40", "when": "2026", "adult": "true",
    }  # fmt: skip
    values["n"] = 1
    assert told["sum"] == "3", "as the answers are when they are asked for"
    values.clear()
    assert told["adult"] == "" and len(told) == 4
    assert list(cycles(questions)) == []


@given(st.integers(1, 6))
def test_a_circle_of_calculates_is_found_however_long(count: int) -> None:
    names = [f"c{at}" for at in range(count)]
    circle = [made(name, f"${{{names[at - 1]}}} + 1") for at, name in enumerate(names)]
    beside = made("beside", "${c0}")
    assert sorted(str(p.params["name"]) for p in cycles([*circle, beside])) == names


@given(
    st.decimals(-50, 50, places=1), st.decimals("0.1", 5, places=1), st.integers(1, 40), st.decimals(-60, 300, places=1)
)
def test_a_range_holds_its_steps_and_nothing_else(start: Decimal, step: Decimal, count: int, value: Decimal) -> None:
    steps = Steps(start=start, end=start + step * count, step=step)
    every = list(steps)
    assert len(every) == count + 1 and every[0] == start and every[-1] == steps.end
    assert all(one in steps for one in every)
    assert (value in steps) == (value in every)


@pytest.mark.parametrize(("start", "end", "step"), [(1, 1, 1), (2, 1, 1), (0, 1, 0), (0, 1, -1), (0, 5000, 1)])
def test_a_range_without_use_is_refused(start: int, end: int, step: int) -> None:
    with pytest.raises(XinqiaoError):
        Steps(start=Decimal(start), end=Decimal(end), step=Decimal(step))


@pytest.mark.parametrize("kind", [Kind.DECIMAL, Kind.DATE, Kind.TIME, Kind.ACKNOWLEDGE, Kind.NOTE])
def test_only_what_has_levels_groups_tables(kind: Kind) -> None:
    with pytest.raises(XinqiaoError) as caught:
        Question(name="q", kind=kind, label=words("q"), role=Role.DIMENSION)
    assert caught.value.problems[0].code == "dimension-kind"


def test_what_holds_where_both_do() -> None:
    both = joined(Expression("${a} = 1 or ${b} = 1"), Expression("${c} = 1"))
    assert both is not None and not both.holds({"a": "1"}) and both.holds({"a": "1", "c": "1"})
    assert joined(None, None) is None and joined(both, None) is both
