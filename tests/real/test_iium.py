"""Real answers of others: a small form in which people wrote the same answer in several ways.

Figures are those that the data's SOURCE.md gives.
"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from xinqiao.core.form import Form
from xinqiao.core.text import Lang
from xinqiao.forms.read import read_form
from xinqiao.forms.schema import table_schema
from xinqiao.tables.day import weeks
from xinqiao.tables.read import read_file
from xinqiao.tables.validate import Validated, validate

FILE = Path("iium-student-mental-health-form") / "student_mental_health.csv"


@pytest.fixture(scope="module")
def form(root: Path) -> Form:
    return read_form(root / "tests" / "real" / "iium.yml")


def judged(form: Form, path: Path) -> Validated:
    return validate(form, table_schema(form, Lang.EN), read_file(path, form))


@pytest.fixture(scope="module")
def checked(form: Form, real_data: Path) -> Validated:
    return judged(form, real_data / FILE)


def count(checked: Validated, question: str) -> Counter[object]:
    return Counter(row.values[question] for _, row in checked.rows)


def test_every_row_is_used(checked: Validated) -> None:
    assert (len(checked.rows), checked.quarantined) == (100, 0)
    assert checked.counts == {("columns-extra", ""): 1}


def test_seven_spellings_of_a_year_are_four_years(checked: Validated, real_data: Path) -> None:
    with (real_data / FILE).open(encoding="utf-8", newline="") as file:
        raw = Counter(row["Your current year of Study"] for row in csv.DictReader(file))
    assert len(raw) == 7
    assert count(checked, "year") == {"year-1": 40 + 2, "year-2": 16 + 10, "year-3": 19 + 5, "year-4": 8}


def test_a_blank_at_the_end_makes_no_other_answer(checked: Validated) -> None:
    assert count(checked, "cgpa") == {
        "3.50-4.00": 47 + 1, "3.00-3.49": 43, "2.50-2.99": 4, "below-2.00": 3, "2.00-2.49": 2
    }  # fmt: skip


def test_who_answered_what(checked: Validated) -> None:
    assert count(checked, "gender") == {"female": 75, "male": 25}
    yes = {name: count(checked, name)["yes"] for name in ("depression", "anxiety", "panic", "specialist")}
    assert yes == {"depression": 35, "anxiety": 34, "panic": 33, "specialist": 6}
    both = Counter((row.values["gender"], row.values["depression"]) for _, row in checked.rows)
    assert (both["female", "yes"], both["male", "yes"]) == (29, 6)
    all_three = [[row.values[name] for name in ("depression", "anxiety", "panic")] for _, row in checked.rows]
    assert all_three.count(["yes", "yes", "yes"]) == 10


def test_days_come_before_months_with_or_without_seconds(checked: Validated) -> None:
    assert len(checked.days) == 100
    assert (min(checked.days.values()), max(checked.days.values())) == (date(2020, 7, 8), date(2020, 7, 18))
    assert weeks(checked.days.values()) == "2020-W28/2020-W29"


def test_a_workbook_that_holds_some_times_as_dates_and_some_as_texts_gives_the_same(
    form: Form, checked: Validated, real_data: Path, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    with (real_data / FILE).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    book.active.append(header)
    for at, (row, day) in enumerate(zip(rows, checked.days.values(), strict=True)):
        book.active.append([day if at % 2 else row[0], *row[1:]])
    book.save(tmp_path / "answers.xlsx")
    again = judged(form, tmp_path / "answers.xlsx")
    assert [row.values for _, row in again.rows] == [row.values for _, row in checked.rows]
    assert again.days == checked.days
