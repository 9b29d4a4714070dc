"""The tables `duty`, `limits`, `notice` and `roster` of portal.toml, and the Duty that they make together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from xinqiao.core.duty import WEEKDAYS, Channel, Colleague, Duty, Limit, Notice
from xinqiao.core.text import Text

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Mail = Annotated[str, StringConstraints(pattern=r"^[^\s@]+@[^\s@]+$")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# What a setting needs, in words for the message; by the last part of its key.
WANTED = {
    "days": '["mon", "tue", …]; [limits]: 0–30',
    "opens": "08:30:00",
    "closes": "17:30:00",
    "closed": "[2026-10-01, …]",
    "dates": "[2026-10-01, …]",
    "confirmed": "true / false",
    "channels": '["wecom", "mail", "file"]',
    "repeat_minutes": "整数 whole number ≥ 5",
    "hours": "整数 whole number 1–1440",
    "mail": "name@example.edu",
    "sender": "name@example.edu",
    "limits": "{ hours = … } / { days = … }",
    **dict.fromkeys(("l1", "l2", "l3", "l4", "question"), "{ hours = … } / { days = … }"),
}


class Part(BaseModel):
    """A table of portal.toml; keys that it does not know are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Pair(Part):
    """The same words in both languages."""

    zh: Words
    en: Words

    def text(self) -> Text:
        """Both as one text."""
        return Text.of(zh=self.zh, en=self.en)


class HoursTable(Part):
    """`[duty]`: when somebody is there, and whether the college has decided on its limits."""

    confirmed: bool = False
    days: Annotated[list[Day], Field(min_length=1)] = ["mon", "tue", "wed", "thu", "fri"]
    opens: time = time(8, 30)
    closes: time = time(17, 30)
    closed: list[date] = Field(default_factory=list)

    @model_validator(mode="after")
    def _in_order(self) -> HoursTable:
        if self.opens >= self.closes:
            raise ValueError("opens < closes")
        return self


class LimitTable(Part):
    """One limit: hours by the clock, or working days."""

    hours: Annotated[int, Field(ge=1, le=1440)] | None = None
    days: Annotated[int, Field(ge=0, le=30)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> LimitTable:
        if (self.hours is None) == (self.days is None):
            raise ValueError("{ hours = … } / { days = … }")
        return self


class LimitsTable(Part):
    """`[limits]`: the proposals, where the college has not written its own."""

    l1: LimitTable = LimitTable(hours=1)
    l2: LimitTable = LimitTable(days=0)
    l3: LimitTable = LimitTable(days=3)
    l4: LimitTable = LimitTable(days=5)
    question: LimitTable = LimitTable(days=5)


class MailTable(Part):
    """`[notice] mail`: the server that takes notices; the password comes from the environment."""

    host: Words
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    sender: Mail


class NoticeTable(Part):
    """`[notice]`: the ways on which notices go out, in the order in which they are tried."""

    channels: Annotated[list[Literal["wecom", "mail", "file"]], Field(min_length=1)] = ["file"]
    repeat_minutes: Annotated[int, Field(ge=5)] = 60
    mail: MailTable | None = None

    @model_validator(mode="after")
    def _mail_is_set_up(self) -> NoticeTable:
        if "mail" in self.channels and self.mail is None:
            raise ValueError("mail = { host = …, sender = … }")
        return self


class RosterTable(Part):
    """`[[roster]]`: one person who answers."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$")]
    label: Pair
    key: Words = "counsellor"
    days: list[Day] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    dates: list[date] = Field(default_factory=list)
    mail: Mail | None = None

    def colleague(self) -> Colleague:
        """The person."""
        return Colleague(
            name=self.name,
            label=self.label.text(),
            key=self.key,
            days=frozenset(WEEKDAYS.index(day) for day in self.days),
            dates=frozenset(self.dates),
            mail=self.mail or "",
        )


SECTIONS: Mapping[tuple[str, ...], type[Part]] = {
    ("duty",): HoursTable,
    ("limits",): LimitsTable,
    **{("limits", name): LimitTable for name in LimitsTable.model_fields},
    ("notice",): NoticeTable,
    ("notice", "mail"): MailTable,
    ("roster",): RosterTable,
}


def duty(roster: Sequence[RosterTable], hours: HoursTable, limits: LimitsTable, notice: NoticeTable) -> Duty | None:
    """The whole; None where nobody is on the roster. Raises ValueError where a name stands twice."""
    if not roster:
        return None
    given: dict[str, LimitTable] = {name: getattr(limits, name) for name in LimitsTable.model_fields}
    return Duty(
        people=tuple(one.colleague() for one in roster),
        days=frozenset(WEEKDAYS.index(day) for day in hours.days),
        opens=hours.opens,
        closes=hours.closes,
        closed=frozenset(hours.closed),
        limits={name: Limit(hours=one.hours, days=one.days) for name, one in given.items()},
        confirmed=hours.confirmed,
        notice=Notice(
            channels=tuple(Channel(name) for name in notice.channels),
            repeat=notice.repeat_minutes,
            mail_host=notice.mail.host if notice.mail else "",
            mail_port=notice.mail.port if notice.mail else 587,
            mail_sender=notice.mail.sender if notice.mail else "",
        ),
    )
