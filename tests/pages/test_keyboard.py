"""The keyboard alone: every stop can be seen and has a name, nothing is out of reach, nothing holds the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from xinqiao.core.text import Lang

if TYPE_CHECKING:
    from tests.pages.conftest import Bench

NARROW, WIDE = 390, 1280
MOST_STOPS = 300
# How focusable things look before anything has the focus, and what is said of each stop.
PREPARE = """() => {
  const near = e => [e, ...(e.labels || []), e.parentElement, e.nextElementSibling].filter(Boolean);
  const look = e => near(e).flatMap(one => ["", "::before", "::after"].map(part => {
    const s = getComputedStyle(one, part || null);
    const ring = s.outlineStyle === "none" ? "" : s.outlineStyle + s.outlineWidth + s.outlineColor;
    return [ring, s.boxShadow, s.borderTopColor, s.borderTopWidth, s.backgroundColor].join();
  })).join("|");
  const faint = e => e && (parseFloat(getComputedStyle(e).opacity) < 0.1 || faint(e.parentElement));
  const boxes = e => [...e.getClientRects()].filter(r => r.width > 1 && r.height > 1);
  const seen = e => !faint(e) && getComputedStyle(e).visibility === "visible" && boxes(e).some(r =>
    r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth);
  const on_top = e => boxes(e).some(r => {
    const hit = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
    return hit && (e.contains(hit) || hit.contains(e) || [...(e.labels || [])].some(l => l.contains(hit)));
  });
  const id = e => `${e.tagName.toLowerCase()}#${e.id}.${e.className} ${e.href || e.name || ""}`;
  const named = i => (document.getElementById(i) || {}).textContent;
  const name = e => (e.getAttribute("aria-label") || [...(e.labels || [])].map(l => l.textContent).join(" ")
    || (e.getAttribute("aria-labelledby") || "").split(" ").map(named).join(" ")
    || e.textContent || e.title || [...e.querySelectorAll("img")].map(i => i.alt).join(" ") || "").trim();
  const focusable = "a[href],area[href],button,input,select,textarea,summary,[tabindex],[contenteditable]";
  const before = new Map([...document.querySelectorAll(focusable)].map(e => [e, look(e)]));
  const stops = new Set();
  let first = null, last = null;
  window.xq = {
    stop() {
      const e = document.activeElement;
      // A browser without a frame of its own begins anew after the last stop.
      if (!e || e === document.body || e === document.documentElement || e === first) return null;
      first = first || e;
      const faults = [];
      // The theme's choice of colours shows as the label that follows its box.
      const next = e.nextElementSibling;
      const shown = [e, ...(e.labels || []), ...(next && next.tagName === "LABEL" ? [next] : [])].filter(seen);
      if (!shown.length) faults.push("cannot be seen");
      else if (!shown.some(on_top)) faults.push("is covered");
      if (!name(e)) faults.push("has no name");
      if (look(e) === before.get(e)) faults.push("shows no focus");
      if (last && !(last.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING)) faults.push("comes too late");
      if (stops.has(e)) faults.push("comes again");
      stops.add(e);
      last = e;
      return {what: id(e), faults, skip: e.classList.contains("md-skip")};
    },
    missed() {
      const out = e => e.disabled || e.type === "hidden" || e.tabIndex < 0 || e.closest("[inert],[hidden]");
      const whole = e => !faint(e) && e.checkVisibility({visibilityProperty: true}) && boxes(e).length;
      const group = e => e.type === "radio" && [...stops].some(s => s.type === "radio" && s.name === e.name);
      const things = [...document.querySelectorAll(focusable)]
        .filter(e => !out(e) && whole(e) && !stops.has(e) && !group(e));
      // The picture in a search field only leads into the field.
      const beside = l => l.closest("form") && [...l.closest("form").elements].some(e => stops.has(e));
      const labels = [...document.querySelectorAll("label[for]")].filter(l => whole(l) && l.control
        && getComputedStyle(l).cursor === "pointer" && !stops.has(l.control) && !group(l.control) && !beside(l));
      const clicks = [...document.querySelectorAll("[onclick],[role=button]")].filter(e => whole(e) && !stops.has(e));
      return [...things, ...labels, ...clicks].map(id);
    },
  };
}"""


@pytest.fixture
def page(visitors: Any, lang: Lang) -> Page:
    """Chinese pages on a phone's width, English ones on a wide screen."""
    found: Page = visitors(NARROW if lang is Lang.ZH else WIDE).page
    return found


