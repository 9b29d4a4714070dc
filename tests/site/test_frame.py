"""The frame's own script: colours as the reader wants them, remembered on the device alone, and the contents marked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

OPTIONS = (("(prefers-color-scheme)", "default"), ("(prefers-color-scheme: light)", "default"),
           ("(prefers-color-scheme: dark)", "slate"))  # fmt: skip
SITE = "https://portal.example/"


def page_source(root: Path) -> str:
    options = "".join(
        f'<input type="radio" name="p" id="p{at}" data-md-color-media="{media}" data-md-color-scheme="{scheme}" '
        f'data-md-color-primary="custom" data-md-color-accent="custom"><label for="p{(at + 1) % 3}" hidden>next</label>'
        for at, (media, scheme) in enumerate(OPTIONS)
    )
    parts = "".join(f'<h2 id="{name}">{name}</h2><p style="height: 90vh">' for name in ("one", "zwei", "三"))
    links = "".join(f'<a class="md-nav__link" href="#{name}">{name}</a>' for name in ("one", "zwei", "三"))
    script = (root / "overrides/assets/frame.js").read_text(encoding="utf-8")
    return (
        f'<!doctype html><html class="no-js"><meta charset="utf-8"><body data-md-color-scheme="default">'
        f'<form data-md-component="palette">{options}</form><nav class="md-nav--secondary">{links}</nav>{parts}'
        f"<details><summary>more</summary>words</details><script>{script}</script>"
    )


def opened(browser: Browser, root: Path, scheme: Any, *, storage: bool = True) -> Page:
    context = browser.new_context(color_scheme=scheme)
    context.route(f"{SITE}**", lambda route: route.fulfill(content_type="text/html", body=page_source(root)))
    page = context.new_page()
    if not storage:
        page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('closed'); }})")
    page.goto(SITE)
    return page


def scheme_of(page: Page) -> str | None:
    return page.locator("body").get_attribute("data-md-color-scheme")


@pytest.mark.parametrize(("system", "painted"), [("light", "default"), ("dark", "slate")])
def test_colours_follow_the_system_until_something_is_chosen(
    browser: Browser, root: Path, system: str, painted: str
) -> None:
    page = opened(browser, root, system)
    assert scheme_of(page) == painted
    assert page.evaluate("localStorage.length") == 0, "nothing is kept that was not chosen"
    page.emulate_media(color_scheme="light" if system == "dark" else "dark")
    changed = "default" if system == "dark" else "slate"
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", changed)
    page.context.close()


def test_a_choice_holds_on_the_next_page_and_can_be_taken_back(browser: Browser, root: Path) -> None:
    page = opened(browser, root, "light")
    for painted in ("default", "slate"):
        page.locator("label:visible").click()
        assert scheme_of(page) == painted
    page.goto(f"{SITE}next/")
    assert scheme_of(page) == "slate"
    assert page.locator("input:checked").get_attribute("id") == "p2"
    page.locator("label:visible").click()
    assert scheme_of(page) == "default"
    page.evaluate("localStorage.setItem('/.__palette', '{\"index\": 7}')")
    page.goto(SITE)
    assert scheme_of(page) == "default", "a choice that there is not is none"
    page.context.close()


def test_where_storage_is_closed_a_choice_holds_for_the_page(browser: Browser, root: Path) -> None:
    page = opened(browser, root, "light", storage=False)
    page.locator("label:visible").click()
    page.locator("label:visible").click()
    assert scheme_of(page) == "slate"
    page.context.close()


def test_the_part_in_view_is_marked_and_everything_opens_on_paper(browser: Browser, root: Path) -> None:
    page = opened(browser, root, "light")
    assert page.evaluate("document.documentElement.className") == "js"
    page.evaluate("document.getElementById('三').scrollIntoView()")
    page.wait_for_function("document.querySelector('.md-nav__link--active')?.textContent === '三'")
    assert page.locator(".md-nav__link--active").count() == 1
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details").get_attribute("open") is not None
    page.context.close()
