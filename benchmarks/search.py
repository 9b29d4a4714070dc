"""What the search costs and finds at 1,000 pages: index time and size, bytes a word, recall and precision.

Run: python benchmarks/search.py [--stock]. The pages are those of the Chinese wiki and the FastAPI documentation in
the folder of real data (XINQIAO_REAL_DATA, else `../shared`), 500 with Chinese text and 500 in languages of Europe.
`--stock` builds the same Markdown with plain Material and weighs its search too, which takes some minutes.
A word costs its files of terms and the six parts that are shown first; times are processor seconds.
"""

from __future__ import annotations

import argparse
import gzip
import html
import itertools
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import markdown

from xinqiao.site.search import index, indexed
from xinqiao.site.search_terms import HALF, RANKS, RUN, SIGNS, WORD, folded, shard_of
from xinqiao.site.search_text import read_entry

DATA = Path(os.environ.get("XINQIAO_REAL_DATA", Path(__file__).resolve().parents[2] / "shared")) / "data"
ARCHIVES = (
    "zh-mkdocs-mental-health-wiki/original/mps-wiki-docs.tar.xz",
    "md-corpus-fastapi-docs/original/fastapi-docs-md.tar.xz",
)
FRONT = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
EACH = 500
WORDS = 150
SHOWN = 6


def sources() -> Mapping[str, str]:
    """Markdown by the address of its page: 500 pages of zh and 500 of en, by the languages of the corpora."""
    texts: dict[str, str] = {}
    for name in ARCHIVES:
        with tarfile.open(DATA / name) as archive:
            for file in sorted((one for one in archive if one.name.endswith(".md")), key=lambda one: one.name):
                content = archive.extractfile(file)
                texts[file.name] = FRONT.sub("", content.read().decode("utf-8-sig")) if content else ""
    chinese = [name for name in texts if "/zh/" in name or not re.search(r"/[a-z]{2}(?:-hant)?/docs/", name)]
    others = [name for lang in ("en", "es", "fr", "de") for name in texts if f"/{lang}/docs/" in name]
    pick = {f"zh/{number}/": texts[name] for number, name in enumerate(chinese[:EACH])}
    return pick | {f"en/{number}/": texts[name] for number, name in enumerate(others[:EACH])}


def rendered(text: str) -> str:
    made = markdown.markdown(text, extensions=["tables", "toc", "attr_list", "def_list", "admonition", "md_in_html"])
    return f'<article class="md-content__inner md-typeset">{made}</article>'


def timed(work: Callable[[], Mapping[str, str]]) -> tuple[float, Mapping[str, str]]:
    start = time.process_time()
    made = work()
    return time.process_time() - start, made


