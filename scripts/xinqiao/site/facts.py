"""What the checks need of every built page: read once, side by side, and kept for the next build.

Run as a program, `python -m xinqiao.site.facts SITE FOLDER CACHE`, it reads the pages of one folder into the cache.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from xinqiao.core.text import Lang
from xinqiao.site import html
from xinqiao.site.cache import Kept, digest
from xinqiao.site.html import Address, Image, Page
from xinqiao.site.program import Program, run_all

# Below so many unknown pages a program of its own takes longer to start than the pages to read.
WORTH_A_PROGRAM = 150
READER = Path(html.__file__).read_bytes()


def read_pages(built: Path, cache: Path | None = None) -> Mapping[str, Page]:
    """Every page of a built site by its path; `cache`: the folder of what earlier builds have read."""
    if cache is None:
        return {page.path: page for page in (html.read_page(built, path) for path in sorted(built.rglob("*.html")))}
    folders = [lang.value for lang in Lang]
    if all(_unread(built, folder, cache) > WORTH_A_PROGRAM for folder in folders):
        run_all([_program(built, folder, cache) for folder in folders])
    found: dict[str, Page] = {}
    for folder in folders:
        with Kept(_store(cache, folder)) as kept:
            found |= {page.path: page for page in _pages(built, sorted((built / folder).rglob("*.html")), kept)}
    alone = [path for path in built.rglob("*.html") if path.relative_to(built).parts[0] not in folders]
    found |= {page.path: page for page in (html.read_page(built, path) for path in alone)}
    return dict(sorted(found.items()))


def _pages(built: Path, paths: list[Path], kept: Kept) -> Iterator[Page]:
    for path in paths:
        content, name = path.read_bytes(), path.relative_to(built).as_posix()
        key = digest(READER, content)
        known = kept.get(key)
        page = decoded(known, name) if known else html.page_of(content.decode("utf-8"), name)
        if known is None:
            kept.put(key, encoded(page))
        yield page


def _unread(built: Path, folder: str, cache: Path) -> int:
    """How many pages more than those in the cache there are at least; a changed page counts as read."""
    with Kept(_store(cache, folder)) as kept:
        return sum(1 for _ in (built / folder).rglob("*.html")) - len(kept)


def _store(cache: Path, folder: str) -> Path:
    return cache / f"pages-{folder}.sqlite"


def _program(built: Path, folder: str, cache: Path) -> Program:
    arguments = [str(built), folder, str(cache)]
    return Program(
        name=f"pages ({folder})", module="xinqiao.site.facts", arguments=arguments, environment={}, folder=built
    )


def encoded(page: Page) -> bytes:
    """A page without its path, as it is kept."""
    addresses = [
        [[one.href, one.own, one.leads, one.words] for one in many]
        for many in (page.links, page.requests, page.actions)
    ]
    images = [[one.source, one.words, one.own, one.size] for one in page.images]
    rest = [sorted(page.anchors), page.twice, page.headings, images, page.help]
    said = [page.lang, page.title, page.kind, page.description, page.scripts]
    return json.dumps([*said, *addresses, *rest], ensure_ascii=False).encode()


def decoded(kept: bytes, path: str) -> Page:
    """A page as it was kept, at its path."""
    whole = json.loads(kept)
    lang, title, kind, description, scripts = whole[:5]
    links, requests, actions = ([Address(*one) for one in many] for many in whole[5:8])
    anchors, twice, headings, images, help_ = whole[8:]
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
    )


def main(built: str, folder: str, cache: str) -> None:
    """Reads the pages of one folder of a site into the cache."""
    with Kept(_store(Path(cache), folder)) as kept:
        for _ in _pages(Path(built), sorted((Path(built) / folder).rglob("*.html")), kept):
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
