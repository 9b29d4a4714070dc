"""Reads the college's news: the metadata of each file, its counterpart in the other language, its pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xinqiao.core.name import nearest
from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site.article import is_draft
from xinqiao.site.source import FRONT_MATTER, shown

FOLDER = "docs/news"
KINDS = ("events", "recaps", "policy")
NEEDED = ("Title", "Slug", "Lang", "Date", "Category", "Summary", "Status")
ALLOWED = (*NEEDED, "Event", "Tags", "Modified", "Only")
DATES = ("Date", "Modified")
# What both languages of an article share.
SHARED = ("Date", "Event", "Tags")
NAMED = re.compile(rf"(?:{'|'.join(KINDS)})/[a-z0-9][a-z0-9-]*\.(?:{'|'.join(Lang)})\.md")
METADATA = re.compile(r"(?P<key>[A-Za-z][\w-]*)\s*:[ \t]*(?P<value>.*?)[ \t]*")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PUBLISHED, DRAFT = "published", "draft"
DRAFTED = re.compile(rf"^Status[ \t]*:[ \t]*{DRAFT}[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One file of news in one language, as its metadata say; `places` holds where each of them stands.

    only: that it exists in this language alone, by intention.
    """

    file: str
    lang: Lang
    kind: str
    slug: str
    title: str
    summary: str
    event: str
    tags: tuple[str, ...]
    day: date
    modified: date | None
    published: bool
    only: bool
    places: Mapping[str, Place]

    @property
    def page(self) -> str:
        """The page that it becomes, below `docs/<lang>`."""
        return f"news/{self.kind}/{self.slug}/index.md"

    @property
    def address(self) -> str:
        """The address of that page, below the language's."""
        return f"news/{self.kind}/{self.slug}/"

    @property
    def announces(self) -> bool:
        """Whether it is the announcement of its event."""
        return bool(self.event) and self.kind == "events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the registries hold that news may name: the slugs of events and of tags.

    tags: None where their registry could not be read, which is told by itself.
    """

    events: frozenset[str]
    tags: frozenset[str] | None


def read_articles(project: Path, events: Iterable[str], tags: Iterable[str] | None = ()) -> tuple[Article, ...]:
    """All news of a project, drafts included. Raises XinqiaoError with every problem of every file."""
    known = Known(events=frozenset(events), tags=None if tags is None else frozenset(tags))
    articles: list[Article] = []
    problems: list[Problem] = []
    for path in sorted((project / FOLDER).rglob("*.md")):
        article, found = _article(path, shown(path, project), known)
        problems.extend(found)
        if article is not None:
            articles.append(article)
    problems.extend(_of_all(articles, project))
    if problems:
        raise XinqiaoError(problems)
    return tuple(articles)


def _article(path: Path, file: str, known: Known) -> tuple[Article | None, list[Problem]]:
    if not NAMED.fullmatch(f"{path.parent.name}/{path.name}"):
        return None, [Problem(code="news-file-name", place=Place(file=file, line=1, column=1))]
    values, places = _metadata(path.read_text(encoding="utf-8-sig"), file)
    problems = list(_metadata_problems(path, file, values, places, known))
    if problems:
        return None, problems
    article = Article(
        file=file,
        lang=Lang(values["Lang"]),
        kind=values["Category"],
        slug=values["Slug"],
        title=values["Title"],
        summary=values["Summary"],
        event=values.get("Event", ""),
        tags=tuple(tag for tag, _ in _tags(values.get("Tags", ""))),
        day=date.fromisoformat(values["Date"]),
        modified=date.fromisoformat(values["Modified"]) if values.get("Modified") else None,
        published=values["Status"] == PUBLISHED,
        only=bool(values.get("Only")),
        places=places,
    )
    return article, []


def _metadata(source: str, file: str) -> tuple[dict[str, str], dict[str, Place]]:
    values: dict[str, str] = {}
    places: dict[str, Place] = {}
    for number, line in enumerate(source.splitlines(), start=1):
        if number == 1 and line.strip() == "---":
            continue
        match = METADATA.fullmatch(line)
        if match is None:
            break
        key = match["key"]
        values[key] = match["value"]
        places[key] = Place(file=file, line=number, column=match.start("value" if key in ALLOWED else "key") + 1)
    return values, places


def head_end(source: str) -> int:
    """Where the prose of a text begins: after the front matter of a page, after the metadata of news."""
    if front := FRONT_MATTER.match(source):
        return front.end()
    end = 0
    for line in source.splitlines(keepends=True):
        if not METADATA.fullmatch(line.rstrip("\r\n")):
            break
        end += len(line)
    return end


def unready(source: str) -> bool:
    """Whether a page or an article of the news says that it is a draft."""
    return is_draft(source) or DRAFTED.search(source, 0, head_end(source)) is not None


def _metadata_problems(
    path: Path, file: str, values: Mapping[str, str], places: Mapping[str, Place], known: Known
) -> Iterator[Problem]:
    for key in values:
        if key not in ALLOWED:
            yield Problem(
                code="news-key-unknown", place=places[key], params={"key": key, "allowed": ", ".join(ALLOWED)}
            )
    for key in NEEDED:
        if not values.get(key):
            place = places.get(key, Place(file=file, line=1, column=1))
            yield Problem(code="news-key-missing", place=place, params={"key": key})
    stem, _, lang = path.stem.rpartition(".")
    wanted = {"Slug": (stem,), "Lang": (lang,), "Category": (path.parent.name,), "Status": (PUBLISHED, DRAFT)}
    for key, fitting in (wanted | {"Only": (lang,)}).items():
        if values.get(key) and values[key] not in fitting:
            params = {"key": key, "found": values[key], "wanted": " / ".join(fitting)}
            yield Problem(code="news-value", place=places[key], params=params)
    for key in DATES:
        if values.get(key) and not is_day(values[key]):
            yield Problem(code="news-date", place=places[key], params={"found": values[key]})
    event = values.get("Event", "")
    if event and event not in known.events:
        yield Problem(code="news-event-unknown", place=places["Event"], params={"event": event})
    yield from _tag_problems(values, places, known)


def is_day(words: str) -> bool:
    """Whether words are a day that exists, written as 2026-11-20."""
    try:
        date.fromisoformat(words)
    except ValueError:
        return False
    return DAY.fullmatch(words) is not None


def _tags(written: str) -> Iterator[tuple[str, int]]:
    """The tags of a line, which commas part, and where each begins in it."""
    for match in re.finditer(r"[^,\s][^,]*", written):
        yield match[0].rstrip(), match.start()


def _tag_problems(values: Mapping[str, str], places: Mapping[str, Place], known: Known) -> Iterator[Problem]:
    for tag, at in _tags(values.get("Tags", "")):
        if known.tags is not None and tag not in known.tags:
            line = places["Tags"]
            place = Place(file=line.file, line=line.line, column=line.column + at)
            params = {"tag": tag, "nearest": nearest(tag, sorted(known.tags))}
            yield Problem(code="news-tag-unknown", place=place, params=params)


def _of_all(articles: Sequence[Article], project: Path) -> Iterator[Problem]:
    seen: dict[tuple[str, Lang], Article] = {}
    for article in articles:
        other = seen.setdefault((article.slug, article.lang), article)
        if other is not article:
            params = {"slug": article.slug, "other": other.file}
            yield Problem(code="news-slug-twice", place=article.places["Slug"], params=params)
    by_file = {article.file: article for article in articles}
    for article in articles:
        for lang in set(Lang) - {article.lang}:
            file = f"{FOLDER}/{article.kind}/{article.slug}.{lang.value}.md"
            yield from _pair_problems(article, file, (project / file).is_file(), by_file.get(file))


def _pair_problems(article: Article, file: str, there: bool, other: Article | None) -> Iterator[Problem]:
    if article.only and there:
        yield Problem(code="news-only-two", place=article.places["Only"], params={"other": file})
    elif not article.only and not there:
        place = Place(file=article.file, line=1, column=1)
        yield Problem(code="news-translation-missing", place=place, params={"other": file, "lang": article.lang.value})
    elif other is not None and article.published and not other.published:
        yield Problem(code="news-status-differs", place=article.places["Status"], params={"other": file})
    elif other is not None and article.lang is Lang.EN:
        yield from _differences(article, other)


def _differences(article: Article, other: Article) -> Iterator[Problem]:
    pairs = ((article.day, other.day), (article.event, other.event), (set(article.tags), set(other.tags)))
    for key, (here, there) in zip(SHARED, pairs, strict=True):
        if here != there:
            place = article.places.get(key, Place(file=article.file, line=1, column=1))
            yield Problem(code="news-differs", place=place, params={"key": key, "other": other.file})
