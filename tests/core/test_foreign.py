"""What a form says of files of others: nothing unless it is written, and never changed afterwards."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from xinqiao.core.expression import Expression
from xinqiao.core.foreign import ForeignFile


def test_without_a_word_everything_is_to_be_found_out_and_every_row_is_kept() -> None:
    file = ForeignFile()
    assert not any((file.encoding, file.delimiter, file.sheet, file.missing, file.date_column, file.date_format))
    assert file.keep_if is None
    assert not file.already_reversed


def test_settings_cannot_be_changed_between_two_files() -> None:
    with pytest.raises(FrozenInstanceError):
        ForeignFile().encoding = "gb18030"  # type: ignore[misc]


def test_the_rows_to_keep_are_decided_by_the_form_s_own_expressions() -> None:
    file = ForeignFile(keep_if=Expression("${agreed} = 'yes' and ${age} >= 18"))
    assert file.keep_if is not None
    rows = [{"agreed": "yes", "age": 18}, {"agreed": "no", "age": 18}, {"agreed": "yes", "age": None}]
    assert [file.keep_if.holds(row) for row in rows] == [True, False, False]
