"""What staff keep of the college in registries: services, contacts, corrections; and what pages show of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site.contacts import Contact, Purpose, contact_html, missing, read_contacts
from xinqiao.site.corrections import Correction, read_corrections
from xinqiao.site.services import Service, read_services, services_html
from xinqiao.site.tree import Tree

SERVICES_MARK = "<!-- services -->"
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """All that the registries hold."""

    services: tuple[Service, ...] = ()
    contacts: tuple[Contact, ...] = ()
    corrections: tuple[Correction, ...] = ()

    def fills(self) -> Mapping[Lang, Mapping[str, str]]:
        """What stands in evergreen pages in the place of their marks."""
        return {
            lang: {
                SERVICES_MARK: services_html(self.services, lang),
                **{purpose.mark: contact_html(self.contacts, purpose, lang) for purpose in Purpose},
            }
            for lang in Lang
        }

    def real(self) -> Registers:
        """The same without what is made up for the demonstration."""
        return replace(
            self,
            services=tuple(one for one in self.services if not one.fictional),
            contacts=tuple(one for one in self.contacts if not one.fictional),
            corrections=tuple(one for one in self.corrections if not one.fictional),
        )

    def problems(self, today: date, pages: Tree) -> Iterator[Problem]:
        """What has not been checked for long, and which contacts pages ask for in vain."""
        for one in (*self.services, *self.contacts):
            yield from one.age(today)
        yield from missing(pages, self.contacts)

    def made_up(self) -> Iterator[Problem]:
        """A warning for each entry of the demonstration, which no portal of a college publishes."""
        named = [(one.id, one.at) for one in (*self.services, *self.contacts) if one.fictional]
        named += [(one.page, one.at) for one in self.corrections if one.fictional]
        for entry, place in named:
            yield Problem(code="registry-fictional", place=place, params={"entry": entry})


def read_registers(
    project: Path, today: date, pages: Tree, *, production: bool
) -> tuple[Registers, tuple[Problem, ...]]:
    """What a portal publishes of its registries, and every problem of them; `pages`: those that show them.

    In production what is made up for the demonstration stays out, and is told.
    """
    wrong: list[Problem] = []
    found = Registers(
        services=told(lambda: read_services(project), wrong) or (),
        contacts=told(lambda: read_contacts(project), wrong) or (),
        corrections=told(lambda: read_corrections(project, today), wrong) or (),
    )
    if wrong:
        return Registers(), tuple(wrong)
    shown = found.real() if production else found
    return shown, (*(found.made_up() if production else ()), *shown.problems(today, pages))


def told(read: Callable[[], Made], problems: list[Problem]) -> Made | None:
    """What a reader gives; None where it refuses, and its problems are told with the others."""
    try:
        return read()
    except XinqiaoError as error:
        problems += error.problems
        return None
