"""The registry of events: date, place, people and forms of an event stand here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import yaml

from xinqiao.core.problem import Place, XinqiaoError
from xinqiao.core.text import Lang, Text
from xinqiao.site import page
from xinqiao.site.source import Entry, Notes, compose_yaml, shown

FOLDER = "docs/data/events"
LEAP_YEAR = 2024  # Stands in for a year that the source does not state, so that 29 February may exist.
KEYS = (
    "slug", "title", "date", "place", "speaker", "host", "roles",
    "capacity", "registration", "feedback", "status", "source_note",
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
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


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
    """One event; `registration` and `feedback` are ids of forms, empty where there is none."""

    slug: str
    title: Text
    day: EventDay
    place: Text
    speaker: Text
    host: Text
    roles: tuple[Audience, ...]
    capacity: int | None
    registration: str
    feedback: str
    status: EventStatus
    source_note: Text
    form_places: Mapping[str, Place]

    def facts(self, lang: Lang, links: Mapping[str, str]) -> str:
        """The facts box of its pages; `links` leads from the page to each form that is built."""
        roles = ("、" if lang is Lang.ZH else ", ").join(ROLES[role][lang] for role in self.roles)
        return page.render(
            "facts.html", lang=lang, event=self, roles=roles, status=STATUS[self.status][lang], links=links
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
