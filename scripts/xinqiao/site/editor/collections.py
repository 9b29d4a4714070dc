"""What the college writes in the editor: each kind of content, its fields, where its files lie.

The names of the fields are those that the readers of the content know; a test compares both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xinqiao.core.text import Lang, Text
from xinqiao.site import article, events, help_lines, newsroom, page, pictures
from xinqiao.site.editor.fields import SLUG, Collection, Field, Kind, Style
from xinqiao.site.editor.registers import register_collections
from xinqiao.site.entries import SOURCE_ONLY
from xinqiao.site.tags import FILE as TAGS

DAYS = ("written_on", "reviewed_on", "review_by")

# Kinds of news: what they are called, and their sign in the list.
NEWS: Mapping[str, tuple[Text, str]] = {
    "events": (Text.of(zh="活动预告", en="Announcements"), "campaign"),
    "recaps": (Text.of(zh="活动回顾", en="Recaps"), "history_edu"),
    "policy": (Text.of(zh="政策", en="Policy"), "gavel"),
}
ALONE: Mapping[str, Text] = {
    Lang.ZH.value: Text.of(zh="只有中文", en="In Chinese only"),
    Lang.EN.value: Text.of(zh="只有英文", en="In English only"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What stands elsewhere in the portal and is chosen from: forms to register with, to give feedback, tags."""

    registration: Mapping[str, Text] = field(default_factory=dict)
    feedback: Mapping[str, Text] = field(default_factory=dict)
    tags: Mapping[str, Text] = field(default_factory=dict)
    self_checks: Mapping[str, Text] = field(default_factory=dict)


def collections(offered: Offered) -> tuple[Collection, ...]:
    """Every kind of content that the editor writes."""
    return (
        Collection(
            name="facts",
            label=Text.of(zh="活动的时间、地点、报名", en="Events: when, where, registration"),
            style=Style.ENTRY,
            folder=events.FOLDER,
            fields=_event(offered),
            icon="event",
        ),
        *(_news(name, offered) for name in newsroom.KINDS),
        Collection(
            name="learn",
            label=Text.of(zh="文章", en="Articles"),
            style=Style.PAGE,
            folder="docs/{lang}/learn",
            fields=_article(offered),
            icon="menu_book",
        ),
        Collection(
            name="help-lines",
            label=Text.of(zh="求助电话", en="Help lines"),
            style=Style.LIST,
            file=help_lines.REGISTRY,
            fields=_help_line(),
            icon="call",
        ),
        Collection(
            name="tags",
            label=Text.of(zh="标签", en="Tags"),
            style=Style.LIST,
            file=TAGS,
            fields=(Field(name="slug", pattern=SLUG), Field(name="name", kind=Kind.PAIR)),
            icon="sell",
        ),
        *register_collections(),
    )


def writable(every: Iterable[Collection]) -> re.Pattern[str]:
    """The paths in the project that the editor may write: content and pictures, nothing else."""
    endings = "|".join(sorted(kind.lstrip(".") for kind in pictures.KINDS - {".svg"}))
    picture = rf"{re.escape(pictures.PICTURES)}/[A-Za-z0-9\u4e00-\u9fff][\w\u4e00-\u9fff-]*\.(?:{endings})"
    return re.compile("|".join([*(one.path for one in every), picture]))


def _event(offered: Offered) -> tuple[Field, ...]:
    day = (
        Field(name="year", kind=Kind.NUMBER, optional=True),
        Field(name="month", kind=Kind.NUMBER),
        Field(name="day", kind=Kind.NUMBER),
        Field(name="part", kind=Kind.PAIR, optional=True),
        Field(name="start", optional=True, pattern=r"([01]?[0-9]|2[0-3]):[0-5][0-9]"),
        Field(name="end", optional=True, pattern=r"([01]?[0-9]|2[0-3]):[0-5][0-9]"),
    )
    statuses = {status.value: events.STATUS[status] for status in events.WRITTEN}
    return (
        Field(name="slug", pattern=SLUG),
        Field(name="title", kind=Kind.PAIR),
        Field(name="date", kind=Kind.PART, fields=day),
        Field(name="place", kind=Kind.PAIR),
        *(Field(name=name, kind=Kind.PAIR, optional=True) for name in ("speaker", "host")),
        Field(
            name="roles",
            kind=Kind.CHOICES,
            options={role.value: words for role, words in events.ROLES.items()},
            start=["students"],
        ),
        Field(name="capacity", kind=Kind.NUMBER, optional=True),
        Field(name="registration", kind=Kind.CHOICE, optional=True, options=offered.registration),
        Field(name="registration_closes", optional=True),
        Field(name="feedback", kind=Kind.CHOICE, optional=True, options=offered.feedback),
        Field(name="status", kind=Kind.CHOICE, options=statuses, start="planned"),
        Field(name="source_note", kind=Kind.PAIR, optional=True),
    )


