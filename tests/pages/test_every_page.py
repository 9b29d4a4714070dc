"""Every page of the portal in a real browser: no axe fault, no sideways scroll, nothing from outside.

Each page is opened in both languages; width and palette are paired so that each page is seen in all
four of them. Screenshots go to `screenshots/` for people to look at.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from xinqiao.core.text import Lang

if TYPE_CHECKING:
    from tests.pages.conftest import Demo

PAGES = {
    "home": "", "learn": "learn/", "check-in": "check-in/", "help": "help/", "take-part": "take-part/",
    "low-mood": "learn/low-mood/", "anxiety": "learn/anxiety/", "listening": "learn/listening/",
    "policy": "news/policy/guizhou-plan-2024/",
    "about": "about/", "privacy": "privacy/", "accessibility": "accessibility/", "news": "news/",
    "event": "news/events/peer-supporter-training/", "recap": "news/recaps/peer-supporter-training-recap/",
    "summaries": "summaries/", "form": "forms/training-feedback/", "thanks": "forms/training-feedback/thanks/",
    "not-accepted": "forms/training-feedback/not-accepted/", "summary": "summaries/training-feedback/",
}  # fmt: skip
MODES = {
    Lang.ZH: ((390, "light"), (1280, "dark")),
    Lang.EN: ((390, "dark"), (1280, "light")),
}
CASES = [(page, lang, *mode) for page in PAGES for lang in Lang for mode in MODES[lang]]


@pytest.mark.parametrize(("name", "lang", "width", "palette"), CASES)
def test_a_page_is_readable_for_everybody(
    demo: Demo, root: Path, browser: Browser, name: str, lang: Lang, width: int, palette: str
) -> None:
    scheme = "dark" if palette == "dark" else "light"
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    asked: list[str] = []
    faults: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    response = page.goto(f"{demo.site}{lang.value}/{PAGES[name]}")
    assert response is not None
    assert response.ok
    page.wait_for_load_state("networkidle")
    (root / "screenshots").mkdir(exist_ok=True)
    page.screenshot(path=root / "screenshots" / f"{name}-{lang}-{width}-{palette}.png", full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("html").get_attribute("lang") in {lang.tag, lang.value}
    assert page.locator("h1:visible").count() == 1
    assert page.locator("a[href$='help-now/']:visible").count() >= 1, "help is one step away"
    assert [address for address in asked if not address.startswith((demo.site, "data:"))] == []
    assert context.cookies() == []
    assert faults == []
    context.close()


def test_the_crisis_page_is_whole_in_one_request(demo: Demo, root: Path, browser: Browser) -> None:
    for width, palette in ((390, "light"), (1280, "dark")):
        scheme = "dark" if palette == "dark" else "light"
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        asked: list[str] = []
        context.on("request", lambda request, asked=asked: asked.append(request.url))
        page = context.new_page()
        page.goto(f"{demo.site}help-now/")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=root / "screenshots" / f"help-now-{width}-{palette}.png", full_page=True)
        assert Axe().run(page).violations_count == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert [address for address in asked if not address.startswith("data:")] == [f"{demo.site}help-now/"]
        for number in ("110", "120", "12356"):
            assert page.locator(f"a[href='tel:{number}']").first.is_visible()
        context.close()


def test_a_page_that_does_not_exist_says_so_in_its_language(demo: Demo, browser: Browser) -> None:
    page = browser.new_page()
    for lang in Lang:
        response = page.goto(f"{demo.site}{lang.value}/no-such-page/")
        assert response is not None
        assert response.status == 404
        assert page.locator("html").get_attribute("lang") in {lang.tag, lang.value}
    page.close()


@pytest.mark.parametrize(("tag", "lang"), [("zh-CN", "zh"), ("en-GB", "en"), ("de-DE", "en")])
def test_the_root_leads_to_the_readers_language(demo: Demo, browser: Browser, tag: str, lang: str) -> None:
    context = browser.new_context(locale=tag)
    page = context.new_page()
    page.goto(demo.site)
    page.wait_for_url(f"{demo.site}*/")
    assert page.url == f"{demo.site}{lang}/"
    context.close()
