"""Figures quoted in news: `{{ figure: FORM/TABLE/MEASURE }}` becomes a released figure of the article's event."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from xinqiao.core.name import nearest
from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang, Text
from xinqiao.site.events import Event
from xinqiao.site.newsroom import Article
from xinqiao.site.pelican import Newsroom

CODE = re.compile(r"\{\{\s*figure\s*:\s*(?P<path>[^{}]*?)\s*\}\}")
UNRELEASED = Text.of(zh="（尚未公布）", en="(not published yet)")
# Of each form with a public summary the figures by name; none before its first release.
Figures = Mapping[str, Mapping[str, Text]]


def quote_problems(
    project: Path, articles: Sequence[Article], events: Mapping[str, Event], figures: Figures
) -> Iterator[Problem]:
    """Every quoted figure that is not there, or not one of the article's event, with its place."""
    for article in articles:
        source = (project / article.file).read_text(encoding="utf-8-sig")
        forms = _forms(events.get(article.event), figures)
        for number, line in enumerate(source.splitlines(), start=1):
            for match in CODE.finditer(line):
                place = Place(file=article.file, line=number, column=match.start() + 1)
                form, _, name = match["path"].partition("/")
                if form not in forms:
                    params = {"form": form, "known": ", ".join(forms) or "–"}
                    yield Problem(code="figure-not-of-event", place=place, params=params)
                elif figures[form] and name not in figures[form]:
                    params = {"name": name, "nearest": nearest(name, figures[form])}
                    yield Problem(code="figure-unknown", place=place, params=params)


def _forms(event: Event | None, figures: Figures) -> list[str]:
    """The forms of an event that have public summaries."""
    named = [event.registration, event.feedback] if event else []
    return [form for form in dict.fromkeys(named) if form in figures]


def with_figures(room: Newsroom, figures: Figures) -> Newsroom:
    """The news with every quoted figure filled in, in pages, lists and feeds."""
    fragments = {
        lang: {
            name: replace(
                fragment,
                front={key: _filled(value, lang, figures) for key, value in fragment.front.items()},
                body=_quoted(fragment.body, lang, figures),
            )
            for name, fragment in pages.items()
        }
        for lang, pages in room.fragments.items()
    }
    feeds = {lang: _quoted(feed, lang, figures) for lang, feed in room.feeds.items()}
    return replace(room, fragments=fragments, feeds=feeds)


def _filled(value: object, lang: Lang, figures: Figures) -> object:
    return _quoted(value, lang, figures) if isinstance(value, str) else value


def _quoted(source: str, lang: Lang, figures: Figures) -> str:
    def words(match: re.Match[str]) -> str:
        # In a feed the signs of HTML are escaped twice.
        form, _, name = html.unescape(html.unescape(match["path"])).partition("/")
        return html.escape(figures.get(form, {}).get(name, UNRELEASED)[lang])

    return CODE.sub(words, source)