def _news(kind: str, offered: Offered) -> Collection:
    states = {
        newsroom.DRAFT: Text.of(zh="草稿，不发布", en="Draft, does not go out"),
        newsroom.PUBLISHED: Text.of(zh="可以发布", en="Ready to go out"),
    }
    fields = (
        Field(name="Title", each=True),
        Field(name="Slug", pattern=SLUG),
        Field(name="Lang", kind=Kind.HIDDEN, start="{{locale}}", each=True),
        Field(name="Date", kind=Kind.DAY),
        Field(name="Category", kind=Kind.HIDDEN, start=kind),
        Field(name="Tags", kind=Kind.CHOICES, optional=True, options=offered.tags),
        Field(name="Event", optional=kind == "policy", event=True),
        Field(name="Summary", each=True),
        Field(name="Status", kind=Kind.CHOICE, options=states, start=newsroom.DRAFT),
        Field(name="Modified", kind=Kind.DAY, optional=True),
        Field(name="Only", kind=Kind.CHOICE, optional=True, options=ALONE, each=True),
        Field(name="body", kind=Kind.PROSE, each=True),
    )
    label, icon = NEWS[kind]
    return Collection(
        name=kind, label=label, style=Style.NEWS, folder=f"{newsroom.FOLDER}/{kind}", fields=fields, icon=icon
    )


def _article(offered: Offered) -> tuple[Field, ...]:
    source = tuple(
        Field(name=name, kind=Kind.DAY if name == "read_on" else Kind.LINE, optional=name == "note")
        for name in article.SOURCE_KEYS
    )
    days = {name: Field(name=name, kind=Kind.DAY, optional=name == "reviewed_on") for name in DAYS}
    return (
        Field(name="title", each=True),
        Field(name="description", each=True),
        Field(name="page_type", kind=Kind.HIDDEN, start="article"),
        Field(name="draft", kind=Kind.FLAG, optional=True),
        Field(name="only", kind=Kind.CHOICE, optional=True, options=ALONE, each=True),
        *days.values(),
        Field(name="reviewed_by", optional=True, each=True),
        Field(name="self_checks", kind=Kind.CHOICES, optional=True, options=offered.self_checks),
        Field(name="sources", kind=Kind.MANY, fields=source, each=True),
        Field(name="body", kind=Kind.SOURCE, each=True),
    )


def _help_line() -> tuple[Field, ...]:
    places = {code: Text(names) for code, names in page.PLACES.items()}
    languages = {code: Text(names) for code, names in page.LANGUAGES.items()}
    kinds = {
        "emergency": Text.of(zh="紧急", en="Emergency"),
        "crisis": Text.of(zh="危机", en="Crisis"),
        "support": Text.of(zh="支持", en="Support"),
    }
    special: Mapping[str, Field] = {
        "id": Field(name="id", pattern=SLUG),
        "name": Field(name="name", kind=Kind.PAIR),
        "hours": Field(name="hours", kind=Kind.PAIR),
        "place": Field(name="place", kind=Kind.CHOICE, options=places),
        "round_the_clock": Field(name="round_the_clock", kind=Kind.FLAG),
        "languages": Field(name="languages", kind=Kind.CHOICES, options=languages),
        "kind": Field(name="kind", kind=Kind.CHOICE, options=kinds),
        "checked_on": Field(name="checked_on", kind=Kind.DAY),
        "checked_by": Field(name="checked_by", start=SOURCE_ONLY),
    }
    return tuple(special.get(name) or Field(name=name) for name in help_lines.KEYS)


def names(fields: Sequence[Field]) -> frozenset[str]:
    """The names of fields, the prose apart."""
    return frozenset(one.name for one in fields if one.name != "body")
