"""The index of the search: what is in it, that it finds every word, how much of it a reader's phone has to fetch."""

from __future__ import annotations

import gzip
import html
import random
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.text import Lang
from xinqiao.site import search
from xinqiao.site.search import index
from xinqiao.site.search_terms import RANKS, folded, packed, terms
from xinqiao.site.search_text import Entry, Section, parted, read_entry
from xinqiao.site.tree import Piece

from .search_reader import Reader, unpacked

HAN = "心理健康睡眠抑郁的"
LETTERS = st.text("abco", min_size=1, max_size=5)


def article(title: str, body: str) -> str:
    return f'<nav>m</nav><article class="md-content__inner md-typeset"><h1>{title}</h1>{body}</article><p>f</p>'


def lines(*texts: str) -> str:
    return "".join(f"<p>{html.escape(text)}</p>" for text in texts)


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
    entry = read_entry("en/a/", article("T&lt;", body))
    assert entry == Entry(
        page="en/a/",
        title="T<",
        sections=(
            Section(anchor="", heading="", text="First words & more\nnext"),
            Section(anchor="how-to", heading="How to", text="one\ntwo\nend"),
        ),
    )  # fmt: skip


def test_a_page_without_main_text_is_no_entry() -> None:
    assert read_entry("zh/", "<body><p>words</p></body>") is None


@given(st.lists(st.text(HAN + " a。\n", max_size=300), max_size=6), st.integers(5, 60))
def test_parts_hold_all_of_a_page_and_are_short(texts: list[str], most: int) -> None:
    whole = Entry(
        page="p", title="t", sections=tuple(Section(anchor=str(n), heading="h", text=t) for n, t in enumerate(texts))
    )
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


def test_the_index_of_the_same_pages_is_kept_and_that_of_others_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    monkeypatch.setattr(search, "index", lambda pages: made.append(1) or index(pages))
    for number, (word, times) in enumerate((("心桥", 1), ("心桥", 1), ("心情", 2))):
        side = tmp_path / str(number)
        (side / "zh/a").mkdir(parents=True)
        (side / "zh/a/index.html").write_text(article("题目", lines(word)), encoding="utf-8")
        tree = {Lang.ZH: {"a.md": Piece(content="# 题目", origin="")}, Lang.EN: {}}
        search.write_search(side, tree, tmp_path / "cache")
        assert len(made) == times
        written = {path.name: path.read_text(encoding="utf-8") for path in (side / "search").iterdir()}
        assert written == index([("zh/a/", article("题目", lines(word)))])
