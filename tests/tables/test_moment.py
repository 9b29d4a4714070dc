"""Dates, times and numbers as people write them."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.tables.moment import date_of, number_of, time_of


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(["-", "/", ".", " - "]))
def test_a_date_is_known_by_whatever_parts_it(day: date, sign: str) -> None:
    assert date_of(f"{day.year}{sign}{day.month}{sign}{day.day}") == day.isoformat()
    assert date_of(f"{day.year}年{day.month}月{day.day}日") == day.isoformat()
    assert date_of(day.isoformat()) == date_of(f"{day.isoformat()}T00:00:00") == day.isoformat()


@given(st.times(), st.sampled_from([":", "：", "点", "时"]))
def test_a_time_is_known_by_whatever_parts_it(clock: time, sign: str) -> None:
    assert time_of(f"{clock.hour}{sign}{clock.minute:02}") == f"{clock:%H:%M}"
    assert time_of(f"{clock:%H:%M:%S}.000+08:00") == time_of(f"{clock:%H:%M}") == f"{clock:%H:%M}"


@given(st.integers(-(10**14), 10**14), st.integers(0, 999))
def test_a_number_has_one_form(whole: int, thousandths: int) -> None:
    assert number_of(f"{whole}.000") == number_of(f" {whole} ") == str(whole)
    assert float(number_of(f"{whole}.{thousandths:03}")) == float(f"{whole}.{thousandths:03}")


@pytest.mark.parametrize("text", ["", "7/3/2026", "03-07", "soon", "8", "25", "1,5", "NaN", "inf", "0x1", "1_0", "٣"])
def test_what_may_mean_something_else_stays_as_it_is(text: str) -> None:
    assert date_of(text) == text
    assert time_of(text) == text
    assert number_of(text) == text or text in {"8", "25"}


def test_full_width_digits_are_digits() -> None:
    assert (date_of("２０２６／３／７"), time_of("８：３０"), number_of("３６．５")) == ("2026-03-07", "08:30", "36.5")