def walk(page: Page) -> list[str]:
    """From the top of a page to its end by Tab: what is wrong at each stop, and what was passed by."""
    page.evaluate(PREPARE)
    faults: list[str] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate("xq.stop()")
        if stop is None:
            break
        faults += [f"{stop['what']} {fault}" for fault in stop["faults"]]
        if "comes again" in stop["faults"]:
            break
    else:
        faults.append(f"after {MOST_STOPS} stops the focus is still on the page")
    return faults + [f"{what} is never reached" for what in page.evaluate("xq.missed()")]


def test_the_keyboard_goes_through_a_page_from_top_to_bottom(bench: Bench, page: Page, kind: str, lang: Lang) -> None:
    page.goto("about:blank")
    page.goto(bench.first(kind, lang), wait_until="load")
    if kind == "entrance":
        page.wait_for_url("**/*/")
    assert walk(page) == []


@pytest.mark.parametrize("lang", list(Lang))
def test_the_skip_link_leads_to_the_words(bench: Bench, page: Page, lang: Lang) -> None:
    page.goto(bench.first("article", lang))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("md-skip")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('article')")


@pytest.mark.parametrize("lang", [Lang.ZH])
def test_the_menu_opens_by_keyboard_and_closes_by_escape(bench: Bench, page: Page, lang: Lang) -> None:
    page.goto("about:blank")
    page.goto(bench.first("page", lang))
    button = page.locator(".xq-opens--menu")
    for key in ("Enter", "Space"):
        button.focus()
        page.keyboard.press(key)
        expect(button).to_have_attribute("aria-expanded", "true")
        link = page.locator(".md-sidebar--primary .md-nav__link:visible").first
        expect(link).to_be_in_viewport()
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("!!document.activeElement.closest('.md-sidebar--primary')"):
                break
        assert page.evaluate("!!document.activeElement.closest('.md-sidebar--primary')")
        page.keyboard.press("Escape")
        expect(link).not_to_be_in_viewport()
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("lang", [Lang.ZH])
def test_the_parts_of_a_page_are_reached_from_the_menu(bench: Bench, page: Page, lang: Lang) -> None:
    page.goto("about:blank")
    page.goto(bench.first("article", lang))
    page.locator(".xq-opens--menu").focus()
    page.keyboard.press("Enter")
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('.xq-parts')"):
            break
    part = page.evaluate("document.activeElement.textContent.trim()")
    page.keyboard.press("Enter")
    expect(page.locator(".md-sidebar--primary .md-nav__link").first).not_to_be_in_viewport()
    expect(page.locator("article h2", has_text=part)).to_be_in_viewport()


@pytest.mark.parametrize("lang", list(Lang))
def test_the_search_opens_by_keyboard_and_closes_by_escape(bench: Bench, page: Page, lang: Lang) -> None:
    page.goto("about:blank")
    page.goto(bench.first("home", lang), wait_until="networkidle")
    page.locator(".xq-search-open").focus()
    page.keyboard.press("Enter" if lang is Lang.ZH else "Space")
    expect(page.locator(".xq-search__field")).to_be_focused()
    page.keyboard.type("12356")
    found = page.locator(".xq-search__list a").first
    expect(found).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(found).to_be_focused()
    page.keyboard.press("Escape")
    expect(found).not_to_be_visible()
    expect(page.locator(".xq-search-open")).to_be_focused()
