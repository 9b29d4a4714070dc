"""The registry of events: date, place, people and forms of an event stand here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path

import yaml

from xinqiao.core.occasion import BEIJING, MONTHS, Occasion
from xinqiao.core.problem import Place, XinqiaoError
from xinqiao.core.text import Lang, Text
from xinqiao.site import page
from xinqiao.site.source import Entry, Notes, compose_yaml, shown

FOLDER = "docs/data/events"
# Python reads other ways of writing too, a day without hyphens among them, which would end a day early.
DAY_ALONE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(DAY_ALONE.pattern + r"[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
LEAP_YEAR = 2024  # Stands in for a year that the source does not state, so that 29 February may exist.
KEYS = (
    "slug", "title", "date", "place", "speaker", "host", "roles",
    "capacity", "registration", "registration_closes", "feedback", "status", "source_note",
)  # fmt: skip


class Audience(StrEnum):
    """Which peer supporters an event is for."""

    CLASS = "class"
    DORMITORY = "dormitory"
    LABORATORY = "laboratory"


class EventStatus(StrEnum):
    """Where an event stands."""

    PLANNED = "planned"
    OPEN = "open"
    PAST = "past"


ROLES: Mapping[Audience, Text] = {
    Audience.CLASS: Text.of(zh="班级心理委员", en="class peer supporters"),
    Audience.DORMITORY: Text.of(zh="宿舍心理信息员", en="dormitory peer supporters"),
    Audience.LABORATORY: Text.of(zh="实验室心理信息员", en="laboratory peer supporters"),
}
STATUS: Mapping[EventStatus, Text] = {
    EventStatus.PLANNED: Text.of(zh="筹备中", en="Planned"),
    EventStatus.OPEN: Text.of(zh="报名中", en="Open for registration"),
    EventStatus.PAST: Text.of(zh="已结束", en="Past"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDay:
    """When an event is; `year` is None where its source does not state one."""

    year: int | None
    month: int
    day: int
    part: Text

    def words(self, lang: Lang) -> str:
        """The day as a page says it, with a note where the year is not known."""
        if lang is Lang.ZH:
            year = f"{self.year}年" if self.year else ""
            return f"{year}{self.month}月{self.day}日{self.part[lang]}{'' if year else '（来源未注明年份）'}"
        year = f" {self.year}" if self.year else ""
        unknown = "" if self.year else " (year not stated in the source)"
        return f"{self.day} {MONTHS[self.month - 1]}{year}, {self.part[lang]}{unknown}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event; `registration` and `feedback` are ids of forms, empty where there is none.

    `closes`: when registration ends, in any zone; None where that is not known.
    """

    slug: str
    title: Text
    day: EventDay
    place: Text
    speaker: Text
    host: Text
    roles: tuple[Audience, ...]
    capacity: int | None
    registration: str
    closes: datetime | None
    feedback: str
    status: EventStatus
    source_note: Text
    form_places: Mapping[str, Place]

    def occasion(self) -> Occasion | None:
        """What a registration form takes from it; None where nobody registers, or not yet (it is only planned)."""
        if not self.registration or self.status is EventStatus.PLANNED:
            return None
        return Occasion(
            slug=self.slug,
            title=self.title,
            when=Text({lang: self.day.words(lang) for lang in Lang}),
            place=self.place,
            capacity=self.capacity,
            closes=None if self.status is EventStatus.PAST else self.closes,
        )

    def facts(self, lang: Lang, links: Mapping[str, str]) -> str:
        """The facts box of its pages; `links` leads from the page to each form that is built."""
        roles = ("、" if lang is Lang.ZH else ", ").join(ROLES[role][lang] for role in self.roles)
        occasion = self.occasion()
        return page.render(
            "facts.html",
            lang=lang,
            event=self,
            roles=roles,
            status=STATUS[self.status][lang],
            links=links,
            closing=occasion.closing(lang) if occasion else "",
        )


def read_events(project: Path) -> Mapping[str, Event]:
    """All events of a project by slug. Raises XinqiaoError with every problem of every file."""
    events: dict[str, Event] = {}
    problems = []
    for path in sorted((project / FOLDER).glob("*.yml")):
        notes = Notes(shown(path, project))
        root = compose_yaml(path.read_text(encoding="utf-8-sig"), notes)
        if isinstance(root, yaml.MappingNode):
            event = _event(Entry(root, notes), path.stem)
            if event is not None:
                events[event.slug] = event
        elif root is not None:
            notes.shape(root, path.name, "mapping")
        problems.extend(notes.problems)
    if problems:
        raise XinqiaoError(problems)
    return events


def _event(entry: Entry, stem: str) -> Event | None:
    before = len(entry.notes.problems)
    entry.only(KEYS)
    slug = entry.text("slug")
    if slug and slug != stem:
        entry.notes.note(entry.keys["slug"][1], "event-file-name", slug=slug)
    title, place, source_note = entry.words("title"), entry.words("place"), entry.words("source_note")
    speaker, host = entry.words("speaker"), entry.words("host")
    day = _day(entry.mapping("date"))
    roles, status = entry.names("roles", Audience), entry.choice("status", EventStatus)
    capacity = entry.number("capacity", 1, 1_000_000, optional=True)
    forms = {key: _form(entry, key) for key in ("registration", "feedback")}
    before_closing = len(entry.notes.problems)
    closes = _closes(entry, day)
    unsaid = closes is None and day is not None and len(entry.notes.problems) == before_closing
    if forms["registration"] and status == EventStatus.OPEN and unsaid:
        entry.notes.note(entry.keys["registration"][1], "event-closing-missing", event=slug)
    if len(entry.notes.problems) > before or not (day and title and place and source_note and speaker and host):
        return None
    return Event(
        slug=slug,
        title=title,
        place=place,
        speaker=speaker,
        host=host,
        source_note=source_note,
        day=day,
        roles=tuple(Audience(role) for role in roles),
        capacity=capacity,
        status=EventStatus(status),
        registration=forms["registration"],
        closes=closes,
        feedback=forms["feedback"],
        form_places={key: entry.place(key) for key in forms},
    )


def _form(entry: Entry, key: str) -> str:
    node = entry.value(key)
    return "" if node is None or node.tag.endswith(":null") else entry.text(key)


def _day(entry: Entry | None) -> EventDay | None:
    if entry is None:
        return None
    entry.only(("year", "month", "day", "part"))
    year = entry.number("year", 1900, 2200, optional=True)
    month, day = entry.number("month", 1, 12), entry.number("day", 1, 31)
    part = entry.words("part")
    if month is None or day is None or part is None:
        return None
    try:
        date(year or LEAP_YEAR, month, day)
    except ValueError:
        entry.notes.note(entry.node, "event-date", month=month, day=day)
        return None
    return EventDay(year=year, month=month, day=day, part=part)


def _closes(entry: Entry, day: EventDay | None) -> datetime | None:
    """When registration ends: as written, in Beijing time where no zone stands there, else when the event's day ends.

    A day without a time is open to its end.
    """
    node = entry.value("registration_closes") if "registration_closes" in entry.keys else None
    if node is None or node.tag.endswith(":null"):
        return _end_of(date(day.year, day.month, day.day)) if day and day.year else None
    written = str(node.value).strip()
    try:
        if DAY_ALONE.fullmatch(written):
            return _end_of(date.fromisoformat(written))
        moment = datetime.fromisoformat(written) if MOMENT.fullmatch(written) else None
    except ValueError:
        moment = None
    if moment is None:
        entry.notes.note(node, "event-closing-unreadable", found=written)
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), BEIJING)
