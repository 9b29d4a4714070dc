"""The form's page as people meet it: keyboard, phone, screen reader, bad network, no JavaScript."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from xinqiao.core.form import Form, Purpose
from xinqiao.core.text import Lang
from xinqiao.forms.read import read_form

if TYPE_CHECKING:
    from conftest import Place  # type: ignore[import-not-found]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
ANSWERS: dict[str, Any] = {
    "role": "class",
    **{
        f"{ability}_{when}": "4" if when == "now" else "2"
        for ability in ("recognise", "ask", "listen", "refer")
        for when in ("before", "now")
    },
    "knows_whom_to_call": "yes",
    "usefulness": "5",
    "recommend": "9",
}


def fill_in(page: Page, answers: dict[str, Any] = ANSWERS) -> None:
    for name, value in answers.items():
        for one in value if isinstance(value, list) else [value]:
            page.locator(f"input[name={name}][value='{one}']").check()


def send(page: Page) -> None:
    page.locator(".xq-send button").click()


def faults(page: Page) -> list[str]:
    return [
        f"{fault['id']}: {[node['target'] for node in fault['nodes']]}"
        for fault in Axe().run(page).response["violations"]
    ]


def tab_to(page: Page, name: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name || document.activeElement.type") == name:
            return
    raise AssertionError(f"Tab never reaches {name}")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_form_can_be_filled_in_by_keyboard_alone(page: Page, place: Place, size: Any) -> None:
    page.set_viewport_size(size)
    place.open(page, Lang.EN)
    wanted = {**ANSWERS, "helpful_parts": ["signals", "cases"]}
    for question in place.form.questions:
        if question.name not in wanted:
            continue
        tab_to(page, question.name)
        page.keyboard.press("Space")
        values = [choice.name for choice in question.choices] or [str(number) for number in range(11)]
        value = wanted[question.name]
        for _ in range(values.index(value) if isinstance(value, str) else 0):
            page.keyboard.press("ArrowDown")
        if isinstance(value, list):
            page.keyboard.press("Tab")
            page.keyboard.press("Space")
    tab_to(page, "submit")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/forms/training-feedback/thanks/")
    payload, recipients, _ = json.loads(place.posts[0][0])
    assert payload == {"v": 1, "form": "training-feedback", "version": 1, "lang": "en", "answers": wanted}
    assert recipients == ["age1one", "age1two"]
    assert page.url == "https://college.test/en/forms/training-feedback/thanks/"
    assert len(place.posts) == 1 and place.others in ([], ["https://college.test/favicon.ico"])


@pytest.mark.parametrize("lang", Lang)
def test_what_lacks_is_said_at_the_top_and_at_the_field_and_the_focus_leads_there(
    page: Page, place: Place, lang: Lang
) -> None:
    place.open(page, lang)
    send(page)
    summary = page.locator(".xq-errors")
    expect(summary).to_be_focused()
    assert summary.locator("a").count() == len(ANSWERS) and place.posts == []
    group = page.locator("#q-usefulness fieldset")
    assert group.get_attribute("aria-invalid") == "true"
    assert "q-usefulness-error" in str(group.get_attribute("aria-describedby"))
    expect(page.locator("#q-usefulness-error")).to_be_visible()
    summary.locator("a", has_text=place.form.question("usefulness").label[lang]).click()
    expect(page.locator("#q-usefulness-1")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#q-usefulness-error")).to_be_hidden()
    assert group.get_attribute("aria-invalid") is None


@pytest.mark.parametrize(("lang", "size"), [(Lang.ZH, PHONE), (Lang.EN, DESK)], ids=["zh-phone", "en-desk"])
def test_no_axe_fault_before_and_after_an_error_and_on_the_pages_that_follow(
    page: Page, place: Place, lang: Lang, size: Any
) -> None:
    page.set_viewport_size(size)
    place.open(page, lang)
    assert faults(page) == []
    page.locator("input[name=usefulness][value='1']").check()
    send(page)
    expect(page.locator("#q-obstacles")).to_be_visible()
    assert faults(page) == []
    for outcome in ("thanks", "not-accepted"):
        page.goto(f"{place.origin}/{lang.value}/forms/training-feedback/{outcome}/")
        assert faults(page) == []


def test_a_phone_shows_large_targets_and_never_scrolls_sideways(page: Page, place: Place) -> None:
    page.set_viewport_size(PHONE)
    place.open(page, Lang.EN)
    send(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll('.xq-option, .xq-send button')].filter(part => {
            const box = part.getBoundingClientRect();
            return box.height && (box.height < 44 || box.width < 44);
        }).map(part => part.textContent)"""
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_question_that_does_not_apply_is_hidden_and_not_sent(page: Page, place: Place) -> None:
    place.open(page)
    obstacles = page.locator("#q-obstacles")
    expect(obstacles).to_be_hidden()
    fill_in(page, {**ANSWERS, "usefulness": "2"})
    expect(obstacles).to_be_visible()
    page.locator("input[name=obstacles][value=practice]").check()
    page.locator("input[name=usefulness][value='5']").check()
    expect(obstacles).to_be_hidden()
    send(page)
    page.wait_for_url("**/thanks/")
    assert place.answers == ANSWERS


