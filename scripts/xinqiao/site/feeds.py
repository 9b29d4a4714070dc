"""The news as feeds: Atom as Pelican writes it, with whole addresses, and the same entries as JSON Feed 1.1."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin
from xml.etree import ElementTree

from xinqiao.core.text import Lang

RELATIVE = re.compile(r'(?P<name>href|src)="(?!https?:|mailto:|tel:|data:|#)(?P<address>[^"]*)"')
ENTRY_LINK = re.compile(r'<link href="(?P<address>[^"]+)" rel="alternate"')
MARKUP = re.compile(r"<[^>]*>")
ATOM = "{http://www.w3.org/2005/Atom}"
VERSION = "https://jsonfeed.org/version/1.1"


def absolute(feed: str) -> str:
    """An Atom feed whose entries' own links are absolute: Pelican leaves those in the prose as they stand."""
    head, *entries = feed.split("<entry>")
    return "<entry>".join([head, *(_absolute_entry(entry) for entry in entries)])


def _absolute_entry(entry: str) -> str:
    link = ENTRY_LINK.search(entry)
    base = link["address"] if link else ""
    return RELATIVE.sub(lambda match: f'{match["name"]}="{urljoin(base, match["address"])}"', entry)


def as_json(atom: str, lang: Lang, tags: Mapping[str, str]) -> str:
    """An Atom feed of ours as JSON Feed 1.1 (https://jsonfeed.org/version/1.1): the same entries, told once.

    `tags` are the tags' names by slug, in the language of the feed.
    """
    root = ElementTree.fromstring(atom)  # noqa: S314 (made by Pelican a moment ago, from the project's own files)
    links = {link.get("rel"): link.get("href", "") for link in root.iterfind(f"{ATOM}link")}
    own = links.get("self", "")
    feed = {
        "version": VERSION,
        "title": root.findtext(f"{ATOM}title"),
        "home_page_url": urljoin(own, "./"),
        "feed_url": urljoin(own, "feed.json"),
        "language": lang.tag,
        "items": [dict(_item(entry, tags)) for entry in root.iterfind(f"{ATOM}entry")],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def _item(entry: ElementTree.Element, tags: Mapping[str, str]) -> Iterator[tuple[str, object]]:
    link = entry.find(f"{ATOM}link")
    yield "id", entry.findtext(f"{ATOM}id")
    yield "url", link.get("href") if link is not None else None
    for name, key in (
        ("title", "title"),
        ("summary", "summary"),
        ("content", "content_html"),
        ("published", "date_published"),
        ("updated", "date_modified"),
    ):
        if words := entry.findtext(f"{ATOM}{name}"):
            # A summary is plain text there; Pelican's is a paragraph.
            yield key, html.unescape(MARKUP.sub("", words)).strip() if name == "summary" else words
    terms = [term for one in entry.iterfind(f"{ATOM}category") if (term := one.get("term"))]
    if named := [tags[term] for term in terms if term in tags]:
        yield "tags", named
