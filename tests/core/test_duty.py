"""Who is called first, and by when somebody has to answer: by the clock, or by working days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.duty import LEVELS, QUESTION, Channel, Colleague, Duty, Limit, Notice
from xinqiao.core.occasion import BEIJING
from xinqiao.core.text import Text

LIMITS = {
    "l1": Limit(hours=1), "l2": Limit(days=0), "l3": Limit(days=3), "l4": Limit(days=5), QUESTION: Limit(days=5),
}  # fmt: skip
FRIDAY = date(2026, 11, 20)


def person(name: str, **more: Any) -> Colleague:
    return Colleague(name=name, label=Text.of(zh=name, en=name), key=name, **more)


def duty(**more: Any) -> Duty:
    given: dict[str, Any] = {
        "people": (person("lin"),), "days": frozenset(range(5)), "opens": time(8, 30), "closes": time(17, 30),
        "limits": LIMITS, "confirmed": True,
    }  # fmt: skip
    return Duty(**(given | more))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BEIJING)


@pytest.mark.parametrize(
    ("code", "came", "due"),
    [
        ("l1", at(FRIDAY, 23, 30), at(FRIDAY + timedelta(days=1), 0, 30)),
        ("l2", at(FRIDAY, 9), at(FRIDAY, 17, 30)),
        ("l2", at(FRIDAY, 3), at(FRIDAY, 17, 30)),
        ("l2", at(FRIDAY, 17, 30), at(FRIDAY + timedelta(days=3), 17, 30)),
        ("l2", at(FRIDAY + timedelta(days=1), 9), at(FRIDAY + timedelta(days=3), 17, 30)),
        ("l3", at(FRIDAY, 9), at(FRIDAY + timedelta(days=5), 17, 30)),
        (QUESTION, at(FRIDAY, 9), at(FRIDAY + timedelta(days=7), 17, 30)),
        ("unheard", at(FRIDAY, 9), at(FRIDAY, 10)),
    ],
)
def test_by_when_somebody_has_to_answer(code: str, came: datetime, due: datetime) -> None:
    assert duty().due(came, code) == due


def test_days_off_move_a_limit_in_working_days_on() -> None:
    monday = FRIDAY + timedelta(days=3)
    off = duty(closed=frozenset({FRIDAY, monday}))
    assert off.due(at(FRIDAY, 9), "l2") == at(monday + timedelta(days=1), 17, 30)
    assert off.due(at(FRIDAY, 9), "l1") == at(FRIDAY, 10)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(BEIJING))


@given(came=MOMENTS, later=MOMENTS, code=st.sampled_from([*LEVELS, QUESTION]), off=st.sets(st.dates(), max_size=5))
def test_nothing_is_due_before_it_came_and_what_comes_later_is_due_no_earlier(
    came: datetime, later: datetime, code: str, off: set[date]
) -> None:
    college = duty(closed=frozenset(off))
    assert college.due(came, code) > came
    if later >= came:
        assert college.due(later, code) >= college.due(came, code)
    if LIMITS[code].days is not None:
        assert college.due(came, code).weekday() < 5
        assert college.due(came, code).date() not in off


def test_a_calendar_without_a_working_day_still_gives_a_limit() -> None:
    off = frozenset(FRIDAY + timedelta(days=ahead) for ahead in range(400))
    assert duty(closed=off).due(at(FRIDAY, 9), "l3") > at(FRIDAY, 9)


def test_who_is_on_duty_comes_first_a_single_day_before_weekdays_and_the_others_after() -> None:
    friday = frozenset({4})
    people = (
        person("rest", days=frozenset({0})),
        person("weekly", days=friday),
        person("swap", dates=frozenset({FRIDAY})),
    )
    on = duty(people=people)
    assert [one.name for one in on.on(FRIDAY)] == ["swap", "weekly", "rest"]
    assert [one.name for one in on.on(FRIDAY + timedelta(days=7))] == ["weekly", "rest", "swap"]
    assert [one.name for one in on.on(FRIDAY + timedelta(days=1))] == ["rest", "weekly", "swap"]


def test_whether_somebody_is_there() -> None:
    assert duty().open_at(at(FRIDAY, 8, 30)) and not duty().open_at(at(FRIDAY, 17, 30))
    assert not duty().open_at(at(FRIDAY + timedelta(days=1), 10))
    assert not duty(closed=frozenset({FRIDAY})).open_at(at(FRIDAY, 10))


@pytest.mark.parametrize(
    "wrong",
    [
        {"people": ()},
        {"people": (person("lin"), person("lin"))},
        {"days": frozenset()},
        {"opens": time(18)},
        {"limits": {"l1": Limit(hours=1)}},
    ],
)
def test_a_duty_that_promises_nobody_or_nothing_cannot_be_built(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="roster"):
        duty(**wrong)


@pytest.mark.parametrize("wrong", [{}, {"hours": 1, "days": 1}, {"hours": 0}, {"days": -1}, {"days": 400}])
def test_a_limit_is_hours_or_working_days(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="limit"):
        Limit(**wrong)


def test_a_notice_needs_a_way_and_mail_a_server() -> None:
    with pytest.raises(ValueError, match="channel"):
        Notice(channels=())
    with pytest.raises(ValueError, match="mail"):
        Notice(channels=(Channel.MAIL,))
