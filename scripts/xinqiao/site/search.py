"""The search of the site: its index, in small files that a browser asks for one by one, once somebody searches.

start.js      how many files there are, and how many parts each page has
s<N>.js       terms, and in which parts each stands how prominently
t<N>.js       one part of a page with its title, headings, anchors: excerpts are made of it

They are scripts that hand over data, for a page opened from a disk may load scripts and fetch nothing. Each carries
the sign of its build, so that files of two builds are never read together. Which file is asked for is all that a
host learns of what is looked for; a small site has one file of terms, a large one many terms in each.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from xinqiao.core.text import Lang
from xinqiao.site import search_terms, search_text
from xinqiao.site.built import kept_out, piece_of
from xinqiao.site.cache import Kept, digest
from xinqiao.site.search_terms import RANKS, shelved, terms
from xinqiao.site.search_text import Entry, parted, read_entry
from xinqiao.site.tree import Tree

FOLDER = "search"
# Characters of a part, and bytes of a file of terms on average: what a search costs on a phone hangs on them.
PART = 2_400
SHARD = 6_000
IN_TITLE, IN_HEADING = 4, 3
SIGN = 10
# An index is some megabytes: the last few are kept. It depends on what makes it too.
MOST = 16 << 20
MAKERS = tuple(Path(made).read_bytes() for made in (__file__, search_text.__file__, search_terms.__file__))


def write_search(side: Path, tree: Tree, cache: Path) -> None:
    """Writes the index of a built site's pages into it, without those that are kept out of the search.

    `cache`: the folder of what earlier builds have made; of the same pages the index is the same.
    """
    names = [path.relative_to(side).as_posix() for lang in Lang for path in (side / lang.value).rglob("index.html")]
    pages = [
        (name.removesuffix("index.html"), (side / name).read_text(encoding="utf-8"))
        for name in sorted(names, key=_order)
        if (piece := piece_of(tree, name)[1]) is not None and not kept_out(piece)
    ]
    folder = side / FOLDER
    folder.mkdir()
    for name, content in _known(pages, cache).items():
        (folder / name).write_text(content, encoding="utf-8")


def _known(pages: Sequence[tuple[str, str]], cache: Path) -> Mapping[str, str]:
    """The index as it was kept, or made and kept."""
    with Kept(cache / "search.sqlite", MOST) as kept:
        key = digest(*MAKERS, *(part for page in pages for part in page))
        found = kept.get(key)
        files: Mapping[str, str] = json.loads(found) if found else index(pages)
        if found is None:
            kept.put(key, json.dumps(files, ensure_ascii=False).encode())
    return files


def _order(name: str) -> tuple[int, bool, str]:
    """By language, forms after what is there to read."""
    lang, _, rest = name.partition("/")
    return list(Lang).index(Lang(lang)), rest.startswith("forms/"), rest


def index(pages: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The files of an index by name, from the addresses of pages below the site's root and their HTML.

    Pages of one language stand together; their order decides between pages that fit alike.
    """
    postings: defaultdict[str, list[int]] = defaultdict(list)
    parts: list[Entry] = []
    counts: dict[str, list[int]] = {lang.value: [] for lang in Lang}
    for page, source in pages:
        entry = read_entry(page, source)
        if entry is None:
            continue
        before = len(parts)
        for part in parted(entry, PART):
            for term, rank in _ranked(part, first=len(parts) == before).items():
                postings[term].append(len(parts) * RANKS + rank)
            parts.append(part)
        counts[page.partition("/")[0]].append(len(parts) - before)
    shards = shelved(postings, SHARD)
    data: dict[str, object] = {"start": {"shards": len(shards), "pages": counts}}
    data |= {f"s{number}": shard for number, shard in enumerate(shards)}
    data |= {f"t{number}": _told(part) for number, part in enumerate(parts)}
    return _files(data)


def _ranked(part: Entry, *, first: bool) -> dict[str, int]:
    """The terms of a part with their ranks: often in the text, in a heading, in the title."""
    counted = terms("\n".join(section.text for section in part.sections))
    ranks = {term: 0 if count == 1 else 1 if count < 5 else 2 for term, count in counted.items()}
    ranks |= dict.fromkeys(terms("\n".join(section.heading for section in part.sections)), IN_HEADING)
    return ranks | dict.fromkeys(terms(part.title), IN_TITLE) if first else ranks


def _told(part: Entry) -> dict[str, object]:
    sections = [[section.anchor, section.heading, section.text] for section in part.sections]
    return {"page": part.page, "title": part.title, "sections": sections}


def _files(data: Mapping[str, object]) -> Mapping[str, str]:
    written = {name: json.dumps(one, ensure_ascii=False, separators=(",", ":")) for name, one in data.items()}
    sign = hashlib.sha256("\n".join(written.values()).encode()).hexdigest()[:SIGN]
    return {f"{name}.js": f'xinqiaoSearch("{sign}","{name}",{text})\n' for name, text in written.items()}
