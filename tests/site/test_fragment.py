"""Fragments become pages: their headings are Markdown's, everything else is as it was."""

from __future__ import annotations

from html import escape

import markdown
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.site.fragment import as_page, headings_as_markdown
from xinqiao.site.html import page_of


def outline(html: str) -> list[tuple[int, str]]:
    return page_of(f"<article>{html}</article>").headings


def rendered(source: str) -> str:
    return markdown.markdown(source, extensions=["attr_list", "md_in_html", "tables"])


def test_headings_are_written_as_markdown() -> None:
    made = headings_as_markdown('<h1>A</h1><p>x</p><h2 id="b">B &amp; <em>c</em></h2><ul><li>y</li></ul>')
    assert made == "# A\n\n<p>x</p>\n\n## B &amp; <em>c</em> {: #b }\n\n<ul><li>y</li></ul>\n"


def test_headings_within_other_elements_stay_as_they_are() -> None:
    assert headings_as_markdown("<blockquote><h2>x</h2></blockquote>") == "<blockquote><h2>x</h2></blockquote>\n"


@given(st.lists(st.text("ab *_`[]#\\~|&<>心桥！", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=4))
def test_no_character_of_a_heading_becomes_markup(titles: list[str]) -> None:
    html = "".join(f"<h2>{escape(title)}</h2><p>words</p>" for title in titles)
    wanted = [(2, " ".join(title.split())) for title in titles]
    assert outline(rendered(headings_as_markdown(html))) == wanted


def test_front_matter_is_json() -> None:
    assert as_page({"title": '心 "x"', "search": {"exclude": True}}, "<p>a</p>") == (
        '---\n{"search": {"exclude": true}, "title": "心 \\"x\\""}\n---\n\n<p>a</p>\n'
    )
