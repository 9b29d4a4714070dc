"""The built site in a real browser: no outside request, no cookie, no fault of access, no sideways scroll."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

PAGES = ("zh/", "en/learn/", "zh/help/", "en/news/", "zh/news/events/training/", "help-now/")


def watched(page: Page, served: str) -> list[str]:
    """Everything that a page should not do, as it happens."""
    host, seen = served.rsplit("/", 1)[0], []
    page.on(
        "request",
        lambda request: None if request.url.startswith((host, "data:", "blob:")) else seen.append(request.url),
    )
    page.on("console", lambda message: seen.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: seen.append(str(error)))
    return seen


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark"), (390, "dark")])
def test_pages_are_open_to_all_and_ask_nobody(browser: Browser, served: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    seen = watched(page, served)
    for path in PAGES:
        page.goto(f"{served}/{path}", wait_until="networkidle")
        result = Axe().run(page).response
        assert len(result["passes"]) > 5
        faults = [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in result["violations"]]
        assert faults == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        if path != "help-now/":
            expect(page.locator(".xq-help-now")).to_be_in_viewport(ratio=1)
            page.evaluate("scrollTo(0, document.body.scrollHeight)")
            expect(page.locator(".xq-help-now")).to_be_in_viewport(ratio=1)
    assert seen == []
    assert context.cookies() == []
    context.close()


def test_axe_would_tell(page: Page, served: str) -> None:
    page.goto(f"{served}/zh/")
    page.evaluate("document.querySelector('.md-typeset p').style.color = '#e5e2dd'")
    assert [fault["id"] for fault in Axe().run(page).response["violations"]] == ["color-contrast"]


@pytest.mark.parametrize(("locale", "lang"), [("zh-CN", "zh"), ("en-GB", "en"), ("fr-FR", "en")])
def test_the_root_leads_to_the_readers_language(browser: Browser, served: str, locale: str, lang: str) -> None:
    with browser.new_context(locale=locale) as context:
        page = context.new_page()
        page.goto(f"{served}/")
        page.wait_for_url(f"{served}/{lang}/")


def test_the_language_switch_keeps_the_page_and_the_palette(browser: Browser, served: str) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light") as context:
        page = context.new_page()
        page.goto(f"{served}/zh/news/events/training/")
        for _ in range(2):
            page.locator("[data-md-component=palette] label:visible").click()
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
        page.locator(".xq-language").click()
        expect(page).to_have_url(f"{served}/en/news/events/training/")
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")


def test_without_scripts_every_page_can_be_read_and_left(browser: Browser, served: str) -> None:
    with browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto(f"{served}/zh/learn/")
        expect(page.locator("h1")).to_be_visible()
        page.locator(".xq-help-now").click()
        expect(page).to_have_url(f"{served}/help-now/")
        assert page.locator('a[href="tel:12356"]').is_visible()


def test_keyboard_reaches_help_with_a_visible_focus(page: Page, served: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{served}/en/")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('xq-help-now')"):
            break
    assert page.evaluate("document.activeElement.classList.contains('xq-help-now')")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_crisis_page_is_one_request_and_prints_on_one_sheet(page: Page, served: str) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{served}/help-now/", wait_until="networkidle")
    assert [url for url in requests if not url.startswith("data:")] == [f"{served}/help-now/"]
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1
