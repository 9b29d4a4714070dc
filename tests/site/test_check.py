"""What the checks of a built page find and what they leave alone; `test_broken` has a case for each rule."""

from __future__ import annotations

from pathlib import Path
from time import process_time
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page as Browser

from xinqiao.core.text import Lang
from xinqiao.site.built import Site, foreign
from xinqiao.site.check import check_site
from xinqiao.site.drawing import SVG
from xinqiao.site.html import Page, page_of
from xinqiao.site.source import find
from xinqiao.site.tree import Piece


def checked(tmp_path: Path, zh: str, en: str) -> list[str]:
    for lang, inner in (("zh", zh), ("en", en)):
        page = tmp_path / lang / "index.html"
        page.parent.mkdir(exist_ok=True)
        page.write_text(inner.replace("{lang}", lang), encoding="utf-8")
    tree: dict[Lang, dict[str, Piece]] = {lang: {} for lang in Lang}
    problems = check_site(
        tmp_path, tree, tmp_path, root="https://example.test/portal/", receiver="https://answers.example.test"
    )
    return [f"{problem.code} {problem.place}" for problem in problems]


WHOLE = "<html lang={lang}><title>x</title><article><h1>x</h1></article>"


def test_a_page_in_order_has_no_problem(tmp_path: Path) -> None:
    assert checked(tmp_path, WHOLE, WHOLE) == []


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ('<a href="/zh/">x</a>', "link-broken"),
        ('<a href="../../x/">x</a>', "link-broken"),
        ('<a href="https://example.test/portal/fr/">x</a>', "link-broken"),
        ('<a href="#%E6">x</a>', "anchor-broken"),
        ('<a href="http://[x">x</a>', "link-broken"),
        ('<svg><a xlink:href="none/">x</a></svg>', "link-broken"),
        ('<svg><rect fill="url(#none)"/></svg>', "anchor-broken"),
        ('<a href="../en/"><img src="a.png" alt=""></a>', "link-words-missing"),
        ('<a href="../en/"> </a>', "link-words-missing"),
        ('<link rel="stylesheet" href="//fonts.example.org/css">', "third-party-request"),
        ("<style>@import 'https://fonts.example.org/css';</style>", "third-party-request"),
        ("<style>a{background:image-set('https://img.example.org/x.png' 1x)}</style>", "third-party-request"),
        ('<img alt="" srcset="a.png 1x, https://img.example.org/b.png 2x">', "third-party-request"),
        ('<iframe srcdoc="&lt;img src=https://img.example.org/x.png&gt;"></iframe>', "third-party-request"),
        ('<a href="../en/" ping="https://count.example.org/">x</a>', "third-party-request"),
        ('<button formaction="https://forms.example.org/">x</button>', "form-goes-elsewhere"),
        ('<input type="image" src="a.png">', "image-words-missing"),
        ('<img src="a.png" alt="a">', "image-words-file-name"),
        ('<img src="a.png" alt="IMG 20">', "image-words-file-name"),
    ],
)
def test_faults_without_a_source_stand_at_the_built_page(tmp_path: Path, inner: str, code: str) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "a.png").write_bytes(b"")
    assert f"{code} zh/index.html" in checked(tmp_path, WHOLE + inner, WHOLE)


def test_what_the_theme_does_wrong_on_every_page_is_told_once(tmp_path: Path) -> None:
    frame = '<img src="https://img.example.org/logo.png" alt="logo"><a href="/none/">x</a>'
    found = checked(tmp_path, WHOLE + frame, WHOLE + frame)
    assert [line.partition(" ")[0] for line in found].count("third-party-request") == 1


def test_a_stylesheet_may_not_fetch_from_elsewhere(tmp_path: Path) -> None:
    css = "/* url(https://x.example.org/) */a{background:url('https://img.example.org/x.png')}b{background:url(data:,)}"
    (tmp_path / "x.css").write_text(css)
    assert checked(tmp_path, WHOLE, WHOLE) == ["third-party-request x.css:1:52"]


def test_links_that_are_in_order_give_nothing(tmp_path: Path) -> None:
    good = (
        WHOLE
        + '<a href="../en/">x</a><a href="tel:1">x</a><a href="https://example.org/">x</a>'
        + '<a href="https://example.test/portal/en/">x</a><form action="https://answers.example.test/submit/x"></form>'
        + '<i id="心"></i><a href="#%E5%BF%83">x</a><a href="../en/"><img src="../x.svg" alt="Home"></a>'
    )
    (tmp_path / "x.svg").write_text("<svg></svg>")
    assert checked(tmp_path, good, WHOLE) == []


# As browsers read addresses; the site's own scheme is https.
ELSEWHERE = (
    "https://x/", "//x/", "\\\\x/", "/\\x/", "\\/x/", "///x/", " //x/", "\x01//x/", "/\t/x/", "\n//x/", "ht\ttps://x/",
    "HTTPS:x", "http:x", "ftp://x/", "javascript:0", "/\n\\x/",
)  # fmt: skip
HERE = ("x", "/x", "x//y", "?//x", "#//x", "./", "data:,//x", "about:blank", "x\\\\y", "", " x")


@pytest.mark.parametrize("address", ELSEWHERE, ids=range(len(ELSEWHERE)))
def test_an_address_that_leads_elsewhere_is_known_however_it_is_written(address: str) -> None:
    assert foreign(address)


@pytest.mark.parametrize("address", HERE, ids=range(len(HERE)))
def test_an_address_of_the_site_is_not_taken_for_one_elsewhere(address: str) -> None:
    assert not foreign(address)


