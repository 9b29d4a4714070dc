"""Every form as people use it: filled in by keyboard alone from the first field to the receiver's answer, with
scripts, with the page's own scripts held back, and with scripts off.

Each form is used with scripts, and in turn without them or with scripts off, in turn in the four pairs of language
and mode; with XINQIAO_ALL_MODES=1 in each way, language, palette and width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.pages.conftest import ALL_MODES, EVERY, FORMS, MODES, Mode
from tests.pages.test_every_page import SMALL, check_looks, check_manners

from xinqiao.core.text import Lang

if TYPE_CHECKING:
    from tests.pages.conftest import Bench

MOST_STOPS = 400
PHONE = 390
TURNS = [(lang, mode) for lang in Lang for mode in MODES[lang]]

# What has the focus: which field of which kind, or what a button does.
FOCUSED = """() => {
  const e = document.activeElement;
  const question = e.closest(".xq-question");
  const does = ["xq-continue", "xq-see", "xq-contribute"].find(name => e.classList.contains(name));
  return {does: does || e.type || e.tagName, name: e.name || "", kind: question ? question.dataset.kind : ""};
}"""
# Whether the boxes of two elements do not meet.
APART = """([one, other]) => {
  const [a, b] = [one, other].map(name => document.querySelector(name).getBoundingClientRect());
  return a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
}"""
# What a person writes, by the kind of question or by its name.
WRITTEN = {
    "integer": "21", "decimal": "1.7", "range": "35", "date": "2026-03-07", "time": "08:30",
    "text": "Kai 13800000000", "code": "380711",
}  # fmt: skip


def ways(*scripts: str) -> list[Any]:
    """Every form with a language, a mode and how it is with scripts: the next of each from form to form, or all."""
    if ALL_MODES:
        every = [(form, lang, mode, how) for form in FORMS for lang in Lang for mode in EVERY for how in scripts]
    else:
        # Over the four turns first, so that each way meets each of them.
        hows = [scripts[(at + at // len(TURNS)) % len(scripts)] for at in range(len(FORMS))]
        every = [(form, *TURNS[at % len(TURNS)], how) for at, (form, how) in enumerate(zip(FORMS, hows, strict=True))]
    return [pytest.param(*way, id="-".join(map(str, way))) for way in every]


def answer(page: Page, field: dict[str, str], *, last: bool) -> None:
    """Answers the field that has the focus: by its first choice or its last, or in writing."""
    match field["does"]:
        case "radio":
            page.keyboard.press("Space")
            if last:
                page.keyboard.press("ArrowUp")
        case "checkbox":
            page.keyboard.press("Space")
        case "select-one":
            page.keyboard.press("ArrowDown")
        case _:
            page.keyboard.type(WRITTEN.get(field["name"], WRITTEN[field["kind"]]))


def fill_in(page: Page, *, last: bool) -> str:
    """From the top of a page by Tab through every field; what the button does on which the focus ends."""
    answered = set()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        field = page.evaluate(FOCUSED)
        if field["does"] in {"submit", "xq-see"}:
            return str(field["does"])
        if field["does"] == "xq-continue":
            page.keyboard.press("Enter")
            expect(page.locator(".xq-progress")).to_be_focused()
        elif field["name"] and field["kind"] and field["name"] not in answered:
            answered.add(field["name"])
            answer(page, field, last=last)
    raise AssertionError(f"after {MOST_STOPS} stops no button sends the form")


def send(page: Page, form: str, status: int) -> None:
    """Sends by Return; the receiver takes it and its page of thanks comes, whose address holds no answer."""
    with page.expect_response(lambda response: response.url.endswith(f"/submit/{form}")) as told:
        page.keyboard.press("Enter")
    assert told.value.status == status, f"{form}: {told.value.status}"
    page.wait_for_url(f"**/forms/{form}/thanks/")
    expect(page.locator("h1")).to_be_visible()


def see_result_and_contribute(page: Page, form: str) -> None:
    """The result takes the focus, or the help before it; who goes on to contribute agrees and sends."""
    page.keyboard.press("Enter")
    expect(page.locator(".xq-outcome :focus")).to_be_visible()
    assert page.evaluate(APART, [".xq-exit a", ".xq-outcome :focus"]), f"{form}: the way out lies over the result"
    assert Axe().run(page).violations_count == 0
    while page.evaluate(FOCUSED)["does"] != "xq-contribute":
        page.keyboard.press("Tab")
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    window = opened.value
    expect(window.locator("form.xq-form h2").first).to_be_focused()
    assert window.evaluate(APART, [".xq-exit a", ":focus"]), f"{form}: the way out lies over what will be sent"
    assert fill_in(window, last=False) == "submit"
    assert Axe().run(window).violations_count == 0
    send(window, form, 201)
    window.close()


def check_what_lacks(page: Page, where: str) -> None:
    """Who sends too early is told: the summary takes the focus, and leads to each field."""
    page.locator(".xq-continue:visible, .xq-see:visible, [type=submit]:visible").first.press("Enter")
    expect(page.locator(".xq-errors")).to_be_focused()
    found = Axe().run(page)
    assert found.violations_count == 0, f"{where}\n{found.generate_report()}"
    assert page.evaluate(APART, [".xq-exit a", ".xq-errors"]), f"{where}: the way out lies over the summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate(APART, [".xq-exit a", ".xq-question--wrong"]), f"{where}: the way out lies over the question"
    assert page.evaluate("document.activeElement.closest('.xq-question--wrong') !== null"), where


@pytest.mark.parametrize(("form", "lang", "mode", "scripts"), ways("on"))
def test_a_form_is_used_by_keyboard_alone(
    bench: Bench, visitors: Any, form: str, lang: Lang, mode: Mode, scripts: str
) -> None:
    visitor = visitors(mode.width, mode.palette, scripts)
    page: Page = visitor.page
    where = f"{bench.demo.site}{lang.value}/forms/{form}/"
    visitor.go(where)
    if page.locator("[data-required]:visible").count():
        check_what_lacks(page, where)
        visitor.go(where)
    ended = fill_in(page, last=True)
    check_looks(page, mode.width, where)
    if mode.width == PHONE:
        assert page.evaluate(SMALL) == [], where
    if ended == "xq-see":
        see_result_and_contribute(page, form)
        return
    send(page, form, 201)
    sent = [address for address in visitor.asked if not address.startswith(bench.demo.site)]
    assert set(sent) == {f"{bench.demo.receiver}/submit/{form}"}, "nobody else hears of it"
    visitor.asked.clear()
    check_manners(visitor, bench.demo, where)


@pytest.mark.parametrize(("form", "lang", "mode", "scripts"), ways("blocked", "off"))
def test_a_form_is_used_by_keyboard_alone_without_its_scripts(
    bench: Bench, visitors: Any, form: str, lang: Lang, mode: Mode, scripts: str
) -> None:
    page: Page = visitors(mode.width, mode.palette, scripts).page
    where = f"{bench.demo.site}{lang.value}/forms/{form}/"
    page.goto(where)
    if page.locator(".xq-check").count():
        # Nothing is sent: points and bands stand there to be counted by hand.
        expect(page.locator(".xq-outcome .xq-by-hand").first).to_be_visible()
        assert page.locator(".xq-band:visible").count() == page.locator(".xq-band").count()
    else:
        assert fill_in(page, last=False) == "submit"
    if scripts == "blocked":
        check_looks(page, mode.width, where)
    if not page.locator(".xq-check").count():
        send(page, form, 303)
