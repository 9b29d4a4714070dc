"""The files that a person asks for: usable rows read back the same, rows set aside are all there and harmless."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.form import Form
from xinqiao.core.question import Choice
from xinqiao.core.text import Lang
from xinqiao.forms.schema import table_schema
from xinqiao.tables.read import RawTable, read_file
from xinqiao.tables.validate import validate
from xinqiao.tables.written import FORMULA, clean_text, quarantine_text

Read = Callable[[bytes | str], RawTable]
HEADER = ["班级", "mood", "hours", "topics", "why", "again"]


def csv_text(rows: list[list[str]]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([HEADER, *rows])
    return written.getvalue()


def parsed(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_usable_rows_are_written_by_name_with_their_number(form: Form, schema: dict[str, object], read: Read) -> None:
    raw = read(csv_text([["A", "bad", "", "", "", ""], ["一班", "Very low", "8.0", "sleep study", "a\r\nb", ""]]))
    assert parsed(clean_text(form, validate(form, schema, raw))) == [
        ["#row", "unit", "mood", "hours", "topics", "why", "again"],
        ["2", "一班", "1", "8", "study sleep", "a\r\nb", ""],
    ]


TEXTS = st.text(st.sampled_from("ab中 ,;\t\"'\n\r=@#0\u3000"), max_size=6)
ROWS = st.lists(
    st.tuples(
        TEXTS,
        st.sampled_from(["1", "2", "3", "Good", "很低落", "7", "bad", "99"]),
        st.sampled_from(["", "0", "8.0", "24", "-1", "８", "30"]),
        st.sampled_from(["", "sleep", "sleep study", "family  sleep sleep"]),
        TEXTS,
        TEXTS,
    ).map(list),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_what_is_written_reads_back_to_the_same_rows(
    form: Form, schema: dict[str, object], read: Read, rows: list[list[str]]
) -> None:
    first = validate(form, schema, read(csv_text(rows)))
    again = validate(form, schema, read(clean_text(form, first)))
    assert [dict(row.values) for _, row in again.rows] == [dict(row.values) for _, row in first.rows]
    assert again.quarantined == 0
    assert {finding.code for finding in again.findings} <= {"rows-none"}


def test_codes_that_a_foreign_file_reverses_are_not_reversed_twice(
    form: Form, read: Read, tmp_path_factory: pytest.TempPathFactory
) -> None:
    mood = form.question("mood")
    turned = replace(
        mood,
        choices=tuple(
            Choice(name=name, label=mood.label, score=int(name), column_value=(other,))
            for name, other in (("1", "3"), ("2", "2"), ("3", "1"))
        ),
    )
    questions = tuple(turned if question.name == "mood" else question for question in form.questions)
    reversing = replace(form, sections=(replace(form.sections[0], questions=questions),))
    schema = table_schema(reversing, Lang.EN)
    folder = tmp_path_factory.mktemp("reversed")
    (folder / "first.csv").write_text(csv_text([["A", "1", "", "", "", ""]]), encoding="utf-8")
    first = validate(reversing, schema, read_file(folder / "first.csv", reversing))
    clean = parsed(clean_text(reversing, first))
    assert [row.values["mood"] for _, row in first.rows] == ["3"]
    # Whole, or with columns that the person took out.
    for kept in (clean, [row[:4] for row in clean]):
        (folder / "clean.csv").write_text("\n".join(map(",".join, kept)), encoding="utf-8")
        again = validate(reversing, schema, read_file(folder / "clean.csv", reversing))
        assert [row.values["mood"] for _, row in again.rows] == ["3"]
        assert {finding.code for finding in again.findings} <= {"column-absent", "column-missing"}


def test_rows_without_any_answer_are_kept(form: Form, read: Read) -> None:
    questions = tuple(replace(question, required=False) for question in form.questions)
    easy = replace(form, sections=(replace(form.sections[0], questions=questions),))
    schema = table_schema(easy, Lang.EN)
    first = validate(easy, schema, read(csv_text([["", "99", "", "", "", ""]])))
    again = validate(easy, schema, read(clean_text(easy, first)))
    assert len(first.rows) == len(again.rows) == 1


def test_every_row_set_aside_is_written_with_its_number_its_reasons_and_its_cells(
    form: Form, schema: dict[str, object], read: Read
) -> None:
    raw = read(
        ",".join(HEADER) + '\nA,2,8,,,\nB,awful,eight,,,\n\nC,2\nD,2,,,,,,more\n"x"y,2,,,,\nE, 2 ,99,,"two\nlines",\n'
    )
    checked = validate(form, schema, raw)
    found = parsed(quarantine_text(raw, checked))
    assert found == [
        ["row", "codes", "reasons_zh", "reasons_en", "fields", *HEADER, "", ""],
        [
            "2", "answer-outside answer-type", "回答不在选项或范围之内；回答类型不对",
            "answer outside the choices or the range; answer of another type", "mood hours",
            "B", "awful", "eight", "", "", "", "", "",
        ],
        ["4", "row-short", "单元格少于列名", "fewer cells than headers", "", "C", "2", "", "", "", "", "", ""],
        ["5", "row-long", "单元格多于列名", "more cells than headers", "", "D", "2", "", "", "", "", "", "more"],
        [
            "6", "row-unreadable", "引号不成对，无法分列", "broken quotes, cannot be split into cells", "",
            '"x"y,2,,,,', "", "", "", "", "", "", "",
        ],
        [
            "7", "answer-outside", "回答不在选项或范围之内", "answer outside the choices or the range", "hours",
            "E", " 2 ", "99", "", "two\nlines", "", "", "",
        ],
    ]  # fmt: skip


@pytest.mark.parametrize("sign", FORMULA)
def test_no_cell_set_aside_begins_a_formula(form: Form, schema: dict[str, object], read: Read, sign: str) -> None:
    rows = [[f"{sign}1+1", "bad", "8", "", f"{sign}x", ""], ["A", "2", "8", "", "", ""]]
    raw = read(csv_text(rows).replace("again", f'"{sign}again"'))
    found = parsed(quarantine_text(raw, validate(form, schema, raw)))
    assert len(found) == 2
    assert not any(cell.startswith(FORMULA) for row in found for cell in row)
    assert f"'{sign}1+1" in found[1]


@settings(deadline=None, max_examples=40)
@given(ROWS)
def test_each_row_is_in_one_file_or_the_other(
    form: Form, schema: dict[str, object], read: Read, rows: list[list[str]]
) -> None:
    raw = read(csv_text(rows))
    checked = validate(form, schema, raw)
    kept = [int(row[0]) for row in parsed(clean_text(form, checked))[1:]]
    aside = [int(row[0]) for row in parsed(quarantine_text(raw, checked))[1:]]
    assert sorted(kept + aside) == list(range(1, len(rows) + 1))
