"""A case: one opened question or referral with everything done about it, and how its clock stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from xinqiao.care.entry import Act, Entry
from xinqiao.core.duty import FIRST, LEVELS, QUESTION, Duty
from xinqiao.core.form import Form, Purpose
from xinqiao.core.occasion import BEIJING
from xinqiao.core.record import Submission

# So much of an envelope's id as people tell each other on the telephone.
REFERENCE = 8
LEVEL = "level"


class State(StrEnum):
    """Where a case stands."""

    NEW = "new"
    TAKEN = "taken"
    HANDED = "handed"
    CLOSED = "closed"


class Clock(StrEnum):
    """How a case stands against its limit."""

    RUNNING = "running"
    OVER = "over"
    IN_TIME = "in-time"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One opened answer and its entries in order. Raises ValueError for a form that nobody answers."""

    form: Form
    submission: Submission = field(repr=False)
    entries: tuple[Entry, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if self.form.purpose not in {Purpose.QUESTION, Purpose.REFERRAL}:
            raise ValueError("only questions and referrals become cases")

    @property
    def reference(self) -> str:
        """What people call the case."""
        return self.submission.id[:REFERENCE]

    @property
    def came(self) -> datetime:
        """The earliest moment by which it provably was here: when it was first seen, or the end of the day it came.

        Its own moment is kept nowhere.
        """
        return min(
            (entry.at for entry in self.entries if entry.act is Act.SEEN), default=_end_of(self.submission.received)
        )

    @property
    def danger(self) -> bool:
        """Whether an answer says that somebody is in danger now, or that nobody knows."""
        return any(_dangerous(self.form, scale.name, self.submission) for scale in self.form.scales if scale.danger)

    @property
    def asked_level(self) -> str:
        """What the sender thinks, or the most urgent where there is danger or no such answer."""
        if self.form.purpose is Purpose.QUESTION:
            return QUESTION
        given = self.submission.answers.get(LEVEL, FIRST)
        return given if isinstance(given, str) and given in LEVELS and not self.danger else FIRST

    @property
    def level(self) -> str:
        """What the counsellor judged last, else what the sender thinks."""
        judged = [entry.level for entry in self.entries if entry.act is Act.JUDGED and entry.level in LEVELS]
        return judged[-1] if judged and self.form.purpose is Purpose.REFERRAL else self.asked_level

    @property
    def state(self) -> State:
        """Where it stands after its last entry that changes that."""
        found = State.NEW
        for entry in self.entries:
            match entry.act:
                case Act.TAKEN:
                    found = State.TAKEN
                case Act.HANDED:
                    found = State.HANDED
                case Act.CLOSED:
                    found = State.CLOSED
                case Act.REOPENED:
                    found = State.NEW
        return found

    @property
    def holder(self) -> str:
        """The name of who has it, by the roster; empty before anybody took it."""
        holders = [
            entry.to if entry.act is Act.HANDED else entry.by
            for entry in self.entries
            if entry.act in {Act.TAKEN, Act.HANDED}
        ]
        return holders[-1] if holders else ""

    @property
    def answered(self) -> datetime | None:
        """When its clock stopped: a referral's when somebody first took it, a question's when it was closed."""
        stops = {Act.TAKEN, Act.CLOSED} if self.form.purpose is Purpose.REFERRAL else {Act.CLOSED}
        return next((entry.at for entry in self.entries if entry.act in stops), None)

    def due(self, duty: Duty) -> datetime:
        """By when somebody has to have answered."""
        return duty.due(self.came, self.level)

    def clock(self, duty: Duty, now: datetime) -> Clock:
        """How it stands against that."""
        due, answered = self.due(duty), self.answered
        if answered is None:
            return Clock.OVER if now > due else Clock.RUNNING
        return Clock.IN_TIME if answered <= due else Clock.LATE


def in_order(cases: Sequence[Case], duty: Duty) -> tuple[Case, ...]:
    """What nobody has taken first, then what is taken, then what is closed; the most urgent level, then soonest due."""
    ranks = {State.NEW: 0, State.HANDED: 0, State.TAKEN: 1, State.CLOSED: 2}
    return tuple(
        sorted(cases, key=lambda case: (ranks[case.state], case.level != FIRST, case.due(duty), case.reference))
    )


def first_seen(received: date, now: datetime) -> datetime:
    """The moment to note for what is seen for the first time: now, but no later than the end of the day it came."""
    return min(now, _end_of(received))


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), BEIJING)


def _dangerous(form: Form, scale: str, submission: Submission) -> bool:
    danger = form.scale(scale).danger
    given = submission.answers.get(danger.item) if danger else None
    if danger is None or not isinstance(given, str):
        return False
    scores = {choice.name: choice.score for choice in form.question(danger.item).choices}
    return (scores.get(given) or 0) >= danger.at_least
