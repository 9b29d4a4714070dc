"""What an article has to show besides its words: its sources, when it was written and reviewed, where help is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

import yaml

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang
from xinqiao.site import page
from xinqiao.site.source import FRONT_MATTER, Entry, Notes, find, front_matter

KEYS = ("draft", "written_on", "reviewed_on", "reviewed_by", "review_by", "self_checks", "sources")
SOURCE_KEYS = ("title", "publisher", "address", "read_on", "note")
SOURCES_MARK, HELP_BAR_MARK, HELP_MARK = "<!-- sources -->", "<!-- help-bar -->", "<!-- help-lines -->"
FEWEST = 2
REVIEWED_YEARLY = timedelta(days=365)
CHINESE = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text that an article rests on: who published it, where it was read and when; `note` may be empty."""

    title: str
    publisher: str
    address: str
    read_on: date
    note: str

    @property
    def tag(self) -> str:
        """The language of its title, for readers that speak pages aloud."""
        return (Lang.ZH if CHINESE.search(self.title) else Lang.EN).tag

    @property
    def host(self) -> str:
        """The site on which it was read."""
        return urlsplit(self.address).netloc.removeprefix("www.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an article stands: `reviewed_on` is None, `reviewed_by` empty, until a professional has read it.

    self_checks: the forms after whose result it is shown first; empty for most.
    """

    written_on: date
    reviewed_on: date | None
    reviewed_by: str
    review_by: date
    sources: tuple[Source, ...]
    at: Place
    self_checks: tuple[str, ...] = ()
    checks_at: Place | None = None

    def html(self, lang: Lang) -> str:
        """The list of its sources and the line about its review."""
        return page.render("sources.html", lang=lang, article=self)


def is_draft(source: str) -> bool:
    """Whether a page's front matter says `draft: true`; false where it cannot be read, so that its faults are told."""
    match = FRONT_MATTER.match(source)
    # Most pages do not speak of it, and reading YAML takes its time.
    entry = front_matter(source, Notes("")) if match and "draft" in match["inner"] else None
    return entry is not None and "draft" in entry.keys and entry.flag("draft")


def read_standing(entry: Entry, today: date) -> Standing | None:
    """What an article's front matter says of it; None, and notes, where something lacks or is wrong."""
    before = len(entry.notes.problems)
    if "draft" in entry.keys:
        entry.flag("draft")
    written, review_by = entry.day("written_on"), entry.day("review_by")
    reviewed = entry.day("reviewed_on", optional=True)
    for key, day in (("written_on", written), ("reviewed_on", reviewed)):
        not_yet(entry, key, day, today)
    reviewer = reviewed_by(entry, reviewed)
    checks = entry.names("self_checks") if entry.filled("self_checks") else ()
    sources = tuple(_sources(entry, today))
    if len(entry.notes.problems) == before and len(sources) < FEWEST:
        entry.notes.note(entry.keys["sources"][1], "article-sources-few", found=len(sources), wanted=FEWEST)
    if len(entry.notes.problems) > before or written is None or review_by is None:
        return None
    return Standing(
        written_on=written,
        reviewed_on=reviewed,
        reviewed_by=reviewer,
        review_by=review_by,
        sources=sources,
        at=entry.place("review_by"),
        self_checks=checks,
        checks_at=entry.place("self_checks"),
    )


def reviewed_by(entry: Entry, reviewed_on: date | None) -> str:
    """Who has read an article; empty for nobody yet. Day and person are told together, or neither is."""
    node = entry.keys["reviewed_by"][1] if "reviewed_by" in entry.keys else None
    name = "" if node is None or node.tag.endswith(":null") else entry.text("reviewed_by")
    if bool(name) != bool(reviewed_on):
        key = "reviewed_by" if name else "reviewed_on"
        entry.notes.note(entry.keys[key][1], "article-review-half")
    return name


def not_yet(entry: Entry, key: str, day: date | None, today: date) -> None:
    """Notes a day that has not come yet: nobody has read anything on it."""
    if day is not None and day > today:
        entry.notes.note(entry.keys[key][1], "date-future", key=key, day=day.isoformat())


def _sources(entry: Entry, today: date) -> Iterator[Source]:
    node = entry.value("sources")
    if node is None:
        return
    if not isinstance(node, yaml.SequenceNode):
        entry.notes.shape(node, "sources", "list")
        return
    for item in node.value:
        if isinstance(item, yaml.MappingNode):
            yield from _source(Entry(item, entry.notes), today)
        else:
            entry.notes.shape(item, "sources", "mapping")


def _source(entry: Entry, today: date) -> Iterator[Source]:
    before = len(entry.notes.problems)
    entry.only(SOURCE_KEYS)
    title, publisher, address = (entry.text(key) for key in ("title", "publisher", "address"))
    read_on, note = entry.day("read_on"), entry.text("note") if entry.filled("note") else ""
    not_yet(entry, "read_on", read_on, today)
    if address and not re.fullmatch(r"https?://[^\s/]+\.[^\s/]+(?:/\S*)?", address):
        entry.notes.note(entry.keys["address"][1], "source-address", address=address)
    if len(entry.notes.problems) == before and read_on is not None:
        yield Source(title=title, publisher=publisher, address=address, read_on=read_on, note=note)


def sources_differ(standings: Mapping[Lang, Mapping[str, Standing]]) -> Iterator[Problem]:
    """Texts, by language and name, whose two languages do not rest on the same sources."""
    first, second = Lang
    for name, here in standings[second].items():
        there = standings[first].get(name)
        if there is not None and [one.address for one in here.sources] != [one.address for one in there.sources]:
            place = Place(file=here.at.file, line=1, column=1)
            yield Problem(code="article-sources-differ", place=place, params={"other": there.at.file})


def mark_problems(source: str, file: str) -> Iterator[Problem]:
    """The places that an article has to have: help before its first part, and its sources."""
    place = Place(file=file, line=1, column=1)
    if source.count(SOURCES_MARK) != 1:
        again = [Place(file=file, line=line, column=column) for line, column in find(source, [SOURCES_MARK], nth=2)]
        yield Problem(code="article-mark", place=(again or [place])[0], params={"mark": SOURCES_MARK})
    parts = re.split(r"^## ", source, maxsplit=1, flags=re.MULTILINE)
    if HELP_BAR_MARK not in parts[0] and HELP_MARK not in parts[0]:
        line = parts[0].count("\n") + 1
        yield Problem(
            code="article-help-late", place=Place(file=file, line=line, column=1), params={"mark": HELP_BAR_MARK}
        )


def review_old(standing: Standing, today: date) -> Iterator[Problem]:
    """A note once nobody has read an article for a year, whatever day was set for the next time."""
    last = standing.reviewed_on or standing.written_on
    if today - last > REVIEWED_YEARLY and standing.review_by >= today:
        params: dict[str, str | int] = {"day": last.isoformat(), "days": (today - last).days}
        yield Problem(code="article-review-old", place=standing.at, params=params)


def review_due(standing: Standing, today: date) -> Iterator[Problem]:
    """A warning once the day has passed by which an article was to be read again."""
    if standing.review_by < today:
        params = {"day": standing.review_by.isoformat()}
        yield Problem(code="article-review-due", place=standing.at, params=params)
