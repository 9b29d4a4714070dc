"""Reads a built page once and keeps what the checks need: links, anchors, requests, headings, images."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

CSS_ADDRESS = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"])(?P<address>[^'")\s]+)""")
# The elements whose addresses a browser fetches without being asked to.
FETCHING = {
    "script": ("src",), "img": ("src", "srcset"), "iframe": ("src",), "source": ("src", "srcset"),
    "video": ("src", "poster"), "audio": ("src",), "track": ("src",), "embed": ("src",), "object": ("data",),
    "input": ("src",), "image": ("href", "xlink:href"), "use": ("href", "xlink:href"), "frame": ("src",),
}  # fmt: skip
FETCHING_LINKS = frozenset({
    "stylesheet", "icon", "shortcut", "apple-touch-icon", "preload", "modulepreload",
    "prefetch", "preconnect", "dns-prefetch", "manifest",
})  # fmt: skip


@dataclass(slots=True)
class Page:
    """What a built page holds; `path` is relative to the site's root."""

    path: str
    title: str = ""
    links: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    headings: list[tuple[int, str]] = field(default_factory=list)
    wordless: list[str] = field(default_factory=list)
    help_blocks: int = 0


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page(path)
        self.article = 0
        self.words: list[str] | None = None
        self.style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        page = self.page
        page.anchors.update(given[name] for name in ("id", "name") if given.get(name))
        page.requests.extend(CSS_ADDRESS.findall(given.get("style", "")))
        page.requests.extend(self._fetched(tag, given))
        if tag in {"a", "area"} and "href" in given:
            page.links.append(given["href"])
        elif tag == "img" and "alt" not in given:
            page.wordless.append(given.get("src", ""))
        elif tag == "article":
            self.article += 1
        elif tag == "style":
            self.style = True
        page.help_blocks += "data-xq-help" in given and self.article > 0
        if tag == "title" or (re.fullmatch("h[1-6]", tag) and self.article):
            self.words = []

    def _fetched(self, tag: str, given: dict[str, str]) -> list[str]:
        if tag == "link":
            return [given.get("href", "")] if FETCHING_LINKS & set(given.get("rel", "").lower().split()) else []
        found = []
        for name in FETCHING.get(tag, ()):
            if name == "srcset":
                found += [part.split()[0] for part in given.get(name, "").split(",") if part.strip()]
            elif given.get(name):
                found.append(given[name])
        return found

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self.article -= 1
        elif tag == "style":
            self.style = False
        if self.words is None:
            return
        words = " ".join("".join(self.words).split())
        if tag == "title":
            # An icon in SVG has a title of its own: the first one is the page's.
            self.page.title = self.page.title or words
        elif re.fullmatch("h[1-6]", tag):
            self.page.headings.append((int(tag[1]), words))
        else:
            return
        self.words = None

    def handle_data(self, data: str) -> None:
        if self.words is not None:
            self.words.append(data)
        if self.style:
            self.page.requests.extend(CSS_ADDRESS.findall(data))


def page_of(source: str, path: str = "") -> Page:
    """A page from its HTML."""
    reader = _Reader(path)
    reader.feed(source)
    reader.close()
    return reader.page


def read_page(built: Path, path: Path) -> Page:
    """One built page of a site."""
    return page_of(path.read_text(encoding="utf-8"), path.relative_to(built).as_posix())


def stylesheet_requests(path: Path) -> list[str]:
    """The addresses that a stylesheet makes a browser fetch."""
    return CSS_ADDRESS.findall(path.read_text(encoding="utf-8"))
