"""What a built page says to its readers, in sections with their anchors; no navigation, no scripts, no help bars."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from xinqiao.site.fragment import VOID

ARTICLE, ARTICLE_END = '<article class="md-content__inner', "</article>"
# What stands in a tag after its name.
REST = r"""[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*"""
# Within a line of words; every other element begins a new one.
INLINE = re.compile(
    "</?(?:a|abbr|b|bdi|bdo|cite|code|data|del|dfn|em|i|img|ins|kbd|mark|q|rp|rt|ruby|s|samp|small|span|strong|sub|sup"
    rf"|time|u|var|wbr)(?=[\s>/]){REST}>"
)
# What no reader reads in the text: neither of these stands in itself.
UNREAD = re.compile(r"<!--.*?-->|<(script|style|template|svg|noscript)\b.*?</\1\s*>")
PERMANENT = re.compile(r"""<a\b[^>]*\bclass="[^"]*\bheaderlink\b.*?</a>""")
TAG = re.compile(rf"</?[a-zA-Z]{REST}>\s*")
HEADING = re.compile(rf"<(/?)([hH][1-6])(?![\w-])({REST})>")
IDENT = re.compile(r'\bid="([^"]*)"')
# What everybody meets on every page alike, or nobody sees.
SILENT = re.compile(
    r"""<(?:((?i:nav))(?![\w-])|([a-zA-Z][\w-]*)(?![\w-])[^"'>]*?(?:(?:"[^"]*"|'[^']*')[^"'>]*?)*?"""
    r"\s(?:data-search-exclude|hidden)(?=[\s=/>]))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One heading with the text below it, a line for each block; the first of a page has neither anchor nor heading."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One page as the search knows it, or a part of one."""

    title: str
    sections: tuple[Section, ...]


def read_entry(source: str) -> Entry | None:
    """What a page of the site says, from its HTML; None where it has no main text."""
    begin, end = source.find(ARTICLE), source.rfind(ARTICLE_END)
    if not 0 <= begin < end:
        return None
    inner = source[source.index(">", begin) + 1 : end].replace("\n", " ")
    text, *marks = HEADING.split(INLINE.sub("", _aloud(inner)))
    title, anchor, heading = "", "", ""
    sections: list[Section] = []
    for closing, level, attributes, following in zip(*(marks[at::4] for at in range(4)), strict=True):
        if not closing:
            sections += _section(anchor, heading, text)
            found, heading = IDENT.search(attributes), ""
            anchor = html.unescape(found[1]) if found else anchor
        elif level in {"h1", "H1"} and not title:
            title, anchor = " ".join(_plain(text).split()), ""
        else:
            heading = " ".join([*heading.split(), *_plain(text).split()])
        text = following
    sections += _section(anchor, heading, text)
    return Entry(title=title, sections=tuple(sections))


def _aloud(article: str) -> str:
    """HTML without what is not read, and without the elements that are silent, each up to its own end."""
    article = UNREAD.sub("", article)
    if "headerlink" in article:
        article = PERMANENT.sub("", article)
    said, at = [], 0
    while silent := SILENT.search(article, at):
        said.append(article[at : silent.start()])
        at = _end(article, silent.start(), (silent[1] or silent[2]).lower())
    return "".join([*said, article[at:]])


def _end(article: str, start: int, name: str) -> int:
    """Where the element of this name ends whose tag begins at `start`; the end of all where it does nowhere."""
    depth = 0
    for tag in _tags(name).finditer(article, start):
        if name not in VOID and not tag[2].endswith("/"):
            depth += -1 if tag[1] else 1
        if depth <= 0:
            return tag.end()
    return len(article)


@cache
def _tags(name: str) -> re.Pattern[str]:
    return re.compile(rf"<(/?){name}(?![\w-])({REST})>", re.IGNORECASE)


def _section(anchor: str, heading: str, text: str) -> Iterator[Section]:
    """One section of HTML that has no headings; none where it says nothing."""
    lines = (" ".join(line.split()) for line in _plain(text).split("\n"))
    said = "\n".join(line for line in lines if line)
    if said or heading:
        yield Section(anchor=anchor, heading=heading, text=said)


def _plain(text: str) -> str:
    return html.unescape(TAG.sub("\n", text))


def parted(entry: Entry, most: int) -> Iterator[Entry]:
    """A long page in parts of about so many characters, cut between sections, or between lines of a long one."""
    part: list[Section] = []
    length = 0
    for section in _short(entry.sections, most):
        if part and length + len(section.text) > most:
            yield Entry(title=entry.title, sections=tuple(part))
            part, length = [], 0
        part.append(section)
        length += len(section.text)
    yield Entry(title=entry.title, sections=tuple(part))


def _short(sections: tuple[Section, ...], most: int) -> Iterator[Section]:
    # A line that is too long is cut after a sign that is no letter, so that no word is cut.
    cut = re.compile(rf".{{1,{most}}}(?:\W|\Z)|.{{1,{most}}}")
    for section in sections:
        if len(section.text) <= most:
            yield section
            continue
        heading, lines, length = section.heading, list[str](), 0
        for line in (piece for whole in section.text.split("\n") for piece in cut.findall(whole)):
            if lines and length + len(line) > most:
                yield Section(anchor=section.anchor, heading=heading, text="\n".join(lines))
                heading, lines, length = "", [], 0
            lines.append(line)
            length += len(line)
        yield Section(anchor=section.anchor, heading=heading, text="\n".join(lines))
