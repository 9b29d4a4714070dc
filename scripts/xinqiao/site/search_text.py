"""What a built page says to its readers, in sections with their anchors; no navigation, no scripts, no help bars."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from xinqiao.site.fragment import VOID

ARTICLE = re.compile(r'<article class="md-content__inner[^>]*>(?P<inner>.*)</article>', re.DOTALL)
# Within a line of words; every other element begins a new one.
INLINE = re.compile(
    "</?(?:a|abbr|b|bdi|bdo|cite|code|data|del|dfn|em|i|img|ins|kbd|mark|q|rp|rt|ruby|s|samp|small|span|strong|sub|sup"
    r"""|time|u|var|wbr)(?=[\s>/])(?![^>]*\shidden\b)(?:[^"'>]|"[^"]*"|'[^']*')*>"""
)
# What no reader reads in the text: neither of these stands in itself.
UNREAD = re.compile(
    r"<!--.*?-->|<(script|style|template|svg|noscript)\b.*?</\1\s*>"
    r"""|<a\b[^>]*\bclass="[^"]*\bheaderlink\b.*?</a>""",
    re.DOTALL,
)
TAG = re.compile(r"""<(/?)([a-zA-Z][\w-]*)((?:[^"'>]|"[^"]*"|'[^']*')*)>""")
HEADING = re.compile(r"h[1-6]")
IDENT = re.compile(r'\bid="([^"]*)"')
# What everybody meets on every page alike, or nobody sees.
SILENT = re.compile(r"\s(?:data-search-exclude|hidden)(?=[\s=/]|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One heading with the text below it, a line for each block; the first of a page has neither anchor nor heading."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One page as the search knows it; `page` is its address below the site's root."""

    page: str
    title: str
    sections: tuple[Section, ...]


class _Scan:
    """Goes through the tokens of a page's main text once."""

    def __init__(self) -> None:
        self.title = ""
        self.sections: list[Section] = []
        self.anchor, self.heading = "", ""
        self.words: list[str] = []
        self.silent = 0

    def tag(self, name: str, attributes: str, *, end: bool) -> None:
        """Follows an element in or out."""
        if self.silent or (not end and (name == "nav" or SILENT.search(attributes))):
            if name not in VOID and not attributes.endswith("/"):
                self.silent += -1 if end else 1
        elif HEADING.fullmatch(name):
            self._at_heading(name, attributes, end=end)
        else:
            self.words.append("\n")

    def _at_heading(self, name: str, attributes: str, *, end: bool) -> None:
        if not end:
            self.close()
            found = IDENT.search(attributes)
            self.anchor = html.unescape(found[1]) if found else self.anchor
            return
        said = " ".join("".join(self.words).split())
        self.words = []
        if name == "h1" and not self.title:
            self.title, self.anchor = said, ""
        else:
            self.heading = said

    def close(self) -> None:
        """Ends the section that is open."""
        lines = (" ".join(line.split()) for line in "".join(self.words).split("\n"))
        text = "\n".join(line for line in lines if line)
        if text or self.heading:
            self.sections.append(Section(anchor=self.anchor, heading=self.heading, text=text))
        self.words, self.heading = [], ""


def read_entry(page: str, source: str) -> Entry | None:
    """A page of the site from its HTML; None where it has no main text."""
    article = ARTICLE.search(source)
    if article is None:
        return None
    scan = _Scan()
    pieces = TAG.split(INLINE.sub("", UNREAD.sub("", article["inner"])))
    for text, end, tag, attributes in zip(pieces[::4], *(["", *pieces[at::4]] for at in (1, 2, 3)), strict=True):
        if tag:
            scan.tag(tag.lower(), attributes, end=bool(end))
        if text and not scan.silent:
            scan.words.append(html.unescape(text.replace("\n", " ")))
    scan.close()
    return Entry(page=page, title=scan.title, sections=tuple(scan.sections))


def parted(entry: Entry, most: int) -> Iterator[Entry]:
    """A long page in parts of about so many characters, cut between sections, or between lines of a long one."""
    part: list[Section] = []
    length = 0
    for section in _short(entry.sections, most):
        if part and length + len(section.text) > most:
            yield Entry(page=entry.page, title=entry.title, sections=tuple(part))
            part, length = [], 0
        part.append(section)
        length += len(section.text)
    yield Entry(page=entry.page, title=entry.title, sections=tuple(part))


def _short(sections: tuple[Section, ...], most: int) -> Iterator[Section]:
    # A line that is too long is cut after a sign that is no letter, so that no word is cut.
    cut = re.compile(rf".{{1,{most}}}(?:\W|\Z)|.{{1,{most}}}")
    for section in sections:
        heading, lines, length = section.heading, list[str](), 0
        for line in (piece for whole in section.text.split("\n") for piece in cut.findall(whole)):
            if lines and length + len(line) > most:
                yield Section(anchor=section.anchor, heading=heading, text="\n".join(lines))
                heading, lines, length = "", [], 0
            lines.append(line)
            length += len(line)
        yield Section(anchor=section.anchor, heading=heading, text="\n".join(lines))
