"""A workbook reads as the CSV that its owner would have exported; a broken one is one problem."""

from __future__ import annotations

import io
import re
import traceback
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import PatternFill

from xinqiao.core.foreign import ForeignFile
from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.question import BadAnswer
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


def with_question(form: Form, name: str, **changes: object) -> Form:
    """The form with one question changed."""
    questions = tuple(
        replace(question, **changes) if question.name == name else question  # type: ignore[arg-type]
        for question in form.questions
    )
    return replace(form, sections=(replace(form.sections[0], questions=questions),))


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


def stored(raw: bytes, cell: bytes) -> bytes:
    """The same workbook with what its one formula comes to; openpyxl itself stores nothing."""
    found = changed(raw, "xl/worksheets/sheet1.xml", lambda xml: re.sub(rb"<v ?/>|<v></v>", cell, xml))
    assert found != raw
    return found


def test_a_formula_gives_what_is_stored_of_it(read: Read) -> None:
    raw = workbook(["mood", "hours"], [1, "=3+4"])
    table = read(stored(raw, b"<v>7</v>"))
    assert (table.rows[0][1]["hours"], seen(table)) == ("7", seen(read(workbook(["mood", "hours"], [1, 7]))))


def test_a_formula_that_came_to_an_empty_text_is_no_answer(read: Read) -> None:
    raw = changed(
        workbook(["mood", "hours"], [1, '=IF(A2=1,"",8)']),
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb'<c r="B2"[^>]*>', b'<c r="B2" t="str">', xml),
    )
    table = read(raw)
    assert table.rows[0][1]["hours"] == ""
    assert ("answer-formula", "hours") not in seen(table)


@pytest.mark.parametrize("lenient", [False, True])
def test_a_formula_without_a_stored_value_is_told_and_not_taken_for_no_answer(
    form: Form, reader: Callable[[Form], Read], lenient: bool
) -> None:
    read = reader(with_question(form, "hours", on_bad_answer=BadAnswer.CELL if lenient else BadAnswer.ROW))
    table = read(workbook(["mood", "hours", "beside"], [1, "=3+4"], [2, 5, "=1+1"], ["=1+0", "=3+4"], ["=1"]))
    aside = {finding.row for finding in table.findings if finding.sets_aside}
    assert aside == ({3, 4} if lenient else {1, 3, 4})
    assert [number for number, _ in table.rows] == ([1, 2] if lenient else [2])
    assert seen(table)["answer-formula", "mood"] == 2
    assert seen(table)["answer-emptied" if lenient else "answer-formula", "hours"] == 2


def test_the_named_sheet_is_read_and_no_other_is_told_of(form: Form, reader: Callable[[Form], Read]) -> None:
    book = openpyxl.Workbook()
    book.active.append([MARK])
    for name, mood in (("spring", 2), ("答卷", 3)):
        sheet = book.create_sheet(name)
        sheet.append(["mood"])
        sheet.append([mood])
    named = {name: reader(replace(form, file=ForeignFile(sheet=name))) for name in ("spring", "答卷", "autumn")}
    assert [read(saved(book)).rows[0][1]["mood"] for read in (named["spring"], named["答卷"])] == ["2", "3"]
    assert ("sheets-extra", "") not in seen(named["spring"](saved(book)))
    with pytest.raises(XinqiaoError) as caught:
        named["autumn"](saved(book))
    assert caught.value.problems[0].code == "sheet-unknown"
    assert caught.value.problems[0].params == {"sheet": "autumn", "known": "Sheet, spring, 答卷"}


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
