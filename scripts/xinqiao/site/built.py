"""A built site with its pages read, and the way back from each fault to the line of the source that made it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from posixpath import normpath
from types import MappingProxyType
from urllib.parse import SplitResult, unquote, urlsplit

from xinqiao.core.problem import Place
from xinqiao.core.text import Lang
from xinqiao.site.addresses import plain
from xinqiao.site.facts import read_pages
from xinqiao.site.html import Page
from xinqiao.site.manifest import Part
from xinqiao.site.source import FRONT_MATTER, find
from xinqiao.site.tree import FOLDERS_OWN, Piece, Tree

# MkDocs makes this one page with absolute addresses, for hosts that serve it at any path.
NOT_FOUND = "404.html"
KEPT_OUT = re.compile(r'"?search"?\s*:\s*\{?\s*"?exclude"?\s*:\s*true')
# Rooms whose pages are made of a form's file: forms/ID…, summaries/ID.
MADE_OF_FORMS = re.compile(r"(?:forms|summaries)/(?P<form>[^/@]+?)(?:@[^/]+?)?(?:\.md|/.*)")


class Site:
    """A built site; `root` is the address where it will lie, `receiver` the one origin that forms may send to.

    `cache`: the folder of what earlier builds have read of its pages; `known`: pages whose hashes are known.
    """

    def __init__(
        self,
        built: Path,
        tree: Tree,
        project: Path,
        *,
        root: str = "",
        receiver: str = "",
        cache: Path | None = None,
        known: Mapping[str, Part] = MappingProxyType({}),
    ) -> None:
        self.built, self.tree, self.project = built, tree, project
        self.root, self.receiver = root, receiver
        self.pages = read_pages(built, cache, known)
        self.files = _files(built)
        self._known_below: dict[tuple[str, str], str | None] = {}
        self._targets: dict[str, dict[str, str | None]] = {}
        self._findable: dict[str, bool] = {}
        self._told: set[tuple[str, str]] = set()

    def first(self, code: str, what: str, *, own: bool) -> bool:
        """Whether a fault is to be told: one of a page's own content always, one of the theme once for all pages."""
        told = (code, what) in self._told
        self._told.add((code, what))
        return own or not told

    def place(self, page: Page, *wanted: str, own: bool = True, nth: int = 1) -> Place:
        """Where the first of the wanted strings stands in the source of a page; else the source; else the page."""
        origin = self.origin(page)
        if not own or not origin:
            return Place(file=page.path)
        source = (self.project / origin).read_text(encoding="utf-8-sig")
        for line, column in find(source, wanted, nth=nth):
            return Place(file=origin, line=line, column=column)
        return Place(file=origin)

    def written(self, page: Page, pattern: str) -> Place | None:
        """Where a pattern stands in the source of a page; None where it does not."""
        origin = self.origin(page)
        source = (self.project / origin).read_text(encoding="utf-8-sig") if origin else ""
        match = re.search(pattern, source)
        if match is None:
            return None
        at = match.start()
        return Place(file=origin, line=source.count("\n", 0, at) + 1, column=at - source.rfind("\n", 0, at))

    def origin(self, page: Page) -> str:
        """The file of the project that a page is made of; empty where there is none."""
        name, piece = piece_of(self.tree, page.path)
        if piece is not None and piece.origin:
            return piece.origin
        made = MADE_OF_FORMS.fullmatch(name)
        file = f"forms/{made['form']}.yml" if made else ""
        return file if file and (self.project / file).is_file() else ""

    def asset_place(self, path: str, address: str, line: int = 0, column: int = 0) -> Place:
        """Where an address stands in the file that was copied to `path`: in its own letters, else where it was read."""
        lang, _, rest = path.partition("/")
        piece = self.tree[Lang(lang)].get(rest) if lang in set(Lang) and self.tree else None
        source = next((one for one in (piece.origin if piece else "", f"overrides/{rest}") if self._lies(one)), "")
        file = self.project / source if source else self.built / path
        for at in find(file.read_text(encoding="utf-8", errors="replace"), [address]) if address else ():
            line, column = at
            break
        return Place(file=source or path, line=line, column=column)

    def _lies(self, source: str) -> bool:
        return bool(source) and (self.project / source).is_file()

    def findable(self, page: Page) -> bool:
        """Whether readers come upon a page by links and search: not what follows the sending of a form."""
        if page.path not in self._findable:
            piece = piece_of(self.tree, page.path)[1]
            out = page.path.endswith(NOT_FOUND) or piece is None or kept_out(piece)
            self._findable[page.path] = not out
        return self._findable[page.path]

    def of_language(self, lang: Lang) -> Iterator[Page]:
        """The pages of one language, in order."""
        return (page for path, page in self.pages.items() if path.startswith(f"{lang.value}/"))

    def target(self, page: Page, href: str) -> str | None:
        """The file of the site that an address of ours leads to; None where there is none.

        An address that begins with a slash is none, as the site may lie in a sub-folder; only the page for
        what is not found has such addresses, which begin with the site's own path.
        """
        known = self._targets.setdefault(page.path, {})
        if href not in known:
            known[href] = self._target(page, href)
        return known[href]

    def _target(self, page: Page, href: str) -> str | None:
        path = path_of(href)
        if not path:
            return page.path
        if href.startswith(self.root) and self.root:
            joined = path.removeprefix(parts(self.root).path)
        elif path.startswith("/"):
            start = parts(self.root).path
            if not page.path.endswith(NOT_FOUND) or not path.startswith(start):
                return None
            joined = path.removeprefix(start)
        else:
            return self._below(page.path.rpartition("/")[0], path)
        return self._below("", joined)

    def _below(self, folder: str, path: str) -> str | None:
        """The file that a relative address leads to, from a folder of the site."""
        # What stands in the frame of all pages leads up to the same folders: it is worked out once from each.
        while folder and path.startswith("../"):
            folder, path = folder.rpartition("/")[0], path[3:]
        if (folder, path) not in self._known_below:
            joined = normpath((f"{folder}/{path}" if folder else path) or ".")
            if joined not in self.files:
                joined = "index.html" if joined == "." else f"{joined}/index.html"
            self._known_below[folder, path] = joined if joined in self.files else None
        return self._known_below[folder, path]

    def ours(self, href: str) -> bool:
        """Whether an address leads into the site: relative, or absolute below its root."""
        split = parts(href)
        return not (split.scheme or split.netloc) or (bool(self.root) and href.startswith(self.root))

    def named(self, *endings: str) -> list[str]:
        """The files of the site whose names end so, folder by folder."""
        return sorted((name for name in self.files if name.endswith(endings)), key=lambda name: name.split("/"))


