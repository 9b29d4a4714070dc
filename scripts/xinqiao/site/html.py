"""Reads a built page once and keeps what the checks need: links, anchors, requests, headings, images, help.

Pages are read as a browser reads them, with scripts and without, by Lexbor, a parser of the HTML Standard (WHATWG).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

# Tokens of a stylesheet (CSS Syntax 3) that hold an address or could hide one.
CSS_STRING = r"""(?:"(?:[^"\\\n]|\\.)*+"?+|'(?:[^'\\\n]|\\.)*+'?+)"""
CSS_TOKEN = re.compile(
    rf"""/\*.*?(?:\*/|\Z)|@import(?:\s|/\*.*?\*/)*+(?P<imported>{CSS_STRING})|type\(\s*{CSS_STRING}
    |url\(\s*(?P<address>{CSS_STRING}|[^)]*)
    |image-set\((?P<images>(?:[^()"']|{CSS_STRING}|\((?:[^()"']|{CSS_STRING})*+\))*+)
    |(?P<string>{CSS_STRING})""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
CSS_ESCAPE = re.compile(r"\\(?:(?P<number>[0-9a-f]{1,6})\s?|(?P<sign>[g-z:/.-]))", re.IGNORECASE)
CSS_ADDRESS = re.compile(r"""['"\s]*([^'")\s]+)""")
REFRESH = re.compile(
    r"""\s*(?=[\d.])[\d.]*(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?['"]?\s*(?P<address>[^'"\s]+)""", re.IGNORECASE
)
# The elements whose addresses a browser fetches without being asked to.
FETCHING = {
    "script": ("src", "href", "xlink:href"), "img": ("src", "srcset"), "iframe": ("src",), "source": ("src", "srcset"),
    "video": ("src", "poster"), "audio": ("src",), "track": ("src",), "embed": ("src",), "object": ("data",),
    "input": ("src",), "image": ("href", "xlink:href"), "use": ("href", "xlink:href"), "frame": ("src",),
    "feImage": ("href", "xlink:href"), "html": ("manifest",), "a": ("ping",), "area": ("ping",), "base": ("href",),
    **dict.fromkeys(("body", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "col", "colgroup"), ("background",)),
}  # fmt: skip
FETCHING_LINKS = frozenset({
    "stylesheet", "icon", "shortcut", "apple-touch-icon", "mask-icon", "preload", "modulepreload",
    "prefetch", "preconnect", "dns-prefetch", "prerender", "manifest",
})  # fmt: skip
PAINTS = (
    "style", "fill", "stroke", "filter", "mask", "clip-path", "marker-start", "marker-mid", "marker-end", "cursor",
)  # fmt: skip
SENDING = ("action", "formaction")
# Types of script elements that browsers run; others hold data.
RUNS = frozenset({"", "text/javascript", "module"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
NO_SCRIPTS = re.compile("<noscript", re.IGNORECASE)
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


# Elements that say something by what they are, and what any element may say.
SPEAKING = frozenset({"html", "style", "script", "meta", "title", "a", "area", "link", "img", "input", *HEADINGS})
SAID = frozenset({"id", "name", "srcdoc", "data-xq-help", *SENDING, *PAINTS})
Given = Mapping[str, str | None]


class _Reader:
    """One page; `own` says whether what is read stands in the page's content."""

    def __init__(self, path: str) -> None:
        self.page = Page(path)
        self.own = False
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

    def _read(self, node: LexborNode, tag: str, given: Given) -> None:
        if tag in SPEAKING:
            self._element(node, tag, given)
        if not given:
            return
        for name in FETCHING.get(tag, ()):
            if name in given:
                self._fetch(_listed(name, given))
        if not SAID.isdisjoint(given):
            self._attributes(given)
        if (worn := given.get("class")) and "xq-page--" in worn and (kind := KIND.search(worn)):
            self.page.kind = kind[1]

    def _fetch(self, found: Iterable[str]) -> None:
        self.page.requests += [Address(href, self.own) for href in found]

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
            case "script" if "src" not in given and (given.get("type") or "") in RUNS:
                self.page.scripts.append(node.text())
            case "meta":
                self._meta(given)
            case "title":
                # An icon in SVG has a title of its own: the first one is the page's.
                self.page.title = self.page.title or _words(node.text())
            case _ if tag in HEADINGS:
                self.page.headings.append((int(tag[1]), _words(node.text())))

    def _lead(self, node: LexborNode, tag: str, given: Given) -> None:
        named = "href" if "href" in given else "xlink:href"
        if named in given:
            words = given.get("aria-label") or given.get("title") or given.get("alt") or ""
            if tag == "a":
                words = _words(words + (_said(node) if node.mem_id in self.with_pictures else node.text()))
            self.page.links.append(Address(given[named] or "", self.own, "hreflang" not in given, words))

    def _link(self, given: Given) -> None:
        found = [address for name in ("href", "imagesrcset") for address in _listed(name, given)]
        if FETCHING_LINKS.isdisjoint((given.get("rel") or "").lower().split()):
            self.page.links += [Address(href, own=False) for href in found]
        else:
            self._fetch(found)

    def _image(self, given: Given) -> None:
        words = given["alt"] or "" if "alt" in given else None
        size = given.get("width") or "", given.get("height") or ""
        self.page.images.append(Image(given.get("src") or "", words, self.own, size))

    def _meta(self, given: Given) -> None:
        content = given.get("content") or ""
        if given.get("name") == "description":
            self.page.description = content
        if (given.get("http-equiv") or "").lower() == "refresh" and (match := REFRESH.match(content)):
            self._fetch([match["address"]])

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


def _listed(name: str, given: Given) -> Iterator[str]:
    """The address in an attribute, or all of them where it is a set of sources."""
    address = given.get(name) or ""
    if name.endswith("srcset"):
        yield from (part.split()[0] for part in address.split(",") if part.strip())
    elif address:
        yield address


def page_of(source: str, path: str = "") -> Page:
    """A page, or a picture in SVG, from its source."""
    reader = _Reader(path)
    reader.read(_tree(source))
    if NO_SCRIPTS.search(source):
        # Where scripts run, this element ends elsewhere: what comes to light then is fetched too.
        other = _Reader(path)
        other.read(_tree(source, scripting=True))
        reader.page.requests += [one for one in other.page.requests if one not in reader.page.requests]
        reader.page.actions += [one for one in other.page.actions if one not in reader.page.actions]
    return reader.page


def _tree(source: str, *, scripting: bool = False) -> LexborNode:
    root = LexborHTMLParser(source, scripting=scripting).root
    if root is None:
        raise ValueError("a document has no root")
    return root


def read_page(built: Path, path: Path) -> Page:
    """One built page of a site."""
    return page_of(path.read_text(encoding="utf-8"), path.relative_to(built).as_posix())


def stylesheet_addresses(source: str) -> list[str]:
    """The addresses that a stylesheet makes a browser fetch."""
    if "(" not in source and "@" not in source:
        return []
    return list(_addresses(CSS_ESCAPE.sub(_unescaped, source) if "\\" in source else source))


def _addresses(source: str, *, images: bool = False) -> Iterator[str]:
    for token in CSS_TOKEN.finditer(source):
        if token["images"]:
            yield from _addresses(token["images"], images=True)
        else:
            found = token["address"] or token["imported"] or (token["string"] if images else "")
            if found and (address := CSS_ADDRESS.match(found)):
                yield address[1]


def _unescaped(escape: re.Match[str]) -> str:
    """A letter, digit or sign of an address that was written as an escape; others stay, as they could end a string."""
    sign = escape["sign"] or chr(min(int(escape["number"], 16), 0x7F))
    return sign if sign.isalnum() or sign in ":/.-" else escape[0]
