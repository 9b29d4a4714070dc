"""Every kind of question as people meet it: dates, times, measures, groups that appear, one thing a page, leaving."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from xinqiao.core.form import Form
from xinqiao.core.question import Kind
from xinqiao.core.record import Submission
from xinqiao.core.text import Lang
from xinqiao.forms.read import read_form
from xinqiao.forms.schema import table_schema
from xinqiao.tables.read import from_submissions
from xinqiao.tables.validate import validate

if TYPE_CHECKING:
    from conftest import Place  # type: ignore[import-not-found]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def full() -> Form:
    return read_form(Path(__file__).with_name("full.yml"))


@pytest.fixture(scope="session")
def long(full: Form) -> Form:
    """The same on one page."""
    return replace(full, paged=False)


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f"input[name={name}][value='{value}']").check()


def enter(page: Page, **texts: str) -> None:
    for name, text in texts.items():
        page.locator(f"[name={name}]").fill(text)


def shown(page: Page, name: str) -> bool:
    return page.locator(f"#q-{name}").is_visible()


def faults(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {[node['target'] for node in fault['nodes']]}" for fault in violations]


def test_what_people_write_is_sent_in_one_form(page: Page, place: Place, long: Form) -> None:
    place.open(page, Lang.EN, long)
    enter(
        page, age="２１", height="1.60", weight="５５．5", asleep="8：05", tired="35", since="2026年3月7日", remark="so"
    )
    choose(page, "calm", "4")
    choose(page, "place", "home")
    choose(page, "room", "kitchen")
    choose(page, "read", "OK")
    page.locator(".xq-send button").click()
    page.wait_for_url("**/thanks/")
    assert place.answers == {
        "age": "21", "height": "1.6", "weight": "55.5", "asleep": "08:05", "tired": "35", "calm": "4",
        "since": "2026-03-07", "place": "home", "room": ["kitchen"], "read": "OK", "remark": "so",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("age", "many", "whole"),
        ("height", "1,6", "decimal"),
        ("height", "1" + "0" * 16, "decimal"),
        ("since", "7/3/2026", "date"),
        ("since", "2026-02-30", "date"),
        ("asleep", "25:00", "time"),
        ("asleep", "8", "time"),
        ("tired", "33", "range"),
        ("tired", "105", "range"),
        ("since", "2999-01-01", "constraint"),
    ],
)
def test_what_is_no_answer_is_said_at_the_field(
    page: Page, place: Place, long: Form, name: str, text: str, code: str
) -> None:
    place.open(page, Lang.EN, long)
    enter(page, age="21", height="1.7", weight="60")
    enter(page, **{name: text})
    page.locator(".xq-send button").click()
    expect(page.locator(".xq-errors")).to_be_focused()
    said = json.loads(page.locator(".xq-words").text_content() or "")[code]
    assert said in (page.locator(f"#q-{name}-error").text_content() or "")
    assert page.locator(f"[name={name}]").get_attribute("aria-invalid") == "true"
    assert place.posts == []


def test_groups_choices_and_words_follow_the_answers(page: Page, place: Place, long: Form) -> None:
    place.open(page, Lang.EN, long)
    assert not any(shown(page, name) for name in ("height", "asleep", "bmi", "told", "place_other"))
    assert not page.get_by_role("heading", name="Body").is_visible()
    enter(page, age="18")
    assert page.get_by_role("heading", name="Body").is_visible() and shown(page, "height")
    assert not page.get_by_role("heading", name="Rest").is_visible()
    enter(page, height="2", weight="80")
    assert page.get_by_role("heading", name="Rest").is_visible() and shown(page, "asleep")
    assert page.locator("#q-told .xq-note").text_content() == "It comes to 20."
    assert not page.locator("[name=room]").first.is_visible()
    choose(page, "place", "home")
    assert page.locator("#q-room legend").text_content() == "Which room at Home"
    choose(page, "room", "kitchen")
    choose(page, "place", "other")
    assert shown(page, "place_other") and page.locator("[name=room]:checked").count() == 0
    choose(page, "place", "campus")
    assert [one.get_attribute("value") for one in page.locator("[name=room]:visible").all()] == ["library", "canteen"]
    enter(page, age="17")
    assert not any(shown(page, name) for name in ("height", "asleep", "told"))


def test_one_thing_a_page(page: Page, place: Place, full: Form) -> None:
    place.open(page, Lang.EN, full)
    progress, onward = page.locator(".xq-progress"), page.locator(".xq-continue")
    assert progress.text_content() == "Step 1 of 15" and shown(page, "hello") and not shown(page, "unit")
    assert not page.locator(".xq-send").is_visible() and not page.locator(".xq-back").is_visible()
    assert page.locator("#xq-privacy").is_visible()
    onward.click()
    onward.click()
    expect(progress).to_be_focused()
    assert progress.text_content() == "Step 3 of 15" and shown(page, "age") and not shown(page, "unit")
    assert not page.locator("#xq-privacy").is_visible() and page.locator(".xq-exit").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # in a field: goes on, and says what lacks
    expect(page.locator(".xq-errors")).to_be_focused()
    enter(page, age="30")
    page.locator("[name=age]").press("Enter")
    assert shown(page, "major") and place.posts == []
    assert progress.text_content() == "Step 4 of 17"
    page.locator(".xq-back").click()
    assert shown(page, "age") and page.locator("[name=age]").input_value() == "30"
    while not page.locator(".xq-send").is_visible():
        if shown(page, "height"):
            assert shown(page, "weight") and page.get_by_role("heading", name="Body").is_visible()
            enter(page, weight="70")
        onward.click()
    page.locator(".xq-send button").click()
    page.wait_for_url("**/thanks/")
    assert place.answers == {"age": "30", "weight": "70"}


@pytest.mark.parametrize("by", ["button", "keys"])
def test_leaving_at_once_leaves_nothing_to_come_back_to(page: Page, place: Place, long: Form, by: str) -> None:
    page.route("https://weather.test/", lambda route: route.fulfill(body="sun", content_type="text/html"))
    page.route("https://college.test/start", lambda route: route.fulfill(body="start", content_type="text/html"))
    place.open(page, Lang.EN, long)
    page.route("https://weather.test/", lambda route: route.fulfill(body="sun", content_type="text/html"))
    page.route("https://college.test/start", lambda route: route.fulfill(body="start", content_type="text/html"))
    page.goto("https://college.test/start")
    page.goto("https://college.test/en/forms/full/")
    enter(page, age="21", remark="private")
    if by == "button":
        page.locator(".xq-exit a").click()
    else:
        page.keyboard.press("Escape")
        page.keyboard.press("a")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        assert "/forms/full/" in page.url, "three times, one after the other"
        page.keyboard.press("Escape")
    page.wait_for_url("https://weather.test/")
    page.go_back()
    assert page.url == "https://college.test/start"
    assert place.posts == []


def started(page: Page, place: Place, form: Form) -> None:
    """Opens a paged form from another page of the site, and goes on to its fourth page."""
    place.open(page, Lang.EN, form)
    for address in ("https://weather.test/", "https://college.test/en/", "https://college.test/start"):
        page.route(address, lambda route: route.fulfill(body=route.request.url, content_type="text/html"))
    page.goto("https://college.test/start")
    page.goto("https://college.test/en/forms/full/")
    page.locator(".xq-continue").click()
    choose(page, "unit", "b")
    page.locator(".xq-continue").click()
    enter(page, age="30")
    page.locator(".xq-continue").click()
    assert shown(page, "major")


def test_the_browsers_back_goes_one_page_back_and_keeps_the_answers(page: Page, place: Place, full: Form) -> None:
    started(page, place, full)
    page.go_back()
    assert shown(page, "age") and page.locator("[name=age]").input_value() == "30"
    expect(page.locator(".xq-progress")).to_be_focused()
    page.locator(".xq-back").click()
    assert shown(page, "unit") and page.locator("[name=unit][value=b]").is_checked()
    page.go_forward()
    page.go_forward()
    assert shown(page, "major")
    for _ in range(3):
        page.go_back()
    assert shown(page, "hello") and page.locator("#xq-privacy").is_visible()
    assert page.url == "https://college.test/en/forms/full/"
    assert page.evaluate("[history.state, localStorage.length, sessionStorage.length]") == [{"xinqiaoDepth": 0}, 0, 0]
    page.go_back()
    assert page.url == "https://college.test/start"


def test_links_within_a_form_keep_its_place_in_the_history(page: Page, place: Place, full: Form) -> None:
    started(page, place, full)
    before = page.evaluate("history.length")
    page.locator("main").evaluate("e => e.insertAdjacentHTML('afterbegin', '<a href=\"#xq-questions\">skip</a>')")
    page.get_by_role("link", name="skip").click()
    assert page.url.endswith("#xq-questions") and page.evaluate("history.length") == before
    assert shown(page, "major")
    page.go_back()
    assert shown(page, "age")


@pytest.mark.parametrize("by", ["button", "keys"])
def test_leaving_a_paged_form_leaves_none_of_its_pages(page: Page, place: Place, full: Form, by: str) -> None:
    started(page, place, full)
    if by == "button":
        page.locator(".xq-exit a").click()
    else:
        for _ in range(3):
            page.keyboard.press("Escape")
    page.wait_for_url("https://weather.test/")
    visited = [page.go_back() and page.url for _ in range(2)]
    assert visited == ["https://college.test/en/", "https://college.test/start"]
    page.go_forward()
    page.go_forward()
    assert page.url == "https://weather.test/" and page.go_forward() is None


def test_nobody_comes_back_to_a_paged_form_that_was_sent(page: Page, place: Place, full: Form) -> None:
    started(page, place, full)
    while not page.locator(".xq-send").is_visible():
        if shown(page, "weight"):
            enter(page, weight="70")
        page.locator(".xq-continue").click()
    page.locator(".xq-send button").click()
    page.wait_for_url("**/thanks/")
    page.go_back()
    assert page.url == "https://college.test/start"


def test_a_paged_form_that_is_loaded_again_begins_again(page: Page, place: Place, full: Form) -> None:
    started(page, place, full)
    page.reload()
    assert shown(page, "hello") and not page.locator(".xq-back").is_visible()
    page.locator(".xq-continue").click()
    page.locator(".xq-back").click()
    expect(page.locator("#q-hello")).to_be_visible()
    page.locator(".xq-exit a").click()
    page.wait_for_url("https://weather.test/")
    page.go_back()
    assert page.url == "https://college.test/en/"


def test_the_envelope_is_addressed_once_before_it_is_needed(page: Page, place: Place, full: Form) -> None:
    place.open(page, Lang.EN, replace(full, paged=False))
    enter(page, age="30")
    page.wait_for_function("window.prepared && window.prepared.length === 1")
    recipients = page.locator("form.xq-form").get_attribute("data-recipients")
    assert [" ".join(each) for each in page.evaluate("window.prepared")] == [recipients]
    enter(page, age="31", remark="more")
    page.wait_for_timeout(50)
    assert page.evaluate("window.prepared.length") == 1 and place.posts == []


@pytest.mark.parametrize(
    ("lang", "size", "scheme", "paged"),
    [(Lang.ZH, PHONE, "light", True), (Lang.EN, DESK, "dark", False), (Lang.ZH, DESK, "dark", True),
     (Lang.EN, PHONE, "light", False)],
    ids=["zh-phone-paged", "en-desk-dark", "zh-desk-dark-paged", "en-phone"],
)  # fmt: skip
def test_no_axe_fault_with_every_kind_and_with_errors(
    page: Page, place: Place, full: Form, lang: Lang, size: Any, scheme: Any, paged: bool
) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    place.open(page, lang, replace(full, paged=paged))
    assert faults(page) == []
    page.locator(".xq-continue" if paged else ".xq-send button").click()
    assert faults(page) == []
    if not paged:
        enter(page, age="21", height="x", weight="60", asleep="x", tired="x", since="x")
        page.locator(".xq-send button").click()
        expect(page.locator(".xq-errors")).to_be_focused()
        assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_paper_stands_every_question_and_no_button(page: Page, place: Place, full: Form) -> None:
    place.open(page, Lang.EN, full)
    page.emulate_media(media="print")
    for question in full.questions:
        assert shown(page, question.name) == (question.kind is not Kind.CALCULATE), question.name
    assert page.get_by_role("heading", name="Body").is_visible()
    assert not any(part.is_visible() for part in page.locator("button, .xq-exit, .xq-progress").all())
    assert page.locator("#q-asleep .xq-only-if").is_visible()
    assert page.locator(".xq-form-help").is_visible(), "what says “call” has the numbers beside it"


def test_without_scripts_every_question_can_be_answered_and_posted(browser: Browser, place: Place, full: Form) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    place.open(page, Lang.ZH, full)
    assert all(shown(page, q.name) for q in full.questions if q.answered)
    enter(page, age="21", height="1.6", weight="55", asleep="08:30", tired="35", since="2026/3/7")
    choose(page, "place", "home")
    choose(page, "read", "OK")
    page.locator(".xq-send button").click()
    page.wait_for_load_state()
    sent = parse_qs(place.posts[-1][0].decode())
    assert {name: sent[name] for name in ("since", "asleep", "place", "read")} == {
        "since": ["2026/3/7"], "asleep": ["08:30"], "place": ["home"], "read": ["OK"],
    }  # fmt: skip
    assert page.locator(".xq-exit a").count() == 0 or page.locator(".xq-exit a").get_attribute("href")
    context.close()


def test_what_a_form_adds_stays_small(root: Path) -> None:
    assets = root / "overrides" / "assets"
    names = ("expression.js", "form.js", "send.js", "exit.js", "paged.js", "form.css")
    at_once = sum(len(gzip.compress((assets / name).read_bytes())) for name in names)
    assert at_once < 20_000
    assert at_once + len(gzip.compress((assets / "seal.js").read_bytes())) < 60_000


# ── The page and the tables judge alike ──

WRITTEN: dict[str, tuple[str, ...]] = {
    "age": ("", "17", "18", "21", "99", "100", "x", "２０", "-5"),
    "height": ("", "1.6", "1.60", "2.6", "0,5", "x", "３", ".9"),
    "weight": ("", "55", "55.5", "5 5", "1e2"),
    "asleep": ("", "08:30", "8:05", "24:00", "8点30分", "8：30", "12:60"),
    "tired": ("", "35", "33", "100", "101", "35.0", "-5", "１０"),
    "since": ("", "2026-03-07", "2026/3/7", "2026.3.7", "2026年3月7日", "2026-02-30", "2999-01-01", "3/7/2026"),
    "remark": ("", "  so  ", "long"),
    "place_other": ("", "at sea"),
}
CHOSEN = ("unit", "major", "item_1", "item_2", "item_3", "calm", "place", "agreed", "read")
SEVERAL = ("when", "room")


def people(form: Form, count: int) -> list[dict[str, Any]]:
    chance = random.Random(5)  # noqa: S311
    names = {name: [choice.name for choice in form.question(name).choices] for name in (*CHOSEN, *SEVERAL)}
    names |= {"read": ["OK"], "calm": [str(step) for step in range(1, 8)]}
    return [
        {name: chance.choice(texts) for name, texts in WRITTEN.items()}
        | {name: chance.choice(["", *names[name]]) for name in CHOSEN}
        | {name: [one for one in names[name] if chance.random() < 0.5] for name in SEVERAL}
        for _ in range(count)
    ]


FILL = """people => {
  const page = new window.xinqiaoForm.Page(document.querySelector("form.xq-form"));
  return people.map(person => {
    page.questions.forEach(question => question.inputs.forEach(input => {
      const given = person[question.name];
      if (input.type === "radio" || input.type === "checkbox") input.checked = [].concat(given).includes(input.value);
      else input.value = given || "";
    }));
    page.update();
    const asked = page.questions.filter(question => question.asked && !question.away);
    return {
      answers: page.answers(),
      wrong: asked.filter(question => question.fault(page.values, page.say)).map(question => question.name),
    };
  });
}"""


def submission(form: Form, answers: dict[str, Any]) -> Submission:
    given = {name: tuple(each) if isinstance(each, list) else each for name, each in answers.items()}
    return Submission(
        id="0", form=form.id, form_version=form.version, lang=Lang.EN, received=date.today(), answers=given
    )


def judged(form: Form, answers: list[dict[str, Any]]) -> tuple[list[set[str]], Callable[[int], dict[str, Any]]]:
    """For each set of answers the questions whose answers cannot be used; and the values of a row."""
    raw = from_submissions(form, [submission(form, each) for each in answers])
    checked = validate(form, table_schema(form, Lang.EN), raw)
    wrong: list[set[str]] = [set() for _ in answers]
    for finding in checked.findings:
        if finding.row and finding.code not in {"answer-irrelevant"}:
            wrong[finding.row - 1].add(finding.field)
    rows = {number: dict(row.values) for number, row in checked.rows}
    return wrong, lambda at: rows.get(at + 1, {})


def test_the_page_and_the_tables_judge_every_answer_alike(page: Page, place: Place, long: Form) -> None:
    place.open(page, Lang.EN, long)
    given = people(long, 400)
    told = page.evaluate(FILL, given)
    wrong, values = judged(long, [each["answers"] for each in told])
    sound = 0
    for at, each in enumerate(told):
        assert bool(wrong[at]) == bool(each["wrong"]), given[at]
        if not {"age", "height"} & wrong[at]:  # with those the page goes on asking, the tables set the row aside
            assert wrong[at] == set(each["wrong"]), given[at]
        sound += not wrong[at]
        kept = {name for name, value in values(at).items() if value is not None and long.question(name).answered}
        assert not kept or kept - {derived.name for derived in long.derived} == set(each["answers"]), given[at]
    assert 20 < sound < 380


def test_what_is_posted_without_a_script_is_judged_as_the_page_would(page: Page, place: Place, long: Form) -> None:
    """Every field comes in then, those of questions that do not apply too, as people wrote them."""
    place.open(page, Lang.EN, long)
    given = people(long, 200)
    told = page.evaluate(FILL, given)
    posted = [{name: each for name, each in person.items() if each} for person in given]
    wrong, values = judged(long, posted)
    alike = 0
    for at, each in enumerate(told):
        if each["wrong"] or wrong[at]:
            continue
        alike += 1
        browser = judged(long, [each["answers"]])[1](0)
        assert {name: value for name, value in values(at).items() if value is not None} == {
            name: value for name, value in browser.items() if value is not None
        }
    assert alike
