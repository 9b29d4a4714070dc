"""Courses in a real browser: questions that answer at once, a scenario gone through by keyboard, with and without
scripts; nothing of what is chosen leaves the page or stays in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from xinqiao.core.text import Lang

if TYPE_CHECKING:
    from tests.pages.conftest import Bench

# Down to the end, twice by an unsafe choice and back.
WAY = ("start", "by", "beside", "asked", "secret", "together", "call", "end")


def tab_to(page: Page, address: str) -> None:
    """Moves the focus on, by the tab key alone, to the link with an address."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        if focus.count() and focus.get_attribute("href") == address:
            return
    raise AssertionError(f"{address} is not reached by keyboard")


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("scripts", ["on", "off"])
def test_a_scenario_is_gone_through_by_keyboard_scene_by_scene(
    bench: Bench, visitors: Any, lang: Lang, scripts: str
) -> None:
    page = visitors(390 if lang is Lang.ZH else 1280, "light", scripts).page
    page.goto("about:blank")
    page.goto(bench.first("scenario", lang))
    scenes = page.locator(".xq-episode:visible")
    expect(scenes).to_have_count(0)
    for name in WAY:
        tab_to(page, f"#{name}")
        page.keyboard.press("Enter")
        expect(scenes).to_have_count(1)
        expect(scenes).to_have_attribute("id", name)
        expect(scenes).to_be_in_viewport()
        unsafe = page.locator(".xq-episode--unsafe:visible .xq-episode__mark")
        expect(unsafe).to_have_count(1 if name in {"by", "secret"} else 0)
    page.go_back()
    expect(scenes).to_have_attribute("id", WAY[-2])


@pytest.mark.parametrize("scripts", ["on", "off"])
def test_what_is_chosen_shows_at_once_why_and_goes_nowhere(bench: Bench, visitors: Any, scripts: str) -> None:
    visitor = visitors(390, "light", scripts)
    address = bench.first("lesson", Lang.ZH)
    visitor.go(address)
    page = visitor.page
    page.wait_for_load_state("networkidle")
    visitor.asked.clear()
    question = page.locator(".xq-quiz").first
    reasons = question.locator(".xq-why:visible")
    expect(reasons).to_have_count(0)
    options = question.locator("input")
    options.first.focus()
    page.keyboard.press("Space")
    expect(reasons).to_have_count(1)
    first = reasons.inner_text()
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_be_checked()
    expect(reasons).to_have_count(1)
    assert reasons.inner_text() != first
    if scripts == "on":
        expect(question.get_by_role("status")).to_have_text(reasons.inner_text())
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.keyboard.press("Enter")
    assert (page.url, [one for one in visitor.asked if "help-worker" not in one]) == (address, [])
    page.reload()
    expect(question.locator("input:checked")).to_have_count(0)


def test_on_paper_every_scene_and_every_reason_is_there(bench: Bench, visitors: Any) -> None:
    page = visitors(1280).page
    for kind, parts in (("scenario", ".xq-episode"), ("lesson", ".xq-why")):
        page.goto(bench.first(kind, Lang.EN))
        page.emulate_media(media="print")
        expect(page.locator(f"{parts}:visible")).to_have_count(page.locator(parts).count())
        page.emulate_media(media="screen")


@pytest.mark.parametrize("lang", list(Lang))
def test_a_card_is_printed_with_a_name_that_goes_nowhere(bench: Bench, visitors: Any, lang: Lang) -> None:
    visitor = visitors(390)
    visitor.go(f"{bench.demo.site}{lang.value}/learn/peer-supporter/card/")
    page = visitor.page
    page.wait_for_load_state("networkidle")
    assert Axe().run(page).violations_count == 0
    visitor.asked.clear()
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("textbox").first.fill("An")
    page.get_by_role("textbox").first.press("Enter")
    page.locator("[data-xq-print]").click()
    assert page.evaluate("window.printed && !location.search && localStorage.length + sessionStorage.length === 0")
    assert [one for one in visitor.asked if "help-worker" not in one] == []
    page.emulate_media(media="print")
    expect(page.locator("#card-name")).to_be_visible()
    expect(page.locator("[data-xq-print]")).to_be_hidden()
    page.emulate_media(media="screen")
    page.reload()
    expect(page.locator("#card-name")).to_have_value("")