class Index:
    """Reads an index as the browser does."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.raw = {name.removesuffix(".js"): len(text.encode()) for name, text in files.items()}
        self.packed = {name.removesuffix(".js"): len(gzip.compress(text.encode(), 6)) for name, text in files.items()}
        self.data = {
            name.removesuffix(".js"): json.loads(text[text.index(",", 28) + 1 : -2]) for name, text in files.items()
        }
        self.shards = self.data["start"]["shards"]

    def page(self, part: int) -> str:
        return str(self.data[f"t{part}"]["page"])

    def parts(self, word: str) -> tuple[set[str], list[int]]:
        """The files of terms that a word needs, and the parts that it is found in."""
        chinese = RUN.fullmatch(word)
        terms = [a + b for a, b in itertools.pairwise(word)] if chinese else [word]
        files = {f"s{shard_of(term, self.shards)}" for term in terms}
        found = [self._postings(term, beginning=not chinese) for term in terms]
        return files, sorted(set.intersection(*found))

    def _postings(self, term: str, *, beginning: bool) -> set[int]:
        shelf = self.data[f"s{shard_of(term, self.shards)}"]
        wanted = re.compile(f";{re.escape(term)}{'[^ ]*' if beginning else ''} ([^;]*)")
        return {part for signs in wanted.findall(shelf) for part in unpacked(signs)}


def unpacked(signs: str) -> list[int]:
    found, number, unit, place = list[int](), 0, 1, 0
    for sign in signs:
        digit = SIGNS.index(sign)
        number, unit = number + digit % HALF * unit, unit * HALF
        if digit < HALF:
            place += number // RANKS
            found.append(place)
            place, number, unit = place + 1, 0, 1
    return found


def words(texts: Mapping[str, str], pattern: str, lengths: Sequence[int]) -> list[str]:
    draw = random.Random(11)  # noqa: S311 (which words are tried)
    runs = re.findall(pattern, "\n".join(texts.values()))
    out = []
    for number in range(WORDS):
        run, length = draw.choice(runs), lengths[number % len(lengths)]
        at = draw.randrange(len(run) - length + 1) if length else 0
        out.append(run[at : at + length] if length else run)
    return out


def look(name: str, known: Index, texts: Mapping[str, str], asked: Sequence[str], before: str) -> None:
    found = wanted = right = 0
    raw, packed = [], []
    for word in asked:
        files, parts = known.parts(word)
        there = {known.page(part) for part in parts}
        true = {page for page, text in texts.items() if before + word in text}
        found, wanted, right = found + len(there), wanted + len(true), right + len(there & true)
        fetched = [*files, *(f"t{part}" for part in list({known.page(part): part for part in parts}.values())[:SHOWN])]
        raw.append(sum(known.raw[one] for one in fetched))
        packed.append(sum(known.packed[one] for one in fetched))
    print(
        f"{name:22} recall {right / wanted:.4f}  precision {right / found:.4f}  KB a word, gz: median "
        f"{statistics.median(packed) / 1000:.1f}, most {max(packed) / 1000:.1f}; raw: median "
        f"{statistics.median(raw) / 1000:.1f}, most {max(raw) / 1000:.1f}"
    )


def stock(markdowns: Mapping[str, str]) -> None:
    """Plain Material's search over the same Markdown: its index, and the worker that reads it."""
    with tempfile.TemporaryDirectory() as folder:
        docs = Path(folder) / "docs"
        for page, text in markdowns.items():
            path = docs / f"{page}index.md"
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
        (docs / "index.md").write_text("# Start\n", encoding="utf-8")
        (Path(folder) / "mkdocs.yml").write_text("site_name: x\ntheme: {name: material, language: zh, font: false}\n")
        subprocess.run([sys.executable, "-m", "mkdocs", "build", "--quiet"], cwd=folder, check=True)
        files = [*Path(folder).glob("site/search/*.json"), *Path(folder).glob("site/assets/javascripts/workers/*.js")]
        for path in files:
            content = path.read_bytes()
            print(f"stock {path.name}: {len(content) / 1000:.0f} KB, gz {len(gzip.compress(content, 6)) / 1000:.0f} KB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stock", action="store_true", help="weigh plain Material's search as well")
    wants = parser.parse_args()
    markdowns = sources()
    pages = [(page, rendered(text)) for page, text in markdowns.items()]
    took, files = timed(lambda: index((page, indexed(source)) for page, source in pages))
    beat, _ = timed(lambda: {"": str(sum(range(20_000_000)))})
    known = Index(files)
    shards = [size for name, size in known.packed.items() if name[0] == "s" and name != "start"]
    print(
        f"{len(pages)} pages: {took:.1f} CPU s (summing 20 million numbers takes {beat:.2f} here), {len(files)} files"
    )
    print(f"start {known.packed['start']} bytes gz, {known.raw['start']} raw; files of terms: {len(shards)}, ")
    print(
        f"  gz median {statistics.median(shards):.0f}, most {max(shards)}; all together {sum(shards) / 1e6:.2f} MB gz"
    )
    entries = {page: entry for page, source in pages if (entry := read_entry(source))}
    said = {
        page: folded("\n".join([entry.title, *(f"{one.heading}\n{one.text}" for one in entry.sections)]))
        for page, entry in entries.items()
    }
    said = {page: html.unescape(text) for page, text in said.items()}
    look("Chinese, 2 characters", known, said, words(said, r"[\u4e00-\u9fff]{4,}", [2]), "")
    look("Chinese, 2 to 4", known, said, words(said, r"[\u4e00-\u9fff]{4,}", [2, 3, 4]), "")
    spaced = {page: " ".join(["", *WORD.findall(text), ""]) for page, text in said.items()}
    look("English", known, spaced, words(spaced, r"(?<= )[a-z]{4,12}(?= )", [0]), " ")
    if wants.stock:
        stock(markdowns)


if __name__ == "__main__":
    main()
