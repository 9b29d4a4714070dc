"""Blocks of the portal's own are left out of Markdown's way; what comes out is what Markdown makes of the whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown

from xinqiao.site.own_blocks import WORD, converted

EXTENSIONS = ["abbr", "admonition", "attr_list", "def_list", "footnotes", "md_in_html", "tables", "toc", "fenced_code"]
BAR = (
    '<aside class="xq-help-bar" data-xq-help aria-label="求助电话">\n'
    '<p>谈一谈？ <a href="tel:12356">12356</a></p>\n</aside>'
)
SOURCES = '<div class="xq-sources">\n<ul>\n<li><a href="https://x.test/?a=1&amp;b">《A & B》</a></li>\n</ul>\n</div>'
PARTS = [
    BAR,
    SOURCES,
    BAR.replace("<p>", "<p>\t*not emphasis* [no](link.md)"),
    "# Title",
    "Words *and* more.",
    "- one\n- two",
    "    indented",
    f"    {BAR}",
    f"```\n{BAR}\n```",
    f"```\n\n{BAR}\n\n```",
    "<!-- a comment",
    "<div markdown>\n\nwithin\n\n</div>",
    "<div>",
    "</div>",
    f"> {BAR}",
    f"{WORD}0{WORD}",
    "*[AB]: long\n\nAB[^1]\n\n[^1]: note",
    '<div class="xq-sources" markdown>\n**bold**\n</div>',
]


def whole(source: str) -> str:
    return Markdown(extensions=EXTENSIONS).convert(source)


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=7),
    st.sampled_from(["\n\n", "\n", "\n\n\n"]),
    st.sampled_from(["", "\n", "\n\n"]),
)
def test_the_whole_is_what_markdown_makes_of_it(parts: list[str], between: str, end: str) -> None:
    source = between.join(parts) + end
    assert converted(Markdown(extensions=EXTENSIONS), source) == whole(source)


@pytest.mark.parametrize("source", [BAR, f"# A\n\n{BAR}\n\nB\n\n{SOURCES}\n"])
def test_markdown_does_not_read_them(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    reader = Markdown(extensions=EXTENSIONS)
    convert = reader.convert
    monkeypatch.setattr(reader, "convert", lambda text: read.append(text) or convert(text))
    assert converted(reader, source) == whole(source)
    (text,) = read
    assert "<aside" not in text


def test_pages_of_the_portal_are_what_markdown_makes_of_them(root: Path) -> None:
    bar, sources = BAR, SOURCES
    for path in sorted((root / "docs/zh").rglob("*.md")):
        text = path.read_text(encoding="utf-8").replace("<!-- help-bar -->", bar).replace("<!-- sources -->", sources)
        assert converted(Markdown(extensions=EXTENSIONS), text) == whole(text), path.name
