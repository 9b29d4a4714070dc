"""The portal's colours and weight, computed from its stylesheet: every pair that meets can be told apart.

Source: WCAG 2.2, success criteria 1.4.3 (text, 4.5) and 1.4.11 (what is not text, 3), relative luminance as there.
"""

from __future__ import annotations

import gzip
import itertools
import re
from pathlib import Path

import pytest

from xinqiao.core.text import Lang
from xinqiao.site.theme import UNUSED, lighter, lighter_page

TEXT, SHAPE = 4.5, 3.0
SCHEMES = ("default", "slate")
GROUNDS = ("paper", "card", "soft", "warm")
# Words and the grounds on which they stand.
WORDS = (
    *itertools.product(("ink", "quiet", "green"), GROUNDS),
    *itertools.product(("coral",), ("paper", "card", "warm")),
    ("on-coral", "coral"), ("card", "green"),
    ("amber", "amber-soft"), ("blue", "blue-soft"), ("plum", "plum-soft"),
)  # fmt: skip
# The ring around what has the focus, the frame of what can be filled in, the bridge.
SHAPES = (
    *itertools.product(("coral",), GROUNDS),
    *itertools.product(("control",), ("paper", "card")),
    ("green", "sky"), ("green", "lake"),
)  # fmt: skip
HEAVIEST = 75_000
PICTURE_BYTES = 3_072


def tokens(sheet: str, scheme: str) -> dict[str, str]:
    rule = re.search(rf'\[data-md-color-scheme="{scheme}"\] \{{(?P<inside>[^}}]*)\}}', sheet)
    assert rule
    return dict(re.findall(r"--xq-([\w-]+): (#[0-9a-f]{6});", rule["inside"]))


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(scope="module")
def sheet(root: Path) -> str:
    return (root / "overrides/assets/portal.css").read_text(encoding="utf-8")


def test_contrast_is_computed_as_the_standard_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_words_can_be_read_on_their_ground(sheet: str, scheme: str) -> None:
    colours = tokens(sheet, scheme)
    found = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in WORDS}
    assert {pair: ratio for pair, ratio in found.items() if ratio < TEXT} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_shapes_that_say_something_can_be_seen(sheet: str, scheme: str) -> None:
    colours = tokens(sheet, scheme)
    found = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in SHAPES}
    assert {pair: ratio for pair, ratio in found.items() if ratio < SHAPE} == {}


def test_both_palettes_name_the_same_colours_and_no_other_rule_has_one(sheet: str) -> None:
    light, dark = (tokens(sheet, scheme) for scheme in SCHEMES)
    assert light.keys() == dark.keys()
    rest = re.sub(r'\[data-md-color-scheme="\w+"\] \{[^}]*\}', "", sheet).partition("@media print")[0]
    assert re.findall(r":[^;{}()]*(#[0-9a-f]{3,8})\b", rest) == []


def test_pictures_are_small_and_decoration(root: Path) -> None:
    pictures = sorted((root / "overrides/partials").rglob("*.svg"))
    assert len(pictures) > 8
    for path in pictures:
        source = path.read_text(encoding="utf-8")
        assert len(source.encode()) <= PICTURE_BYTES, path.name
        assert 'aria-hidden="true"' in source and 'focusable="false"' in source, path.name
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb\(|style=|<style", source), f"{path.name} keeps to the palette"


def weight(page: Path) -> dict[str, int]:
    """The bytes of a first view, each file compressed by itself as hosts do."""
    words = page.read_text(encoding="utf-8")
    fetched = re.findall(r'<script[^>]*\ssrc="([^"?]+)|<link[^>]*rel="(?:stylesheet|icon)"[^>]*href="([^"?]+)', words)
    files = {(page.parent / (one or two)).resolve() for one, two in fetched}
    return {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in {page, *files}}


@pytest.mark.parametrize("lang", list(Lang))
def test_a_first_view_is_light(built: Path, lang: Lang) -> None:
    for path in sorted((built / lang.value).rglob("index.html")):
        found = weight(path)
        assert len(found) > 3
        assert sum(found.values()) <= HEAVIEST, (path, found)


def test_nothing_that_a_page_wears_is_left_out_of_the_theme(built: Path) -> None:
    classes = set()
    for path in built.rglob("*.html"):
        for names in re.findall(r'\sclass="([^"]*)"', path.read_text(encoding="utf-8")):
            classes.update(names.split())
    # Empty frames of the theme, in which nothing is ever put here.
    assert {name for name in classes if UNUSED.search(f".{name}")} <= {"md-dialog", "md-dialog__inner", "md-source"}
    assert not list(built.rglob("*.map"))


def test_a_lighter_page_lacks_the_palette_and_nothing_else() -> None:
    other = '<link rel="stylesheet" href="../a/main.1.min.css"><a href="b/palette.html">c</a>'
    assert lighter_page(other) == other
    assert lighter_page(f'{other}<link rel="stylesheet" href="../a/palette.2.min.css">\n') == f"{other}\n"


def test_a_lighter_sheet_keeps_what_is_used() -> None:
    sheet = (
        '@charset "UTF-8";:root{--a:1px;--b:url("data:x;{,}");--c:var(--a)}.md-nav,.highlight{top:var(--a)}'
        ".md-top{left:0}@media print{.md-top{left:0}}@media screen{.md-nav>.md-top,.md-nav li{right:0}}"
        '@keyframes k{0%{top:0}to{top:1px}}.x:after{content:"}"}'
    )
    made = lighter(sheet)
    assert made == (
        '@charset "UTF-8";:root{--a:1px;}.md-nav{top:var(--a)}'
        '@media screen{.md-nav li{right:0}}@keyframes k{0%{top:0}to{top:1px}}.x:after{content:"}"}'
    )
    assert lighter(made) == made
    assert "--b" in lighter(sheet, "p{background:var(--b)}")
