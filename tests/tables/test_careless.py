"""Long runs of the same answer are told and counted, by rows alone and in large files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.form import Form
from xinqiao.core.question import Choice, Kind, Question, Section
from xinqiao.core.text import Lang, Text
from xinqiao.forms.schema import table_schema
from xinqiao.tables.careless import LONG_RUN, lists, straight
from xinqiao.tables.read import read_file
from xinqiao.tables.sift import sift
from xinqiao.tables.validate import validate


def words(text: str) -> Text:
    return Text.of(zh=text, en=text)


def listed(form: Form, names: list[str], most: int) -> Form:
    """The form with one list of items that are answered from 1 to `most`."""
    offered = tuple(Choice(name=str(at), label=words(str(at)), score=at) for at in range(1, most + 1))
    items = tuple(Question(name=name, kind=Kind.SELECT_ONE, label=words(name), choices=offered) for name in names)
    return replace(form, sections=(Section(name="a", title=None, questions=items),), scales=(), summaries=())


@pytest.mark.parametrize(("name", "most", "straight_rows"), [("careless_200", 5, 21), ("careless_1000", 7, 110)])
def test_the_planted_rows_are_found(real_data: Path, form: Form, name: str, most: int, straight_rows: int) -> None:
    path = real_data / "careless-straightlining" / f"{name}.csv"
    header = path.read_text(encoding="utf-8").splitlines()[0].replace('"', "").split(",")
    made = listed(form, header, most)
    schema = table_schema(made, Lang.EN)
    slow, fast = validate(made, schema, read_file(path, made)), sift(path, made, schema)
    assert slow.counts["row-straight", ""] == straight_rows
    assert slow.quarantined == 0
    assert fast and fast.as_json() == slow.as_json()


ITEMS = [f"i{at}" for at in range(20)]


@given(st.lists(st.sampled_from(["", "1", "2"]), min_size=20, max_size=20))
def test_a_run_is_long_where_ten_answers_are_the_same(form: Form, answers: list[str]) -> None:
    longest = max(
        (end - start for start in range(20) for end in range(start + 1, 21)
         if answers[start] and len(set(answers[start:end])) == 1),
        default=0,
    )  # fmt: skip
    found = lists(listed(form, ITEMS, 2))
    values = {name: answer or None for name, answer in zip(ITEMS, answers, strict=True)}
    assert straight(found, values) is (longest >= LONG_RUN)


def test_a_short_list_and_a_list_of_other_choices_have_no_long_run(form: Form) -> None:
    assert lists(listed(form, ITEMS[:19], 5)) == ()
    first, second = listed(form, ITEMS[:12], 5), listed(form, ITEMS[12:], 4)
    assert lists(replace(form, sections=first.sections + second.sections, scales=(), summaries=())) == ()
