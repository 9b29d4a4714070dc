"""A self-check in the built site: by keyboard alone, with no connection, with help at once, and gone when left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.pages.conftest import take_picture

from xinqiao.core.text import Lang

if TYPE_CHECKING:
    from tests.pages.conftest import Demo

PHONE = {"width": 390, "height": 844}
ITEMS = [f"phq9_{number}" for number in range(1, 10)]
# Answers of two people by item: one with a sign of danger, one without.
HARD = [1, 1, 2, 1, 1, 2, 1, 2, 1]
EASY = [1, 0, 2, 0, 0, 0, 0, 0, 0]
# From the input to the second frame after the help is there: what a person waits for, in milliseconds. Others who
# use the machine can only make it longer, so the shortest of twelve counts.
WAITED = """async (value) => {
  const input = (one) => document.querySelector(`input[name=phq9_9][value="${one}"]`);
  const help = document.querySelector(".xq-danger");
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const waited = [];
  for (let round = 0; round < 12; round += 1) {
    input("0").click();
    input("0").focus();
    await frame();
    await frame();
    if (help.getClientRects().length) throw new Error("help does not go");
    const before = performance.now();
    input(value).focus();
    input(value).click();
    while (!help.getClientRects().length) await frame();
    await frame();
    await frame();
    waited.push(performance.now() - before);
  }
  return Math.min(...waited);
}"""


def address(demo: Demo, lang: Lang = Lang.ZH, below: str = "") -> str:
    return f"{demo.site}{lang.value}/forms/phq9/{below}"


def choose(page: Page, answers: list[int]) -> None:
    for name, value in zip(ITEMS, answers, strict=True):
        page.locator(f"label[for='q-{name}-{value + 1}']").click()


def see(page: Page) -> None:
    page.locator(".xq-see").click()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def asked(context: BrowserContext) -> list[str]:
    """Every address that the browser asks for."""
    addresses: list[str] = []
    context.on("request", lambda request: addresses.append(request.url))
    return addresses


def test_nothing_is_asked_for_from_the_load_to_the_result(demo: Demo, page: Page, asked: list[str]) -> None:
    page.goto(address(demo))
    page.wait_for_load_state("networkidle")
    asked.clear()
    choose(page, HARD)
    see(page)
    expect(page.locator(".xq-result-title")).to_have_text("您的结果：12 分，困扰比较多（10–14 分）")
    page.locator(".xq-yours summary").click()
    page.locator(".xq-back").click()
    see(page)
    page.wait_for_timeout(500)
    assert asked == []
    assert page.url == address(demo)
    assert page.context.cookies() == []
    kept = page.evaluate("async () => [localStorage.length, sessionStorage.length, (await caches.keys()).length]")
    assert kept == [0, 0, 0]


def test_the_policy_of_the_page_stops_every_way_out(demo: Demo, page: Page) -> None:
    page.goto(address(demo))
    page.wait_for_load_state("networkidle")
    left: list[str] = []
    page.on("request", lambda request: left.append(request.url))
    page.on("requestfailed", lambda request: left.remove(request.url) if request.failure == "csp" else None)
    tried = page.evaluate(
        """async ([site, receiver]) => {
          const told = [];
          addEventListener("securitypolicyviolation", (event) => told.push(event.effectiveDirective));
          for (const url of [site, receiver + "/submit/phq9"]) await fetch(url, {method: "POST"}).catch(() => {});
          navigator.sendBeacon(site, "x");
          new Image().src = receiver + "/x.png";
          try { new Worker(URL.createObjectURL(new Blob(["1"]))); } catch (error) { told.push("worker-src"); }
          document.body.appendChild(document.createElement("iframe")).src = site;
          const form = document.body.appendChild(document.createElement("form"));
          form.action = receiver;
          form.submit();
          const script = document.body.appendChild(document.createElement("script"));
          script.textContent = "window.ran = true";
          await new Promise((done) => setTimeout(done, 500));
          return [told, Boolean(window.ran)];
        }""",
        [demo.site, demo.receiver],
    )
    directives = set(tried[0])
    assert {"connect-src", "img-src", "frame-src", "form-action", "worker-src", "script-src-elem"} <= directives
    assert tried[1] is False
    assert left == [], "whatever was begun was stopped by the policy"


@pytest.mark.parametrize("lang", list(Lang))
def test_keyboard_alone_leads_from_the_first_item_to_a_contribution(
    demo: Demo, page: Page, context: BrowserContext, lang: Lang, asked: list[str]
) -> None:
    before = demo.run("intake", "list")[1]["forms"].get("phq9", 0)
    page.goto(address(demo, lang))
    for name, value in zip(ITEMS, HARD, strict=True):
        tab_to(page, f"document.activeElement.name === '{name}'")
        page.keyboard.press("Space")
        for _ in range(value):
            page.keyboard.press("ArrowDown")
    tab_to(page, "document.activeElement.classList.contains('xq-see')")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement === document.querySelector('.xq-first h2')"), "help comes first"
    tab_to(page, "document.activeElement.classList.contains('xq-contribute')")
    with context.expect_page() as opened:
        page.keyboard.press("Enter")
    other = opened.value
    other.wait_for_selector("form[data-received]:not([hidden])")
    assert other.url == address(demo, lang, "contribute/"), "the address carries nothing"
    assert other.evaluate("window.opener === null")
    expect(other.locator(".xq-answers dd")).to_have_count(10)
    assert not any(demo.receiver in one for one in asked), "nothing is sent before the consent"
    tab_to(other, "document.activeElement.type === 'submit'")
    other.keyboard.press("Enter")
    expect(other.locator(".xq-errors")).to_be_focused()
    assert not any(demo.receiver in one for one in asked)
    other.keyboard.press("Tab")
    other.keyboard.press("Enter")
    other.keyboard.press("Space")
    tab_to(other, "document.activeElement.type === 'submit'")
    other.keyboard.press("Enter")
    other.wait_for_url("**/phq9/thanks/", timeout=15_000)
    assert demo.run("intake", "list")[1]["forms"]["phq9"] == before + 1
    expect(page.locator(".xq-result-title")).to_be_visible()


def tab_to(page: Page, reached: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(reached):
            return
    raise AssertionError(f"Tab never reaches {reached}")


@pytest.mark.parametrize("value", ["1", "3"])
def test_a_sign_of_danger_shows_help_within_a_tenth_of_a_second(
    demo: Demo, page: Page, context: BrowserContext, value: str
) -> None:
    page.goto(address(demo))
    expect(page.locator(".xq-danger")).to_be_hidden()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
    waited = page.evaluate(WAITED, value)
    print(f"help after {waited:.0f} ms")
    assert waited < 100
    help_ = page.locator(".xq-danger")
    assert help_.get_attribute("role") == "alert"
    assert page.evaluate("document.activeElement.name") == "phq9_9", "the focus stays"
    box = help_.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= PHONE["height"], "it is seen without scrolling"
    expect(help_.locator("a[href='tel:12356']")).to_be_visible()
    page.locator("label[for='q-phq9_9-1']").click()
    expect(help_).to_be_hidden()


def test_help_shows_again_after_starting_again(demo: Demo, page: Page) -> None:
    page.goto(address(demo))
    for _ in range(2):
        choose(page, HARD)
        expect(page.locator(".xq-danger")).to_be_visible()
        see(page)
        expect(page.locator(".xq-first")).to_be_visible()
        page.locator(".xq-again").click()
        expect(page.locator(".xq-danger")).to_be_hidden()
        page.locator("label[for='q-phq9_9-2']").click()
        expect(page.locator(".xq-danger")).to_be_visible()


def test_help_comes_first_on_the_result_whatever_the_score(demo: Demo, page: Page) -> None:
    page.goto(address(demo, Lang.EN))
    choose(page, [0] * 8 + [1])
    see(page)
    expect(page.locator(".xq-first h2")).to_be_focused()
    expect(page.locator(".xq-first a[href='tel:12356']")).to_be_in_viewport()
    expect(page.locator(".xq-result-title")).to_have_text("Your result: 1 – Few of these troubles (0–4)")
    page.locator(".xq-again").click()
    choose(page, EASY)
    see(page)
    expect(page.locator(".xq-first")).to_be_hidden()
    expect(page.locator(".xq-result-title")).to_be_focused()


def test_what_is_missing_is_said_and_led_to(demo: Demo, page: Page) -> None:
    page.goto(address(demo))
    page.locator("label[for='q-phq9_1-1']").click()
    see(page)
    expect(page.locator(".xq-errors")).to_be_focused()
    expect(page.locator(".xq-errors li")).to_have_count(8)
    page.locator(".xq-errors a").first.click()
    assert page.evaluate("document.activeElement.name") == "phq9_2"
    expect(page.locator(".xq-outcome")).to_be_hidden()


def test_starting_again_and_leaving_leave_nothing(demo: Demo, page: Page) -> None:
    page.goto(address(demo))
    choose(page, HARD)
    see(page)
    page.locator(".xq-again").click()
    expect(page.locator("h1")).to_be_focused()
    assert page.locator("input:checked").count() == 0
    assert page.locator(".xq-yours dd").count() == 0
    choose(page, HARD)
    see(page)
    page.goto(f"{demo.site}zh/help/")
    page.go_back()
    expect(page.locator(".xq-outcome")).to_be_hidden()
    assert page.locator("input:checked").count() == 0
    assert page.locator(".xq-result-title").text_content() in {"", "您的结果"}
    choose(page, HARD)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert page.locator("input:checked").count() == 0
    choose(page, HARD)
    page.reload()
    assert page.locator("input:checked").count() == 0


def test_without_javascript_everything_can_be_read_and_counted(demo: Demo, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    for lang in Lang:
        page.goto(address(demo, lang))
        expect(page.locator(".xq-danger a[href='tel:12356']")).to_be_visible()
        expect(page.locator(".xq-points").first).to_be_visible()
        assert page.locator(".xq-band:visible").count() == 5
        assert page.locator("form:visible, button:visible").count() == 0, "nothing can be sent"
        page.goto(address(demo, lang, "contribute/"))
        expect(page.locator(".xq-waiting")).to_be_visible()
        assert page.locator("form:visible, button:visible").count() == 0
    context.close()


def test_the_page_for_contributing_alone_says_how_to_get_there(demo: Demo, page: Page, asked: list[str]) -> None:
    page.goto(address(demo, Lang.ZH, "contribute/"))
    expect(page.locator(".xq-waiting")).to_be_visible()
    expect(page.locator("form[data-received]")).to_be_hidden()
    page.evaluate(
        "postMessage({xinqiao: 'answers', form: 'phq9', version: 1, answers: {phq9_1: '3'}}, location.origin)"
    )
    page.wait_for_timeout(200)
    expect(page.locator("form[data-received]")).to_be_hidden()
    assert not any(demo.receiver in one for one in asked)


def test_a_stranger_can_neither_ask_for_answers_nor_hand_some_in(
    demo: Demo, page: Page, context: BrowserContext
) -> None:
    page.goto(address(demo, Lang.EN))
    page.evaluate("addEventListener('message', (event) => { (window.got = window.got || []).push(event.data); })")
    choose(page, EASY)
    see(page)
    page.evaluate("postMessage({xinqiao: 'ready', form: 'phq9', version: 1}, location.origin)")
    page.wait_for_timeout(200)
    assert page.evaluate("window.got") == [{"xinqiao": "ready", "form": "phq9", "version": 1}], "no answer came"
    home = context.new_page()
    home.goto(f"{demo.site}en/learn/")
    with context.expect_page() as opened:
        home.evaluate("window.other = open('../forms/phq9/contribute/')")
    other = opened.value
    other.wait_for_load_state()
    home.evaluate(
        "other.postMessage({xinqiao: 'answers', form: 'phq9', version: 1, answers: {phq9_1: '3'}}, location.origin)"
    )
    other.wait_for_timeout(200)
    expect(other.locator("form[data-received]")).to_be_hidden()


@pytest.mark.parametrize("agent", ["", "Mozilla/5.0 (iPhone) MicroMessenger/8.0"])
def test_a_window_that_cannot_be_opened_loses_nothing(demo: Demo, browser: Browser, agent: str) -> None:
    context = browser.new_context(viewport=PHONE, **({"user_agent": agent} if agent else {}))
    page = context.new_page()
    page.add_init_script("window.open = () => null")
    page.goto(address(demo))
    choose(page, EASY)
    see(page)
    page.locator(".xq-contribute").click()
    expect(page.locator(".xq-invite .xq-form-status")).to_contain_text("什么都没有送出")
    expect(page.locator(".xq-result-title")).to_contain_text("3 分")
    context.close()


def test_declining_sends_nothing(demo: Demo, page: Page, context: BrowserContext, asked: list[str]) -> None:
    page.goto(address(demo, Lang.EN))
    choose(page, EASY)
    see(page)
    with context.expect_page() as opened:
        page.locator(".xq-contribute").click()
    opened.value.wait_for_selector("form[data-received]:not([hidden])")
    with opened.value.expect_event("close"):
        opened.value.locator(".xq-decline").click()
    assert not any(demo.receiver in one for one in asked)


def test_the_colours_are_the_visitors_choice(demo: Demo, browser: Browser) -> None:
    for scheme, stored, expected in (("dark", "", "slate"), ("light", "", "default"), ("light", "slate", "slate")):
        context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        if stored:
            media = "(prefers-color-scheme: dark)"
            choice = f'{{"index": 2, "color": {{"media": "{media}", "scheme": "{stored}"}}}}'
            page.add_init_script(f"localStorage.setItem('/.__palette', JSON.stringify({choice}))")
        page.goto(address(demo))
        assert page.locator("body").get_attribute("data-md-color-scheme") == expected
        context.close()


MODES = [
    (Lang.ZH, 390, "light"), (Lang.ZH, 1280, "dark"), (Lang.EN, 390, "dark"), (Lang.EN, 1280, "light"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "width", "palette"), MODES)
def test_every_state_is_readable_for_everybody(
    demo: Demo, root: Path, browser: Browser, lang: Lang, width: int, palette: Any
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=palette, reduced_motion="reduce"
    )
    faults: list[str] = []
    context.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    context.on("weberror", lambda error: faults.append(str(error.error)))
    page = context.new_page()

    def look(state: str, seen: Page) -> None:
        folder = root / "screenshots"
        folder.mkdir(exist_ok=True)
        take_picture(seen, folder / f"self-check--{state}--{lang.value}--{width}-{palette}.jpg")
        found = Axe().run(seen)
        assert found.violations_count == 0, f"{state}\n{found.generate_report()}"
        assert seen.evaluate("document.documentElement.scrollWidth") <= width, state
        assert seen.locator("h1:visible").count() == 1

    page.goto(address(demo, lang))
    look("start", page)
    see(page)
    look("error", page)
    choose(page, HARD)
    look("danger", page)
    see(page)
    page.locator(".xq-yours summary").click()
    look("result", page)
    with context.expect_page() as opened:
        page.locator(".xq-contribute").click()
    opened.value.wait_for_selector("form[data-received]:not([hidden])")
    look("contribute", opened.value)
    page.goto(address(demo, lang, "scoring/"))
    look("scoring", page)
    assert faults == []
    context.close()
