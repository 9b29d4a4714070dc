"""Lists of articles and of answered questions, in the place of their marks: whoever writes one changes nothing else."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from xinqiao.core.name import nearest
from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang
from xinqiao.site import page
from xinqiao.site.all_pages import PAGE
from xinqiao.site.source import position
from xinqiao.site.tree import Piece, address_of

# `<!-- articles -->`, or with the names of those that come first: `<!-- articles: low-mood anxiety -->`.
MARK = re.compile(r"<!-- (?P<kind>articles|questions)(?:: (?P<first>[^>]*?))? -->")
NAME = re.compile(r"\S+")
# Where the pages of each kind lie, below their language's folder.
FOLDERS = {"articles": "learn", "questions": "questions"}
# Beyond this a list is for searching, not for reading; the list of all pages has them all.
MOST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page as a list shows it; `written_on` and `reviewed` are those of an article."""

    title: str
    about: str
    written_on: date = date.min
    reviewed: bool = False


def with_lists(pieces: Mapping[str, Piece], listed: Mapping[str, Listed], lang: Lang) -> dict[str, Piece]:
    """Pages of one language with their marks filled.

    listed: articles and answered questions by the name of their file, below the language's folder. Those that a mark
    names come first; then the newest before older ones.
    """
    filled = dict(pieces)
    for name, piece in pieces.items():
        content = piece.content
        if isinstance(content, str) and "<!-- " in content:
            for mark in MARK.finditer(content):
                content = content.replace(mark[0], _made(name, mark, listed, lang))
            filled[name] = replace(piece, content=content)
    return filled


def unknown_names(source: str, file: str, folder: Path) -> Iterator[Problem]:
    """What a page's marks name and no file is called (list-name-unknown); folder: its language's.

    A draft may be named: it takes its place once it is none.
    """
    for mark in MARK.finditer(source):
        below = folder / FOLDERS[mark["kind"]]
        for one in NAME.finditer(mark["first"] or ""):
            if (below / f"{one[0]}.md").is_file():
                continue
            line, column = position(source, mark.start("first") + one.start())
            known = sorted(path.stem for path in below.glob("*.md"))
            params = {"name": one[0], "folder": below.name, "nearest": nearest(one[0], known)}
            yield Problem(code="list-name-unknown", place=Place(file=file, line=line, column=column), params=params)


def listed_at(name: str, *, article: bool) -> bool:
    """Whether a page stands in a list: an article, wherever it lies, or an answered question."""
    return article or name.startswith(f"{FOLDERS['questions']}/")


def _made(page_name: str, mark: re.Match[str], listed: Mapping[str, Listed], lang: Lang) -> str:
    kind, first = mark["kind"], [one[0] for one in NAME.finditer(mark["first"] or "")]
    rank = {f"{FOLDERS[kind]}/{name}.md": at for at, name in enumerate(first)}

    def order(name: str) -> tuple[int, int, str]:
        return rank.get(name, len(rank)), -listed[name].written_on.toordinal(), name

    questions = f"{FOLDERS['questions']}/"
    of_kind = [name for name in listed if name.startswith(questions) == (kind == "questions") and name != page_name]
    here = address_of(page_name) or "."
    shown = [
        (listed[name], f"{posixpath.relpath(address_of(name), here)}/") for name in sorted(of_kind, key=order)[:MOST]
    ]
    rest = f"{posixpath.relpath(address_of(PAGE), here)}/" if len(of_kind) > MOST else ""
    unread = sum(not listed[name].reviewed for name in of_kind)
    return page.render("listing.html", lang=lang, kind=kind, shown=shown, rest=rest, count=len(of_kind), unread=unread)
