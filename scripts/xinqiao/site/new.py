"""New articles and news: drafts in both languages, with all that is known already filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from importlib import resources
from string import Template

from xinqiao.core.occasion import SLUG
from xinqiao.core.problem import refuse
from xinqiao.core.text import Lang, Text
from xinqiao.site.events import FOLDER, Event
from xinqiao.site.newsroom import DRAFT, PUBLISHED

EVENT_SUMMARY = Text.of(zh="一句话：给谁，做什么。", en="One sentence: for whom, and what you do.")
RECAP_SUMMARY = Text.of(zh="一句话：谁来了，一起做了什么。", en="One sentence: who came, and what they did together.")
SENTENCE = re.compile(r".+?(?:[。！？!?]|[.](?= |$)|$)")
REVIEWED_WITHIN = timedelta(days=180)


def article_files(slug: str, title: Text, today: date) -> dict[str, str]:
    """Path → text of an article's draft in each language. Raises XinqiaoError (slug-unusable)."""
    check_slug(slug)
    return {
        f"docs/{lang}/learn/{slug}.md": article_text(title[lang], _text(f"article-parts.{lang}.md", {}), lang, today)
        for lang in Lang
    }


def article_text(title: str, body: str, lang: Lang, today: date) -> str:
    """The draft of an article with a body in Markdown: help above it, help and the place of its sources below."""
    values = {
        "title": json.dumps(title, ensure_ascii=False),
        "heading": title,
        "body": body.strip(),
        "today": today.isoformat(),
        "review_by": (today + REVIEWED_WITHIN).isoformat(),
    }
    return _text(f"article.{lang}.md", values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What is known of an event when it is planned; `registration` and `feedback` are ids of forms or empty.

    what: what people do there, where that has been written; ready: whether it may go out as it is.
    """

    slug: str
    title: Text
    place: Text
    day: date
    start: time
    end: time
    capacity: int | None = None
    registration: str = ""
    feedback: str = ""
    what: Text | None = None
    ready: bool = False


def event_files(event: Planned, today: date) -> dict[str, str]:
    """Path → text of an event's entry in the registry and of the drafts of its announcement.

    Raises XinqiaoError (slug-unusable, new-event-ends).
    """
    check_slug(event.slug)
    if event.end <= event.start:
        raise refuse("new-event-ends")
    quoted = {
        f"{name}_{lang}": json.dumps(text[lang], ensure_ascii=False)
        for name, text in (("title", event.title), ("place", event.place))
        for lang in Lang
    }
    facts = {
        "slug": event.slug,
        "year": str(event.day.year),
        "month": str(event.day.month),
        "day": str(event.day.day),
        "start": f"{event.start:%H:%M}",
        "end": f"{event.end:%H:%M}",
        "capacity": str(event.capacity or "null"),
        "registration": event.registration or "null",
        "feedback": event.feedback or "null",
        "status": "open" if event.ready else "planned",
    }
    announced = {
        f"docs/news/events/{event.slug}.{lang}.md": _text(
            f"event.{lang}.md",
            {
                "slug": event.slug,
                "today": today.isoformat(),
                "title": event.title[lang],
                **_said(event.what, lang, EVENT_SUMMARY, ready=event.ready),
            },
        )
        for lang in Lang
    }
    return {f"{FOLDER}/{event.slug}.yml": _text("event.yml", facts | quoted), **announced}


def policy_files(slug: str, title: Text, today: date) -> dict[str, str]:
    """Path → text of the draft of a note on a policy. Raises XinqiaoError (slug-unusable)."""
    check_slug(slug)
    return {
        f"docs/news/policy/{slug}.{lang}.md": _text(
            f"policy.{lang}.md", {"slug": slug, "today": today.isoformat(), "title": title[lang]}
        )
        for lang in Lang
    }


def recap_files(
    event: Event, figures: Mapping[str, Text], today: date, what: Text | None = None, *, ready: bool = False
) -> dict[str, str]:
    """Path → text of the draft of an event's recap; figures: code of a figure (of the event's forms) → what it is.

    what: what it covered, where that has been written; ready: whether it may go out as it is.
    """
    slug = f"{event.slug}-recap"
    return {
        f"docs/news/recaps/{slug}.{lang}.md": _text(
            f"recap.{lang}.md",
            {
                "slug": slug,
                "event": event.slug,
                "today": today.isoformat(),
                "title": event.title[lang],
                "when": event.day.words(lang),
                "place": event.place[lang],
                "who": _who(event, lang),
                "figures": _figures(event, figures, lang),
                **_said(what, lang, RECAP_SUMMARY, ready=ready),
            },
        )
        for lang in Lang
    }


def _said(what: Text | None, lang: Lang, usual: Text, *, ready: bool) -> dict[str, str]:
    """What has been written already, its first sentence as the summary, and whether it is ready."""
    words = what[lang].strip().replace("\r\n", "\n") if what else ""
    first = SENTENCE.match(" ".join(words.split()))
    return {
        "summary": first[0] if first else usual[lang],
        "what": f"\n{words}\n" if words else "",
        "status": PUBLISHED if ready else DRAFT,
    }


def _who(event: Event, lang: Lang) -> str:
    """Who spoke and who hosted, as far as the registry names them."""
    said = {Lang.ZH: ("主讲：{}。", "主持：{}。"), Lang.EN: (" Speaker: {}.", " Host: {}.")}[lang]
    named = zip(said, (event.speaker, event.host), strict=True)
    return "".join(words.format(name[lang]) for words, name in named if name)


def _figures(event: Event, figures: Mapping[str, Text], lang: Lang) -> str:
    """The end of a recap: the way to its feedback and the figures that are quoted from the released summary."""
    if not event.feedback:
        return ""
    words = {"form": event.feedback, "lines": ""}
    colon = "：" if lang is Lang.ZH else ": "
    words["lines"] = "".join(f"- {what[lang]}{colon}{{{{ figure: {code} }}}}\n" for code, what in figures.items())
    return _text(f"recap-figures.{lang}.md", words).rstrip() + "\n"


def check_slug(slug: str) -> None:
    """Raises XinqiaoError (slug-unusable) for what cannot stand in an address."""
    if not SLUG.fullmatch(slug):
        raise refuse("slug-unusable", name=slug)


def _text(name: str, values: Mapping[str, str]) -> str:
    template = resources.files("xinqiao").joinpath("templates", "site", "new", name).read_text(encoding="utf-8")
    return Template(template).substitute(values)
