"""The addresses that a stylesheet makes a browser fetch (CSS Syntax 3, CSS Images 4, CSS Values 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xinqiao.site.addresses import document_in

# Tokens of a stylesheet that hold an address or could hide one.
CSS_STRING = r"""(?:"(?:[^"\\\n]|\\.)*+"?+|'(?:[^'\\\n]|\\.)*+'?+)"""
CSS_TOKEN = re.compile(
    rf"""/\*.*?(?:\*/|\Z)|@import(?:\s|/\*.*?\*/)*+(?P<imported>{CSS_STRING})|type\(\s*{CSS_STRING}
    |@namespace(?:\s++[\w-]++(?!\())?\s*+(?:url\([^)]*|{CSS_STRING})
    |url\(\s*(?P<address>{CSS_STRING}|[^)]*)
    |(?<![\w-])src\(\s*(?P<source>{CSS_STRING})
    |image-set\((?P<images>(?:[^()"']|{CSS_STRING}|\((?:[^()"']|{CSS_STRING})*+\))*+)
    |(?<![\w-])--[\w-]++\s*+:\s*+(?P<named>{CSS_STRING})
    |(?P<string>{CSS_STRING})""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
CSS_ESCAPE = re.compile(r"\\(?:(?P<number>[0-9a-f]{1,6})\s?|(?P<sign>[g-z:/.-]))", re.IGNORECASE)
CSS_ADDRESS = re.compile(r"""['"\s]*([^'")\s]+)""")
# What is given a name may become an image's address elsewhere.
LEADS_AWAY = re.compile(r"""['"]\s*(?:[a-z]+:|[/\\]{2})""", re.IGNORECASE)
SHEET = "text/css"


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
            found = token["address"] or token["imported"] or token["source"] or _named(token, images=images)
            if found and (address := CSS_ADDRESS.match(found)):
                yield address[1]
                kind, sheet = document_in(found.strip("\"' \n\t"))
                if kind == SHEET:
                    yield from stylesheet_addresses(sheet)


def _named(token: re.Match[str], *, images: bool) -> str:
    if token["named"]:
        return token["named"] if LEADS_AWAY.match(token["named"]) else ""
    return token["string"] or "" if images else ""


def _unescaped(escape: re.Match[str]) -> str:
    """A letter, digit or sign of an address that was written as an escape; others stay, as they could end a string."""
    sign = escape["sign"] or chr(min(int(escape["number"], 16), 0x7F))
    return sign if sign.isalnum() or sign in ":/.-" else escape[0]
