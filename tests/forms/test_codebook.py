"""The codebook and the blank file of answers: everything that a reader of the data needs, as a spreadsheet opens it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from xinqiao.core.form import Form
from xinqiao.core.text import Lang
from xinqiao.forms.codebook import COLUMNS, blank_answers, codebook, codebook_text
from xinqiao.forms.read import read_form


@pytest.fixture(scope="module")
def full() -> Form:
    return read_form(Path(__file__).with_name("full.yml"))


@pytest.mark.parametrize("lang", Lang)
def test_it_has_a_row_for_each_choice_and_band(feedback: Form, lang: Lang) -> None:
    rows = codebook(feedback, lang)
    assert {tuple(row) for row in rows} == {COLUMNS}
    listen = [(row["value"], row["value_label"], row["score"]) for row in rows if row["name"] == "listen_now"]
    assert listen == [(c.name, c.label[lang], c.score) for c in feedback.question("listen_now").choices]
    assert [row["score"] for row in rows if row["name"] == "recommendation"] == ["0", "7", "9"]
    parts = sum(max(1, len(q.choices)) for q in feedback.questions)
    assert len(rows) == parts + sum(max(1, len(scale.bands)) for scale in feedback.scales)


def test_it_has_a_row_for_each_coarser_band(full: Form) -> None:
    scale = next(scale for scale in full.scales if scale.coarser)
    rows = codebook(full, Lang.EN)
    for bands in scale.coarser:
        found = [row for row in rows if row["kind"] == f"band({scale.name}, {len(bands)})"]
        assert [(row["name"], row["value"], row["value_label"]) for row in found] == [
            (scale.name, band.name, band.label[Lang.EN]) for band in bands
        ]


def test_it_has_a_row_for_each_level_of_a_derived_dimension(full: Form) -> None:
    rows = [row for row in codebook(full, Lang.EN) if str(row["kind"]).startswith("derived")]
    assert [(row["name"], row["column"], row["value"], row["score"], row["written"]) for row in rows] == [
        ("age_group", "age", "under_18", "", ""),
        ("age_group", "age", "18", "18", ""),
        ("age_group", "age", "19_24", "19", ""),
        ("age_group", "age", "25_up", "25", ""),
        ("field", "major", "science", "", "physics | chemistry"),
        ("field", "major", "arts", "", "history"),
    ]


def test_it_tells_how_files_of_others_write_answers_and_their_absence(full: Form) -> None:
    rows = codebook(full, Lang.EN)
    assert {(row["column"], row["missing"]) for row in rows if row["name"] == "age"} == {("Age (years)", "-9 | 999")}
    assert [row["written"] for row in rows if row["name"] == "item_1"] == ["1 | Never", "2", "3"]


def test_both_languages_stand_side_by_side_and_every_row_is_whole(full: Form) -> None:
    header, *rows = csv.reader(io.StringIO(codebook_text(full)))
    assert {"label_zh", "label_en", "value_label_zh", "value_label_en"} <= {*header}
    assert {len(row) for row in rows} == {len(header)}
    found = dict(zip(header, rows[0], strict=True))
    assert (found["label_zh"], found["label_en"], found["value_label_en"]) == ("班级", "Class", "Class A")
    assert len(rows) == len(codebook(full, Lang.ZH))


def test_a_label_with_commas_quotes_and_line_breaks_stays_one_cell(every_kind: Form) -> None:
    rows = list(csv.reader(io.StringIO(codebook_text(every_kind))))
    assert len({len(row) for row in rows}) == 1


def test_the_blank_file_is_headed_as_the_form_says_that_files_are(full: Form, feedback: Form) -> None:
    header = blank_answers(full)
    assert header.startswith("Timestamp;unit;Age (years);major;Q1;")
    assert header.endswith("\r\n") and header.count("\n") == 1
    assert blank_answers(feedback).strip().split(",") == [question.name for question in feedback.questions]
