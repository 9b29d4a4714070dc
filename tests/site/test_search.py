"""The index of the search: what is in it, that it finds every word, how much of it a reader's phone has to fetch."""

from __future__ import annotations

import functools
import gzip
import html
import json
import random
import re
import struct
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.text import Lang
from xinqiao.site import search
from xinqiao.site.search import Part, indexed
from xinqiao.site.search_terms import RANKS, RUN, WORD, folded, packed, shard_of, terms
from xinqiao.site.search_text import Entry, Section, parted, read_entry
from xinqiao.site.tree import Piece

from .search_reader import Reader, unpacked

HAN = "心理健康睡眠抑郁的"
LETTERS = st.text("abco", min_size=1, max_size=5)
# Elements that may hold others, and whether they are read.
KINDS = {"p": True, "b": True, "h2": True, "div": True, 'a title="1 > 0 hidden"': True, "nav": False}
KINDS |= {f"{name} {attribute}": False for name in ("div", "b") for attribute in ("hidden", "data-search-exclude")}


def article(title: str, body: str) -> str:
    return f'<nav>m</nav><article class="md-content__inner md-typeset"><h1>{title}</h1>{body}</article><p>f</p>'


def lines(*texts: str) -> str:
    return "".join(f"<p>{html.escape(text)}</p>" for text in texts)