def _files(built: Path) -> frozenset[str]:
    """Every file of a site by its path: the disk is asked once for all links."""
    start = len(str(built)) + 1
    found = (f"{folder}/{name}" for folder, _, names in os.walk(built, followlinks=True) for name in names)
    return frozenset(path[start:].replace(os.sep, "/") for path in found)


def piece_of(tree: Tree, path: str) -> tuple[str, Piece | None]:
    """The source of a built page, by its name below the language's folder; None where compose laid out none."""
    lang, _, rest = path.partition("/")
    folder = rest.removesuffix("index.html").rstrip("/")
    names = (f"{folder}.md", *(f"{folder}/{own}" if folder else own for own in FOLDERS_OWN))
    pieces = tree[Lang(lang)] if lang in set(Lang) else {}
    return next(((name, pieces[name]) for name in names if name in pieces), (names[0], None))


def kept_out(piece: Piece) -> bool:
    """Whether a page's front matter keeps it out of the search."""
    content = piece.content
    if isinstance(content, Path):
        content = content.read_text(encoding="utf-8-sig")
    front = FRONT_MATTER.match(content) if isinstance(content, str) else None
    return bool(front and KEPT_OUT.search(front["inner"]))


@lru_cache(maxsize=1 << 16)
def foreign(address: str) -> bool:
    """Whether fetching an address asks somebody else, as browsers read addresses (URL Standard, WHATWG)."""
    written = plain(address)
    split = parts(written)
    if written.replace("\\", "/").startswith("//"):
        return True
    return bool(split.scheme) and split.scheme not in {"data", "blob", "about"}


@lru_cache(maxsize=1 << 16)
def path_of(address: str) -> str:
    """The path of an address, as files are named."""
    return unquote(parts(address).path)


@lru_cache(maxsize=1 << 16)
def parts(address: str) -> SplitResult:
    """An address in its parts; one that has none, as its brackets never close, is a path to nowhere."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", address, "", "")
