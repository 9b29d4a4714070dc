"""Articles and answered questions stand in their lists by themselves: the named ones first, then the newest."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from xinqiao.core.text import Lang
from xinqiao.site.evergreen import evergreen, one_page
from xinqiao.site.listing import MOST, Listed, with_lists
from xinqiao.site.tree import Piece

from .conftest import write_article

DAY = date(2026, 1, 1)
HREF = re.compile(r'href="([^"]+)"')


def listed(at: int, *, reviewed: bool = False) -> Listed:
    return Listed(title=f"Title {at} <", about="About", written_on=DAY + timedelta(days=at), reviewed=reviewed)


def made(page: str, mark: str, articles: dict[str, Listed], lang: Lang = Lang.EN) -> str:
    pieces = {page: Piece(content=f"# Learn\n\n{mark}\n", origin=page)}
    return str(with_lists(pieces, articles, lang)[page].content)


ARTICLES = {f"learn/{name}.md": listed(at) for at, name in enumerate(("old", "middle", "new"))}


@pytest.mark.parametrize(
    ("page", "mark", "hrefs"),
    [
        ("learn.md", "<!-- articles -->", ["new/", "middle/", "old/"]),
        ("learn.md", "<!-- articles: old -->", ["old/", "new/", "middle/"]),
        ("learn/index.md", "<!-- articles: middle  old -->", ["middle/", "old/", "new/"]),
        ("index.md", "<!-- articles -->", ["learn/new/", "learn/middle/", "learn/old/"]),
        ("a/b.md", "<!-- articles -->", ["../../learn/new/", "../../learn/middle/", "../../learn/old/"]),
        # An article that lists the others leads to none but these.
        ("learn/old.md", "<!-- articles -->", ["../new/", "../middle/"]),
    ],
)
def test_an_article_stands_in_the_list_without_a_word(page: str, mark: str, hrefs: list[str]) -> None:
    text = made(page, mark, ARTICLES)
    assert HREF.findall(text) == hrefs
    assert "<!--" not in text
    assert "Title 2 &lt;" in text


@pytest.mark.parametrize(
    ("reviewed", "zh", "en"),
    [
        ((False, False), "都还没有经过专业人员审阅。", "None has been reviewed by a professional yet."),
        ((True, False), "其中 1 篇还没有经过专业人员审阅。", "1 of 2 has not been reviewed by a professional yet."),
        ((True, True), "都由专业人员审阅过。", "All have been reviewed by a professional."),
    ],
)
def test_the_list_says_how_many_no_professional_has_read(reviewed: tuple[bool, ...], zh: str, en: str) -> None:
    articles = {f"learn/{at}.md": listed(at, reviewed=read) for at, read in enumerate(reviewed)}
    assert zh in made("learn.md", "<!-- articles -->", articles, Lang.ZH)
    assert en in made("learn.md", "<!-- articles -->", articles)


def test_many_are_cut_off_with_the_way_to_all() -> None:
    articles = {f"learn/{at}.md": listed(at) for at in range(MOST + 5)}
    hrefs = HREF.findall(made("learn.md", "<!-- articles -->", articles))
    assert len(hrefs) == MOST + 1
    assert (hrefs[0], hrefs[-1]) == (f"{MOST + 4}/", "../all-pages/")


def test_no_articles_is_said() -> None:
    assert "There are no articles yet." in made("learn.md", "<!-- articles -->", {})


def test_answered_questions_have_a_list_of_their_own() -> None:
    pages = ARTICLES | {"questions/moving-out.md": Listed(title="May I move out?", about="About")}
    assert HREF.findall(made("learn.md", "<!-- questions -->", pages)) == ["../questions/moving-out/"]
    assert len(HREF.findall(made("learn.md", "<!-- articles -->", pages))) == len(ARTICLES)
    both = made("learn.md", "<!-- questions -->\n\n<!-- articles: old -->", pages)
    assert HREF.findall(both) == ["../questions/moving-out/", "old/", "new/", "middle/"]
    assert "No answers have been published yet." in made("learn.md", "<!-- questions -->", ARTICLES)


def test_an_article_that_is_written_stands_in_the_list_and_a_draft_does_not(tmp_path: Path) -> None:
    write_article(tmp_path, "worry")
    write_article(tmp_path, "draft", more="draft: true\n")
    for lang in Lang:
        folder = tmp_path / "docs" / lang.value
        front = "title: Learn\ndescription: About\npage_type: page\n"
        (folder / "learn.md").write_text(f"---\n{front}---\n\n# Learn\n\n<!-- articles: draft -->\n", "utf-8")
    tree, _ = evergreen(tmp_path, (), date(2026, 11, 22))
    assert HREF.findall(str(tree[Lang.ZH]["learn.md"].content)) == ["worry/"]
    # In a preview a page with a list is made with all others.
    assert one_page(tmp_path, Lang.ZH, "learn.md", (), date(2026, 11, 22))[0] == ""
