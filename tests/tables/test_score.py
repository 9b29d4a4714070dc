"""Scores are exact, mirrored within the item's own range, and none where too much lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.expression import Expression, Value
from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import Row
from xinqiao.core.scale import Method, Scale
from xinqiao.tables.score import score, scorer


def scores(form: Form, **answers: Value) -> Mapping[str, object]:
    return score(form, Row(values=answers)).scores


def test_sum_of_scores_and_whole_numbers(form: Form) -> None:
    assert scores(form, mood="3", hours=8)["wellbeing"] == 11


def test_reversed_items_mirror_within_their_own_range(form: Form) -> None:
    # mood 3 of 1–3 → 1; hours 8 of 0–24 → 16; mean 17/2, times 2
    assert scores(form, mood="3", hours=8)["strain"] == 17


def test_any_missing_item_gives_no_score_unless_the_scale_allows_it(form: Form) -> None:
    found = scores(form, mood="2", hours=None)
    assert found["wellbeing"] is None
    assert found["strain"] == 4  # the mean of the one that is there, times 2


def test_no_answer_at_all_gives_no_score_however_many_may_lack(form: Form) -> None:
    generous = replace(form, scales=(replace(form.scale("strain"), missing_items=2),))
    assert scores(generous, mood=None, hours=None) == {"strain": None}


def test_a_sum_with_a_missing_item_is_the_mean_of_the_others_times_all(form: Form) -> None:
    scale = replace(form.scale("wellbeing"), missing_items=1)
    assert scores(replace(form, scales=(scale,)), mood=None, hours=7) == {"wellbeing": 14}


def test_a_mean_stays_a_fraction(form: Form) -> None:
    scale = Scale(
        name="thirds",
        title=form.title,
        items=("mood", "hours"),
        method=Method.MEAN,
        factor=Fraction(1, 3),
    )
    assert scores(replace(form, scales=(scale,)), mood="1", hours=1)["thirds"] == Fraction(1, 3)


@pytest.mark.parametrize("constraint", [None, Expression(". >= 0"), Expression(". >= 0 or . <= 3")])
def test_a_reversed_number_without_both_ends_is_refused(form: Form, constraint: Expression | None) -> None:
    section = form.sections[0]
    questions = tuple(
        replace(question, constraint=constraint) if question.name == "hours" else question
        for question in section.questions
    )
    unbounded = replace(form, sections=(replace(section, questions=questions),))
    with pytest.raises(XinqiaoError) as caught:
        scorer(unbounded)
    assert [problem.code for problem in caught.value.problems] == ["item-unbounded"]


@settings(deadline=None)
@given(st.sampled_from("123"), st.integers(0, 24))
def test_a_scale_and_its_mirror_add_up_to_the_same_for_everybody(form: Form, mood: str, hours: int) -> None:
    plain = replace(form.scale("wellbeing"), name="plain")
    mirrored = replace(plain, name="mirrored", reversed_items=plain.items)
    found = scores(replace(form, scales=(plain, mirrored)), mood=mood, hours=hours)
    assert found["plain"] + found["mirrored"] == (1 + 3) + (0 + 24)  # type: ignore[operator]


def test_a_scored_row_shows_no_answer_and_no_score(form: Form) -> None:
    scored = score(form, Row(values={"mood": "3", "hours": 8765}))
    assert "8765" not in repr(scored)
    assert "8768" not in repr(scored)
