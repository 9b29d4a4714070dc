"""Faults that only the built site shows: each is one problem, at the line that made it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site.check import check_site
from xinqiao.site.compose import Piece

FAULTS = {
    "docs/zh/learn.md": ("[a](nowhere.md)", "link-broken"),
    "docs/en/check-in.md": ("[a](help.md#nothing)", "anchor-broken"),
    "docs/zh/take-part.md": ('<script src="https://cdn.example.org/x.js"></script>', "third-party-request"),
    "docs/en/about.md": ('<div style="background:url(https://img.example.org/x.png)">x</div>', "third-party-request"),
    "docs/zh/privacy.md": ('<img src="../assets/favicon.svg">', "image-words-missing"),
    "docs/en/accessibility.md": ("## Only in English", "page-headings-differ"),
    "docs/zh/help.md": ("[a](#lost)", "anchor-broken"),
    "docs/news/events/training.en.md": ("[a](../../../forms/none/)", "link-broken"),
}


def test_every_fault_has_its_line(project: Path, build: Callable[..., object], tmp_path: Path) -> None:
    wanted = []
    for name, (fault, code) in FAULTS.items():
        path = project / name
        source = path.read_text(encoding="utf-8") + "\n" + fault + "\n"
        path.write_text(source, encoding="utf-8")
        wanted.append((code, name, len(source.splitlines())))
    with pytest.raises(XinqiaoError) as caught:
        build(project, tmp_path / "site")
    found = [(problem.code, problem.place.file, problem.place.line) for problem in caught.value.problems]
    assert sorted(found) == sorted(wanted)
    for problem in caught.value.problems:
        assert problem.place.column >= 1
        assert problem.message(Lang.ZH) != problem.message(Lang.EN)


def checked(tmp_path: Path, zh: str, en: str) -> list[str]:
    for lang, inner in (("zh", zh), ("en", en)):
        page = tmp_path / lang / "index.html"
        page.parent.mkdir(exist_ok=True)
        page.write_text(inner, encoding="utf-8")
    tree: dict[Lang, dict[str, Piece]] = {lang: {} for lang in Lang}
    return [f"{problem.code} {problem.place}" for problem in check_site(tmp_path, tree, tmp_path)]


WHOLE = "<title>x</title><article><h1>x</h1></article>"


def test_a_page_in_order_has_no_problem(tmp_path: Path) -> None:
    assert checked(tmp_path, WHOLE, WHOLE) == []


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("<article><h1>x</h1></article>", "page-title-missing"),
        (WHOLE + '<a href="/zh/">x</a>', "link-broken"),
        (WHOLE + '<a href="../../x/">x</a>', "link-broken"),
        (WHOLE + '<a href="#%E6">x</a>', "anchor-broken"),
        (WHOLE + '<link rel="stylesheet" href="//fonts.example.org/css">', "third-party-request"),
        (WHOLE + "<style>@import 'https://fonts.example.org/css';</style>", "third-party-request"),
        (WHOLE + '<img alt="" srcset="a.png 1x, https://img.example.org/b.png 2x">', "third-party-request"),
    ],
)
def test_faults_without_a_source_stand_at_the_built_page(tmp_path: Path, inner: str, code: str) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "a.png").write_bytes(b"")
    assert f"{code} zh/index.html" in checked(tmp_path, inner, WHOLE)


def test_help_has_to_be_the_same_in_both_languages(tmp_path: Path) -> None:
    helped = "<title>x</title><article><h1>x</h1><div data-xq-help></div></article>"
    assert checked(tmp_path, helped, WHOLE) == ["page-help-differs en/index.html"]


def test_a_stylesheet_may_not_fetch_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "x.css").write_text("a{background:url('https://img.example.org/x.png')}b{background:url(data:,)}")
    assert checked(tmp_path, WHOLE, WHOLE) == ["third-party-request x.css"]


def test_links_that_are_in_order_give_nothing(tmp_path: Path) -> None:
    good = (
        WHOLE
        + '<a href="../en/">x</a><a href="tel:1">x</a><a href="https://example.org/">x</a>'
        + '<i id="心"></i><a href="#%E5%BF%83">x</a>'
    )
    assert checked(tmp_path, good, WHOLE) == []
