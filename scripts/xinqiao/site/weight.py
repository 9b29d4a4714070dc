"""How much a page weighs on a phone: its first view without pictures, and each picture with its measures.

Sizes of pictures are read from their first bytes: PNG (ISO/IEC 15948), GIF89a, JPEG (ITU-T T.81, SOF), WebP (RFC 9649).
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from xinqiao.core.problem import Problem
from xinqiao.site.built import Site, foreign
from xinqiao.site.html import Image, Page

# Bytes as a host that compresses serves them; a picture is served as it is.
FIRST_VIEW = 75 * 1024
PICTURE = 500 * 1024
# How far the declared shape may differ from the picture's own before it looks squeezed.
SQUEEZED = 0.03
HEAVIEST = 3
JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def weights(site: Site) -> Iterator[Problem]:
    """Pages whose first view is too heavy: of those that share the same files the largest, then on as long as it is."""
    alike: defaultdict[tuple[str, ...], list[tuple[int, str]]] = defaultdict(list)
    for page in site.pages.values():
        alike[tuple(_shared(site, page))].append(((site.built / page.path).stat().st_size, page.path))
    packed = cache(lambda path: len(gzip.compress((site.built / path).read_bytes(), 6)))
    for shared, pages in alike.items():
        for _, name in sorted(pages, key=lambda one: (-one[0], one[1])):
            page, parts = site.pages[name], {path: packed(path) for path in (name, *shared)}
            if sum(parts.values()) <= FIRST_VIEW:
                break
            heaviest = sorted(parts, key=lambda path: -parts[path])[:HEAVIEST]
            params: dict[str, str | int] = {
                "kilobytes": round(sum(parts.values()) / 1024),
                "limit": FIRST_VIEW // 1024,
                "parts": ", ".join(f"{path} {round(parts[path] / 1024)}" for path in heaviest),
            }
            yield Problem(code="page-heavy", place=site.place(page, "title:", "Title:"), params=params)


def _shared(site: Site, page: Page) -> Iterator[str]:
    """The styles and scripts that a page fetches as it opens."""
    for href in dict.fromkeys(one.href for one in page.requests):
        target = None if foreign(href) or not href else site.target(page, href)
        if target and target.endswith((".css", ".js")):
            yield target


def pictures(site: Site, page: Page) -> Iterator[Problem]:
    """Pictures of a page that are too large, that move the text as they arrive, or that are squeezed."""
    for image in dict.fromkeys(page.images):
        target = site.target(page, image.source) if image.own and not foreign(image.source) else None
        if target is None or urlsplit(image.source).scheme:
            continue
        yield from _picture(site, page, image, site.built / target)


def _picture(site: Site, page: Page, image: Image, path: Path) -> Iterator[Problem]:
    name = unquote(urlsplit(image.source).path).rpartition("/")[2]
    place = site.place(page, image.source, name)
    length = path.stat().st_size
    if length > PICTURE:
        sizes: dict[str, str | int] = {"kilobytes": round(length / 1024), "limit": PICTURE // 1024}
        yield Problem(code="image-large", place=place, params={"image": image.source, **sizes})
    size = measures(path.read_bytes())
    if size is None:
        return
    params: dict[str, str | int] = {"image": image.source, "width": size[0], "height": size[1]}
    if not all(re.fullmatch(r"\d+", side) for side in image.size):
        yield Problem(code="image-measures-missing", place=place, params=params)
    elif abs(int(image.size[0]) * size[1] / max(1, int(image.size[1]) * size[0]) - 1) > SQUEEZED:
        declared = f"{image.size[0]} × {image.size[1]}"
        yield Problem(code="image-squeezed", place=place, params={**params, "declared": declared})


def measures(content: bytes) -> tuple[int, int] | None:
    """Width and height of a picture in pixels; None where it is drawn by lines or of an unknown kind."""

    def number(start: int, end: int, order: str = "little") -> int:
        return int.from_bytes(content[start:end], "big" if order == "big" else "little")

    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return number(16, 20, "big"), number(20, 24, "big")
    if content.startswith((b"GIF87a", b"GIF89a")):
        return number(6, 8), number(8, 10)
    if content.startswith(b"\xff\xd8"):
        return _jpeg(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        match content[12:16]:
            case b"VP8X":
                return number(24, 27) + 1, number(27, 30) + 1
            case b"VP8L":
                return number(21, 25) % 2**14 + 1, (number(21, 25) >> 14) % 2**14 + 1
            case b"VP8 ":
                return number(26, 28) % 2**14, number(28, 30) % 2**14
    return None


def _jpeg(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        if content[at + 1] in JPEG_FRAMES:
            return int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None
