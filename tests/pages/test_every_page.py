"""Every page of the portal in a real browser: no axe fault, no sideways scroll, nothing from outside.

Each kind of page is opened in both languages in two modes of width and palette, so that it is seen in all
four; further pages of a kind in one mode a language (all in all with XINQIAO_ALL_MODES=1, `make test-all`).
Screenshots go to `screenshots/`, with a sheet of all of them in `index.html`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from tests.pages.conftest import take_picture

from xinqiao.core.text import Lang

if TYPE_CHECKING:
    from tests.pages.conftest import Bench, Demo, Mode, Visitor

PHONE = 390
# Doubles the size of all text as a reader's setting does; a page that sets its own base is asked at its body.
DOUBLE = """() => {
  const size = element => parseFloat(getComputedStyle(element).fontSize);
  const before = size(document.body);
  document.documentElement.style.fontSize = 2 * size(document.documentElement) + "px";
  if (size(document.body) < 1.9 * before) document.body.style.fontSize = 2 * before + "px";
}"""


# What a row that is too long for its place pushes out to the left, where nobody can scroll to.
LOST = """() => [...document.querySelectorAll("header :is(a, button, label)")]
  .filter(e => e.checkVisibility({visibilityProperty: true}))
  .filter(e => { const r = e.getBoundingClientRect(); return r.width > 1 && (r.left < 0 || r.right > innerWidth); })
  .map(e => e.className)"""


# What a distressed reader taps on, too small for a finger: nothing of it lies 21 px above or below its middle.
SMALL = """() => [...document.querySelectorAll(
  "header :is(a, button):not(.md-skip), .xq-help-bar a, .xq-help-line__tel, .xq-start, " +
  "summary, .xq-option, .xq-page button")]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length)
  .filter(e => {
    if (!e.closest("header")) e.scrollIntoView({block: "center"});
    const r = e.getClientRects()[0], x = r.left + Math.min(r.width / 2, 20), y = r.top + r.height / 2;
    return ![-21, 21].every(off => e.contains(document.elementFromPoint(x, Math.max(y + off, 1))));
  }).map(e => e.className + " " + e.textContent.trim().slice(0, 30))"""


# How far a page moved its parts about while it came, as the web's vitals count it; below 0.1 is called good.
SHIFTED = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(one => { sum += one.value; }))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 30);
})"""


def check_looks(page: Page, width: int, where: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{where}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{where} scrolls sideways"
    assert page.locator("h1:visible").count() == 1, where


def check_manners(visitor: Visitor, demo: Demo, where: str) -> None:
    """Asks nobody else, leaves nothing behind, and has no fault in its scripts."""
    assert [address for address in visitor.asked if not address.startswith((demo.site, "data:"))] == [], where
    assert visitor.page.context.cookies() == [], where
    assert [fault for fault in visitor.faults if "404 (" not in fault] == [], where


def test_a_page_is_readable_for_everybody(
    bench: Bench, visitors: Any, pictures: Path, kind: str, lang: Lang, mode: Mode
) -> None:
    visitor = visitors(mode.width, mode.palette)
    page = visitor.page
    for address in bench.seen(kind, lang, mode):
        status = visitor.go(bench.demo.site + address)
        assert status == 200, address
        assert page.evaluate(SHIFTED) < 0.02, f"{address} moves while it comes"
        name = address.removeprefix(f"{lang.value}/").strip("/").replace("/", "_") or "index"
        take_picture(page, pictures / f"{kind}--{name}--{lang.value}--{mode}.jpg")
        check_looks(page, mode.width, address)
        assert page.locator("html").get_attribute("lang") in {lang.tag, lang.value}, address
        if kind != "crisis":
            shown = page.locator("a[href$='help-now/']:visible").first.bounding_box()
            assert shown is not None, address
            assert 0 <= shown["y"] < 900, f"{address}: help is not on the first screen"
            assert mode.width != PHONE or page.evaluate(SMALL) == [], f"{address}: too small for a finger"
        check_manners(visitor, bench.demo, address)


def test_text_twice_as_large_on_the_smallest_phone_needs_no_sideways_scroll(
    bench: Bench, visitors: Any, kind: str, lang: Lang
) -> None:
    visitor = visitors(320, scripts="off" if kind == "entrance" else "on")
    visitor.go(bench.first(kind, lang))
    page = visitor.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.evaluate(DOUBLE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(LOST) == []


def test_the_crisis_page_is_whole_in_one_request(bench: Bench, visitors: Any) -> None:
    visitor = visitors(390)
    visitor.go(f"{bench.demo.site}help-now/")
    visitor.page.wait_for_load_state("networkidle")
    assert [address for address in visitor.asked if not address.startswith("data:")] == [f"{bench.demo.site}help-now/"]
    for number in ("110", "120", "12356"):
        assert visitor.page.locator(f"a[href='tel:{number}']").first.is_visible()


def test_a_page_that_does_not_exist_says_so_in_its_language(demo: Demo, browser: Browser) -> None:
    page = browser.new_page()
    for lang in Lang:
        response = page.goto(f"{demo.site}{lang.value}/no-such-page/")
        assert response is not None
        assert response.status == 404
        assert page.locator("html").get_attribute("lang") in {lang.tag, lang.value}
        other = next(one for one in Lang if one is not lang)
        for link, there in ((".xq-help-now", "help-now/"), (".xq-language", f"{other.value}/")):
            assert page.locator(link).evaluate("link => link.href") == demo.site + there
    response = page.goto(f"{demo.site}no/such/page/")
    assert response is not None
    assert response.status == 404
    assert page.locator("a[href$='/zh/'], a[href$='/en/'], a[href$='/help-now/']").count() == 3, "of no language: both"
    page.close()


@pytest.mark.parametrize(("tag", "there"), [("zh-CN", "zh"), ("en-GB", "en"), ("de-DE", "en")])
def test_the_root_leads_to_the_readers_language(demo: Demo, browser: Browser, tag: str, there: str) -> None:
    context = browser.new_context(locale=tag)
    page = context.new_page()
    page.goto(demo.site)
    page.wait_for_url(f"{demo.site}*/")
    assert page.url == f"{demo.site}{there}/"
    context.close()
