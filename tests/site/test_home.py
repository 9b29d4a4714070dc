"""What the home page says of the newsroom: events that are still to come, and what was written last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from xinqiao.core.text import Lang
from xinqiao.site.events import Event, EventStatus, read_events
from xinqiao.site.fragment import as_page
from xinqiao.site.home import COMING_MARK, LATEST_MARK, MOST_EVENTS, MOST_NEWS, home_fills
from xinqiao.site.newsroom import Article, read_articles
from xinqiao.site.tree import Piece, Tree

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def event(project: Path) -> Event:
    return replace(read_events(project)["training"], status=EventStatus.OPEN)


@pytest.fixture
def articles(project: Path) -> tuple[Article, ...]:
    return read_articles(project, read_events(project), None)


def on(event: Event, day: date) -> Event:
    """The event on another day."""
    return replace(event, day=replace(event.day, year=day.year, month=day.month, day=day.day))


def room(**pages: tuple[str, str]) -> Tree:
    """The newsroom's pages of recaps: slug → day and summary."""
    tree = {
        f"news/recaps/{slug}/index.md": Piece(
            content=as_page({"description": about}, f'<h1>a</h1><p><time datetime="{day}">{day}</time>' if day else "")
        )
        for slug, (day, about) in pages.items()
    }
    return dict.fromkeys(Lang, tree)


def recaps(articles: tuple[Article, ...], *slugs: str) -> list[Article]:
    """Recaps of these names, made of the project's own."""
    first = next(one for one in articles if one.kind == "recaps" and one.lang is Lang.EN)
    return [replace(first, slug=slug, title=f"<{slug}>") for slug in slugs]


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize(
    ("day", "status", "told"),
    [
        (TODAY, EventStatus.OPEN, True),
        (date(2027, 6, 16), EventStatus.PLANNED, True),
        (date(2026, 11, 20), EventStatus.OPEN, False),
        (date(2027, 6, 16), EventStatus.PAST, False),
    ],
)
def test_events_that_are_still_to_come_are_told(
    articles: tuple[Article, ...], event: Event, lang: Lang, day: date, status: EventStatus, *, told: bool
) -> None:
    coming = replace(on(event, day), status=status)
    made = home_fills(room(), articles, {"training": coming}, NOW)[lang][COMING_MARK]
    assert ('href="news/events/training/"' in made) is told
    assert (event.title[lang] in made) is told
    assert ("xq-on__none" in made) is not told, "a day without events says so"


def test_an_event_without_a_year_is_not_told_as_coming(articles: tuple[Article, ...], event: Event) -> None:
    made = home_fills(room(), articles, {"training": event}, NOW)[Lang.ZH][COMING_MARK]
    assert event.day.year is None
    assert "xq-on__none" in made


def test_drafts_and_events_that_nobody_announced_stay_out(articles: tuple[Article, ...], event: Event) -> None:
    coming = on(event, date(2027, 1, 1))
    drafts = [replace(one, published=False) for one in articles]
    for some in (drafts, []):
        fills = home_fills(room(), some, {"training": coming}, NOW)[Lang.ZH]
        assert 'href="news/' not in fills[COMING_MARK] + fills[LATEST_MARK]


def test_the_nearest_events_come_first_and_no_more_than_fit(articles: tuple[Article, ...], event: Event) -> None:
    announced = next(one for one in articles if one.kind == "events" and one.lang is Lang.EN and one.published)
    days = {f"e{number}": date(2027, 12 - number, 1) for number in range(6)}
    events = {slug: replace(on(event, day), slug=slug) for slug, day in days.items()}
    many = [replace(announced, slug=slug, event=slug) for slug in events]
    made = home_fills(room(), many, events, NOW)[Lang.EN][COMING_MARK]
    assert [made.index(f"news/events/e{number}/") for number in (5, 4, 3, 2)] == sorted(
        made.index(f"news/events/e{number}/") for number in (5, 4, 3, 2)
    )
    assert made.count("<li>") == MOST_EVENTS


def test_what_was_written_last_comes_first_and_is_escaped(articles: tuple[Article, ...]) -> None:
    pages = {"old": ("2026-01-01", "a"), "new": ("2026-11-20", "b & c"), "undated": ("", ""), "mid": ("2026-05-01", "")}
    made = home_fills(room(**pages), recaps(articles, *pages), {}, NOW)[Lang.EN][LATEST_MARK]
    assert made.count("<li>") == MOST_NEWS
    assert made.index("&lt;new&gt;") < made.index("&lt;mid&gt;") < made.index("&lt;old&gt;")
    assert "undated" not in made and "b &amp; c" in made
    assert 'href="news/recaps/new/"' in made


def test_without_news_the_home_page_says_so() -> None:
    fills = home_fills(room(), [], {}, NOW)
    for lang in Lang:
        assert all("xq-on__none" in words for words in fills[lang].values())
