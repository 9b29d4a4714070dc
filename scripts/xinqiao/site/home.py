"""What the home page says of the newsroom: the events that are coming, and what was written last."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from xinqiao.core.occasion import MONTHS
from xinqiao.core.text import Lang
from xinqiao.site import page
from xinqiao.site.events import Event
from xinqiao.site.newsroom import Article
from xinqiao.site.tree import Tree

COMING_MARK, LATEST_MARK = "<!-- coming -->", "<!-- latest -->"
MOST_EVENTS, MOST_NEWS = 4, 3
TOLD = ("recaps", "policy")
# As pages of the newsroom begin, and as its theme writes the day of a page into them.
FRONT = re.compile(r"---\n(?P<front>\{.*?\})\n---\n", re.DOTALL)
DATED = re.compile(r'<time datetime="(?P<day>\d{4}-\d{2}-\d{2})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One page of news: its address below the language's folder; `day` is empty where the page does not say."""

    kind: str
    href: str
    title: str
    about: str
    day: str


def home_fills(
    news: Tree, articles: Sequence[Article], events: Mapping[str, Event], now: datetime
) -> Mapping[Lang, Mapping[str, str]]:
    """What stands in the place of the home page's marks; `news` are the newsroom's pages.

    `now` decides which events are still to come.
    """
    return {
        lang: {
            COMING_MARK: _coming(list(_announced(articles, events, lang, now)), lang),
            LATEST_MARK: _latest(list(_news(news, articles, lang)), lang),
        }
        for lang in Lang
    }


def _announced(
    articles: Sequence[Article], events: Mapping[str, Event], lang: Lang, now: datetime
) -> Iterator[tuple[date, Event, str]]:
    """The events to come that have an announcement: day, event, address."""
    for article in articles:
        event = events.get(article.event)
        if event is None or article.kind != "events" or article.lang is not lang or not article.published:
            continue
        standing = event.at(now)
        if standing.day.date and not standing.gone:
            yield standing.day.date, standing, article.address


def _coming(found: list[tuple[date, Event, str]], lang: Lang) -> str:
    first = sorted(found, key=lambda one: (one[0], one[1].slug))[:MOST_EVENTS]
    return page.render("coming.html", lang=lang, events=first, months=MONTHS)


def _news(news: Tree, articles: Sequence[Article], lang: Lang) -> Iterator[News]:
    for article in articles:
        piece = news[lang].get(article.page)
        if article.lang is not lang or article.kind not in TOLD or not article.published or piece is None:
            continue
        words = piece.content if isinstance(piece.content, str) else ""
        front, dated = FRONT.match(words), DATED.search(words)
        yield News(
            kind=article.kind,
            href=article.address,
            title=article.title,
            about=str(json.loads(front["front"]).get("description", "")) if front else "",
            day=dated["day"] if dated else "",
        )


def _latest(found: list[News], lang: Lang) -> str:
    newest = sorted(sorted(found, key=lambda one: one.href), key=lambda one: one.day, reverse=True)[:MOST_NEWS]
    return page.render("latest.html", lang=lang, news=newest)
