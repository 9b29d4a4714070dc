"""Reads a built page once and keeps what the checks need: links, anchors, requests, headings, images, help.

Pages are read as a browser reads them, with scripts and without, by Lexbor, a parser of the HTML Standard (WHATWG).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from xinqiao.site.addresses import (
    ANIMATING,
    FETCHING,
    HOLDING,
    IMPORTS,
    PAINTS,
    RULES,
    Given,
    animated,
    document_in,
    linked,
    listed,
    refreshed,
    ruled,
)
from xinqiao.site.drawing import XML_KINDS, Drawing, drawing_of
from xinqiao.site.stylesheet import SHEET, stylesheet_addresses

SENDING = ("action", "formaction")
# Types of script elements that browsers run; others hold data.
RUNS = frozenset({"", "text/javascript", "module"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
NO_SCRIPTS = re.compile("<noscript", re.IGNORECASE)
# Browsers end at 512 layers; the parser would take a minute for a hundred thousand.
DEEPEST = 5_000
LAYER = re.compile(
    r"<(?:(?P<end>/)|(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)[a-z])[^<>]*",
    re.IGNORECASE,
)
KIND = re.compile(r"\bxq-page--([\w-]+)")
HELP_KINDS = {"xq-help-bar": "bar", "xq-help-list": "list"}


# A site has tens of thousands of these: named tuples are made, hashed and kept several times as fast as dataclasses.
class Address(NamedTuple):
    """An address that a page leads to or fetches; `own`: it stands in the page's content, not in the theme's frame.

    `leads`: a reader can follow it to a page of the same language. `words`: what a link is called.
    """

    href: str
    own: bool
    leads: bool = False
    words: str = ""


class Image(NamedTuple):
    """An image and its alternative text; None where it has none. `size`: width and height as the page declares them."""

    source: str
    words: str | None
    own: bool
    size: tuple[str, str] = ("", "")


@dataclass(slots=True)
class Page:
    """What a built page holds; `path` is relative to the site's root. `deep`: it has too many layers to be read."""

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
    deep: bool = False


# Elements that say something by what they are, and what any element may say.
SPEAKING = frozenset({
    "html", "style", "script", "meta", "title", "a", "area", "link", "img", "input", *ANIMATING, *HEADINGS,
})  # fmt: skip
SAID = frozenset({"id", "name", "srcdoc", "data-xq-help", *SENDING, *PAINTS})


class _Reader:
    """One page; `own` says whether what is read stands in the page's content."""

    def __init__(self, path: str) -> None:
        self.page = Page(path)
        self.own = self.follows = False
        self.ids: set[str] = set()
        self.with_pictures: set[int] = set()

    def read(self, root: LexborNode) -> None:
        """Reads what is below a node; what is in templates, of which a browser makes pages too, comes last."""
        parts = [(root, False)]
        for part, within in parts:
            self.with_pictures = {node.mem_id for node in part.css("a:has(img, input)")}
            article = 0
            for node in part.traverse():
                tag = node.tag or ""
                if tag == "article" and not article:
                    article = sum(1 for _ in node.traverse())
                self.own = within or article > 0
                article -= article > 0
                self._read(node, tag, node.attributes)
                if tag == "template":
                    parts += [(inner, self.own) for inner in node.template_fragments()]
        if self.follows:
            self.page.requests += self.page.links

    def _read(self, node: LexborNode, tag: str, given: Given) -> None:
        if tag in SPEAKING:
            self._element(node, tag, given)
        if not given:
            return
        for name in FETCHING.get(tag, ()):
            if name in given:
                self._fetch(listed(name, given), holding=tag in HOLDING)
        if not SAID.isdisjoint(given):
            self._attributes(given)
        if (worn := given.get("class")) and "xq-page--" in worn and (kind := KIND.search(worn)):
            self.page.kind = kind[1]

    def _fetch(self, found: Iterable[str], *, holding: bool = False) -> None:
        for href in found:
            self.page.requests.append(Address(href, self.own))
            if holding:
                self._fetch(_held(*document_in(href)))

    def _element(self, node: LexborNode, tag: str, given: Given) -> None:
        match tag:
            case "a" | "area":
                self._lead(node, tag, given)
            case "link":
                self._link(given)
            case "img":
                self._image(given)
            case "input" if _pictured(tag, given):
                self._image(given)
            case "html":
                self.page.lang = given.get("lang") or ""
            case "style":
                self._fetch(stylesheet_addresses(node.text()))
            case "script" if "src" not in given:
                self._script(node, (given.get("type") or "").strip().lower())
            case "meta":
                self._meta(given)
            case "title":
                # An icon in SVG has a title of its own: the first one is the page's.
                self.page.title = self.page.title or _words(node.text())
            case "set" | "animate":
                values, addresses = animated(given)
                self._fetch(values if addresses else (one for value in values for one in stylesheet_addresses(value)))
            case _ if tag in HEADINGS:
                self.page.headings.append((int(tag[1]), _words(node.text())))

    def _lead(self, node: LexborNode, tag: str, given: Given) -> None:
        named = "href" if "href" in given else "xlink:href"
        if named in given:
            words = given.get("aria-label") or given.get("title") or given.get("alt") or ""
            if tag == "a":
                words = _words(words + (_said(node) if node.mem_id in self.with_pictures else node.text()))
            self.page.links.append(Address(given[named] or "", self.own, "hreflang" not in given, words))

    def _script(self, node: LexborNode, kind: str) -> None:
        if kind in RUNS:
            self.page.scripts.append(node.text())
        elif kind in {RULES, IMPORTS}:
            found, chosen = ruled(kind, node.text())
            self._fetch(found)
            self.follows |= chosen

    def _link(self, given: Given) -> None:
        found, fetched = linked(given)
        if fetched:
            self._fetch(found, holding=True)
        else:
            self.page.links += [Address(href, own=False) for href in found]

    def _image(self, given: Given) -> None:
        words = given["alt"] or "" if "alt" in given else None
        size = given.get("width") or "", given.get("height") or ""
        self.page.images.append(Image(given.get("src") or "", words, self.own, size))

    def _meta(self, given: Given) -> None:
        content = given.get("content") or ""
        if given.get("name") == "description":
            self.page.description = content
        self._fetch(refreshed(given), holding=True)

    def _attributes(self, given: Given) -> None:
        if ident := given.get("id"):
            if ident in self.ids:
                self.page.twice.append(ident)
            self.ids.add(ident)
            self.page.anchors.add(ident)
        if name := given.get("name"):
            self.page.anchors.add(name)
        for paint in PAINTS:
            if painted := given.get(paint):
                self._fetch(stylesheet_addresses(painted))
        self.page.actions += [Address(href, self.own) for name in SENDING if (href := given.get(name))]
        if inner := given.get("srcdoc"):
            self._fetch(one.href for one in page_of(inner).requests)
        if "data-xq-help" in given and self.own:
            kinds = [HELP_KINDS[name] for name in (given.get("class") or "").split() if name in HELP_KINDS]
            first = not any(level > 1 for level, _ in self.page.headings)
            self.page.help.append((kinds[0] if kinds else "block", first))


