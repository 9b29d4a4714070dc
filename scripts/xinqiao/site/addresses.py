"""What of an element a browser fetches without being asked to, in HTML as in XML.

Compared, element by element, with what Chromium asks for (docs/dev/decisions/0049).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote_to_bytes

Given = Mapping[str, str | None]

REFRESH = re.compile(
    r"""\s*(?=[\d.])[\d.]*(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?['"]?\s*(?P<address>[^'"\s]+)""", re.IGNORECASE
)
# The elements whose addresses a browser fetches without being asked to.
FETCHING = {
    "script": ("src", "href", "xlink:href", "attributionsrc"), "img": ("src", "srcset", "attributionsrc"),
    "iframe": ("src",), "source": ("src", "srcset"), "video": ("src", "poster"), "audio": ("src",), "track": ("src",),
    "embed": ("src",), "object": ("data",), "input": ("src",), "frame": ("src",), "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"), "feImage": ("href", "xlink:href"), "html": ("manifest",), "base": ("href",),
    "a": ("ping", "attributionsrc"), "area": ("ping", "attributionsrc"),
    **dict.fromkeys(("body", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "col", "colgroup"), ("background",)),
}  # fmt: skip
# What these fetch is read as a page or a stylesheet, so one that stands in the address itself is looked into.
HOLDING = frozenset({"iframe", "frame", "object", "embed", "link", "meta"})
FETCHING_LINKS = frozenset({
    "stylesheet", "icon", "shortcut", "apple-touch-icon", "apple-touch-icon-precomposed", "apple-touch-startup-image",
    "mask-icon", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch", "prerender", "manifest",
    "compression-dictionary", "search", "import", "subresource", "monetization",
})  # fmt: skip
PAINTS = (
    "style", "fill", "stroke", "filter", "mask", "clip-path", "marker-start", "marker-mid", "marker-end", "cursor",
)  # fmt: skip
# Elements of SVG that change an attribute by themselves, and what they give it.
ANIMATING = frozenset({"set", "animate"})
ANIMATED = ("to", "from", "by", "values")
# Types of script elements that tell a browser what to fetch, in JSON.
RULES, IMPORTS = "speculationrules", "importmap"
# Signs that browsers take out of an address, and those that may lead it (URL Standard, WHATWG).
LEFT_OUT = re.compile(r"[\t\n\r]")
LED_BY = "".join(map(chr, range(0x21)))
ELSEWHERE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|[/\\]{2})", re.IGNORECASE)


def plain(address: str) -> str:
    """An address without the signs that browsers leave out."""
    return LEFT_OUT.sub("", address).lstrip(LED_BY)


def listed(name: str, given: Given) -> Iterator[str]:
    """The address in an attribute, or all of them where it is a set of sources."""
    address = given.get(name) or ""
    if name.endswith("srcset"):
        yield from (part.split()[0] for part in address.split(",") if part.strip())
    elif address:
        yield address


def linked(given: Given) -> tuple[list[str], bool]:
    """The addresses of a `link`, and whether a browser fetches them."""
    found = [address for name in ("href", "imagesrcset") for address in listed(name, given)]
    kinds = (given.get("rel") or "").lower().split()
    # Firefox fetches the next page ahead; one of ours is only a link.
    return found, not FETCHING_LINKS.isdisjoint(kinds) or ("next" in kinds and any(map(ELSEWHERE.match, found)))


def refreshed(given: Given) -> list[str]:
    """Where a `meta` leads by itself."""
    match = REFRESH.match(given.get("content") or "")
    return [match["address"]] if match and (given.get("http-equiv") or "").lower() == "refresh" else []


def animated(given: Given) -> tuple[list[str], bool]:
    """What an animation gives an attribute, and whether these are addresses; they are styles else."""
    named = (given.get("attributeName") or "").strip().lower()
    values = [value for name in ANIMATED for value in (given.get(name) or "").split(";")]
    if named.rpartition(":")[2] == "href":
        return [value for value in values if value.strip()], True
    return [value for name in ANIMATED if (value := given.get(name))], False


def ruled(kind: str, source: str) -> tuple[list[str], bool]:
    """What the JSON of a script element of this type names elsewhere, and whether all links of the page are fetched.

    What is no JSON, browsers leave alone.
    """
    try:
        rules = json.loads(source)
    except (ValueError, RecursionError):
        return [], False
    words = list(_words(rules))
    chosen = kind == RULES and not {"where", "document"}.isdisjoint(words)
    return [word for word in words if ELSEWHERE.match(word)], chosen


def _words(document: object) -> Iterator[str]:
    """Every string of a JSON document, names too."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, Mapping):
        yield from document
        document = document.values()
    if isinstance(document, Iterable) and not isinstance(document, str):
        for one in document:
            yield from _words(one)


def document_in(address: str) -> tuple[str, str]:
    """The type and the text of a document that stands in an address (`data:`, RFC 2397); empty where none does."""
    start, comma, body = plain(address).partition(",")
    if not comma or start[:5].lower() != "data:":
        return "", ""
    kind, *parameters = (part.strip().lower() for part in start[5:].split(";"))
    content = unquote_to_bytes(body)
    if "base64" in parameters:
        try:
            content = base64.b64decode(content + b"==")
        except binascii.Error:
            return kind, ""
    return kind, content.decode(errors="replace")