def index(pages: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The index of pages by their address and HTML, as it is made of what was kept of each."""
    return search.index((page, json.loads(json.dumps(indexed(source)))) for page, source in pages)


def nested(inner: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[tuple[str, str]]:
    """Elements with elements in them: their HTML, and what is read of it."""
    return st.tuples(st.sampled_from(sorted(KINDS)), st.lists(inner, max_size=4)).map(
        lambda made: (
            f"<{made[0]}>{''.join(body for body, _ in made[1])}</{made[0].partition(' ')[0]}>",
            "".join(said for _, said in made[1]) if KINDS[made[0]] else "",
        )
    )


def test_a_page_is_read_by_sections_without_what_is_no_text() -> None:
    body = (
        "<p>First <strong>wo</strong>rds &amp; more<br>next</p><script>run()</script>"
        "<nav>a</nav><svg><title>x</title></svg>"
        '<h2 id="how-to">How <em>to</em><a class="headerlink" href="#how-to">¶</a></h2>'
        "<ul><li>one</li><li>two</li></ul>"
        '<aside data-search-exclude><p>Call <a href="tel:1">1</a></p></aside>'
        "<div hidden><div>unseen</div></div><p>end</p>"
        "<span hidden>unseen</span><!-- unseen -->"
    )
    entry = read_entry(article("T&lt;", body))
    assert entry == Entry(
        title="T<",
        sections=(
            Section(anchor="", heading="", text="First words & more\nnext"),
            Section(anchor="how-to", heading="How to", text="one\ntwo\nend"),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<p>a <span hidden>x</span> b</p><p>c</p>", "a b\nc"),
        ("<p>a <b data-search-exclude>x</b> b</p><p>c</p>", "a b\nc"),
        ('<p>a <a title="what is hidden here">b</a> c</p>', "a b c"),
        ('<div title="1 > 0" hidden>x<div>x</div>x</div>a', "a"),
        ("<NAV><p>x<nav>x</nav></NAV>a", "a"),
        ("<nav-bar>a</nav-bar>", "a"),
        ("<input hidden><p>a</p>", "a"),
        ("<p>a<p hidden>x", "a"),
        ('<p title="a>b">a</p>&amp<br/>b', "a\n&\nb"),
        ("<p>1 < 2</p> <!-- <p> --> <p>3&#10;4</p>", "1 < 2\n3\n4"),
    ],
)
def test_what_is_hidden_or_kept_out_is_silent_up_to_its_own_end(body: str, said: str) -> None:
    entry = read_entry(article("T", body))
    assert entry is not None
    assert "\n".join(section.text for section in entry.sections) == said


@given(st.recursive(st.text("ab c", min_size=1).map(lambda text: (text, text)), nested, max_leaves=20))
def test_whatever_stands_in_what_is_silent_nothing_else_is_lost(made: tuple[str, str]) -> None:
    body, said = made
    entry = read_entry(article("T", body))
    assert entry is not None
    told = "".join(section.heading + section.text for section in entry.sections)
    assert re.sub(r"\s", "", told) == re.sub(r"\s", "", said)


def test_a_page_without_main_text_is_no_entry() -> None:
    assert read_entry("<body><p>words</p></body>") is None


@given(st.lists(st.text(HAN + " a。\n", max_size=300), max_size=6), st.integers(5, 60))
def test_parts_hold_all_of_a_page_and_are_short(texts: list[str], most: int) -> None:
    whole = Entry(title="t", sections=tuple(Section(anchor=str(n), heading="h", text=t) for n, t in enumerate(texts)))
    parts = list(parted(whole, most))
    told = "".join(section.text for part in parts for section in part.sections)
    assert told.replace("\n", "") == "".join(texts).replace("\n", "")
    assert all(sum(len(section.text) for section in part.sections) <= 2 * most + len(texts) for part in parts)
    assert {section.anchor for part in parts for section in part.sections} == {str(n) for n in range(len(texts))}


@given(st.sets(st.integers(0, 20_000), min_size=1), st.data())
def test_places_are_packed_and_unpacked(places: set[int], data: st.DataObject) -> None:
    postings = [place * RANKS + data.draw(st.integers(0, RANKS - 1)) for place in sorted(places)]
    assert unpacked(packed(postings)) == sorted(places)


@given(
    st.lists(st.lists(st.text(HAN + "，", min_size=1, max_size=40), min_size=1, max_size=3), min_size=1, max_size=5),
    st.data(),
)
def test_every_chinese_word_is_found_on_its_pages(pages: list[list[str]], data: st.DataObject) -> None:
    named = {f"zh/{number}/": texts for number, texts in enumerate(pages)}
    reader = Reader(index((page, article("", lines(*texts))) for page, texts in named.items()))
    word = data.draw(st.text(HAN, min_size=1, max_size=4))
    having = {page for page, texts in named.items() if any(word in text for text in texts)}
    found = reader.pages(word)
    assert having <= found
    if len(word) < 3:
        assert found == having


@given(st.lists(st.lists(LETTERS, min_size=1, max_size=8), min_size=1, max_size=5), LETTERS)
def test_an_english_word_finds_what_begins_with_it_from_three_letters_on(pages: list[list[str]], word: str) -> None:
    named = {f"en/{number}/": words for number, words in enumerate(pages)}
    reader = Reader(index((page, article("", lines(" ".join(words).title()))) for page, words in named.items()))
    fits = str.startswith if len(word) >= 3 else str.__eq__
    assert reader.pages(word.upper()) == {
        page for page, words in named.items() if any(fits(one, word) for one in words)
    }


@given(st.one_of(st.from_regex(RUN, fullmatch=True), st.from_regex(WORD, fullmatch=True)), st.integers(1, 400))
def test_the_file_of_a_term_follows_from_its_units_as_a_browser_counts_them(term: str, shards: int) -> None:
    key = term if RUN.match(term) else term[:3]
    units = struct.unpack(f"<{len(key.encode('utf-16-le')) // 2}H", key.encode("utf-16-le"))
    assert (
        shard_of(term, shards)
        == functools.reduce(lambda number, unit: (number * 31 + unit) % 65_521, units, 0) % shards
    )


def test_case_width_and_accents_make_no_difference() -> None:
    assert folded("ＰＨＱ－９ Café") == "phq-9 cafe"
    assert terms("ＰＨＱ") == terms("phq")


def test_titles_count_more_than_headings_and_headings_more_than_text() -> None:
    bodies = {"text": lines("睡眠"), "often": lines("睡眠" * 6), "heading": '<h2 id="a">睡眠</h2>'}
    pages = [(f"zh/{name}/", article("无", body)) for name, body in bodies.items()]
    files = index([*pages, ("zh/title/", article("睡眠", ""))])
    shelf = str(Reader(files).data("s0"))
    signs = re.search(r";睡眠 ([^;]+);", shelf)
    assert signs is not None
    assert signs[1] == packed([0 * RANKS, 1 * RANKS + 2, 2 * RANKS + 3, 3 * RANKS + 4])


def test_two_indexes_of_the_same_pages_are_alike_and_those_of_others_carry_another_sign() -> None:
    pages = [("zh/a/", article("心", lines("理")))]
    assert index(pages) == index(pages)
    signs = {file[15:25] for file in index(pages).values()}
    assert len(signs) == 1
    assert signs.isdisjoint(file[15:25] for file in index([("zh/a/", article("心", lines("病")))]).values())


def test_what_is_written_in_the_files_cannot_end_their_script() -> None:
    reader = Reader(index([("zh/a/", article("a", lines("</script><b>\u2028\"'")))]))
    assert all("\u2028" not in file for file in reader.files.values())
    assert reader.part(0)["sections"] == [["", "", "</script><b> \"'"]]


def corpus(folder: Path, most: int) -> Mapping[str, list[str]]:
    """The lines of so many pages of a wiki on mental health, by page."""
    with tarfile.open(folder / "zh-mkdocs-mental-health-wiki/original/mps-wiki-docs.tar.xz") as archive:
        files = sorted((one for one in archive if one.name.endswith(".md")), key=lambda one: one.name)[:most]
        texts = [(file.name, archive.extractfile(file)) for file in files]
        return {f"zh/{name}/": text.read().decode().splitlines() for name, text in texts if text}


def weighed(files: Mapping[str, str], *names: str) -> int:
    return sum(len(gzip.compress(files[f"{name}.js"].encode(), 6)) for name in names)


@pytest.fixture(scope="module")
def wiki(real_data: Path) -> tuple[Mapping[str, list[str]], Reader]:
    pages = corpus(real_data, 60)
    return pages, Reader(index((page, article("", lines(*texts))) for page, texts in pages.items()))


def test_150_words_of_a_wiki_are_found_on_every_page_that_has_them(
    wiki: tuple[Mapping[str, list[str]], Reader],
) -> None:
    pages, reader = wiki
    runs = re.findall(r"[\u4e00-\u9fff]{4,}", "\n".join(line for texts in pages.values() for line in texts))
    draw = random.Random(5)  # noqa: S311 (which words are tried)
    for length in (2, 3, 4):
        for _ in range(50):
            run = draw.choice(runs)
            at = draw.randrange(len(run) - length + 1)
            word = run[at : at + length]
            having = {page for page, texts in pages.items() if any(word in line for line in texts)}
            assert having <= reader.pages(word), word
            if length == 2:
                assert reader.pages(word) == having, word


def test_english_words_of_a_wiki_are_found(wiki: tuple[Mapping[str, list[str]], Reader]) -> None:
    pages, reader = wiki
    for word in ("trauma", "PTSD", "Dissociation", "anxiety", "DSM", "disorder"):
        wanted = re.compile(rf"(?<![0-9a-z]){word}", re.IGNORECASE)
        having = {page for page, texts in pages.items() if any(wanted.search(line) for line in texts)}
        assert having, word
        assert having == reader.pages(word), word


def test_what_a_phone_fetches_for_a_word_is_little(wiki: tuple[Mapping[str, list[str]], Reader]) -> None:
    _, reader = wiki
    shelves = [weighed(reader.files, name[:-3]) for name in reader.files if name[0] == "s" and name != "start.js"]
    parts = [weighed(reader.files, name[:-3]) for name in reader.files if name[0] == "t"]
    assert weighed(reader.files, "start") < 1_000
    # A word of two characters is one file of terms and six parts.
    assert max(shelves) + 6 * max(parts) < 40_000


def test_the_search_itself_is_small(root: Path) -> None:
    assets = root / "overrides/assets"
    script, style = ((assets / f"search.{kind}").read_bytes() for kind in ("js", "css"))
    assert len(gzip.compress(script, 6)) <= 6 * 1024
    assert len(gzip.compress(style, 6)) <= 1_200


def test_both_languages_stand_in_one_index_in_their_order(built: Path) -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in (built / "search").iterdir()}
    reader = Reader(files)
    pages = reader.start["pages"]
    assert isinstance(pages, dict)
    assert list(pages) == [lang.value for lang in Lang]
    assert len(pages["zh"]) == len(pages["en"]) + 1, "one article is in Chinese alone"
    assert [str(reader.part(number)["page"])[:2] for number in range(sum(map(sum, pages.values())))] == [
        *["zh"] * sum(pages["zh"]), *["en"] * sum(pages["en"])
    ]  # fmt: skip


def test_what_is_kept_out_of_the_search_is_not_in_it(built: Path) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (built / "search").iterdir())
    assert "UNPUBLISHED" not in text
    assert '"zh/news/events/training/"' in text
    for page in ("zh/news/", "zh/all-pages/", "zh/news/events/", "help-now/"):
        assert f'"page":"{page}"' not in text


def test_a_page_that_changes_is_read_anew_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    made: list[int] = []

    def reading(source: str) -> tuple[Part, ...]:
        read.append(source)
        return indexed(source)

    def making(pages: Iterable[tuple[str, Sequence[Part]]]) -> Mapping[str, str]:
        made.append(1)
        return whole(pages)

    whole = search.index
    monkeypatch.setattr(search, "indexed", reading)
    monkeypatch.setattr(search, "index", making)
    tree = {Lang.ZH: {"a.md": Piece(content="# 题目"), "b.md": Piece(content="# 另一页")}, Lang.EN: {}}
    other = article("另一页", lines("不变"))
    for number, (word, reads, makes) in enumerate((("心桥", 2, 1), ("心桥", 2, 1), ("心情", 3, 2), ("心桥", 3, 2))):
        side = tmp_path / str(number)
        pages = {"zh/a/": article("题目", lines(word)), "zh/b/": other}
        for page, source in pages.items():
            (side / page).mkdir(parents=True)
            (side / page / "index.html").write_text(source, encoding="utf-8")
        folder = tmp_path / "made" / side.name
        folder.parent.mkdir(exist_ok=True)
        search.write_search(side, search.keys_of(side, tree), tmp_path / "cache", folder)
        assert (len(read), len(made)) == (reads, makes)
        written = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
        assert written == whole((page, indexed(source)) for page, source in pages.items())


def test_the_order_in_which_pages_are_given_makes_no_difference(tmp_path: Path) -> None:
    pages = {page: article("题", lines("心")) for page in ("en/a/", "zh/forms/a/", "zh/b/", "zh/b/c/", "zh/")}
    written = []
    for number, names in enumerate((sorted(pages), sorted(pages, reverse=True))):
        side = tmp_path / str(number)
        keys = dict.fromkeys(names, "key")
        search.write_index(side, keys, lambda page: indexed(pages[page]), tmp_path / f"cache-{number}")
        written.append({path.name: path.read_text(encoding="utf-8") for path in side.iterdir()})
    assert written[0] == written[1]
    reader = Reader(written[0])
    assert [reader.part(number)["page"] for number in range(5)] == ["zh/b/c/", "zh/b/", "zh/", "zh/forms/a/", "en/a/"]
