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
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from xinqiao.core.text import Lang
from xinqiao.site import manifest, search_terms, search_text
from xinqiao.site.built import kept_out, piece_of
from xinqiao.site.cache import Kept, digest
from xinqiao.site.search_terms import RANKS, shelved, terms
from xinqiao.site.search_text import Entry, parted, read_entry
from xinqiao.site.tree import Tree

FOLDER = "search"
# Characters of a part, and bytes of a file of terms on average: what a search costs on a phone hangs on them.
PART = 2_400
SHARD = 6_000
# The ranks of a term in a part; in its text: once 0, more than once 1, so often or more 2.
IN_TITLE, IN_HEADING = 4, 3
OFTEN = 5
SIGN = 10
OWN = "index.html"
# An index is some megabytes: the last few are kept. It depends on what makes it too: Python knows the signs.
MOST = 16 << 20
FILES = (__file__, search_text.__file__, search_terms.__file__)
MAKERS = digest(sys.version, *(Path(made).read_bytes() for made in FILES))

# A part of a page as the search has it: what is told of it, then its terms by rank, the lowest rank first.
Part = Sequence[str]


class Indexing(Kept):
    """Pages of one language as the search takes them apart, in the store of what earlier builds took."""

    def __init__(self, cache: Path, folder: str) -> None:
        super().__init__(cache / f"search-{folder}.sqlite")

    def take(self, page: str, file: manifest.Part) -> None:
        """Takes a page apart, where it was not before, for who asks for it later."""
        key = key_of(file)
        if not self.has(key):
            self.put(key, _json(indexed(page)).encode())

    def parts(self, path: Path, key: str) -> Sequence[Part]:
        """The parts of a page, as they were taken or now."""
        if found := self.get(key):
            parts: Sequence[Part] = json.loads(found)
            return parts
        made = indexed(path.read_text(encoding="utf-8"))
        self.put(key, _json(made).encode())
        return made


def key_of(file: manifest.Part) -> str:
    """What the parts of a page are made of, in one hash."""
    return digest(MAKERS, file.digest)


def keys_of(side: Path, tree: Tree, known: Mapping[str, manifest.Part] = MappingProxyType({})) -> Mapping[str, str]:
    """The pages of a built site that the search finds, by their addresses, each with what its parts are made of.

    known: pages whose hashes are known.
    """
    paths = (path for lang in Lang for path in (side / lang.value).rglob(OWN))
    files = [name for name in (path.relative_to(side).as_posix() for path in paths) if searched(tree, name)]
    return {
        name.removesuffix(OWN): key_of(known.get(name) or manifest.part_of((side / name).read_bytes()))
        for name in files
    }


def write_search(side: Path, keys: Mapping[str, str], cache: Path, folder: Path) -> None:
    """Writes the index of a built site's pages into a folder.

    cache: the folder of what earlier builds have made; a page that is as it was is not taken apart again.
    """
    with Indexing(cache, Lang.ZH.value) as zh, Indexing(cache, Lang.EN.value) as en:
        by_lang = {Lang.ZH.value: zh, Lang.EN.value: en}

        def parts(page: str) -> Sequence[Part]:
            return by_lang[page.partition("/")[0]].parts(side / page / OWN, keys[page])

        write_index(folder, keys, parts, cache)


def main(arguments: Sequence[str]) -> None:
    """Writes an index as a program of its own: the site, the file with its pages, the cache, the folder to be made."""
    side, told, cache, folder = map(Path, arguments)
    write_search(side, json.loads(told.read_text(encoding="utf-8")), cache, folder)


def searched(tree: Tree, file: str) -> bool:
    """Whether the search finds a page of the site by its file: one of the tree that is not kept out."""
    piece = piece_of(tree, file)[1]
    return piece is not None and not kept_out(piece)


def write_index(folder: Path, keys: Mapping[str, str], parts: Callable[[str], Sequence[Part]], cache: Path) -> None:
    """Writes an index into a folder of pages whose addresses are given, each with the hash of all that it is made of.

    `parts` gives the parts of a page; it is asked only where there is no index of the same pages in the cache.
    """
    pages = sorted(keys, key=_order)
    with Kept(cache / "search.sqlite", MOST) as kept:
        key = digest(MAKERS, *(part for page in pages for part in (page, keys[page])))
        found = kept.get(key)
        files: Mapping[str, str] = json.loads(found) if found else index((page, parts(page)) for page in pages)
        if found is None:
            kept.put(key, json.dumps(files, ensure_ascii=False).encode())
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content.encode())


def _order(page: str) -> tuple[int, bool, str]:
    """By language, forms after what is there to read, a folder's own page after those below it."""
    lang, _, rest = f"{page}{OWN}".partition("/")
    return list(Lang).index(Lang(lang)), rest.startswith("forms/"), rest


def indexed(source: str) -> tuple[Part, ...]:
    """What the index takes of a page's HTML, a part for each file that tells of it; nothing of one without main text.

    Plain data: it goes through JSON unchanged, and of where the page lies nothing is in it.
    """
    entry = read_entry(source)
    return tuple(_part(part, first=not number) for number, part in enumerate(parted(entry, PART) if entry else ()))


def _part(part: Entry, *, first: bool) -> Part:
    counted = terms("\n".join([section.text for section in part.sections]))
    above = dict.fromkeys(terms("\n".join([section.heading for section in part.sections])), IN_HEADING)
    above |= dict.fromkeys(terms(part.title) if first else (), IN_TITLE)
    ranked: list[list[str]] = [[] for _ in range(RANKS)]
    for term, count in counted.items():
        if term not in above:
            ranked[0 if count == 1 else 1 if count < OFTEN else 2].append(term)
    for term, rank in above.items():
        ranked[rank].append(term)
    sections = [[section.anchor, section.heading, section.text] for section in part.sections]
    return (_json({"title": part.title, "sections": sections}), *map(" ".join, ranked))


def index(pages: Iterable[tuple[str, Sequence[Part]]]) -> Mapping[str, str]:
    """The files of an index by name, from the addresses of pages below the site's root and what `indexed` gave of them.

    Pages of one language stand together; their order decides between pages that fit alike.
    """
    postings: defaultdict[str, list[int]] = defaultdict(list)
    told: list[str] = []
    counts: dict[str, list[int]] = {lang.value: [] for lang in Lang}
    for page, parts in pages:
        for said, *ranked in parts:
            for posting, words in enumerate(ranked, len(told) * RANKS):
                for term in words.split():
                    postings[term].append(posting)
            told.append(f'{{"page":{_json(page)},{said[1:]}')
        if parts:
            counts[page.partition("/")[0]].append(len(parts))
    shards = shelved(postings, SHARD)
    files = {"start": _json({"shards": len(shards), "pages": counts})}
    files |= {f"s{number}": _json(shard) for number, shard in enumerate(shards)}
    files |= {f"t{number}": part for number, part in enumerate(told)}
    sign = hashlib.sha256("\n".join(files.values()).encode()).hexdigest()[:SIGN]
    return {f"{name}.js": f'xinqiaoSearch("{sign}","{name}",{text})\n' for name, text in files.items()}


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
