"""Where a case stands, how urgent it is, and how its clock runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from xinqiao.care.case import Clock, State, first_seen, in_order
from xinqiao.care.entry import Act, Entry, copy_of, read_copy, read_entry
from xinqiao.core.duty import FIRST, QUESTION
from xinqiao.core.form import Purpose
from xinqiao.core.problem import XinqiaoError

from .conftest import QUESTION as ASKED
from .conftest import REFERRAL, Portal

NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)


def done(act: Act, minutes: int, **more: str) -> Entry:
    return Entry(act=act, at=NOON + timedelta(minutes=minutes), by="lin", **more)


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        ([], State.NEW),
        ([Act.SEEN, Act.NOTED], State.NEW),
        ([Act.TAKEN, Act.NEXT], State.TAKEN),
        ([Act.TAKEN, Act.HANDED], State.HANDED),
        ([Act.TAKEN, Act.HANDED, Act.TAKEN], State.TAKEN),
        ([Act.TAKEN, Act.CLOSED, Act.NOTED], State.CLOSED),
        ([Act.CLOSED, Act.REOPENED], State.NEW),
    ],
)
def test_where_a_case_stands(acts: list[Act], state: State, portal: Portal) -> None:
    case = portal.case(portal.put("referral", REFERRAL))
    entries = tuple(done(act, number) for number, act in enumerate(acts))
    assert replace(case, entries=entries).state is state


@pytest.mark.parametrize(
    ("answers", "level", "danger"),
    [
        ({}, "l2", False),
        ({"danger_now": "yes", "level": "l4"}, FIRST, True),
        ({"danger_now": "unknown", "level": "l4"}, FIRST, True),
        ({"level": "l9"}, FIRST, False),
        ({"level": ["l3", "l4"]}, FIRST, False),
    ],
)
def test_danger_and_an_unknown_level_count_as_the_most_urgent(
    answers: dict[str, str], level: str, danger: bool, portal: Portal
) -> None:
    case = portal.case(portal.put("referral", {**REFERRAL, **answers}))
    assert (case.level, case.danger) == (level, danger)
    assert replace(case, entries=(done(Act.JUDGED, 0, level="l3"),)).level == "l3"
    assert replace(case, entries=(done(Act.JUDGED, 0, level="l9"),)).level == level


def test_a_question_has_its_own_limit_whatever_is_judged(portal: Portal) -> None:
    case = portal.case(portal.put("question-box", ASKED))
    assert replace(case, entries=(done(Act.JUDGED, 0, level="l1"),)).level == QUESTION


def test_the_clock_of_a_referral_stops_when_it_is_taken_and_shows_the_breach(portal: Portal) -> None:
    duty = portal.config.duty
    assert duty is not None
    case = portal.case(portal.put("referral", {**REFERRAL, "level": "l1"}, date(2026, 11, 18)))
    waiting = replace(case, entries=(done(Act.SEEN, 0),))
    assert waiting.came == NOON and waiting.due(duty) == NOON + timedelta(hours=1)
    assert waiting.clock(duty, NOON + timedelta(minutes=59)) is Clock.RUNNING
    assert waiting.clock(duty, NOON + timedelta(minutes=61)) is Clock.OVER
    for minutes, clock in ((60, Clock.IN_TIME), (61, Clock.LATE)):
        taken = replace(waiting, entries=(*waiting.entries, done(Act.TAKEN, minutes), done(Act.REOPENED, 90)))
        assert taken.clock(duty, NOON + timedelta(days=9)) is clock


def test_the_clock_of_a_question_stops_with_its_answer_only(portal: Portal) -> None:
    duty = portal.config.duty
    assert duty is not None
    case = portal.case(portal.put("question-box", ASKED, date(2026, 11, 18)))
    taken = replace(case, entries=(done(Act.SEEN, 0), done(Act.TAKEN, 1)))
    assert taken.clock(duty, NOON + timedelta(days=60)) is Clock.OVER
    assert replace(taken, entries=(*taken.entries, done(Act.CLOSED, 2))).answered == NOON + timedelta(minutes=2)


def test_what_is_seen_late_counts_from_the_end_of_the_day_on_which_it_came() -> None:
    # 04:00 UTC is noon in Beijing; the 18th ends there at 16:00 UTC.
    assert first_seen(date(2026, 11, 18), NOON) == NOON
    assert first_seen(date(2026, 11, 18), NOON + timedelta(days=3)) == datetime(2026, 11, 18, 16, tzinfo=UTC)


def test_what_waits_comes_first_and_the_most_urgent_on_top(portal: Portal) -> None:
    duty = portal.config.duty
    assert duty is not None
    old = portal.put("question-box", ASKED, date(2026, 10, 1))
    urgent = portal.put("referral", {**REFERRAL, "level": "l1"})
    taken = portal.put("referral", {**REFERRAL, "words": "x"})
    portal.do(taken, Act.TAKEN)
    cases, _ = portal.desk().look()
    assert [case.submission.id for case in in_order(cases, duty)] == [urgent, old, taken]


def test_a_form_that_is_only_counted_becomes_no_case(portal: Portal) -> None:
    case = portal.case(portal.put("referral", REFERRAL))
    with pytest.raises(ValueError, match="questions and referrals"):
        replace(case, form=replace(case.form, purpose=Purpose.SURVEY))


def test_an_entry_and_a_copy_come_back_as_they_were(portal: Portal) -> None:
    case = portal.case(portal.put("referral", REFERRAL))
    entry = done(Act.HANDED, 3, words="注意", to="zhou", copy=copy_of(case.submission))
    assert read_entry(entry.written().ljust(9_000)) == entry
    assert read_copy(entry.copy) == case.submission
    assert "注意" not in repr(entry) and "某同学" not in repr((entry, case))


@pytest.mark.parametrize(
    "written",
    [b"", b"[]", b"{}", b'{"v": 2}', b'{"v": 1, "act": "flown", "at": "2026-11-18T04:00:00+00:00"}',
     b'{"v": 1, "act": "taken", "at": "noon"}', b'{"v": 1, "act": "taken", "at": "2026-11-18T04:00:00"}',
     b'{"v": 1, "act": "taken", "at": "2026-11-18T04:00:00+00:00", "more": "x"}',
     b'{"v": 1, "act": "taken", "at": "2026-11-18T04:00:00+00:00", "words": 7}', b"\xff"],
)  # fmt: skip
def test_what_is_no_entry_is_refused_without_quoting_it(written: bytes) -> None:
    with pytest.raises(XinqiaoError) as caught:
        read_entry(written)
    assert [(one.code, one.params) for one in caught.value.problems] == [("entry-shape", {})]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"id": 7}', '{"id":"a","form":"f","version":1,"lang":"fr","received":"2026-01-01","answers":{}}'],
)
def test_what_is_no_copy_is_refused(text: str) -> None:
    with pytest.raises(XinqiaoError):
        read_copy(text)
