"""Data for other programs: whatever a title says, it stays data."""

from __future__ import annotations

import json
from datetime import date
from html.parser import HTMLParser

from hypothesis import example, given
from hypothesis import strategies as st
from tests.site.test_calendar import ADDRESS, event

from xinqiao.core.text import Lang
from xinqiao.site.events import EventStatus
from xinqiao.site.newsroom import Article
from xinqiao.site.share import article_data, event_data, structured

ARTICLE = Article(
    file="docs/news/events/evening.zh.md", lang=Lang.ZH, kind="events", slug="evening", title="标题", summary="摘要",
    event="evening", tags=(), day=date(2026, 11, 20), modified=date(2026, 11, 21), published=True, only=False,
    places={},
)  # fmt: skip


class Scripts(HTMLParser):
    """The elements of a page and what stands in them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.tags.append(tag)

    def handle_comment(self, data: str) -> None:  # noqa: ARG002
        self.tags.append("comment")

    def handle_data(self, data: str) -> None:
        self.inside += data


@given(st.text())
@example("</script><script>alert(1)</script>")
@example("<!-- <script>")
@example("]]>\u2028'\"\\")
def test_no_title_ends_the_element(title: str) -> None:
    page = structured({"headline": title})
    read = Scripts(page)
    assert read.tags == ["script"]
    assert json.loads(read.inside) == {"@context": "https://schema.org", "headline": title}
    assert "\n" not in page


def test_an_event_says_when_it_is_with_its_zone() -> None:
    data = event_data(event(), ARTICLE, ADDRESS, "学院", f"{ADDRESS}card.png")
    assert data is not None
    assert data["@type"] == "Event"
    assert (data["startDate"], data["endDate"]) == ("2026-12-03T19:00:00+08:00", "2026-12-03T20:30:00+08:00")
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert data["image"] == f"{ADDRESS}card.png"
    gone = event_data(event(status=EventStatus.CANCELLED), ARTICLE, ADDRESS, "学院", "")
    assert gone is not None
    assert gone["eventStatus"] == "https://schema.org/EventCancelled"
    assert "image" not in gone


def test_an_article_says_when_it_was_written_and_changed() -> None:
    data = article_data(ARTICLE, ADDRESS, "学院")
    assert (data["datePublished"], data["dateModified"]) == ("2026-11-20", "2026-11-21")
    assert data["inLanguage"] == "zh-CN"
