"""Who is called, when again, and who is next when a limit runs out; never anything of what was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.care.watch import Waiting, calls, noted, read_waiting, written_waiting
from xinqiao.core.duty import Duty
from xinqiao.core.form import Form

from .conftest import Portal

# A Wednesday, 12:07 in Beijing; Ms Lin is on duty, Mr Zhou after her.
NOW = datetime(2026, 11, 18, 4, 7, 31, tzinfo=UTC)
TODAY = date(2026, 11, 18)
REFERRAL, QUESTION = "a" * 64, "b" * 64
FOUND = {REFERRAL: ("referral", TODAY), QUESTION: ("question-box", TODAY)}


@pytest.fixture
def duty(portal: Portal) -> Duty:
    assert portal.config.duty is not None
    return portal.config.duty


def run(
    known: tuple[Waiting, ...], found: dict[str, tuple[str, date]], forms: Mapping[str, Form], duty: Duty, now: datetime
) -> tuple[tuple[Waiting, ...], list[tuple[list[str], list[str], bool]]]:
    """One run in which every notice gets through: what is known after it, and references, people, over of each."""
    waiting = noted(known, found, now)
    made = calls(waiting, forms, duty, now)
    told = {one.envelope: one for _, after in made for one in after}
    said = [
        ([reference for group in call.waiting.values() for reference in group],
         [person.name for person in call.people], call.over)
        for call, _ in made
    ]  # fmt: skip
    return tuple(told.get(one.envelope, one) for one in waiting), said


def test_what_is_new_is_told_once_and_again_after_the_pause(forms: Mapping[str, Form], duty: Duty) -> None:
    known, said = run((), FOUND, forms, duty, NOW)
    assert said == [(["aaaaaaaa", "bbbbbbbb"], ["lin"], False)]
    known, said = run(known, FOUND, forms, duty, NOW + timedelta(minutes=10))
    assert said == []


def test_a_limit_that_runs_out_calls_the_next_and_then_goes_on_calling(forms: Mapping[str, Form], duty: Duty) -> None:
    known, _ = run((), {REFERRAL: FOUND[REFERRAL]}, forms, duty, NOW)
    heard = []
    for minutes in range(5, 240, 5):
        known, said = run(known, {REFERRAL: FOUND[REFERRAL]}, forms, duty, NOW + timedelta(minutes=minutes))
        heard += [(minutes, people, over) for _, people, over in said]
    # Since 12:00, told at 12:07: due at 13:00, two called; from then on once an hour.
    assert heard[0] == (55, ["lin", "zhou"], True)
    assert all(people == ["lin", "zhou"] and over for _, people, over in heard)
    assert 3 <= len(heard) <= 4


def test_nobody_is_called_once_it_is_taken(forms: Mapping[str, Form], duty: Duty) -> None:
    known, _ = run((), FOUND, forms, duty, NOW)
    known, said = run(known, {}, forms, duty, NOW + timedelta(hours=5))
    assert (known, said) == ((), [])


def test_a_question_is_not_told_of_again_at_night_a_referral_is(forms: Mapping[str, Form], duty: Duty) -> None:
    known, _ = run((), FOUND, forms, duty, NOW)
    _, said = run(known, FOUND, forms, duty, NOW + timedelta(hours=10))
    assert [references for references, _, _ in said] == [["aaaaaaaa"]]


def test_what_could_not_be_told_is_told_at_the_next_run(forms: Mapping[str, Form], duty: Duty) -> None:
    waiting = noted((), FOUND, NOW)
    assert calls(waiting, forms, duty, NOW) and calls(waiting, forms, duty, NOW + timedelta(minutes=1))


def test_what_lay_there_for_days_counts_from_the_end_of_its_day(forms: Mapping[str, Form], duty: Duty) -> None:
    old = {REFERRAL: ("referral", TODAY - timedelta(days=3))}
    known, said = run((), old, forms, duty, NOW)
    assert known[0].since == datetime(2026, 11, 15, 16, tzinfo=UTC)
    assert said == [(["aaaaaaaa"], ["lin", "zhou"], True)]


@given(now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))
def test_no_exact_moment_is_kept(now: datetime) -> None:
    (one,) = noted((), {REFERRAL: ("referral", now.date())}, now)
    assert one.since <= now and one.since.minute % 15 == 0 and not one.since.second and not one.since.microsecond


def test_what_was_told_is_kept_no_finer_either(forms: Mapping[str, Form], duty: Duty) -> None:
    known, _ = run((), FOUND, forms, duty, NOW)
    assert {one.told for one in known} == {NOW.replace(minute=0, second=0)}


def test_the_state_comes_back_and_a_damaged_one_tells_all_anew(
    forms: Mapping[str, Form], duty: Duty, tmp_path: Path
) -> None:
    known, _ = run((), FOUND, forms, duty, NOW)
    path = tmp_path / "waiting.json"
    path.write_text(written_waiting(known))
    assert read_waiting(path) == known
    for damaged in ("", "{}", "[1]", '[{"envelope": "a"}]', json.dumps([{"envelope": "a", "form": "x", "since": 1}])):
        path.write_text(damaged)
        assert read_waiting(path) == ()
    assert read_waiting(tmp_path / "none") == ()
