"""The day in a cell, however a file writes it, and the weeks that days span."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.safe import PERIOD
from xinqiao.tables.day import day_of, weeks

FORMATS = ["%d/%m/%Y %H:%M", "%m/%d/%Y", "%Y年%m月%d日", "%Y%m%d", "%d %B %Y", ""]


@pytest.mark.parametrize(
    ("cell", "written", "day"),
    [
        ("8/7/2020 12:02", "%d/%m/%Y %H:%M", date(2020, 7, 8)),
        ("13/07/2020 21:22:56", "%d/%m/%Y %H:%M", date(2020, 7, 13)),
        (" 13/07/2020\u00a009:05 ", "%d/%m/%Y", date(2020, 7, 13)),
        ("2026年5月4日", "%Y年%m月%d日", date(2026, 5, 4)),
        ("20260504", "%Y%m%d", date(2026, 5, 4)),
        # A workbook's cell of type date, whatever the format says of texts.
        ("2026-05-04", "%d/%m/%Y", date(2026, 5, 4)),
        ("2026-05-04T13:30:00", "%d/%m/%Y %H:%M", date(2026, 5, 4)),
        ("2026-05-04", "", date(2026, 5, 4)),
        ("2026-05-04 13:30:12.5+08:00", "", date(2026, 5, 4)),
        ("31/02/2020", "%d/%m/%Y", None),
        ("2026-02-30", "", None),
        ("07/13/2020", "%d/%m/%Y", None),
        ("44020.5", "%d/%m/%Y", None),  # a workbook's number that is not formatted as a date
        ("yesterday", "%d/%m/%Y", None),
        ("8/7/2020", "", None),
        ("", "%d/%m/%Y", None),
        ("1/1/2020" + " " * 9 + "x" * 99, "%d/%m/%Y", None),
    ],
)
def test_the_day_in_a_cell(cell: str, written: str, day: date | None) -> None:
    assert day_of(cell, written) == day


@given(st.datetimes(min_value=datetime(1000, 1, 1)), st.sampled_from(FORMATS))
def test_what_a_format_writes_is_read_again(when: datetime, written: str) -> None:
    assert day_of(when.strftime(written) if written else when.isoformat(), written) == when.date()


@given(st.text(max_size=20), st.sampled_from(FORMATS))
def test_any_text_gives_a_day_or_none(cell: str, written: str) -> None:
    assert day_of(cell, written) is None or isinstance(day_of(cell, written), date)


@pytest.mark.parametrize(
    ("days", "span"),
    [
        ([], ""),
        ([date(2026, 5, 20)], "2026-W21"),
        ([date(2026, 5, 20), date(2026, 5, 18)], "2026-W21"),
        ([date(2026, 6, 8), date(2026, 5, 20), date(2026, 5, 27)], "2026-W21/2026-W24"),
        ([date(2027, 1, 3), date(2026, 12, 28)], "2026-W53"),
        ([date.min, date.max], "0001-W01/9999-W52"),
    ],
)
def test_weeks_from_the_first_to_the_last_day(days: list[date], span: str) -> None:
    assert weeks(iter(days)) == span


@given(st.lists(st.dates(), max_size=8))
def test_weeks_are_a_period_that_a_safe_table_takes(days: list[date]) -> None:
    assert PERIOD.fullmatch(weeks(days))
    assert weeks(days) == weeks(reversed([*days, *days]))
    assert weeks(days) == weeks(day - timedelta(day.weekday()) for day in days)
