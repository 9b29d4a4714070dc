"""Whom to call now: what waits, since when, how often it was told, and who is next once a limit has run out.

A program without a key cannot read levels: whatever waits counts as the most urgent that its form allows.
Since when something waits, and when it was told of, is kept to the quarter of an hour, rounded down, and only until
somebody takes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from xinqiao.care.case import REFERENCE
from xinqiao.care.notify import Call
from xinqiao.core.duty import FIRST, QUESTION, Colleague, Duty
from xinqiao.core.form import Form, Purpose
from xinqiao.core.occasion import BEIJING

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One envelope that nobody has taken: its form, since when it is known, when it was last told of.

    stage: how many people beyond the one on duty had been called by then.
    """

    envelope: str
    form: str
    since: datetime
    told: datetime | None = None
    stage: int = 0


def noted(known: Sequence[Waiting], found: Mapping[str, tuple[str, date]], now: datetime) -> tuple[Waiting, ...]:
    """What waits now. found: envelope → form and the day it came, of all that nobody has taken.

    What is new waits since now, or since the end of the day it came where that is earlier.
    """
    earlier = {one.envelope: one for one in known}
    return tuple(
        earlier.get(envelope) or Waiting(envelope=envelope, form=form, since=_quarter(min(now, _end_of(day))))
        for envelope, (form, day) in found.items()
    )


def calls(
    waiting: Sequence[Waiting], forms: Mapping[str, Form], duty: Duty, now: datetime
) -> tuple[tuple[Call, tuple[Waiting, ...]], ...]:
    """The notices to send now, each with what it tells of as it stands after it was told.

    Due is what was never told, what was told longer ago than notices are repeated, and what has just run out of
    time. Once a limit has run out the next of the roster is called too, and one more after each such time again.
    """
    people = duty.on(now.astimezone(BEIJING).date())
    groups: dict[tuple[int, bool], list[Waiting]] = {}
    for one in waiting:
        stage, over = _stage(one, forms[one.form], duty, now, len(people))
        if one.told is None or stage > one.stage or now - one.told >= _pause(one, forms, duty, now):
            groups.setdefault((stage, over), []).append(replace(one, told=_quarter(now), stage=stage))
    return tuple(
        (_call(people[: stage + 1], told, forms, over), tuple(told)) for (stage, over), told in sorted(groups.items())
    )


def _call(people: tuple[Colleague, ...], told: Sequence[Waiting], forms: Mapping[str, Form], over: bool) -> Call:
    titles = {form: forms[form].title for form in dict.fromkeys(one.form for one in told)}
    waiting = {title: [one.envelope[:REFERENCE] for one in told if one.form == form] for form, title in titles.items()}
    return Call(people=people, waiting=waiting, over=over)


def _code(form: Form) -> str:
    return QUESTION if form.purpose is Purpose.QUESTION else FIRST


def _pause(one: Waiting, forms: Mapping[str, Form], duty: Duty, now: datetime) -> timedelta:
    """How long to wait before telling again; a question is not told of again while nobody is there."""
    if forms[one.form].purpose is Purpose.QUESTION and not duty.open_at(now):
        return timedelta.max
    return timedelta(minutes=duty.notice.repeat)


def _stage(one: Waiting, form: Form, duty: Duty, now: datetime, people: int) -> tuple[int, bool]:
    """How many beyond the one on duty are to be called, and whether the limit has run out."""
    due = duty.due(one.since, _code(form))
    if now < due:
        return 0, False
    times = (now - one.since) // max(due - one.since, QUARTER)
    return min(max(times, 1), people - 1), True


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), BEIJING)


def _quarter(at: datetime) -> datetime:
    here = at.astimezone(UTC)
    return here.replace(minute=here.minute // 15 * 15, second=0, microsecond=0)


def read_waiting(path: Path) -> tuple[Waiting, ...]:
    """What the last run knew; nothing where its file is missing or was damaged: then all is told anew."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return tuple(
            Waiting(
                envelope=str(row["envelope"]),
                form=str(row["form"]),
                since=datetime.fromisoformat(row["since"]),
                told=datetime.fromisoformat(row["told"]) if row["told"] else None,
                stage=int(row["stage"]),
            )
            for row in rows
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def written_waiting(waiting: Sequence[Waiting]) -> str:
    """What the next run has to know; `read_waiting` reads it."""
    rows = [
        {
            "envelope": one.envelope,
            "form": one.form,
            "since": one.since.astimezone(UTC).isoformat(),
            "told": one.told.astimezone(UTC).isoformat() if one.told else "",
            "stage": one.stage,
        }
        for one in waiting
    ]
    return json.dumps(rows, indent=1)
