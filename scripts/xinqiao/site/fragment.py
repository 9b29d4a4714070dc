"""Turns a fragment into an ordinary page: JSON front matter, headings of Markdown, the rest as it is.

Headings have to be Markdown's own: only those reach the table of contents and the search.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser

HEADING = re.compile(r"h[1-6]")
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
SPECIAL = re.compile(r"([\\`*_{}\[\]#|~])")


class _Headings(HTMLParser):
    """Copies HTML as it stands and writes its outermost headings as Markdown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.depth = 0
        self.heading = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth == 0 and HEADING.fullmatch(tag):
            self.heading = tag
            self.ident = dict(attrs).get("id") or ""
            self.out.append(f"\n\n{'#' * int(tag[1])} ")
        else:
            self.out.append(self.get_starttag_text() or "")
        self.depth += tag not in VOID

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.out.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag not in VOID
        if self.heading == tag and self.depth == 0:
            self.out.append(f" {{: #{self.ident} }}\n\n" if self.ident else "\n\n")
            self.heading = ""
        else:
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.heading:
            data = SPECIAL.sub(lambda sign: f"&#{ord(sign[1])};", data.replace("\n", " "))
        self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.out.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")


def headings_as_markdown(html: str) -> str:
    """HTML whose outermost headings are written as Markdown headings, blank lines around them."""
    parser = _Headings()
    parser.feed(html)
    parser.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(parser.out)).strip() + "\n"


def as_page(front: Mapping[str, object], body: str) -> str:
    """An ordinary page: the front matter as JSON, which is YAML too, then the body."""
    return f"---\n{json.dumps(front, ensure_ascii=False, sort_keys=True)}\n---\n\n{headings_as_markdown(body)}"