def test_a_question_that_applies_is_sent(page: Page, place: Place) -> None:
    place.open(page)
    answers = {**ANSWERS, "usefulness": "1", "obstacles": ["practice", "time"]}
    fill_in(page, answers)
    send(page)
    page.wait_for_url("**/thanks/")
    assert place.answers == answers


def test_a_double_click_sends_once(page: Page, place: Place) -> None:
    place.open(page)
    fill_in(page)
    page.locator(".xq-send button").dblclick()
    page.wait_for_url("**/thanks/")
    assert len(place.posts) == 1


def test_without_network_the_answers_stay_and_a_repeat_sends_the_same_bytes(page: Page, place: Place) -> None:
    place.status = 0
    place.open(page, Lang.EN)
    fill_in(page)
    send(page)
    failure = page.locator(".xq-failure")
    expect(failure).to_be_focused()
    assert failure.get_attribute("data-code") == "offline"
    expect(page.locator("input[name=role][value=class]")).to_be_checked()
    place.status = 201
    send(page)
    page.wait_for_url("**/thanks/")
    assert len(place.posts) == 2 and place.posts[0][0] == place.posts[1][0]


def test_changed_answers_are_sealed_anew(page: Page, place: Place) -> None:
    place.status = 503
    place.open(page)
    fill_in(page)
    send(page)
    expect(page.locator(".xq-failure")).to_be_visible()
    place.status = 201
    page.locator("input[name=recommend][value='3']").check()
    send(page)
    page.wait_for_url("**/thanks/")
    assert place.answers["recommend"] == "3"


@pytest.mark.parametrize("lang", Lang)
def test_a_refusal_is_told_in_words_of_the_page_and_of_the_receiver(page: Page, place: Place, lang: Lang) -> None:
    place.status, place.answer = 422, {"code": "x", "zh": "表单已关闭<b>", "en": "The form is closed<b>"}
    place.open(page, lang)
    fill_in(page)
    send(page)
    failure = page.locator(".xq-failure")
    expect(failure).to_contain_text(place.answer[lang.value])
    assert failure.get_attribute("data-code") == "refused"
    assert page.locator(".xq-form-status").text_content() == ""


def test_a_sealing_script_that_does_not_come_stops_the_sending_and_may_come_later(page: Page, place: Place) -> None:
    place.open(page)
    page.route("**/seal.js", lambda route: route.abort())
    fill_in(page)
    send(page)
    expect(page.locator(".xq-failure")).to_have_attribute("data-code", "unsealed")
    assert place.posts == []
    page.unroute("**/seal.js")
    send(page)
    page.wait_for_url("**/thanks/")
    assert len(place.posts) == 1


def test_a_sealing_script_that_was_exchanged_does_not_run_and_nothing_is_sent(page: Page, place: Place) -> None:
    place.open(page)
    # What a build writes there is the hash of the script that it was built with.
    hash_of_another = f"sha256-{base64.b64encode(hashlib.sha256(b'another').digest()).decode()}"
    page.locator("form.xq-form").evaluate(
        "(form, hash) => form.setAttribute('data-seal-integrity', hash)", hash_of_another
    )
    fill_in(page)
    send(page)
    expect(page.locator(".xq-failure")).to_have_attribute("data-code", "unsealed")
    assert page.evaluate("window.xinqiaoSeal") is None
    assert place.posts == []


def test_over_plain_http_nothing_is_sent_and_the_page_says_so_at_once(page: Page, place: Place) -> None:
    place.origin = "http://college.test"
    place.open(page)
    failure = page.locator(".xq-failure")
    expect(failure).to_be_visible()
    assert failure.get_attribute("data-code") == "insecure"
    fill_in(page)
    send(page)
    expect(failure).to_be_focused()
    assert place.posts == []


