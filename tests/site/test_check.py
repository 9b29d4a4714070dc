"""What the checks of a built page find and what they leave alone; `test_broken` has a case for each rule."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xinqiao.core.text import Lang
from xinqiao.site.built import Site
from xinqiao.site.check import check_site
from xinqiao.site.html import Page
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
    assert checked(tmp_path, WHOLE, WHOLE) == ["third-party-request x.css"]


def test_links_that_are_in_order_give_nothing(tmp_path: Path) -> None:
    good = (
        WHOLE
        + '<a href="../en/">x</a><a href="tel:1">x</a><a href="https://example.org/">x</a>'
        + '<a href="https://example.test/portal/en/">x</a><form action="https://answers.example.test/submit/x"></form>'
        + '<i id="心"></i><a href="#%E5%BF%83">x</a><a href="../en/"><img src="../x.svg" alt="Home"></a>'
    )
    (tmp_path / "x.svg").write_text("<svg></svg>")
    assert checked(tmp_path, good, WHOLE) == []


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
