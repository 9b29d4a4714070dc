"""The main job from end to end: a visitor answers, a release counts it, the page shows it, nobody else knows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import BrowserContext, Page

from xinqiao import demonstration
from xinqiao.core.text import Lang
from xinqiao.forms.read import read_form

if TYPE_CHECKING:
    from tests.pages.conftest import Demo

FORM = "training-feedback"
ALL = demonstration.RELEASED + demonstration.WAITING


@pytest.fixture
def asked(context: BrowserContext) -> list[str]:
    """Every address that the visitor's browser asks for."""
    addresses: list[str] = []
    context.on("request", lambda request: addresses.append(request.url))
    return addresses


def answer_everything(page: Page) -> None:
    """Chooses the last choice of every visible required question, as a person would by clicking labels."""
    for group in page.locator(".xq-form fieldset:visible").all():
        radios = group.locator("input[type=radio]")
        if radios.count():
            page.locator(f"label[for='{radios.last.get_attribute('id')}']").click()


def summary_count(page: Page, demo: Demo) -> str:
    page.goto(f"{demo.site}zh/summaries/{FORM}/")
    return page.locator("main").inner_text()


def test_a_visitors_answer_is_counted_after_release_and_build(
    demo: Demo, page: Page, context: BrowserContext, asked: list[str]
) -> None:
    assert str(demonstration.RELEASED) in summary_count(page, demo)
    # Other tests of the same demonstration may have answered too.
    before = demo.run("intake", "list")[1]["forms"][FORM]
    assert before >= ALL
    page.goto(f"{demo.site}zh/forms/{FORM}/")
    answer_everything(page)
    page.locator(".xq-form [type=submit]").click()
    page.wait_for_url(f"**/zh/forms/{FORM}/thanks/", timeout=15_000)
    assert page.url == f"{demo.site}zh/forms/{FORM}/thanks/", "the address carries nothing"

    code, document = demo.run("intake", "list")
    assert (code, document["forms"][FORM]) == (0, before + 1)
    code, document = demo.run("release", FORM)
    assert (code, document["rows"]) == (0, before + 1), document
    assert demo.run("build", "--output", str(demo.folder / "site"))[0] == 0
    assert str(before + 1) in summary_count(page, demo)

    outside = [address for address in asked if not address.startswith((demo.site, demo.receiver, "data:"))]
    assert outside == []
    assert context.cookies() == []
    stored = page.evaluate("JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])")
    names = {q.name for q in read_form(demo.folder / "forms" / f"{FORM}.yml", {}).questions}
    assert not any(f'"{name}"' in stored for name in names)


def test_a_second_release_at_once_is_refused_and_writes_nothing(demo: Demo) -> None:
    demo.run("release", FORM)
    before = sorted((demo.folder / "build" / "demo" / "summaries").rglob("*"))
    code, document = demo.run("release", FORM)
    assert code == 13
    assert document["problems"][0]["code"] in {"release-nothing-new", "release-too-few-new"}
    assert sorted((demo.folder / "build" / "demo" / "summaries").rglob("*")) == before


def test_without_javascript_the_form_still_arrives(demo: Demo, browser: object, page: Page) -> None:
    context = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    before = demo.run("intake", "list")[1]["forms"][FORM]
    plain = context.new_page()
    plain.goto(f"{demo.site}en/forms/{FORM}/")
    for group in plain.locator(".xq-form fieldset").all():
        radios = group.locator("input[type=radio]")
        if radios.count():
            plain.locator(f"label[for='{radios.first.get_attribute('id')}']").click()
    plain.locator(".xq-form [type=submit]").click()
    plain.wait_for_url(f"**/en/forms/{FORM}/thanks/")
    context.close()
    assert demo.run("intake", "list")[1]["forms"][FORM] == before + 1


def test_no_plaintext_answer_lies_on_disk_or_in_a_log(demo: Demo) -> None:
    """Looks for question names as the sealed payload writes them: `"useful":` stands only in plaintext answers."""
    form = read_form(demo.folder / "forms" / f"{FORM}.yml", {})
    marks = [b'"answers":', *(f'"{q.name}":'.encode() for q in form.questions if q.answered)]
    places = [path for path in (demo.folder / "build" / "demo").rglob("*") if path.is_file()]
    assert any(path.name == "store.db" for path in places)
    sealed = [path for path in places if "summaries" not in path.parts]
    for path in [*sealed, demo.log]:
        assert not [mark for mark in marks if mark in path.read_bytes()], path


def test_the_log_of_the_demonstration_has_no_address_agent_or_time(demo: Demo) -> None:
    log = demo.log.read_text(encoding="utf-8")
    assert "Mozilla" not in log
    assert not re.search(r"\d\d:\d\d:\d\d", log)
    assert "Traceback" not in log


@pytest.mark.parametrize("lang", list(Lang))
def test_pages_with_generated_figures_say_so(demo: Demo, page: Page, lang: Lang) -> None:
    for address in (f"summaries/{FORM}/", f"forms/{FORM}/"):
        page.goto(f"{demo.site}{lang.value}/{address}")
        words = {Lang.ZH: "生成", Lang.EN: "generated"}[lang]
        assert words in page.locator("main").inner_text()
    assert Path(demo.folder / "site" / "help-now" / "index.html").stat().st_size <= 4096
