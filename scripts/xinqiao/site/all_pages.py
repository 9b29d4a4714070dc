"""The list of all pages: what the search's button leads to without scripts, and who likes lists better."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress

import yaml

from xinqiao.core.text import Lang, Text
from xinqiao.site.built import kept_out
from xinqiao.site.fragment import SPECIAL
from xinqiao.site.source import FRONT_MATTER
from xinqiao.site.tree import Piece, Tree

PAGE = "all-pages.md"
TITLE = Text.of(zh="全部页面", en="All pages")
DESCRIPTION = Text.of(zh="本站的全部页面，按栏目和标题排列。", en="Every page of this site, by section and title.")
OTHERS = Text.of(zh="首页与说明", en="Home and about")
TITLED = re.compile(r"^title:.*$", re.MULTILINE)


def all_pages(tree: Tree) -> Tree:
    """A page a language that leads to every page of the tree which is not kept out of the search."""
    return {lang: {PAGE: Piece(content=_page(pieces, lang))} for lang, pieces in tree.items()}


def _page(pieces: Mapping[str, Piece], lang: Lang) -> str:
    titles = {name: title_of(piece) for name, piece in pieces.items() if name.endswith(".md") and not kept_out(piece)}
    sections: defaultdict[str, list[str]] = defaultdict(list)
    for name in titles:
        sections[_section(name, pieces)].append(name)
    front = {
        "title": TITLE[lang],
        "description": DESCRIPTION[lang],
        "page_type": "list",
        "hide": ["navigation", "toc"],
        "search": {"exclude": True},
    }
    lines = [f"---\n{json.dumps(front, ensure_ascii=False)}\n---\n\n# {TITLE[lang]}", DESCRIPTION[lang]]
    for section in sorted(sections):
        head = next((pieces[name] for name in (f"{section}.md", f"{section}/index.md") if name in pieces), None)
        lines.append(f"## {_said(title_of(head) if section and head else OTHERS[lang])}")
        names = sorted(sections[section], key=lambda name: _order(name, titles))
        lines.append("\n".join(f"- [{_said(titles[name])}](<{name}>)" for name in names))
    return "\n\n".join(lines) + "\n"


def _section(name: str, pieces: Mapping[str, Piece]) -> str:
    """The part of the site that a page stands in: its first folder, or, for that folder's own page, the folder."""
    first, below, _ = name.removesuffix(".md").partition("/")
    return first if below or any(other.startswith(f"{first}/") for other in pieces) else ""


def title_of(piece: Piece) -> str:
    """What a page is called, as its front matter says; empty where it does not."""
    front = FRONT_MATTER.match(piece.content) if isinstance(piece.content, str) else None
    inner = front["inner"] if front else ""
    # A page of ours has JSON there; of another's YAML one line is read, for a whole one takes long.
    told = inner if inner.startswith("{") else (TITLED.search(inner) or [""])[0]
    found = _loaded(told) if not told.startswith("{") else json.loads(told)
    return str(found["title"]) if isinstance(found, dict) and found.get("title") else ""


def _loaded(source: str) -> object:
    """YAML by the parser in C, which is many times as fast; what that refuses, or where there is none, by the other."""
    if fast := getattr(yaml, "CSafeLoader", None):
        with suppress(yaml.YAMLError):
            return yaml.load(source, Loader=fast)  # noqa: S506 (the safe one)
    return yaml.safe_load(source)


def _order(name: str, titles: Mapping[str, str]) -> tuple[bytes, bool, str]:
    """By title; the steps of a course after it, in their own order."""
    course = f"{name.rpartition('/')[0]}/index.md"
    within = name.count("/") > 1 and course in titles
    # In GB 18030 the common characters stand in the order of pinyin.
    title = titles[course if within else name].casefold().encode("gb18030")
    return title, within and name != course, name


def _said(title: str) -> str:
    return SPECIAL.sub(lambda sign: f"&#{ord(sign[1])};", title).replace("<", "&lt;")
