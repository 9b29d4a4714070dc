"""When an event is, in words and moments of Beijing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.occasion import BEIJING
from xinqiao.core.text import Lang, Text
from xinqiao.site.day import EventDay, end_of

PART = Text.of(zh="晚上", en="evening")
DAY = EventDay(year=2027, month=6, day=16, part=None, start=time(19), end=time(20, 30))


def test_it_says_day_weekday_clock_and_zone() -> None:
    assert DAY.words(Lang.ZH) == "2027年6月16日（周三） 19:00–20:30（北京时间）"
    assert DAY.words(Lang.EN) == "Wednesday 16 June 2027, 19:00–20:30 Beijing time"


def test_a_year_that_nobody_knows_is_not_made_up() -> None:
    day = EventDay(year=None, month=2, day=29, part=PART)
    assert day.words(Lang.ZH) == "2月29日晚上（来源未注明年份）"
    assert day.words(Lang.EN) == "29 February, evening (year not stated in the source)"
    assert (day.date, day.starts, day.ends) == (None, None, None)
    assert not day.over(datetime(2999, 1, 1, tzinfo=UTC))


def test_it_is_over_at_its_end_and_else_with_its_day() -> None:
    assert not DAY.over(datetime(2027, 6, 16, 12, 29, tzinfo=UTC))
    assert DAY.over(datetime(2027, 6, 16, 12, 30, tzinfo=UTC))
    whole = EventDay(year=2027, month=6, day=16, part=PART)
    assert not whole.over(datetime(2027, 6, 16, 15, 59, tzinfo=UTC))
    assert whole.over(datetime(2027, 6, 16, 16, 0, tzinfo=UTC))


@pytest.mark.parametrize("end", [time(18), time(19)])
def test_an_end_follows_its_start(end: time) -> None:
    with pytest.raises(ValueError, match="ends after"):
        EventDay(year=2027, month=6, day=16, part=None, start=time(19), end=end)
    with pytest.raises(ValueError, match="ends after"):
        EventDay(year=2027, month=6, day=16, part=PART, end=end)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_day_ends_when_the_next_one_begins_in_beijing(day: date) -> None:
    end = end_of(day)
    assert end.utcoffset() == timedelta(hours=8)
    assert end.date() == day + timedelta(days=1)
    assert (end - timedelta(microseconds=1)).astimezone(BEIJING).date() == day
