"""Reads a built page once and keeps what the checks need: links, anchors, requests, headings, images, help."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CSS_ADDRESS = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"]|image-set\(\s*['"])(?P<address>[^'")\s]+)""")
REFRESH = re.compile(r"""^\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?['"]?(?P<address>[^'"\s]+)""", re.IGNORECASE)
# The elements whose addresses a browser fetches without being asked to.
FETCHING = {
    "script": ("src", "href", "xlink:href"), "img": ("src", "srcset"), "iframe": ("src",), "source": ("src", "srcset"),
    "video": ("src", "poster"), "audio": ("src",), "track": ("src",), "embed": ("src",), "object": ("data",),
    "input": ("src",), "image": ("href", "xlink:href"), "use": ("href", "xlink:href"), "frame": ("src",),
    "feimage": ("href", "xlink:href"), "body": ("background",), "html": ("manifest",), "a": ("ping",),
    "area": ("ping",),
}  # fmt: skip
FETCHING_LINKS = frozenset({
    "stylesheet", "icon", "shortcut", "apple-touch-icon", "mask-icon", "preload", "modulepreload",
    "prefetch", "preconnect", "dns-prefetch", "prerender", "manifest",
})  # fmt: skip
PAINTS = ("style", "fill", "stroke", "filter", "mask", "clip-path", "marker-start", "marker-mid", "marker-end")
# Types of script elements that browsers run; others hold data.
RUNS = frozenset({"", "text/javascript", "module"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
HELP_KINDS = {"xq-help-bar": "bar", "xq-help-list": "list"}


@dataclass(frozen=True, slots=True)
class Address:
    """An address that a page leads to or fetches; `own`: it stands in the page's content, not in the theme's frame.

    `leads`: a reader can follow it to a page of the same language. `words`: what a link is called.
    """

    href: str
    own: bool
    leads: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """An image and its alternative text; None where it has none. `size`: width and height as the page declares them."""

    source: str
    words: str | None
    own: bool
    size: tuple[str, str] = ("", "")


@dataclass(slots=True)
class Page:
    """What a built page holds; `path` is relative to the site's root."""

    path: str
    lang: str = ""
    title: str = ""
    kind: str = ""
    description: str = ""
    scripts: list[str] = field(default_factory=list)
    links: list[Address] = field(default_factory=list)
    requests: list[Address] = field(default_factory=list)
    actions: list[Address] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    twice: list[str] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    help: list[tuple[str, bool]] = field(default_factory=list)


class _Reader(HTMLParser):
    """One page; `words` are those of the title or heading that is open, `link` the link that is open."""

    def __init__(self, path: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page(path)
        self.article = 0
        self.ids: set[str] = set()
        self.words: list[str] | None = None
        self.link: tuple[Address, list[str]] | None = None
        self.style = False
        self.script: list[str] | None = None

    @property
    def own(self) -> bool:
        return self.article > 0

    def updatepos(self, i: int, j: int) -> int:  # noqa: ARG002 - the parser's own names
        """Nothing: nobody asks for the line of something in a built page, and counting takes a tenth of the time."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "article":
            self.article += 1
        self._identify(given)
        self._fetch(tag, given)
        self._lead(tag, given)
        self._image(tag, given)
        self._help(given)
        if tag == "html":
            self.page.lang = given.get("lang", "")
        elif tag == "style":
            self.style = True
        elif tag == "script" and "src" not in given and given.get("type", "") in RUNS:
            self.script = []
        elif tag == "meta" and given.get("name") == "description":
            self.page.description = given.get("content", "")
        elif tag == "title" or tag in HEADINGS:
            self.words = []
        elif "xq-page--" in given.get("class", "") and (kind := re.search(r"\bxq-page--([\w-]+)", given["class"])):
            self.page.kind = kind[1]

    def _identify(self, given: Mapping[str, str]) -> None:
        ident = given.get("id", "")
        if ident and ident in self.ids:
            self.page.twice.append(ident)
        self.ids.add(ident)
        self.page.anchors.update(given[name] for name in ("id", "name") if given.get(name))

    def _fetch(self, tag: str, given: Mapping[str, str]) -> None:
        self.page.requests += [Address(href, self.own) for href in _fetched(tag, given)]
        for name in PAINTS:
            if name in given:
                self.page.requests += [Address(href, self.own) for href in CSS_ADDRESS.findall(given[name])]
        if "srcdoc" in given:
            self.page.requests += [Address(one.href, self.own) for one in page_of(given["srcdoc"]).requests]
        refreshing = tag == "meta" and given.get("http-equiv", "").lower() == "refresh"
        if refreshing and (found := REFRESH.match(given.get("content", ""))):
            self.page.requests.append(Address(found["address"], self.own))

    def _lead(self, tag: str, given: Mapping[str, str]) -> None:
        for name in ("action", "formaction"):
            if given.get(name):
                self.page.actions.append(Address(given[name], self.own))
        if tag == "link" and given.get("href") and not _fetching(given):
            self.page.links.append(Address(given["href"], own=False))
        href = given.get("href", given.get("xlink:href"))
        if tag not in {"a", "area"} or href is None:
            return
        words = given.get("aria-label") or given.get("title") or given.get("alt") or ""
        found = Address(href, self.own, leads="hreflang" not in given, words=words)
        if tag == "a":
            self.link = found, [words]
        else:
            self.page.links.append(found)

    def _image(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "img" or (tag == "input" and given.get("type") == "image"):
            named = given.get("alt")
            size = given.get("width", ""), given.get("height", "")
            self.page.images.append(Image(given.get("src", ""), named, self.own, size))
            if named and self.link:
                self.link[1].append(named)

    def _help(self, given: Mapping[str, str]) -> None:
        if "data-xq-help" in given and self.own:
            kinds = [HELP_KINDS[name] for name in given.get("class", "").split() if name in HELP_KINDS]
            first = not any(level > 1 for level, _ in self.page.headings)
            self.page.help.append((kinds[0] if kinds else "block", first))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in {"a", "title", "style", "article"}:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self.article -= 1
        elif tag == "style":
            self.style = False
        elif tag == "script" and self.script is not None:
            self.page.scripts.append("".join(self.script))
            self.script = None
        elif tag == "a" and self.link:
            found, words = self.link
            said = " ".join("".join(words).split())
            self.page.links.append(Address(found.href, found.own, found.leads, said))
            self.link = None
        if self.words is not None and (tag == "title" or tag in HEADINGS):
            self._named(tag, " ".join("".join(self.words).split()))
            self.words = None

    def _named(self, tag: str, words: str) -> None:
        if tag == "title":
            # An icon in SVG has a title of its own: the first one is the page's.
            self.page.title = self.page.title or words
        else:
            self.page.headings.append((int(tag[1]), words))

    def handle_data(self, data: str) -> None:
        if self.words is not None:
            self.words.append(data)
        if self.link is not None:
            self.link[1].append(data)
        if self.script is not None:
            self.script.append(data)
        if self.style:
            self.page.requests += [Address(href, self.own) for href in stylesheet_addresses(data)]


def _fetching(given: Mapping[str, str]) -> bool:
    return bool(FETCHING_LINKS & set(given.get("rel", "").lower().split()))


def _fetched(tag: str, given: Mapping[str, str]) -> Iterator[str]:
    if tag == "link" and given.get("href") and _fetching(given):
        yield given["href"]
    for name in FETCHING.get(tag, ()):
        if name == "srcset":
            yield from (part.split()[0] for part in given.get(name, "").split(",") if part.strip())
        elif given.get(name):
            yield given[name]


def page_of(source: str, path: str = "") -> Page:
    """A page, or a picture in SVG, from its source."""
    reader = _Reader(path)
    reader.feed(source)
    reader.close()
    return reader.page


def read_page(built: Path, path: Path) -> Page:
    """One built page of a site."""
    return page_of(path.read_text(encoding="utf-8"), path.relative_to(built).as_posix())


def stylesheet_addresses(source: str) -> list[str]:
    """The addresses that a stylesheet makes a browser fetch."""
    return CSS_ADDRESS.findall(CSS_COMMENT.sub("", source))