def _said(node: LexborNode) -> str:
    """What a link says, the alternative texts of its pictures among its words."""
    said = ""
    for one in node.traverse(include_text=True):
        if one.tag == "-text":
            said += one.text_content or ""
        elif one.tag in {"img", "input"} and _pictured(one.tag, one.attributes):
            said += one.attributes.get("alt") or ""
    return said


def _words(text: str) -> str:
    return " ".join(text.split())


def _pictured(tag: str, given: Given) -> bool:
    return tag == "img" or (given.get("type") or "").lower() == "image"


def _held(kind: str, source: str) -> Iterable[str]:
    """What a document that stands in an address makes a browser fetch."""
    if kind == SHEET:
        return stylesheet_addresses(source)
    if kind in XML_KINDS:
        return all_requests(drawing_of(source))
    return [one.href for one in page_of(source).requests] if kind == "text/html" else []


def all_requests(drawing: Drawing) -> list[str]:
    """What a drawing makes a browser fetch, pages that stand in it among it."""
    within = [one.href for page in drawing.pages for one in page_of(page).requests]
    return [*(one.href for one in drawing.requests), *within]


def page_of(source: str, path: str = "") -> Page:
    """A page from its source."""
    if _deep(source):
        return Page(path, deep=True)
    reader = _Reader(path)
    reader.read(_tree(source))
    if NO_SCRIPTS.search(source):
        # Where scripts run, this element ends elsewhere: what comes to light then is fetched too.
        other = _Reader(path)
        other.read(_tree(source, scripting=True))
        reader.page.requests += [one for one in other.page.requests if one not in reader.page.requests]
        reader.page.actions += [one for one in other.page.actions if one not in reader.page.actions]
    return reader.page


def _deep(source: str) -> bool:
    depth = 0
    for tag in LAYER.finditer(source) if source.count("<") > DEEPEST else ():
        depth = max(0, depth - 1) if tag["end"] else depth + (not tag[0].endswith("/"))
        if depth > DEEPEST:
            return True
    return False


def _tree(source: str, *, scripting: bool = False) -> LexborNode:
    root = LexborHTMLParser(source, scripting=scripting).root
    if root is None:
        raise ValueError("a document has no root")
    return root


def read_page(built: Path, path: Path) -> Page:
    """One built page of a site."""
    return page_of(path.read_text(encoding="utf-8", errors="replace"), path.relative_to(built).as_posix())
