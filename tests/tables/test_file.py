"""A text becomes records, cell by cell, whatever its quotes and delimiters are."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.tables.file import DELIMITERS, delimiter_of, records

CELLS = st.text(st.sampled_from('a b中,;\t"\n\r＂0'), max_size=6)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=6)


# With "\n" as its end of line, Python's writer leaves a "\r" within a cell unquoted unless told to quote all.
WRITERS = [{"lineterminator": "\n", "quoting": csv.QUOTE_ALL}, {"lineterminator": "\r\n"}]


@settings(deadline=None)
@given(TABLES, st.sampled_from(DELIMITERS), st.sampled_from(WRITERS))
def test_what_a_csv_writer_writes_comes_back_cell_by_cell(
    table: list[list[str]], delimiter: str, style: dict[str, Any]
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, **style).writerows([["head"], *table])
    found = list(records(written.getvalue(), delimiter))
    assert [record.cells for record in found] == [("head",), *map(tuple, table)]
    assert [record.number for record in found] == list(range(len(table) + 1))
    assert [record.blank for record in found[1:]] == [not any(cell.strip() for cell in row) for row in table]


@settings(deadline=None)
@given(st.text(st.sampled_from('ab,"\n\r'), max_size=40))
def test_numbers_of_records_follow_each_other_in_any_text(text: str) -> None:
    numbers = [record.number for record in records(text, ",")]
    assert numbers == list(range(len(numbers)))


def test_broken_quotes_lose_their_lines_and_no_other() -> None:
    found = list(records('a,b\n1,2\n"x"y,3\n4,5\n', ","))
    assert [record.cells for record in found] == [("a", "b"), ("1", "2"), None, ("4", "5")]


def test_a_quote_that_never_closes_loses_every_line_after_it_and_counts_them() -> None:
    found = list(records('a,b\n1,2\n"x,3\n4,5\n6,7\n', ","))
    assert [record.cells for record in found] == [("a", "b"), ("1", "2"), None, None, None]


def test_lines_before_the_header_that_are_blank_do_not_count() -> None:
    assert [record.number for record in records("\n,,\na,b\n\n1,2\n", ",")] == [0, 1, 2]


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_the_one_that_shows_known_headers(delimiter: str) -> None:
    header = delimiter.join(["mood", '"a, b; c\td, e; f, g"', "hours"])
    assert delimiter_of(f"{header}\n1,2;3\t4,5\n", {"mood", "hours"}) == delimiter


def test_a_record_shows_no_cell() -> None:
    assert "secret" not in repr(next(records("secret,b\n", ",")))
