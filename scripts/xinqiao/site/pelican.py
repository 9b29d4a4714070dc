"""Runs Pelican over the college's news and takes its fragments: front matter and inner HTML, no shell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xinqiao.core.text import Lang, Text
from xinqiao.site.events import Event
from xinqiao.site.feeds import absolute
from xinqiao.site.newsroom import FOLDER
from xinqiao.site.program import run_all
from xinqiao.site.workshop import Program

FRAGMENT = re.compile(r"\s*---\n(?P<front>\{.*?\})\n---\n(?P<body>.*)", re.DOTALL)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What Pelican's theme is told beside the news: the portal's name and address, the events, the tags' names."""

    title: Text
    site_url: str
    events: Mapping[str, Event]
    tags: Mapping[str, Text]

    def as_data(self, lang: Lang) -> Mapping[str, object]:
        """Events and tags for the theme of one language."""
        return {
            "events": {slug: _event(event, lang) for slug, event in self.events.items()},
            "tags": {slug: name[lang] for slug, name in self.tags.items()},
        }


def run_pelican(project: Path, told: Told, output: Path) -> Newsroom:
    """Makes the news of both languages, side by side, into `output`.

    Raises XinqiaoError (generator-failed, generator-killed) where Pelican warns, fails or is killed.
    """
    run_all([_program(project, lang, told, output) for lang in Lang])
    fragments = {lang: dict(_fragments(output / lang.value)) for lang in Lang}
    atoms = {lang: output / lang.value / "news/atom.xml" for lang in Lang}
    feeds = {lang: absolute(atom.read_text("utf-8")) if atom.is_file() else "" for lang, atom in atoms.items()}
    return Newsroom(fragments=fragments, feeds=feeds)


def _event(event: Event, lang: Lang) -> Mapping[str, object]:
    day = event.day
    clock = day.start.isoformat() if day.start else ""
    return {
        "status": event.status.value,
        "standing": event.standing(lang),
        "when": day.words(lang),
        "place": event.place[lang],
        "coming": not event.gone,
        # An event whose year nobody knows comes last.
        "order": f"{day.year or 9999:04}-{day.month:02}-{day.day:02} {clock}",
    }


def _program(project: Path, lang: Lang, told: Told, output: Path) -> Program:
    folder = project / FOLDER
    data = output / f"{lang.value}.json"
    data.write_text(json.dumps(told.as_data(lang), ensure_ascii=False), encoding="utf-8")
    return Program(
        name=f"Pelican ({lang.value})",
        module="pelican",
        arguments=[
            str(folder),
            "--settings", str(folder / "pelicanconf.py"),
            "--theme-path", str(project / "overrides/news"),
            "--output", str(output / lang.value),
            "--fatal", "warnings",
        ],
        environment={
            "XINQIAO_LANG": lang.value,
            "XINQIAO_TITLE": told.title[lang],
            "XINQIAO_SITE_URL": told.site_url.rstrip("/"),
            "XINQIAO_NEWS": str(data),
        },
        folder=project,
    )  # fmt: skip


def _fragments(folder: Path) -> Iterator[tuple[str, Fragment]]:
    for path in sorted(folder.rglob("*.md")):
        match = FRAGMENT.fullmatch(path.read_text(encoding="utf-8"))
        if match is None:
            raise ValueError(f"Pelican's theme made a page that is no fragment: {path.name}")
        yield path.relative_to(folder).as_posix(), Fragment(front=json.loads(match["front"]), body=match["body"])
