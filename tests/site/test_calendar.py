"""Events in people's calendars: lines as RFC 5545 has them, ids that stay, nothing that depends on the build."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.text import Lang, Text
from xinqiao.site.calendar import LONGEST, Appointment, calendar
from xinqiao.site.day import EventDay
from xinqiao.site.events import Audience, Event, EventStatus

ADDRESS = "https://example.test/zh/news/events/evening/"


def event(**changes: Any) -> Event:
    given_: dict[str, Any] = {
        "slug": "evening",
        "title": Text.of(zh="安静的一晚", en="A quiet evening"),
        "day": EventDay(year=2026, month=12, day=3, part=None, start=time(19), end=time(20, 30)),
        "place": Text.of(zh="活动室", en="Common room"),
        "speaker": None,
        "host": None,
        "roles": (Audience.STUDENTS,),
        "capacity": 30,
        "registration": "",
        "closes": None,
        "feedback": "",
        "status": EventStatus.OPEN,
        "source_note": None,
        "form_places": {},
    }
    return Event(**given_ | changes)


def made(*events: Event, summary: str = "x") -> bytes:
    found = [Appointment(event=one, summary=summary, address=ADDRESS, written=date(2026, 11, 20)) for one in events]
    return calendar(found, Lang.ZH, title="心桥", host="example.test")


def unfolded(calendar_: bytes) -> list[str]:
    return calendar_.decode().replace("\r\n ", "").split("\r\n")


def test_it_says_when_where_and_what_in_beijing_time() -> None:
    lines = unfolded(made(event()))
    for line in (
        "UID:evening@example.test",
        "DTSTAMP:20261120T000000Z",
        "DTSTART;TZID=Asia/Shanghai:20261203T190000",
        "DTEND;TZID=Asia/Shanghai:20261203T203000",
        "SUMMARY;LANGUAGE=zh-CN:安静的一晚",
        "LOCATION;LANGUAGE=zh-CN:活动室",
        f"URL:{ADDRESS}",
        "STATUS:CONFIRMED",
    ):
        assert line in lines


@pytest.mark.parametrize(("status", "word"), [(EventStatus.PLANNED, "TENTATIVE"), (EventStatus.CANCELLED, "CANCELLED")])
def test_it_says_that_it_is_not_sure_or_off(status: EventStatus, word: str) -> None:
    assert f"STATUS:{word}" in unfolded(made(event(status=status)))


def test_an_event_without_a_clock_time_takes_the_whole_day() -> None:
    part = Text.of(zh="下午", en="afternoon")
    lines = unfolded(made(event(day=EventDay(year=2026, month=12, day=31, part=part))))
    assert "DTSTART;VALUE=DATE:20261231" in lines
    assert "DTEND;VALUE=DATE:20270101" in lines


def test_an_event_of_no_known_year_is_in_no_calendar() -> None:
    part = Text.of(zh="下午", en="afternoon")
    assert b"VEVENT" not in made(event(day=EventDay(year=None, month=12, day=31, part=part)))


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)) | st.sampled_from("\n\\;,心桥"), max_size=300))
def test_every_line_is_short_and_no_letter_is_cut(words: str) -> None:
    found = made(event(), summary=words)
    for line in found.split(b"\r\n"):
        assert len(line) <= LONGEST
        line.decode()
    (told,) = [line for line in unfolded(found) if line.startswith("DESCRIPTION")]
    value = re.sub(r"\\(.)", lambda sign: {"n": "\n"}.get(sign[1], sign[1]), told.partition(":")[2])
    assert value == f"{words}\n{ADDRESS}"


def test_another_program_reads_it(tmp_path: Path) -> None:
    icalendar = pytest.importorskip("icalendar", reason="a reader of others, for comparison")
    found = icalendar.Calendar.from_ical(made(event(), summary="一, 二; 三\\n"))
    (one,) = found.walk("VEVENT")
    assert str(one["SUMMARY"]) == "安静的一晚"
    assert str(one["DESCRIPTION"]) == f"一, 二; 三\\n\n{ADDRESS}"
    assert one.decoded("DTSTART").isoformat() == "2026-12-03T19:00:00+08:00"
    assert not one.errors