def test_where_addresses_lead_is_what_a_browser_says(page: Browser) -> None:
    asked = "list => list.map(one => { const to = new URL(one, 'https://own.example/'); return to.origin; })"
    kept = {"https://own.example", "null"}
    assert kept.isdisjoint({*page.evaluate(asked, [one for one in ELSEWHERE if one[0] not in "Hjf"])})
    assert {*page.evaluate(asked, [*HERE])} <= kept


def test_a_drawing_is_told_once_for_both_languages_and_one_in_order_not_at_all(tmp_path: Path) -> None:
    for name in ("zh/a.svg", "en/a.svg", "zh/b.svg", "zh/c.XHTML", "en/d.rss"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"<svg xmlns='{SVG}'/>")
    for lang in ("zh", "en"):
        (tmp_path / lang / "a.svg").write_text(f"<svg xmlns='{SVG}'>\n<image href='//x/'/><script/><h/><</svg>")
    assert checked(tmp_path, WHOLE, WHOLE) == [
        "third-party-request en/a.svg:2:14", "drawing-script en/a.svg:2:21", "drawing-unreadable en/a.svg:2:35",
        "page-kind zh/c.XHTML",
    ]  # fmt: skip


def test_pages_and_feeds_in_another_encoding_are_read_as_far_as_they_can_be(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "a.xml").write_bytes("<a>心</a>".encode("gbk"))
    (tmp_path / "zh" / "a.html").write_bytes("<title>心</title><img src=//x.test/>".encode("gbk"))
    found = checked(tmp_path, WHOLE, WHOLE)
    assert {"third-party-request zh/a.html", "drawing-unreadable zh/a.xml:1:4"} <= {*found}


@pytest.mark.parametrize("piece", ["<div>", "<ul><li>", "<article>", "<a href=x><div></p >"])
def test_a_page_of_too_many_layers_is_told_and_not_waited_for(tmp_path: Path, piece: str) -> None:
    before = process_time()
    assert "page-deep zh/index.html" in checked(tmp_path, WHOLE + piece * 100_000 + "<img src=x>", WHOLE)
    assert process_time() - before < 5


@pytest.mark.parametrize("piece", ["<br>", "<i/>", "<p>x</p>", "<img alt='' src='data:,'>", "<svg><rect/></svg>"])
def test_a_long_page_is_not_taken_for_a_deep_one(piece: str) -> None:
    assert not page_of(piece * 10_000).deep


def test_a_stylesheet_in_another_encoding_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.css").write_bytes("@import 'https://img.example.org/'".encode("utf-16"))
    (tmp_path / "y.css").write_bytes("/* 心 */@import 'https://img.example.org/y'".encode("gbk"))
    assert [one.partition(":")[0] for one in checked(tmp_path, WHOLE, WHOLE)] == [
        "third-party-request x.css", "third-party-request y.css",
    ]  # fmt: skip


STEPS = st.sampled_from(["..", ".", "", "zh", "en", "a", "心", "a%20b", "x.css", "index.html", "%2e%2e", "..a"])
PATHS = st.lists(STEPS, min_size=1, max_size=5).map("/".join).filter(lambda path: not path.startswith("//"))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PATHS, st.sampled_from(["", "?q", "#a"]))
def test_an_address_leads_to_the_file_that_lies_there(tmp_path: Path, path: str, end: str) -> None:
    for name in ("zh/index.html", "zh/a/index.html", "zh/x.css", "zh/a/心/index.html", "en/a b/x.css", "en/index.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    page = Page("zh/a/index.html")
    site = Site(tmp_path, {}, tmp_path)
    at = (tmp_path / "zh/a" / unquote(path)).resolve()
    at = at / "index.html" if at.is_dir() else at
    there = at.relative_to(tmp_path).as_posix() if at.is_file() and at.is_relative_to(tmp_path) else None
    if path:
        assert site.target(page, path + end) == (None if path.startswith("/") else there)
    else:
        assert site.target(page, path + end) == page.path


@pytest.mark.parametrize("found", ["图", "图片 3", "photo", "a.png", "IMG_2034.JPG"])
def test_words_that_say_nothing_of_an_image_are_known(tmp_path: Path, found: str) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    assert checked(tmp_path, f'{WHOLE}<img src="../a.png" alt="{found}">', WHOLE) == [
        "image-words-file-name zh/index.html"
    ]


@pytest.mark.parametrize("found", ["图上是一座桥", "A bridge over the river", "Photograph of the hall"])
def test_words_that_say_what_is_shown_are_left_alone(tmp_path: Path, found: str) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    assert checked(tmp_path, f'{WHOLE}<img src="../a.png" alt="{found}">', WHOLE) == []


@pytest.mark.parametrize(
    ("source", "wanted", "nth", "found"),
    [
        ("[a](x-y.md)\n[b](x.md)", ["x.md"], 1, [(2, 5)]),
        ("(#a-b)\n(#a)", ["#a"], 1, [(2, 2)]),
        ("多字x.md", ["x.md"], 1, [(1, 3)]),
        ("a\na", ["a"], 2, [(2, 1)]),
        ("a", ["b", "a"], 1, [(1, 1)]),
        ("a", ["", "b"], 1, []),
    ],
)
def test_a_place_is_where_the_whole_string_stands(
    source: str, wanted: list[str], nth: int, found: list[tuple[int, int]]
) -> None:
    assert list(find(source, wanted, nth=nth)) == found
