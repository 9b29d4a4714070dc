"""Without scripts: every page shows its words, leads on and gives help; axe, whose own script needs a browser
that runs scripts, looks at pages whose scripts a policy holds back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from xinqiao.core.text import Lang

if TYPE_CHECKING:
    from tests.pages.conftest import Bench

NARROW, WIDE = 390, 1280


def test_a_page_whose_scripts_are_held_back_has_no_fault(bench: Bench, visitors: Any, kind: str, lang: Lang) -> None:
    width, palette = (NARROW, "light") if lang is Lang.ZH else (WIDE, "dark")
    visitor = visitors(width, palette, "blocked")
    for address in bench.few(kind, lang):
        visitor.go(bench.demo.site + address)
        assert not visitor.page.evaluate("'__md_scope' in window"), "its scripts are held back"
        found = Axe().run(visitor.page)
        assert found.violations_count == 0, f"{address}\n{found.generate_report()}"
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_a_page_without_scripts_shows_its_words_and_help(bench: Bench, visitors: Any, kind: str, lang: Lang) -> None:
    page = visitors(NARROW if lang is Lang.EN else WIDE, "light", "off").page
    for address in bench.few(kind, lang):
        page.goto(bench.demo.site + address)
        if kind == "entrance":
            expect(page.locator("a[href='zh/']")).to_be_visible()
        expect(page.locator("h1").first).to_be_visible()
        words = page.locator("article, main").last
        assert len(words.inner_text()) > 20, address
        if kind != "crisis":
            expect(page.locator("a[href$='help-now/']:visible").first).to_be_in_viewport()


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_without_scripts_the_navigation_leads_on(bench: Bench, visitors: Any, lang: Lang, width: int) -> None:
    page = visitors(width, "light", "off").page
    page.goto(bench.first("article", lang))
    link = page.locator(".md-tabs__link[href$='take-part/']")
    expect(link).to_be_in_viewport()
    link.click()
    expect(page).to_have_url(f"{bench.demo.site}{lang.value}/take-part/")


@pytest.mark.parametrize("lang", list(Lang))
def test_without_scripts_the_drawer_opens_by_its_box(bench: Bench, visitors: Any, lang: Lang) -> None:
    page = visitors(NARROW, "light", "off").page
    page.goto(bench.first("article", lang))
    page.locator(".md-header label[for=__drawer]").click()
    link = page.locator(".md-sidebar--primary .md-nav__link[href$='help/']")
    expect(link).to_be_in_viewport()
    link.click()
    expect(page).to_have_url(f"{bench.demo.site}{lang.value}/help/")
