"""Checks the site as it was built: links, anchors, language pairs, titles, images, requests to others.

Every problem is traced to the line of the source that made it, where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang
from xinqiao.site.compose import Tree
from xinqiao.site.html import Page, read_page, stylesheet_requests
from xinqiao.site.source import find

# MkDocs makes this one page with absolute addresses, for hosts that serve it at any path.
NOT_FOUND = "404.html"


class Site:
    """A built site with its pages read, and the way back from a page to its source."""

    def __init__(self, built: Path, tree: Tree, project: Path) -> None:
        self.built, self.tree, self.project = built, tree, project
        found = sorted(path for path in built.rglob("*.html") if path.name != NOT_FOUND)
        self.pages: Mapping[str, Page] = {page.path: page for page in (read_page(built, path) for path in found)}

    def place(self, page: Page, *wanted: str) -> Place:
        """Where the first of the wanted strings stands in the source of a page; else the page itself."""
        origin, source = self._source(page.path)
        if not origin:
            return Place(file=page.path)
        for line, column in find(source, wanted):
            return Place(file=origin, line=line, column=column)
        return Place(file=origin)

    def _source(self, path: str) -> tuple[str, str]:
        lang, _, rest = path.partition("/")
        if lang not in set(Lang):
            return "", ""
        folder = rest.removesuffix("index.html").rstrip("/")
        for name in (f"{folder}.md", f"{folder}/index.md" if folder else "index.md"):
            piece = self.tree[Lang(lang)].get(name)
            if piece is not None and piece.origin:
                return piece.origin, (self.project / piece.origin).read_text(encoding="utf-8-sig")
        return "", ""


def check_site(built: Path, tree: Tree, project: Path) -> tuple[Problem, ...]:
    """Every problem of a built site, those of one kind and place once."""
    site = Site(built, tree, project)
    problems: list[Problem] = []
    for page in site.pages.values():
        problems.extend(_links(site, page))
        problems.extend(_requests(site, page))
        problems.extend(_words(site, page))
    problems.extend(_pairs(site))
    for path in sorted(built.rglob("*.css")):
        place = Place(file=path.relative_to(built).as_posix())
        for address in stylesheet_requests(path):
            if _foreign(address):
                problems.append(Problem(code="third-party-request", place=place, params={"address": address}))
    return tuple(_once(problems))


def _once(problems: list[Problem]) -> Iterator[Problem]:
    """A fault of the theme stands on every page: what has no line of its own is told once."""
    seen = set()
    for problem in problems:
        key = (problem.code, str(sorted(problem.params.items())), str(problem.place) if problem.place.line else "")
        if key not in seen:
            seen.add(key)
            yield problem


def _foreign(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) or (bool(parts.scheme) and parts.scheme not in {"data", "blob", "about"})


def _links(site: Site, page: Page) -> Iterator[Problem]:
    for href in dict.fromkeys([*page.links, *(address for address in page.requests if not _foreign(address))]):
        parts = urlsplit(href)
        if parts.scheme or parts.netloc or not href:
            continue
        target = _target(site, page, unquote(parts.path))
        stem = parts.path.rstrip("/").rpartition("/")[2]
        if target is None:
            place = site.place(page, href, parts.path, stem)
            yield Problem(code="link-broken", place=place, params={"target": href})
        elif parts.fragment and target in site.pages:
            anchor = unquote(parts.fragment)
            if anchor not in site.pages[target].anchors:
                place = site.place(page, href, f"#{parts.fragment}", f"#{anchor}")
                yield Problem(code="anchor-broken", place=place, params={"target": unquote(href)})


def _target(site: Site, page: Page, path: str) -> str | None:
    """The file of the site that a relative address leads to; None where there is none.

    An address that begins with a slash is none: the site may lie in a sub-folder.
    """
    if not path:
        return page.path
    folder = page.path.rpartition("/")[0]
    joined = normpath(f"{folder}/{path}" if folder else path)
    if path.startswith("/") or joined.startswith(".."):
        return None
    if (site.built / joined).is_dir():
        joined = normpath(f"{joined}/index.html")
    return joined if (site.built / joined).is_file() else None


def _requests(site: Site, page: Page) -> Iterator[Problem]:
    for address in dict.fromkeys(page.requests):
        if _foreign(address):
            place = site.place(page, address)
            yield Problem(code="third-party-request", place=place, params={"address": address})


def _words(site: Site, page: Page) -> Iterator[Problem]:
    if not page.title:
        yield Problem(code="page-title-missing", place=site.place(page, "title"))
    for image in page.wordless:
        place = site.place(page, image, image.rpartition("/")[2])
        yield Problem(code="image-words-missing", place=place, params={"image": image})


def _pairs(site: Site) -> Iterator[Problem]:
    """Both languages say the same: as many headings at the same levels, as many help blocks."""
    first, second = (lang.value for lang in Lang)
    for path, page in site.pages.items():
        if not path.startswith(f"{first}/"):
            continue
        other = site.pages.get(f"{second}/{path.removeprefix(f'{first}/')}")
        if other is None:
            params = {"other": f"{second}/{path.removeprefix(f'{first}/')}"}
            yield Problem(code="page-translation-missing", place=site.place(page), params=params)
            continue
        here, there = ([level for level, _ in one.headings] for one in (other, page))
        if here != there:
            params = {"here": _outline(here), "there": _outline(there)}
            yield Problem(code="page-headings-differ", place=_first_difference(site, other, page), params=params)
        if page.help_blocks != other.help_blocks:
            counts: dict[str, str | int] = {"here": other.help_blocks, "there": page.help_blocks}
            yield Problem(code="page-help-differs", place=site.place(other), params=counts)


def _outline(levels: list[int]) -> str:
    return " ".join(f"h{level}" for level in levels) or "–"


def _first_difference(site: Site, here: Page, there: Page) -> Place:
    for number, (level, words) in enumerate(here.headings):
        if number >= len(there.headings) or there.headings[number][0] != level:
            return site.place(here, f"{'#' * level} {words}", words)
    last = here.headings[-1] if here.headings else (1, "")
    return site.place(here, f"{'#' * last[0]} {last[1]}", last[1])
