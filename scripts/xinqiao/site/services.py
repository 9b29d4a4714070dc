"""The directory of services on and near the campus: where to go, when, what it costs, how to book."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from xinqiao.core.problem import Problem
from xinqiao.core.text import Lang, Text
from xinqiao.site import page
from xinqiao.site.entries import CHECKED_KEYS, Checked, dialled, fictional, optional_words, read_entries, way
from xinqiao.site.fragment import headings_as_markdown
from xinqiao.site.help_lines import ALL_DAY
from xinqiao.site.source import Entry

FILE = "docs/data/services.yml"
WORDS = ("name", "about", "who", "place", "hours", "cost", "booking")
MAY_LACK = ("people", "notice")
KEYS = ("id", "kind", *WORDS, "modes", "languages", *MAY_LACK, "number", "web", *CHECKED_KEYS)


class Kind(StrEnum):
    """Who helps there, which decides what can be expected of them."""

    COUNSELLING = "counselling"
    STAFF = "staff"
    MEDICAL = "medical"
    PEERS = "peers"


class Mode(StrEnum):
    """How one meets."""

    IN_PERSON = "in-person"
    TELEPHONE = "telephone"
    VIDEO = "video"
    WRITING = "writing"


KINDS = {
    Kind.COUNSELLING: Text.of(zh="心理咨询", en="Counselling"),
    Kind.STAFF: Text.of(zh="老师", en="Staff"),
    Kind.MEDICAL: Text.of(zh="医院、校医院", en="Medical care"),
    Kind.PEERS: Text.of(zh="同学互助", en="Fellow students"),
}
MODES = {
    Mode.IN_PERSON: Text.of(zh="当面", en="in person"),
    Mode.TELEPHONE: Text.of(zh="电话", en="by telephone"),
    Mode.VIDEO: Text.of(zh="视频", en="by video"),
    Mode.WRITING: Text.of(zh="文字", en="in writing"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Checked):
    """One place where help is to be had. `people`, `notice`, `number` and `web` may lack; no number is a help line."""

    kind: Kind
    name: Text
    about: Text
    who: Text
    place: Text
    hours: Text
    cost: Text
    booking: Text
    modes: tuple[Mode, ...]
    languages: tuple[str, ...]
    people: Text | None
    notice: Text | None
    number: str
    web: str

    @property
    def tel(self) -> str:
        """The number as a link dials it."""
        return dialled(self.number)


def read_services(project: Path) -> tuple[Service, ...]:
    """The directory in its order; empty where there is none. Raises XinqiaoError with every problem of the file."""
    return read_entries(project, FILE, _service)


def _service(entry: Entry) -> Service | None:
    before = len(entry.notes.problems)
    entry.only(KEYS)
    told: dict[str, Any] = {key: entry.words(key) for key in WORDS}
    told |= {key: optional_words(entry, key) for key in MAY_LACK}
    told |= {key: entry.text(key) for key in ("id", "checked_by")}
    told |= {key: way(entry, key) for key in ("number", "web")}
    told |= {"fictional": fictional(entry), "languages": entry.names("languages", page.LANGUAGES)}
    kind, modes = entry.choice("kind", Kind), entry.names("modes", Mode)
    checked_on = entry.day("checked_on")
    if len(entry.notes.problems) > before or checked_on is None:
        return None
    service = Service(
        **told,
        kind=Kind(kind),
        modes=tuple(Mode(mode) for mode in modes),
        checked_on=checked_on,
        at=entry.place("checked_on"),
    )
    if not service.confirmed and any(ALL_DAY.search(said) for said in (*service.hours, *service.name)):
        problem = Problem(code="service-all-day", place=entry.place("hours"), params={"entry": service.id})
        entry.notes.problems.append(problem)
    return service


def services_html(services: tuple[Service, ...], lang: Lang) -> str:
    """Every service with what a student asks first, as Markdown with headings of the third level."""
    made = page.render("services.html", lang=lang, services=services, kinds=KINDS, modes=MODES)
    return headings_as_markdown(made)
