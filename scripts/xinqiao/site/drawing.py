"""Reads a drawing (SVG), or another file of XML, as a browser that opens it by itself: what it fetches and runs.

By Expat, which puts the entities and attributes that the file declares into their places, fetches nothing, and ends
with an error where entities grow beyond a hundred times the file (since 2.4.1).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from html.entities import html5
from typing import NamedTuple
from xml.parsers import expat

from xinqiao.site.addresses import (
    ANIMATING,
    FETCHING,
    HOLDING,
    PAINTS,
    Given,
    animated,
    document_in,
    linked,
    listed,
    plain,
    refreshed,
)
from xinqiao.site.stylesheet import SHEET, stylesheet_addresses

SVG, XHTML, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml", "http://www.w3.org/1999/xlink"
XML_KINDS = frozenset({"image/svg+xml", "application/xhtml+xml", "application/xml", "text/xml"})
ENCODING = re.compile(rb"""\A(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)""")
READ_BY_EXPAT = frozenset({"utf-8", "utf-16", "iso8859-1", "ascii"})
# What else browsers know (Encoding Standard, WHATWG), of which some they read as a wider one.
KNOWN = re.compile(r"gb2312|gbk|gb18030|big5|euc_jp|euc_kr|shift_jis|cp125\d|cp866|cp874|iso8859-\d+|koi8-[ru]")
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "euc_kr": "cp949"}
GIVEN = re.compile(r"""(?<![\w-])([\w-]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)')""")
# Documents that name one of these know all entities of HTML.
KNOWS_ENTITIES = re.compile(r"-//(?:W3C//DTD (?:XHTML|MathML)|WAPFORUM//DTD XHTML)")
MOST_ELEMENTS = 1_000_000


class Found(NamedTuple):
    """An address that is fetched, or a script, and where it stands: line and column from 1, 0 where nobody knows."""

    href: str
    line: int = 0
    column: int = 0


@dataclass(slots=True)
class Drawing:
    """What a drawing holds; `pages`: HTML within it that frames would show; `fault`: where it is no XML any more."""

    requests: list[Found] = field(default_factory=list)
    scripts: list[Found] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    fault: Found | None = None


class _Reader:
    def __init__(self) -> None:
        self.drawing = Drawing()
        self.style: list[str] | None = None
        self.elements = 0
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        # What is declared within the file is read; of what lies elsewhere nothing is, as in browsers.
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
        parser.ExternalEntityRefHandler = self._elsewhere
        parser.StartElementHandler = self._opened
        parser.EndElementHandler = self._closed
        parser.CharacterDataHandler = self._text
        parser.ProcessingInstructionHandler = self._instruction

    def read(self, source: bytes | str) -> Drawing:
        try:
            self.parser.Parse(_text_of(source), True)
        except (expat.ExpatError, LookupError, ValueError):
            self.drawing.fault = self._found("")
        return self.drawing

    def _found(self, href: str) -> Found:
        return Found(href, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)

    def _fetch(self, found: Iterable[str], *, holding: bool = False) -> None:
        for href in found:
            self.drawing.requests.append(self._found(href))
            kind, within = document_in(href) if holding else ("", "")
            if kind == SHEET:
                self._fetch(stylesheet_addresses(within))
            elif kind in XML_KINDS:
                inner = drawing_of(within)
                self._fetch(one.href for one in inner.requests)
                self.drawing.pages += inner.pages
            elif kind == "text/html":
                self.drawing.pages.append(within)

    def _opened(self, named: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise ValueError("more elements than a person draws")
        space, _, tag = named.rpartition(" ")
        given: Given = {name.replace(f"{XLINK} ", "xlink:"): value for name, value in attributes.items()}
        if space not in {SVG, XHTML}:
            return
        for name in FETCHING.get(tag, ()):
            self._fetch(listed(name, given), holding=tag in HOLDING)
        self._element(tag, given)
        self._attributes(given)

    def _element(self, tag: str, given: Given) -> None:
        if tag == "style":
            self.style = []
        elif tag == "script":
            self.drawing.scripts.append(self._found("script"))
        elif tag == "link":
            found, fetched = linked(given)
            self._fetch(found if fetched else (), holding=True)
        elif tag == "meta":
            self._fetch(refreshed(given), holding=True)
        elif tag in ANIMATING:
            values, addresses = animated(given)
            for value in values:
                self._fetch([value] if addresses else stylesheet_addresses(value))

    def _attributes(self, given: Given) -> None:
        for paint in PAINTS:
            if painted := given.get(paint):
                self._fetch(stylesheet_addresses(painted))
        if inner := given.get("srcdoc"):
            self.drawing.pages.append(inner)
        for name, value in given.items():
            if name.startswith("on") or plain(value or "").lower().startswith("javascript:"):
                self.drawing.scripts.append(self._found(name))

    def _closed(self, _: str) -> None:
        if self.style is not None:
            self._fetch(stylesheet_addresses("".join(self.style)))
            self.style = None

    def _text(self, text: str) -> None:
        if self.style is not None:
            self.style.append(text)

    def _instruction(self, target: str, data: str) -> None:
        if target == "xml-stylesheet":
            given = {name: unescape(one or other) for name, one, other in GIVEN.findall(data)}
            self._fetch(listed("href", given), holding=True)

    def _elsewhere(self, context: str, _base: str | None, _system: str | None, public: str | None) -> int:
        if public and KNOWS_ENTITIES.match(public):
            names = ((name[:-1], sign) for name, sign in html5.items() if name.endswith(";"))
            declared = (f"<!ENTITY {name} '{''.join(f'&#38;#{ord(one)};' for one in sign)}'>" for name, sign in names)
            self.parser.ExternalEntityParserCreate(context).Parse("".join(declared), True)
        return 1


def drawing_of(source: bytes | str) -> Drawing:
    """A drawing from its file, or from its text."""
    return _Reader().read(source)


def _text_of(source: bytes | str) -> bytes | str:
    """The text of a file that says in which encoding it is; as it is where Expat reads it.

    Raises LookupError for an encoding that browsers do not know.
    """
    declared = ENCODING.match(source) if isinstance(source, bytes) else None
    if declared is None or not isinstance(source, bytes):
        return source
    name = codecs.lookup(declared[1].decode("ascii")).name
    if name in READ_BY_EXPAT:
        return source
    if not KNOWN.fullmatch(name):
        raise LookupError(name)
    # A mark at the start weighs more than what a file says of itself.
    marked = source.startswith(codecs.BOM_UTF8)
    return source.decode("utf-8-sig" if marked else WIDER.get(name, name), errors="replace")
