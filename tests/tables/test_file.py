"""Bytes of any origin become text and records, or one clear problem."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.problem import XinqiaoError
from xinqiao.tables.file import DELIMITERS, decode, delimiter_of, records

CHINESE = "班级,mood\n一班,很低落\n"


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (CHINESE.encode(), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "utf-8-sig"),
        (CHINESE.encode("gb18030"), "gb18030"),
        (CHINESE.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), "utf-16"),
    ],
)
def test_text_comes_out_the_same_whatever_the_encoding(raw: bytes, encoding: str) -> None:
    assert decode(raw, "f.csv") == (CHINESE, encoding)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "file-empty"),
        (b"\xef\xbb\xbf", "file-empty"),
        (b" \r\n\t\n", "file-empty"),
        (b"mood\n\0\n", "file-binary"),
        (CHINESE.encode("utf-16-le"), "file-binary"),
        (b"mood\n\xff\n", "file-undecodable"),
        (b"mood\n\xed\xa0\x80\n", "file-undecodable"),
        (b"\xff\xfea", "file-undecodable"),
        ("na\u00efve,caf\u00e9\n".encode("cp1252"), "file-undecodable"),
        (b"\xd0\xcf\x11\xe0rest", "file-kind-unsupported"),
        (b"%PDF-1.7", "file-kind-unsupported"),
    ],
)
def test_a_file_that_is_no_text_is_one_problem_with_its_place(raw: bytes, code: str) -> None:
    with pytest.raises(XinqiaoError) as caught:
        decode(raw, "f.csv")
    assert [(problem.code, problem.place.file) for problem in caught.value.problems] == [(code, "f.csv")]


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_give_text_without_surrogates_or_one_problem(raw: bytes) -> None:
    try:
        text, _ = decode(raw, "f.csv")
    except XinqiaoError as error:
        assert len(error.problems) == 1
    else:
        assert text.strip()
        text.encode()


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
