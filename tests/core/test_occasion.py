"""What a registration form takes from an event: when it closes, who waits, and how the page says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.occasion import BEIJING, Occasion
from xinqiao.core.text import Lang, Text

CLOSES = datetime(2027, 5, 10, 18, tzinfo=BEIJING)


def occasion(**change: Any) -> Occasion:
    words = Text.of(zh="散步", en="A walk")
    given: dict[str, Any] = {
        "slug": "may-walk", "title": words, "when": words, "place": words, "capacity": 2, "closes": CLOSES,
    }  # fmt: skip
    return Occasion(**{**given, **change})


def test_it_closes_at_its_moment_whatever_zone_the_clock_has() -> None:
    assert not occasion().closed(datetime(2027, 5, 10, 9, 59, 59, tzinfo=UTC))
    assert occasion().closed(datetime(2027, 5, 10, 10, tzinfo=UTC))
    assert occasion(closes=None).closed(datetime(2000, 1, 1, tzinfo=UTC))


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2026, 1, 1), max_value=datetime(2028, 1, 1)))
def test_what_has_closed_stays_closed(moment: datetime) -> None:
    then = occasion().at(moment)
    assert then.over == occasion().closed(moment)
    assert not then.over or (then.closed(moment - timedelta(days=9999)) and then.closing(Lang.ZH) == "")


@given(st.integers(1, 500), st.integers(1, 500))
def test_exactly_as_many_have_a_place_as_there_are(places: int, came: int) -> None:
    waiting = [occasion(capacity=places).waiting(rank) for rank in range(1, came + 1)]
    assert waiting == [False] * min(places, came) + [True] * max(0, came - places)
    assert not occasion(capacity=None).waiting(came)


def test_the_end_of_a_day_is_said_as_the_end_of_that_day() -> None:
    assert occasion().closing(Lang.ZH) == "2027年5月10日 18:00（北京时间）"
    midnight = occasion(closes=datetime(2027, 2, 28, 16, tzinfo=UTC))
    assert midnight.closing(Lang.EN) == "28 February 2027, 24:00 Beijing time"


@pytest.mark.parametrize("change", [{"slug": "../x"}, {"slug": ""}, {"capacity": 0}, {"closes": datetime(2027, 5, 10)}])
def test_a_wrong_one_cannot_be_made(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="occasion"):
        occasion(**change)