def test_nothing_is_stored_no_cookie_travels_and_no_dialog_opens(page: Page, place: Place) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    place.status = 500
    place.open(page)
    fill_in(page)
    send(page)
    expect(page.locator(".xq-failure")).to_be_visible()
    headers = place.posts[0][1]
    assert headers["content-type"] == "application/octet-stream"
    assert "cookie" not in headers and "referer" not in headers
    kept = "[localStorage.length, sessionStorage.length, document.cookie, location.search, location.hash]"
    assert page.evaluate(kept) == [0, 0, "", "", ""]
    assert dialogs == []


def test_the_sealing_script_is_loaded_at_the_first_answer_only(page: Page, place: Place) -> None:
    place.open(page)
    assert page.evaluate("typeof window.xinqiaoSeal") == "undefined"
    page.locator("input[name=role][value=class]").check()
    page.wait_for_function("window.xinqiaoSeal !== undefined")
    assert page.locator("script[src$='seal.js']").count() == 1


def test_without_javascript_every_question_shows_and_the_browser_posts_all_fields(
    new_context: Any, place: Place
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    place.open(page, Lang.EN)
    expect(page.locator(".xq-noscript")).to_contain_text("sealed only on arrival")
    expect(page.locator("#q-obstacles")).to_be_visible()
    expect(page.locator("#q-obstacles .xq-only-if")).to_contain_text("Not useful or Slightly useful")
    answers = {**ANSWERS, "pace": "right", "helpful_parts": ["signals", "duties"], "obstacles": ["time"]}
    fill_in(page, answers)
    send(page)
    page.wait_for_url("https://receiver.test/submit/training-feedback")
    sent = parse_qs(place.posts[0][0].decode(), keep_blank_values=True)
    expected = {name: value if isinstance(value, list) else [value] for name, value in answers.items()}
    assert sent == {**expected, "_lang": ["en"], "_version": ["1"], "_website": [""]}


def test_without_javascript_the_browser_itself_asks_for_what_is_required(new_context: Any, place: Place) -> None:
    page = new_context(java_script_enabled=False).new_page()
    place.open(page)
    send(page)
    assert place.posts == [] and page.url.endswith("/forms/training-feedback/")


def test_other_kinds_of_question_are_checked_and_sent_as_text(page: Page, place: Place, every_kind: Form) -> None:
    place.open(page, Lang.EN, every_kind)
    for name, wrong in {"age": "ten", "code": "ab"}.items():
        page.locator(f"[name={name}]").fill(wrong)
    send(page)
    errors = {name: page.locator(f"#q-{name}-error").text_content() for name in ("age", "code", "unit", "topics")}
    assert errors == {
        "age": "Error: Enter a whole number",
        "code": "Error: Three digits",
        "unit": "Error: Choose one answer",
        "topics": "Error: Choose at least one answer",
    }
    page.locator("[name=age]").fill("２１ ")
    page.locator("[name=code]").fill(" 123")
    page.locator("[name=unit]").select_option("c13")
    page.locator("[name=topics][value=a]").check()
    page.locator("[name=remark]").fill("two\nlines")
    assert faults(page) == []
    send(page)
    page.wait_for_url("**/thanks/")
    assert place.answers == {"age": "21", "code": "123", "unit": "c13", "topics": ["a"], "remark": "two\nlines"}


def test_a_question_that_hangs_on_a_hidden_one_is_hidden_with_it(page: Page, place: Place, every_kind: Form) -> None:
    place.open(page, Lang.EN, every_kind)
    page.locator("[name=age]").fill("70")
    page.locator("[name=retired]").fill("yes")
    expect(page.locator("#q-since")).to_be_visible()
    page.locator("[name=age]").fill("20")
    expect(page.locator("#q-retired")).to_be_hidden()
    expect(page.locator("#q-since")).to_be_hidden()


def test_in_any_form_an_answer_that_is_a_sign_of_danger_shows_help_before_anything_is_sent(
    page: Page, place: Place, root: Any
) -> None:
    checked = read_form(root / "forms" / "phq9.yml")
    page.set_viewport_size(PHONE)
    place.open(page, Lang.ZH, replace(checked, id="survey-with-danger", purpose=Purpose.SURVEY))
    help_ = page.locator(".xq-danger")
    expect(help_).to_be_hidden()
    page.locator("input[name=phq9_9][value='2']").check()
    expect(help_).to_be_visible()
    assert help_.get_attribute("role") == "alert"
    assert page.evaluate("document.activeElement.name") != "submit"
    box = help_.bounding_box()
    assert box is not None and box["y"] + box["height"] <= PHONE["height"]
    assert place.posts == []
    page.locator("input[name=phq9_9][value='0']").check()
    expect(help_).to_be_hidden()
