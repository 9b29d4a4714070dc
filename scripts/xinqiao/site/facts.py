"""What the checks need of every built page: read once, side by side, and kept for the next build.

Run as a program, `python -m xinqiao.site.facts SITE FOLDER CACHE`, it reads the pages of one folder into the cache.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import selectolax

from xinqiao.core.text import Lang
from xinqiao.site import addresses, drawing, html, stylesheet
from xinqiao.site.cache import Kept, digest
from xinqiao.site.html import Address, Image, Page
from xinqiao.site.manifest import Part, part_of

READERS = (html.__file__, addresses.__file__, stylesheet.__file__, drawing.__file__)
READER = digest(selectolax.__version__, *(Path(one).read_bytes() for one in READERS))


def read_pages(
    built: Path, cache: Path | None = None, known: Mapping[str, Part] = MappingProxyType({})
) -> Mapping[str, Page]:
    """Every page of a built site by its path.

    cache: the folder of what earlier builds have read; known: pages whose hashes are known.
    """
    names = sorted(path.relative_to(built).as_posix() for path in built.rglob("*.html"))
    if cache is None:
        return {name: html.read_page(built, built / name) for name in names}
    found: dict[str, Page] = {}
    for lang in Lang:
        with Reading(cache, lang.value) as reading:
            own = [name for name in names if name.startswith(f"{lang.value}/")]
            found |= {name: reading.page(built, name, known.get(name)) for name in own}
    return {name: found.get(name) or html.read_page(built, built / name) for name in names}


class Reading(Kept):
    """Pages of one language as they are read, in the store of those that were read before."""

    def __init__(self, cache: Path, folder: str) -> None:
        super().__init__(cache / f"pages-{folder}.sqlite")

    def read(self, page: str, part: Part) -> None:
        """Reads a page, where it was not read before, for who asks for it later."""
        key = digest(READER, part.digest)
        if not self.has(key):
            self.put(key, encoded(html.page_of(page)))

    def page(self, built: Path, name: str, part: Part | None) -> Page:
        """A page of a built site; `part`: what is known of its file."""
        key = digest(READER, (part or part_of((built / name).read_bytes())).digest)
        if known := self.get(key):
            return decoded(known, name)
        page = html.read_page(built, built / name)
        self.put(key, encoded(page))
        return page


def encoded(page: Page) -> bytes:
    """A page without its path, as it is kept."""
    said = (page.lang, page.title, page.kind, page.description, page.scripts)
    led = (page.links, page.requests, page.actions)
    rest = (sorted(page.anchors), page.twice, page.headings, page.images, page.help, page.deep)
    return json.dumps([*said, *led, *rest], ensure_ascii=False).encode()


def decoded(kept: bytes, path: str) -> Page:
    """A page as it was kept, at its path."""
    lang, title, kind, description, scripts, *led, anchors, twice, headings, images, help_, deep = json.loads(kept)
    links, requests, actions = ([*map(Address._make, many)] for many in led)
    return Page(
        path,
        lang=lang,
        title=title,
        kind=kind,
        description=description,
        scripts=scripts,
        links=links,
        requests=requests,
        actions=actions,
        anchors=set(anchors),
        twice=twice,
        headings=[(level, words) for level, words in headings],
        images=[Image(source, words, own, (width, height)) for source, words, own, (width, height) in images],
        help=[(kind, first) for kind, first in help_],
        deep=deep,
    )
