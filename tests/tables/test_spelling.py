"""A file's spellings become the names of the form; what it does not know stays for the validation."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.form import Form
from xinqiao.tables.spelling import Spelling, unreadable


@pytest.mark.parametrize(
    ("question", "cell", "answer"),
    [
        ("mood", "Very low", "1"),
        ("mood", " Very\u00a0low\u3000", "1"),
        ("mood", "很低落", "1"),
        ("mood", "7", "3"),  # a spelling of the file
        ("mood", "7.0", "3"),
        ("mood", "2", "2"),  # a choice's own name
        ("mood", "2.00", "2"),
        ("mood", "very low", "very low"),
        ("mood", "99", ""),
        ("mood", "99.0", ""),
        ("mood", "\u00a0", ""),
        ("hours", "８", "8"),
        ("hours", "+8.0", "8"),
        ("hours", "8.5", "8.5"),
        ("hours", "eight", "eight"),
        ("hours", "-1", ""),
        ("hours", "9" * 500, "9" * 500),
        ("topics", " sleep  study ", "sleep study"),
        ("unit", " Class\u00a01 ", "Class 1"),
        ("why", " two  blanks\nand a line ", "two  blanks\nand a line"),
    ],
)
def test_a_cell_of_a_foreign_file(form: Form, question: str, cell: str, answer: str) -> None:
    assert Spelling.foreign(form.question(question)).read(cell) == answer


def test_our_own_pages_send_names_so_spellings_of_files_mean_nothing_there(form: Form) -> None:
    own = Spelling.own(form.question("mood"))
    assert [own.read(sent) for sent in ("3", "7", "Very low", "99")] == ["3", "7", "Very low", "99"]


@settings(deadline=None)
@given(st.text(), st.sampled_from(["unit", "mood", "hours", "topics", "why"]))
def test_reading_twice_changes_nothing_for_our_own_answers(form: Form, cell: str, name: str) -> None:
    spelling = Spelling.own(form.question(name))
    once = spelling.read(cell)
    assert spelling.read(once) == once


def test_characters_that_no_file_can_hold() -> None:
    assert unreadable(["fine", "a\0"])
    assert unreadable(["\ud83d"])
    assert not unreadable(["😀", "", "行\n"])
