"""A workbook reads as the CSV that its owner would have exported; a broken one is one problem."""

from __future__ import annotations

import io
import re
import traceback
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import PatternFill

from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.tables.finding import counts
from xinqiao.tables.read import RawTable

Read = Callable[[bytes], RawTable]
HEADER = ["班级", "mood", "hours", "topics", "why", "again"]
MARK = "planted"


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def workbook(*rows: Sequence[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def changed(raw: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same package with one part changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return stream.getvalue()


def seen(table: RawTable) -> Mapping[tuple[str, str], int]:
    return counts(table.findings)


def test_a_workbook_reads_as_a_file_of_text(read: Read) -> None:
    table = read(workbook(HEADER, ["一班", "很低落", 8.0, "sleep study", "because", None], ["二班", 2, 7, None, None]))
    assert table.rows == (
        (1, {"unit": "一班", "mood": "1", "hours": "8", "topics": "sleep study", "why": "because", "again": ""}),
        (2, {"unit": "二班", "mood": "2", "hours": "7", "topics": "", "why": "", "again": ""}),
    )
    assert table.findings == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (3.0, "3"),
        (-2.50, "-2.5"),
        (0.1 + 0.2, "0.3"),
        (1e20, "1" + "0" * 20),
        (0.0000001, "0.0000001"),
        (True, "TRUE"),
        (False, "FALSE"),
        (date(2026, 5, 4), "2026-05-04"),
        (datetime(2026, 5, 4, 13, 30), "2026-05-04T13:30:00"),
        (time(7, 5), "07:05:00"),
        ("007", "007"),
        ("one_x000D_\ntwo", "one\r\ntwo"),
        ("#N/A", "#N/A"),
    ],
)
def test_a_typed_cell_becomes_the_text_of_an_export(read: Read, value: object, text: str) -> None:
    assert read(workbook(["mood", "why"], [1, value])).rows[0][1]["why"] == text


def test_a_formula_gives_its_stored_value_and_nothing_where_none_is_stored(read: Read) -> None:
    raw = workbook(["mood", "hours"], [1, "=3+4"])
    assert read(raw).rows[0][1]["hours"] == ""
    stored = changed(raw, "xl/worksheets/sheet1.xml", lambda xml: re.sub(rb"<v ?/>|<v></v>", b"<v>7</v>", xml))
    assert stored != raw
    assert read(stored).rows[0][1]["hours"] == "7"


def test_blank_edges_are_dropped_and_blank_rows_between_are_counted(read: Read) -> None:
    book = openpyxl.Workbook()
    for row in (["mood", "hours"], [1, 8], [], [2, 7]):
        book.active.append(row)
    # Painted cells are cells too.
    book.active["J40"].fill = PatternFill("solid", fgColor="FFFF00")
    book.active["A30"] = "  "
    table = read(saved(book))
    assert [(number, answers["mood"]) for number, answers in table.rows] == [(1, "1"), (3, "2")]
    assert table.dropped == 1
    assert ("columns-extra", "") not in seen(table)


def test_merged_titles_and_blank_headers_do_not_hide_the_columns(read: Read) -> None:
    book = openpyxl.Workbook()
    for row in (["Feedback of spring"], [], ["mood", None, "hours"], [1, "noted", 8, "beside"]):
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    table = read(saved(book))
    assert [(number, answers["mood"], answers["hours"]) for number, answers in table.rows] == [(1, "1", "8")]
    assert seen(table)["columns-extra", ""] == 2


def test_a_workbook_of_one_column_is_read_and_an_unknown_one_is_refused(read: Read) -> None:
    assert [answers["mood"] for _, answers in read(workbook(["mood"], [2], [3])).rows] == ["2", "3"]
    with pytest.raises(XinqiaoError, match="columns-unknown"):
        read(workbook(["name"], [MARK]))


def test_the_first_sheet_is_read_and_the_others_are_told(read: Read) -> None:
    book = openpyxl.Workbook()
    book.active.append(["mood"])
    book.active.append([2])
    book.create_sheet("other").append([MARK])
    table = read(saved(book))
    assert [answers["mood"] for _, answers in table.rows] == ["2"]
    assert seen(table)["sheets-extra", ""] == 1


def test_a_wrong_extent_in_the_file_hides_no_row(read: Read) -> None:
    raw = workbook(["mood", "hours"], [1, 8], [2, 7])
    narrow = changed(
        raw, "xl/worksheets/sheet1.xml", lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', xml)
    )
    assert narrow != raw
    assert read(narrow).rows == read(raw).rows


BROKEN = {
    "cut off": workbook(HEADER, [MARK, 1])[:900],
    "no workbook": changed(workbook(HEADER), "[Content_Types].xml", lambda _: b"<Types/>"),
    "broken sheet": changed(workbook([MARK]), "xl/worksheets/sheet1.xml", lambda xml: xml[:-40]),
    "broken cell": changed(
        workbook(["mood"], [1]), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>1</v>", b"<v>planted</v>")
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_workbook_is_one_problem_that_quotes_nothing(read: Read, name: str) -> None:
    with pytest.raises(XinqiaoError) as caught:
        read(BROKEN[name])
    assert [problem.code for problem in caught.value.problems] == ["workbook-broken"]
    assert caught.value.exit_code is ExitCode.ANSWERS
    assert caught.value.__context__ is None
    assert MARK not in "".join(traceback.format_exception(caught.value))


def test_a_workbook_too_large_to_unpack_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xinqiao.tables.workbook.LARGEST", 1000)
    with pytest.raises(XinqiaoError, match="workbook-broken"):
        read(workbook(HEADER))


def test_a_workbook_without_any_cell_is_empty(read: Read) -> None:
    with pytest.raises(XinqiaoError, match="file-empty"):
        read(workbook())


def test_a_date_that_is_none_warns_nobody_of_its_value(read: Read) -> None:
    raw = workbook(["mood", "hours"], [1, datetime(2026, 5, 4)])
    odd = changed(raw, "xl/worksheets/sheet1.xml", lambda xml: re.sub(rb"<v>46146</v>", b"<v>9876543210</v>", xml))
    assert odd != raw
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(odd).rows[0][1]["hours"] != ""


SHEET = workbook(HEADER, ["一班", 1, 8, "sleep", "because", datetime(2026, 5, 4)], ["二班", True, 0.5, None, "=1"])
PARTS = ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"]


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(PARTS), st.floats(0, 1), st.integers(0, 12), st.binary(max_size=4))
def test_any_damage_gives_a_table_or_one_problem(read: Read, part: str, at: float, length: int, put: bytes) -> None:
    def damage(xml: bytes) -> bytes:
        start = int(at * len(xml))
        return xml[:start] + put + xml[start + length :]

    try:
        table = read(changed(SHEET, part, damage))
    except XinqiaoError as error:
        assert len(error.problems) == 1
    else:
        assert all(len(answers) == len(HEADER) for _, answers in table.rows)
