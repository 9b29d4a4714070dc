"""The search as a reader uses it: the box, its keys, what it fetches and what it keeps to itself."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

LINKS = ".xq-search__list a"


def look_for(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    expect(page.locator(".xq-search__field")).to_be_focused()
    page.keyboard.type(words)
    expect(page.locator(LINKS).first).to_be_visible()


@pytest.mark.parametrize(
    ("lang", "words", "title"), [("zh", "说明", "说明"), ("en", "12356", "Help"), ("en", "ABOU", "About")]
)
def test_words_are_found_and_marked(page: Page, served: str, lang: str, words: str, title: str) -> None:
    page.goto(f"{served}/{lang}/")
    look_for(page, words)
    expect(page.locator(LINKS).first).to_contain_text(title)
    expect(page.locator(f"{LINKS} mark").first).to_have_text(re.compile(words, re.IGNORECASE))


def test_nothing_is_loaded_before_the_box_is_opened_and_little_after(page: Page, served: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(served)))
    page.goto(f"{served}/zh/learn/", wait_until="networkidle")
    assert [address for address in asked if "search" in address or "worker" in address] == []
    asked.clear()
    look_for(page, "说明")
    page.wait_for_load_state("networkidle")
    own = re.compile(r"/zh/assets/search\.(?:js|css)\?h=\w+|/search/(?:start|s\d+|t\d+)\.js(?:\?h=\w+)?")
    assert [address for address in asked if not own.fullmatch(address)] == []
    assert len([address for address in asked if "/search/t" in address]) <= 6
    assert not [address for address in asked if "说明" in address or "%" in address]


def test_what_is_looked_for_is_in_no_address_and_no_storage(page: Page, served: str) -> None:
    page.goto(f"{served}/zh/learn/")
    look_for(page, "说明")
    assert page.url == f"{served}/zh/learn/"
    link = page.locator(f"{LINKS}:not([href*='/learn/'])").first
    address = str(link.get_attribute("href"))
    link.click()
    page.wait_for_url(address)
    assert "说明" not in page.evaluate("JSON.stringify([localStorage, sessionStorage, history.state, location.href])")
    page.go_back()
    assert page.locator(f"{LINKS}:visible").count() == 0


def test_the_readers_language_comes_first_and_the_other_is_told(page: Page, served: str) -> None:
    page.goto(f"{served}/en/")
    look_for(page, "12356")
    expect(page.locator(".xq-search__status")).to_have_text(re.compile(r"^\d+ pages, \d+ of them in Chinese$"))
    langs = [link.get_attribute("lang") for link in page.locator(LINKS).all()]
    assert langs == sorted(langs, key=bool)
    assert None in langs
    assert "zh-CN" in langs
    expect(page.locator(".xq-search__other")).to_have_text("Pages in Chinese")


def test_the_keys_lead_through_what_is_found_and_back(page: Page, served: str) -> None:
    page.goto(f"{served}/zh/")
    page.locator(".xq-language").focus()
    page.keyboard.press("/")
    expect(page.locator(".xq-search__field")).to_be_focused()
    page.keyboard.type("说明/")
    expect(page.locator(".xq-search__field")).to_have_value("说明/")
    first, second = (page.locator(LINKS).nth(number) for number in (0, 1))
    expect(second).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".xq-search__field")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("!!document.activeElement.closest('.xq-search')")
    assert page.evaluate("document.querySelector('.md-header').inert")
    page.keyboard.press("Escape")
    expect(page.locator(".xq-search")).to_be_hidden()
    expect(page.locator(".xq-language")).to_be_focused()
    assert not page.evaluate("document.querySelector('.md-header').inert")


def test_enter_opens_the_section_that_was_found(page: Page, served: str) -> None:
    page.goto(f"{served}/en/")
    look_for(page, "Part one")
    page.keyboard.press("Enter")
    expect(page.locator(LINKS).first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/#part-one--more")
    expect(page.locator("#part-one--more")).to_be_in_viewport()


def test_enter_waits_for_what_was_typed_last_however_slow_the_line(page: Page, served: str) -> None:
    page.route("**/search/t*", lambda route: (page.wait_for_timeout(600), route.continue_()))
    page.goto(f"{served}/en/")
    look_for(page, "part")
    earlier = str(page.locator(LINKS).first.get_attribute("href"))
    page.locator(".xq-search__field").fill("12356")
    page.keyboard.press("Enter")
    first = page.locator(LINKS).first
    expect(first).to_contain_text("12356")
    expect(first).to_be_focused()
    assert first.get_attribute("href") != earlier


def test_who_is_among_the_results_is_back_in_the_field_when_others_come(page: Page, served: str) -> None:
    page.goto(f"{served}/en/")
    look_for(page, "part")
    field, first = page.locator(".xq-search__field"), page.locator(LINKS).first
    # What was typed last is still on its way when the reader steps down.
    page.evaluate("""() => {
      const field = document.querySelector(".xq-search__field");
      field.value = "12356";
      field.dispatchEvent(new Event("input"));
      document.querySelector(".xq-search__list a").focus();
    }""")
    expect(first).to_contain_text("12356")
    expect(field).to_be_focused()
    field.fill("zzqqxv")
    expect(page.locator(LINKS)).to_have_count(0)
    expect(field).to_be_focused()


def test_what_is_not_there_is_said_and_what_is_in_part_is_shown(page: Page, served: str) -> None:
    page.goto(f"{served}/zh/")
    look_for(page, "说明")
    field, status = page.locator(".xq-search__field"), page.locator(".xq-search__status")
    field.fill("明说")
    expect(status).to_have_text("没有找到。可以换个说法，或看看全部页面。")
    assert page.locator(LINKS).count() == 0
    field.fill("说明 明说")
    expect(status).to_contain_text("没有一页包含所有的词")
    field.fill("")
    expect(status).to_contain_text("输入词语")


def test_without_a_network_the_box_says_so_and_still_leads_to_help(page: Page, served: str) -> None:
    page.goto(f"{served}/zh/")
    page.route("**/search/**", lambda route: route.abort())
    page.keyboard.press("Control+k")
    page.keyboard.type("说明")
    expect(page.locator(".xq-search__status")).to_contain_text("网络不通")
    expect(page.locator(".xq-search__help")).to_have_attribute("href", f"{served}/help-now/")
    page.unroute("**/search/**")
    page.locator(".xq-search__field").fill("说")
    expect(page.locator(LINKS).first).to_be_visible()


def test_files_of_two_builds_are_not_read_together(page: Page, served: str) -> None:
    """A browser that still has the start of an older build learns from the first file that there is a newer one."""
    asked: list[str] = []

    def older(route: object) -> None:
        address = route.request.url  # type: ignore[attr-defined]
        asked.append(address)
        if "?h=" in address:
            route.continue_()  # type: ignore[attr-defined]
        else:
            body = 'xinqiaoSearch("0000000000","start",{"shards":1,"pages":{"zh":[1],"en":[1]}})'
            route.fulfill(body=body, content_type="text/javascript")  # type: ignore[attr-defined]

    page.route("**/search/start.js*", older)
    page.goto(f"{served}/zh/")
    look_for(page, "说明")
    expect(page.locator(LINKS).first).to_contain_text("说明")
    assert len(asked) == 2


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark"), (390, "dark"), (1280, "light")])
def test_the_box_is_open_to_all(browser: Browser, served: str, width: int, scheme: str) -> None:
    with browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{served}/zh/")
        look_for(page, "说明")
        assert [fault["id"] for fault in Axe().run(page).response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_scripts_the_button_leads_to_a_list_of_all_pages(browser: Browser, served: str, lang: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{served}/{lang}/learn/topic/")
        page.locator(".xq-search-open").click()
        expect(page).to_have_url(f"{served}/{lang}/all-pages/")
        for path in ("learn/topic/", "forms/feedback/", "news/events/training/", "about/"):
            assert page.locator(f"article a[href='../{path}']").count() == 1, path


def test_pages_opened_from_a_disk_find_too(page: Page, built: Path, tmp_path: Path) -> None:
    """A browser compares hashes with an origin alone, which a file has none of: a copy for a disk goes without."""
    site = tmp_path / "site"
    shutil.copytree(built, site)
    for path in site.rglob("*.html"):
        path.write_text(re.sub(r' integrity="[^"]*"', "", path.read_text(encoding="utf-8")), encoding="utf-8")
    page.goto(f"file://{site}/zh/index.html")
    look_for(page, "说明")
    address = str(page.locator(LINKS).first.get_attribute("href"))
    assert address.endswith("/index.html")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    expect(page.locator("h1")).to_contain_text("说明")
