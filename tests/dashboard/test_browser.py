"""The page in a real browser, within Material's own styles: phone and desk, light and dark."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import markdown
import material
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from tests.dashboard.looks import SHOWN, faults, with_assets
from tests.dashboard.weekly import weekly_table

from xinqiao.core.form import Form
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.alone import staff_page
from xinqiao.dashboard.page import Around, summary_page

Maker = Callable[..., tuple[SafeTable, ...]]
STYLES = Path(material.__file__).parent / "templates" / "assets" / "stylesheets"
PLACES = ((Lang.ZH, 390), (Lang.EN, 390), (Lang.EN, 1280))
WAYS = [(lang, width, scheme) for lang, width in PLACES for scheme in ("default", "slate")]
SMALLEST = 12
REGIONS = "[...document.querySelectorAll('.xqs-scroll')]"


@pytest.fixture(scope="session")
def shell(root: Path) -> Callable[[str, Lang, str], str]:
    """A page as the theme frames it, without its scripts."""
    theme = "".join(path.read_text("utf-8") for name in ("main", "palette") for path in STYLES.glob(f"{name}.*.css"))
    assets = root / "overrides" / "assets"
    ours = "".join((assets / name).read_text("utf-8") for name in ("portal.css", "summary.css"))

    def framed(page: str, lang: Lang, scheme: str) -> str:
        body = markdown.markdown(page.split("---\n", 2)[2], extensions=["md_in_html", "attr_list"])
        return (
            f'<!doctype html><html lang="{lang.tag}"><head><meta charset="utf-8"><title>T</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<style>{theme}</style><style>{ours}</style></head>"
            f'<body dir="ltr" data-md-color-scheme="{scheme}" '
            'data-md-color-primary="custom" data-md-color-accent="custom">'
            '<div class="md-container"><main class="md-main"><div class="md-main__inner md-grid">'
            '<div class="md-content xq-page xq-page--summary">'
            '<article class="md-content__inner md-typeset">'
            f"<h1>T</h1>{body}</article></div></div></main></div></body></html>"
        )

    return framed


@pytest.fixture
def opened(page: Page, form: Form, make_tables: Maker, shell: Callable[[str, Lang, str], str]) -> Callable[..., Page]:
    def open_it(lang: Lang, width: int, scheme: str, hidden: float = 0.08) -> Page:
        made = summary_page(form, make_tables(hidden=hidden), lang, demonstration=True, files="files")
        page.set_viewport_size({"width": width, "height": 900})
        page.set_content(shell(made, lang, scheme))
        return page

    return open_it


@pytest.mark.parametrize(("lang", "width", "scheme"), WAYS)
def test_axe_finds_no_fault(opened: Callable[..., Page], lang: Lang, width: int, scheme: str) -> None:
    page = opened(lang, width, scheme)
    page.evaluate("document.querySelector('details').open = true")
    faults = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"][:120] for node in fault["nodes"]][:3]) for fault in faults] == []
    if folder := os.environ.get("XINQIAO_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"summary-{lang.value}-{width}-{scheme}.png", full_page=True)


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_does_not_scroll_sideways(opened: Callable[..., Page], lang: Lang, width: int) -> None:
    page = opened(lang, width, "default")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # A wide table scrolls inside a region that the keyboard reaches.
    wide = page.evaluate(f"{REGIONS}.filter(r => r.scrollWidth > r.clientWidth).length")
    assert width == 1280 or wide >= 1
    assert page.evaluate(f"{REGIONS}.every(r => r.tabIndex === 0)")


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_chart_is_legible(opened: Callable[..., Page], lang: Lang, width: int) -> None:
    """No letter under 12 px, nothing outside the drawing, no mark wider than its bar, no label over another."""
    page = opened(lang, width, "slate")
    sizes = page.evaluate(
        "[...document.querySelectorAll('.xqs-chart text')].map(t => parseFloat(getComputedStyle(t).fontSize))"
    )
    assert min(sizes) >= SMALLEST
    outside = page.evaluate(
        """[...document.querySelectorAll('.xqs-chart text')].filter(t => {
            const box = t.getBoundingClientRect(), all = t.ownerSVGElement.getBoundingClientRect();
            return box.width && (box.left < all.left - 1 || box.right > all.right + 1);
        }).map(t => t.textContent)"""
    )
    assert outside == []
    too_wide = page.evaluate(
        """[...document.querySelectorAll('.xqs-mark')].filter(t => {
            const bar = t.previousElementSibling.getBoundingClientRect();
            return t.getBoundingClientRect().width > bar.width;
        }).map(t => t.textContent)"""
    )
    assert too_wide == []
    overlapping = page.evaluate(
        """[...document.querySelectorAll('.xqs-chart')].some(chart => {
            const boxes = [...chart.querySelectorAll('.xqs-label')].map(t => t.getBoundingClientRect())
                .filter(b => b.width).sort((a, b) => a.top - b.top);
            return boxes.some((b, i) => i && b.top < boxes[i - 1].top + 15);
        })"""
    )
    assert not overlapping


@pytest.mark.parametrize("scheme", ["default", "slate"])
def test_bars_stand_out_from_the_page(opened: Callable[..., Page], scheme: str) -> None:
    """Each tone has a contrast of 3 to 1 with the paper, which also parts it from its neighbours."""
    page = opened(Lang.EN, 1280, scheme, hidden=0.0)
    contrasts = page.evaluate(
        """() => {
            const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
            const light = colour => {
                canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
                const part = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
                    .map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
                return .2126 * part[0] + .7152 * part[1] + .0722 * part[2];
            };
            const paper = light(getComputedStyle(document.body).backgroundColor);
            const found = {};
            for (const bar of document.querySelectorAll('.xqs-chart rect')) {
                const tone = light(getComputedStyle(bar).fill);
                const pair = [tone + .05, paper + .05].sort((a, b) => b - a);
                found[bar.getAttribute('class')] = pair[0] / pair[1];
            }
            return found;
        }"""
    )
    steps = {"xqs-step0", "xqs-step2", "xqs-step4"}
    assert set(contrasts) == {"xqs-low2", "xqs-low1", "xqs-mid", "xqs-high1", "xqs-high2"} | steps
    assert min(contrasts.values()) >= 3, contrasts


def test_the_chart_has_a_name_and_a_description(opened: Callable[..., Page]) -> None:
    page = opened(Lang.EN, 1280, "default")
    chart = page.get_by_role("img", name="How the answers to each question are spread").first
    assert chart.is_visible()
    page.get_by_text("The chart in words").first.click()
    assert page.get_by_text("Asking directly and with care how someone is: now (", exact=False).first.is_visible()


def test_all_is_read_in_print(opened: Callable[..., Page]) -> None:
    page = opened(Lang.ZH, 1280, "slate")
    page.emulate_media(media="print")
    colour = page.evaluate("getComputedStyle(document.querySelector('.xqs-chart .xqs-sum')).fill")
    assert colour == "rgb(0, 0, 0)"
    assert page.locator(".xqs-words:visible").count() == 0, "the tables say the same"
    assert page.evaluate(f"{REGIONS}.every(r => getComputedStyle(r).overflowX !== 'auto')")


@pytest.fixture
def staff(page: Page, root: Path, form: Form, make_tables: Maker) -> Page:
    """A page for staff with weeks, groups and a table that is long enough to be filtered."""
    weeks = [(10, 10, 10, 15, 15)] * 11 + [(0, 0, 5, 27, 28)]
    tables = (*make_tables(hidden=0.1), weekly_table(form, {"*": weeks, "class": weeks, "staff": weeks}))
    alone = replace(weekly_table(form, {"*": weeks}), name="weeks", title=Text.of(zh="每周", en="Week by week"))
    made = staff_page(form, (*tables, alone), Lang.EN, SHOWN, around=Around(files=".", form="#"))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.set_content(with_assets(root, made))
    return page


def test_staff_pages_with_every_figure_have_no_fault(staff: Page) -> None:
    for width, scheme in ((390, "light"), (1280, "dark")):
        staff.set_viewport_size({"width": width, "height": 900})
        staff.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert faults(staff) == []
        assert staff.evaluate("document.documentElement.scrollWidth") <= width


def test_a_table_is_sorted_by_keyboard_and_back(staff: Page) -> None:
    table = staff.locator(".xqs-table", has_text="Before and now").first
    given = table.locator("tbody td:nth-child(3)").all_inner_texts()
    head = table.locator("thead th").nth(2)
    head.get_by_role("button").focus()
    staff.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    numbers = [
        float(text.rstrip("%")) for text in table.locator("tbody td:nth-child(3)").all_inner_texts() if text != "hidden"
    ]
    assert numbers == sorted(numbers, reverse=True)
    staff.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    staff.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert table.locator("tbody td:nth-child(3)").all_inner_texts() == given


def test_rows_are_filtered_and_the_number_is_said(staff: Page) -> None:
    field = staff.get_by_label("Filter rows").first
    table = field.locator("xpath=ancestor::label/following-sibling::div[1]//table")
    field.fill("yes")
    shown = table.locator("tbody tr:visible").all_inner_texts()
    assert shown
    assert all("yes" in text.lower() for text in shown if not text.endswith("?"))
    assert "rows shown" in staff.get_by_role("status").first.inner_text()
    field.fill("nothing like it")
    assert staff.get_by_role("status").first.inner_text() == "No row matches"
    assert table.locator("tbody tr:visible").count() == 0


def test_a_print_is_whole_and_without_what_needs_a_screen(staff: Page) -> None:
    staff.emulate_media(media="print")
    assert staff.locator(".xqs-filter:visible, .xqa-head:visible, .xqs-downloads:visible").count() == 0
    assert staff.locator(".xqs-chart:visible").count() == staff.locator(".xqs-chart").count() > 5
    pdf = staff.pdf(format="A4")
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert 3 <= pages <= 16


def test_heads_of_tables_are_plain_words_in_print_for_chromium_repeats_no_box_on_the_next_sheet(staff: Page) -> None:
    boxes = """() => [...document.querySelectorAll(".xqs-table thead th *")].filter(
      e => !["inline", "contents"].includes(getComputedStyle(e).display)).length"""
    assert staff.evaluate(boxes) > 5
    staff.emulate_media(media="print")
    assert staff.evaluate(boxes) == 0
