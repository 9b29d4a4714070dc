"""The registry of events: date, place, people and forms of an event stand here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import yaml

from xinqiao.core.occasion import Occasion
from xinqiao.core.problem import Place, XinqiaoError
from xinqiao.core.text import Lang, Text
from xinqiao.site import page
from xinqiao.site.day import EventDay, read_closing, read_day
from xinqiao.site.source import Entry, Notes, compose_yaml, empty, shown

FOLDER = "docs/data/events"
KEYS = (
    "slug", "title", "date", "place", "speaker", "host", "roles",
    "capacity", "registration", "registration_closes", "feedback", "status", "source_note",
)  # fmt: skip


class Audience(StrEnum):
    """Whom an event is for: peer supporters of three kinds, or more people."""

    CLASS = "class"
    DORMITORY = "dormitory"
    LABORATORY = "laboratory"
    STUDENTS = "students"
    STAFF = "staff"
    FAMILIES = "families"


class EventStatus(StrEnum):
    """Where an event stands; nobody writes `closed`: it comes with the closing time, as `past` does with the day."""

    PLANNED = "planned"
    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    PAST = "past"


WRITTEN = tuple(status for status in EventStatus if status is not EventStatus.CLOSED)
# Nobody comes to these any more.
GONE = frozenset({EventStatus.CANCELLED, EventStatus.PAST})
ROLES: Mapping[Audience, Text] = {
    Audience.CLASS: Text.of(zh="班级心理委员", en="class peer supporters"),
    Audience.DORMITORY: Text.of(zh="宿舍心理信息员", en="dormitory peer supporters"),
    Audience.LABORATORY: Text.of(zh="实验室心理信息员", en="laboratory peer supporters"),
    Audience.STUDENTS: Text.of(zh="全体同学", en="all students"),
    Audience.STAFF: Text.of(zh="教职工", en="staff"),
    Audience.FAMILIES: Text.of(zh="家长", en="families"),
}
STATUS: Mapping[EventStatus, Text] = {
    EventStatus.PLANNED: Text.of(zh="筹备中", en="Planned"),
    EventStatus.OPEN: Text.of(zh="报名中", en="Open for registration"),
    EventStatus.FULL: Text.of(zh="名额已满，可候补", en="Full, waiting list open"),
    EventStatus.CLOSED: Text.of(zh="报名已截止", en="Registration closed"),
    EventStatus.CANCELLED: Text.of(zh="已取消", en="Cancelled"),
    EventStatus.PAST: Text.of(zh="已结束", en="Past"),
}
# Of events that people come to without registering.
UNREGISTERED: Mapping[EventStatus, Text] = {
    EventStatus.OPEN: Text.of(zh="欢迎参加", en="Open to all it is for"),
    EventStatus.FULL: Text.of(zh="名额已满", en="Full"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event; `registration` and `feedback` are ids of forms, empty where there is none.

    `closes`: when registration ends, in any zone; None where that is not known. `speaker`, `host` and `source_note`
    are None where there is nobody or nothing to name.
    """

    slug: str
    title: Text
    day: EventDay
    place: Text
    speaker: Text | None
    host: Text | None
    roles: tuple[Audience, ...]
    capacity: int | None
    registration: str
    closes: datetime | None
    feedback: str
    status: EventStatus
    source_note: Text | None
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
            closes=None if self.status in GONE else self.closes,
        )

    def at(self, now: datetime) -> Event:
        """The event as it stands at a moment: past once it has ended, closed once registration has."""
        if self.status in GONE:
            return self
        if self.day.over(now):
            return replace(self, status=EventStatus.PAST)
        asking = self.registration and self.status in {EventStatus.OPEN, EventStatus.FULL}
        if asking and self.closes and now >= self.closes:
            return replace(self, status=EventStatus.CLOSED)
        return self

    @property
    def gone(self) -> bool:
        """Whether nobody can come to it any more."""
        return self.status in GONE

    @property
    def registering(self) -> bool:
        """Whether people can still register, be it for the waiting list."""
        return bool(self.registration) and self.status in {EventStatus.OPEN, EventStatus.FULL}

    def standing(self, lang: Lang) -> str:
        """Where it stands, as pages say it."""
        words = STATUS if self.registration else {**STATUS, **UNREGISTERED}
        return words[self.status][lang]

    def audience(self, lang: Lang) -> str:
        """Whom it is for, in words."""
        return ("、" if lang is Lang.ZH else ", ").join(ROLES[role][lang] for role in self.roles)

    def facts(self, lang: Lang, links: Mapping[str, str]) -> str:
        """The facts box of its pages; `links` leads from the page to each form and file that is built, by name."""
        occasion = self.occasion()
        return page.render(
            "facts.html",
            lang=lang,
            event=self,
            roles=self.audience(lang),
            status=self.standing(lang),
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
    title, place = entry.words("title"), entry.words("place")
    speaker, host, source_note = (_optional(entry, key) for key in ("speaker", "host", "source_note"))
    day = read_day(entry.mapping("date"))
    roles, status = entry.names("roles", Audience), entry.choice("status", WRITTEN)
    capacity = entry.number("capacity", 1, 1_000_000, optional=True)
    forms = {key: _form(entry, key) for key in ("registration", "feedback")}
    before_closing = len(entry.notes.problems)
    closes = read_closing(entry, day)
    unsaid = closes is None and day is not None and len(entry.notes.problems) == before_closing
    if forms["registration"] and status in {EventStatus.OPEN, EventStatus.FULL} and unsaid:
        entry.notes.note(entry.keys["registration"][1], "event-closing-missing", event=slug)
    if len(entry.notes.problems) > before or not (day and title and place):
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


def _optional(entry: Entry, key: str) -> Text | None:
    return entry.words(key) if entry.filled(key) else None


def _form(entry: Entry, key: str) -> str:
    node = entry.value(key)
    return "" if node is None or empty(node) else entry.text(key)
