"""Files of answers, good and bad: usable rows go on, all others are counted, nothing ends in a traceback."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.change import Revision
from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import Submission
from xinqiao.core.text import Lang
from xinqiao.tables.finding import counts
from xinqiao.tables.read import RawTable, from_submissions, read_file
from xinqiao.tables.validate import validate

Read = Callable[[bytes | str], RawTable]
HEADER = "班级,mood,hours,topics,why,again\n"
ROW = "一班,很低落,8,sleep study,because,\n"
ANSWERS = {"unit": "一班", "mood": "1", "hours": "8", "topics": "sleep study", "why": "because", "again": ""}


def seen(table: RawTable) -> Mapping[tuple[str, str], int]:
    return counts(table.findings)


def test_every_question_has_its_text_and_choices_their_names(read: Read) -> None:
    table = read(HEADER + ROW)
    assert table.rows == ((1, ANSWERS),)
    assert table.findings == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_make_no_difference(read: Read, encoding: str, delimiter: str) -> None:
    table = read((HEADER + ROW).replace(",", delimiter).encode(encoding))
    assert table.rows == ((1, ANSWERS),)
    assert seen(table) == ({("encoding-guessed", ""): 1} if encoding == "gb18030" else {})


def test_columns_are_found_by_column_first_by_name_else_in_any_order(read: Read) -> None:
    by_name = read("hours,mood,unit,topics,why,again\n8,Good,二班,,,\n")
    assert by_name.rows[0][1]["unit"] == "二班"
    both = read("unit,mood,\u00a0班级 ,hours,topics,why,again\nB,1,A,,,,\n")
    assert both.rows[0][1]["unit"] == "A"
    assert seen(both) == {("columns-extra", ""): 1}


def test_missing_columns_are_told_once_and_count_as_not_answered(read: Read) -> None:
    table = read("hours,why,again,topics\n8,,,\n9,,,\n")
    assert seen(table) == {("column-absent", "unit"): 1, ("column-missing", "mood"): 1}
    assert [answers["mood"] for _, answers in table.rows] == ["", ""]


def test_extra_and_repeated_columns_are_told_once_and_the_first_is_used(read: Read) -> None:
    table = read("ip,班级,mood,mood,hours,Mood,topics,why,again,mood\n1.2.3.4,A,2,3,5,1,,,,3\n1.2.3.5,A,2,3,5,1,,,,3\n")
    assert seen(table) == {("columns-extra", ""): 2, ("column-repeated", "mood"): 2}
    assert [answers["mood"] for _, answers in table.rows] == ["2", "2"]


def test_ragged_rows_are_set_aside_and_the_others_go_on(read: Read) -> None:
    table = read(f"{HEADER}A,1,2\n{ROW}A,1,2,,x,,\n{ROW}A,1,2,,x\n")
    assert [number for number, _ in table.rows] == [2, 4]
    assert [(finding.code, finding.row) for finding in table.findings] == [
        ("row-short", 1),
        ("row-long", 3),
        ("row-short", 5),
    ]


def test_blank_rows_are_dropped_and_counted_and_keep_their_numbers(read: Read) -> None:
    table = read(f"{HEADER}\n,,,,,\n{ROW} , \n{ROW}\n")
    assert [number for number, _ in table.rows] == [3, 5]
    assert table.dropped == 4
    assert seen(table) == {("row-blank", ""): 4}


def test_quoted_line_breaks_stay_within_their_row(read: Read) -> None:
    table = read(f'{HEADER}"一\n班",1,8,,"first\r\n\r\nsecond, third",\n{ROW}')
    assert [number for number, _ in table.rows] == [1, 2]
    assert table.rows[0][1]["why"] == "first\r\n\r\nsecond, third"


def test_a_huge_cell_sets_its_row_aside(read: Read) -> None:
    table = read(f"{HEADER}A,1,8,,{'x' * 300_000},\n{ROW}")
    assert [number for number, _ in table.rows] == [2]
    assert seen(table) == {("answer-too-long", "why"): 1}


def test_a_huge_cell_of_a_column_that_is_ignored_does_no_harm(read: Read) -> None:
    table = read(f"mood,unit,hours,topics,why,again,notes\n1,A,,,,,{'x' * 300_000}\n")
    assert len(table.rows) == 1


def test_a_header_alone_is_no_error_and_is_told(read: Read) -> None:
    table = read(HEADER)
    assert table.rows == ()
    assert seen(table) == {("rows-none", ""): 1}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b'""\n', "file-empty"),
        (b",,,\n,,,\n", "columns-unknown"),
        (b"name,address\n1,2\n", "columns-unknown"),
        (b'"mood"x,hours\n1,2\n', "columns-unknown"),
        (bytes(range(256)), "file-binary"),
        (b"PK\x03\x04rest", "workbook-broken"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "workbook-locked"),
        (b"\xd0\xcf\x11\xe0" + "Workbook".encode("utf-16-le"), "file-kind-unsupported"),
        ("班级,mood\n".encode("utf-16-be"), "file-binary"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_problem_with_exit_code_11(read: Read, content: bytes, code: str) -> None:
    with pytest.raises(XinqiaoError) as caught:
        read(content)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert caught.value.exit_code is ExitCode.ANSWERS
    assert caught.value.problems[0].place.file.endswith(".csv")


def test_a_file_that_is_not_there_or_is_a_folder_is_a_problem(form: Form, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(XinqiaoError, match="answers-file-unreadable"):
            read_file(path, form)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.binary(max_size=100).map((HEADER + ROW).encode().__add__))
def test_any_bytes_give_a_table_or_a_problem(read: Read, content: bytes) -> None:
    try:
        table = read(content)
    except XinqiaoError as error:
        assert error.exit_code is ExitCode.ANSWERS
    else:
        assert all(answers.keys() == ANSWERS.keys() for _, answers in table.rows)


CELL = st.sampled_from(["", " ", "A", "Good", "9", "sleep", "x,y", 'say "hi"', "two\nlines"]) | st.text(max_size=8)
ROWS = st.lists(st.lists(CELL, min_size=1, max_size=8), max_size=12)


@settings(deadline=None)
@given(ROWS)
def test_every_row_is_kept_set_aside_or_blank(read: Read, rows: list[list[str]]) -> None:
    rows = [[cell.replace("\0", "").encode(errors="ignore").decode() for cell in row] for row in rows]
    written = io.StringIO(newline="")
    csv.writer(written).writerows([HEADER.strip().split(","), *rows])
    table = read(written.getvalue())
    set_aside = {finding.row for finding in table.findings if finding.sets_aside}
    whole = [at for at, row in enumerate(rows, 1) if len(row) == 6 and any(map(str.strip, row))]
    assert [number for number, _ in table.rows] == whole
    assert len(whole) + len(set_aside) + table.dropped == len(rows)


# ── Opened envelopes ──


def sent(**changes: object) -> Submission:
    base: dict[str, object] = {
        "id": "0" * 64,
        "form": "pulse",
        "form_version": 2,
        "lang": Lang.ZH,
        "received": date(2026, 5, 4),
        "answers": {"mood": "3", "topics": ("study", "family")},
    }
    return Submission(**(base | changes))  # type: ignore[arg-type]


def test_submissions_become_rows_in_their_order(form: Form) -> None:
    table = from_submissions(form, [sent(), sent(answers={"mood": "1"})])
    assert [(number, answers["mood"], answers["topics"]) for number, answers in table.rows] == [
        (1, "3", "study family"),
        (2, "1", ""),
    ]
    assert table.findings == ()


@pytest.mark.parametrize(
    ("submission", "found"),
    [
        (sent(form="other"), {("form-other", ""): 1}),
        (sent(answers={"mood": "3", "student-number": "2023"}), {("question-unknown", ""): 1}),
        (sent(answers={"mood": "3", "intro": "a note"}), {("question-unknown", ""): 1}),
        (sent(answers={"mood": ("1", "2")}), {("answer-type", "mood"): 1}),
        (sent(answers={"mood": "3", "why": "\ud83d"}), {("answer-unreadable", "why"): 1}),
        (sent(answers={"mood": "3", "topics": ("study", "\0")}), {("answer-unreadable", "topics"): 1}),
        (sent(answers={"mood": "3", "why": "x" * 70_000}), {("answer-too-long", "why"): 1}),
    ],
)
def test_a_submission_that_our_pages_never_send_is_set_aside(
    form: Form, submission: Submission, found: Mapping[tuple[str, str], int]
) -> None:
    table = from_submissions(form, [sent(), submission, sent()])
    assert [number for number, _ in table.rows] == [1, 3]
    assert seen(table) == found


def test_another_version_of_the_form_is_counted_and_its_answers_are_judged(form: Form) -> None:
    table = from_submissions(form, [sent(form_version=1), sent()])
    assert [number for number, _ in table.rows] == [1, 2]
    assert seen(table) == {("version-other", ""): 1}


def test_answers_to_an_earlier_version_are_read_by_what_changed(form: Form, schema: dict[str, object]) -> None:
    changes = (Revision(since=2, renamed={"feeling": "mood"}), Revision(since=3, changed=("hours",)))
    later = replace(form, version=3, changes=changes)
    answers = [
        {"feeling": "3", "gone": "x"},  # renamed; a question that has been taken out
        {"feeling": "3", "hours": "8"},  # hours are asked otherwise now
        {"feeling": "9"},  # a choice that there is no longer
        {"mood": "3"},  # then, the name of a question that has been taken out: what must be answered lacks
    ]
    table = from_submissions(later, [*(sent(form_version=1, answers=each) for each in answers), sent(form_version=4)])
    checked = validate(later, schema, table)
    assert [(number, row.values["mood"]) for number, row in checked.rows] == [(1, "3")]
    differs = {finding.row: finding.field for finding in checked.findings if finding.code == "version-differs"}
    assert differs == {2: "hours", 3: "mood", 4: "mood", 5: ""}
    assert checked.counts[("question-removed", "")] == 2
    assert checked.counts[("version-other", "")] == 4


def test_an_envelope_was_given_on_the_day_it_came(form: Form) -> None:
    table = from_submissions(form, [sent(received=date(2026, 1, 1)), sent()])
    assert table.days[1] == date(2026, 1, 1)
    assert set(table.days) == {number for number, _ in table.rows}
