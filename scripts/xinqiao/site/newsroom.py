"""Runs Pelican over the college's news and takes its fragments: front matter and inner HTML, no shell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urljoin

from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.text import Lang, Text
from xinqiao.site.program import Program, run_all
from xinqiao.site.source import shown

FOLDER = "docs/news"
KINDS = ("events", "recaps", "policy")
NEEDED = ("Title", "Slug", "Lang", "Date", "Category", "Summary", "Status")
ALLOWED = (*NEEDED, "Event")
NAMED = re.compile(rf"(?:{'|'.join(KINDS)})/[a-z0-9][a-z0-9-]*\.(?:{'|'.join(Lang)})\.md")
METADATA = re.compile(r"(?P<key>[A-Za-z][\w-]*)\s*:[ \t]*(?P<value>.*?)[ \t]*")
FRAGMENT = re.compile(r"\s*---\n(?P<front>\{.*?\})\n---\n(?P<body>.*)", re.DOTALL)
RELATIVE = re.compile(r'(?P<name>href|src)="(?!https?:|mailto:|tel:|data:|#)(?P<address>[^"]*)"')
ENTRY_LINK = re.compile(r'<link href="(?P<address>[^"]+)" rel="alternate"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One file of news in one language, as its metadata say; `places` holds where each of them stands."""

    file: str
    lang: Lang
    kind: str
    slug: str
    title: str
    event: str
    published: bool
    places: Mapping[str, Place]

    @property
    def page(self) -> str:
        """The page that it becomes, below `docs/<lang>`."""
        return f"news/{self.kind}/{self.slug}/index.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """What Pelican made of one page: its front matter and its inner HTML."""

    front: Mapping[str, object]
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """Pelican's pages by language and path, and one feed a language."""

    fragments: Mapping[Lang, Mapping[str, Fragment]]
    feeds: Mapping[Lang, str]


def read_articles(project: Path, events: Iterable[str]) -> tuple[Article, ...]:
    """All news of a project, drafts included. Raises XinqiaoError with every problem of every file."""
    known = frozenset(events)
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


def _article(path: Path, file: str, events: frozenset[str]) -> tuple[Article | None, list[Problem]]:
    if not NAMED.fullmatch(f"{path.parent.name}/{path.name}"):
        return None, [Problem(code="news-file-name", place=Place(file=file, line=1, column=1))]
    values, places = _metadata(path.read_text(encoding="utf-8-sig"), file)
    problems = list(_metadata_problems(path, file, values, places, events))
    if problems:
        return None, problems
    article = Article(
        file=file,
        lang=Lang(values["Lang"]),
        kind=values["Category"],
        slug=values["Slug"],
        title=values["Title"],
        event=values.get("Event", ""),
        published=values["Status"] == "published",
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


def _metadata_problems(
    path: Path, file: str, values: Mapping[str, str], places: Mapping[str, Place], events: frozenset[str]
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
    wanted = {"Slug": (stem,), "Lang": (lang,), "Category": (path.parent.name,), "Status": ("published", "draft")}
    for key, fitting in wanted.items():
        if values.get(key) and values[key] not in fitting:
            params = {"key": key, "found": values[key], "wanted": " / ".join(fitting)}
            yield Problem(code="news-value", place=places[key], params=params)
    if values.get("Date") and not _is_day(values["Date"]):
        yield Problem(code="news-date", place=places["Date"], params={"found": values["Date"]})
    event = values.get("Event", "")
    if event and event not in events:
        yield Problem(code="news-event-unknown", place=places["Event"], params={"event": event})


def _is_day(words: str) -> bool:
    try:
        date.fromisoformat(words)
    except ValueError:
        return False
    return True


def _of_all(articles: list[Article], project: Path) -> Iterator[Problem]:
    seen: dict[tuple[str, Lang], Article] = {}
    for article in articles:
        other = seen.setdefault((article.slug, article.lang), article)
        if other is not article:
            params = {"slug": article.slug, "other": other.file}
            yield Problem(code="news-slug-twice", place=article.places["Slug"], params=params)
    for article in articles:
        for lang in set(Lang) - {article.lang}:
            file = f"{FOLDER}/{article.kind}/{article.slug}.{lang.value}.md"
            counterpart = seen.get((article.slug, lang))
            if not (project / file).is_file():
                yield Problem(
                    code="page-translation-missing",
                    place=Place(file=article.file, line=1, column=1),
                    params={"other": file},
                )
            elif article.published and counterpart is not None and not counterpart.published:
                yield Problem(code="news-status-differs", place=article.places["Status"], params={"other": file})


def run_pelican(project: Path, title: Text, site_url: str, output: Path) -> Newsroom:
    """Makes the news of both languages, side by side, into `output`.

    Raises XinqiaoError (generator-failed) where Pelican warns or fails.
    """
    run_all([_program(project, lang, title, site_url, output / lang.value) for lang in Lang])
    fragments = {lang: dict(_fragments(output / lang.value)) for lang in Lang}
    feeds = {lang: _absolute(output / lang.value / "news/atom.xml") for lang in Lang}
    return Newsroom(fragments=fragments, feeds=feeds)


def _program(project: Path, lang: Lang, title: Text, site_url: str, output: Path) -> Program:
    folder = project / FOLDER
    environment = {"XINQIAO_LANG": lang.value, "XINQIAO_TITLE": title[lang], "XINQIAO_SITE_URL": site_url.rstrip("/")}
    return Program(
        name=f"Pelican ({lang.value})",
        module="pelican",
        arguments=[
            str(folder),
            "--settings", str(folder / "pelicanconf.py"),
            "--theme-path", str(project / "overrides/news"),
            "--output", str(output),
            "--fatal", "warnings",
        ],
        environment=environment,
        folder=project,
    )  # fmt: skip


def _fragments(folder: Path) -> Iterator[tuple[str, Fragment]]:
    for path in sorted(folder.rglob("*.md")):
        match = FRAGMENT.fullmatch(path.read_text(encoding="utf-8"))
        if match is None:
            raise ValueError(f"Pelican's theme made a page that is no fragment: {path.name}")
        yield path.relative_to(folder).as_posix(), Fragment(front=json.loads(match["front"]), body=match["body"])


def _absolute(feed: Path) -> str:
    """A feed whose entries' own links are absolute: Pelican leaves those in the prose as they stand."""
    if not feed.is_file():
        return ""
    head, *entries = feed.read_text(encoding="utf-8").split("<entry>")
    return "<entry>".join([head, *(_absolute_entry(entry) for entry in entries)])


def _absolute_entry(entry: str) -> str:
    link = ENTRY_LINK.search(entry)
    base = link["address"] if link else ""
    return RELATIVE.sub(lambda match: f'{match["name"]}="{urljoin(base, match["address"])}"', entry)
