"""Whom to write to: about one's data, about something wrong on a page, about what stands in one's way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang, Text
from xinqiao.site import page
from xinqiao.site.entries import CHECKED_KEYS, Checked, dialled, fictional, given, optional_words, read_entries, way
from xinqiao.site.source import Entry, position
from xinqiao.site.tree import Tree

FILE = "docs/data/contacts.yml"
KEYS = ("id", "for", "name", "answers", "place", "mail", "number", *CHECKED_KEYS)
MARK = re.compile(r"<!-- contact-(?P<purpose>[a-z-]+) -->")


class Purpose(StrEnum):
    """What a contact is for; the page that asks for it says `<!-- contact-PURPOSE -->`."""

    DATA_RIGHTS = "data-rights"
    CORRECTIONS = "corrections"
    ACCESSIBILITY = "accessibility"

    @property
    def mark(self) -> str:
        """What stands in a page where the contact is shown."""
        return f"<!-- contact-{self.value} -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Checked):
    """Who answers for something, within what time (`answers`), and on which ways they are reached: at least one."""

    purposes: tuple[Purpose, ...]
    name: Text
    answers: Text
    place: Text | None
    mail: str
    number: str

    @property
    def tel(self) -> str:
        """The number as a link dials it."""
        return dialled(self.number)


def read_contacts(project: Path) -> tuple[Contact, ...]:
    """All contacts; none where there is no registry. Raises XinqiaoError with every problem of the file."""
    return read_entries(project, FILE, _contact)


def _contact(entry: Entry) -> Contact | None:
    before = len(entry.notes.problems)
    entry.only(KEYS)
    plain = {key: entry.text(key) for key in ("id", "checked_by")}
    purposes, name, answers = entry.names("for", Purpose), entry.words("name"), entry.words("answers")
    place, ways = optional_words(entry, "place"), {key: way(entry, key) for key in ("mail", "number")}
    checked_on, made_up = entry.day("checked_on"), fictional(entry)
    if not any(given(entry, key) for key in ("place", *ways)):
        entry.notes.note(entry.node, "contact-unreachable", entry=plain["id"])
    if len(entry.notes.problems) > before or name is None or answers is None or checked_on is None:
        return None
    return Contact(
        **plain,
        **ways,
        purposes=tuple(Purpose(purpose) for purpose in purposes),
        name=name,
        answers=answers,
        place=place,
        fictional=made_up,
        checked_on=checked_on,
        at=entry.place("checked_on"),
    )


def contact_html(contacts: Iterable[Contact], purpose: Purpose, lang: Lang) -> str:
    """Who answers for a purpose and how they are reached; that it is not said yet where nobody does."""
    found = [contact for contact in contacts if purpose in contact.purposes]
    return page.render("contact.html", lang=lang, contacts=found)


def missing(tree: Tree, contacts: Iterable[Contact]) -> Iterator[Problem]:
    """A warning for each purpose that a page asks for and nobody answers for, where it is asked for first."""
    told = {purpose.value for contact in contacts for purpose in contact.purposes}
    for piece in (piece for pieces in tree.values() for piece in pieces.values()):
        for match in MARK.finditer(piece.content) if isinstance(piece.content, str) else ():
            if match["purpose"] not in told:
                told.add(match["purpose"])
                line, column = position(match.string, match.start())
                place = Place(file=piece.origin, line=line, column=column)
                yield Problem(code="contact-missing", place=place, params={"purpose": match["purpose"]})
