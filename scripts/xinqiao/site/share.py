"""What other programs read of a page of news: schema.org data as JSON-LD, in an element that browsers do not run.

https://schema.org/Event, https://schema.org/NewsArticle
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from xinqiao.core.text import Lang
from xinqiao.site.events import Event, EventStatus
from xinqiao.site.newsroom import Article

SCHEMA = "https://schema.org"
# Inside a script element nothing may look like its end or like a comment, whatever a title says.
SIGNS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def structured(data: dict[str, object]) -> str:
    """Data as a JSON-LD element that no text within can end or leave."""
    written = json.dumps({"@context": SCHEMA} | data, ensure_ascii=False, sort_keys=True)
    return f'<script type="application/ld+json">{written.translate(SIGNS)}</script>'


def article_data(article: Article, address: str, publisher: str) -> dict[str, object]:
    """A page of news that is no announcement: https://schema.org/NewsArticle."""
    return {
        "@type": "NewsArticle",
        "headline": article.title,
        "description": article.summary,
        "datePublished": article.day.isoformat(),
        "dateModified": (article.modified or article.day).isoformat(),
        "inLanguage": article.lang.tag,
        "url": address,
        "publisher": {"@type": "Organization", "name": publisher},
    }


def event_data(event: Event, article: Article, address: str, organizer: str, image: str) -> dict[str, object] | None:
    """An event, told by its announcement: https://schema.org/Event; None where its day is not known.

    `image` is the address of its card, empty where it has none.
    """
    if event.day.date is None:
        return None
    return dict(_event(event, article, address, organizer)) | ({"image": image} if image else {})


def _event(event: Event, article: Article, address: str, organizer: str) -> Iterator[tuple[str, object]]:
    lang: Lang = article.lang
    starts, ends, day = event.day.starts, event.day.ends, event.day.date
    cancelled = event.status is EventStatus.CANCELLED
    yield "@type", "Event"
    yield "name", event.title[lang]
    yield "description", article.summary
    yield "startDate", (starts or day or article.day).isoformat()
    if ends:
        yield "endDate", ends.isoformat()
    yield "eventStatus", f"{SCHEMA}/{'EventCancelled' if cancelled else 'EventScheduled'}"
    yield "eventAttendanceMode", f"{SCHEMA}/OfflineEventAttendanceMode"
    yield "location", {"@type": "Place", "name": event.place[lang], "address": organizer}
    yield "organizer", {"@type": "Organization", "name": organizer}
    if event.capacity:
        yield "maximumAttendeeCapacity", event.capacity
    yield "inLanguage", lang.tag
    yield "url", address
