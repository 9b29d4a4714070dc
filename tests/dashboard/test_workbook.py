from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.form import Form
from xinqiao.core.safe import SafeTable
from xinqiao.dashboard.workbook import workbook

Maker = Callable[..., tuple[SafeTable, ...]]


@given(seed=st.integers(0, 1000), size=st.integers(0, 300), hidden=st.sampled_from([0.0, 0.3, 1.0]))
@settings(max_examples=8, deadline=None)
def test_a_sheet_holds_each_shown_figure_once_and_a_word_for_each_hidden_one(
    form: Form, make_tables: Maker, seed: int, size: int, hidden: float
) -> None:
    tables = make_tables(seed, size, hidden)
    book = openpyxl.load_workbook(io.BytesIO(workbook(form, tables)))
    for table in tables:
        values = [value for row in book[table.name].iter_rows(values_only=True) for value in row]
        numbers = Counter(float(value) for value in values if isinstance(value, int | float))
        assert numbers == Counter(float(cell.value) for cell in table.cells if cell.value is not None)
        assert values.count("不显示 / hidden") == table.suppressed


def test_no_cell_is_a_formula_or_a_link(form: Form, make_tables: Maker) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(form, make_tables(), demonstration=True)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)


def test_sheets_of_long_or_equal_names_stay_apart(form: Form, make_tables: Maker) -> None:
    table = make_tables()[0]
    fields = {name: getattr(table, name) for name in type(table).__slots__}
    names = ["x" * 40 + "1", "x" * 40 + "2", "X" * 31]
    tables = [SafeTable(**{**fields, "name": name}) for name in names]
    book = openpyxl.load_workbook(io.BytesIO(workbook(form, tables)))
    assert len({name.lower() for name in book.sheetnames}) == 5
    assert all(len(name) <= 31 for name in book.sheetnames)
