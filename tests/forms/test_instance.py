"""A registration form for one event: what it leaves out, what its page says, and where sending leads."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from xinqiao.core.form import Form
from xinqiao.core.occasion import BEIJING, Occasion
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.text import Lang, Text
from xinqiao.forms.instance import instance
from xinqiao.forms.outcome_words import outcomes
from xinqiao.forms.page import form_page, outcome_pages
from xinqiao.forms.read import read_form

from .conftest import Place

OPEN, PAST = datetime(2999, 5, 10, 18, tzinfo=BEIJING), datetime(2020, 5, 10, 18, tzinfo=BEIJING)
WALK = Occasion(
    slug="may-walk",
    title=Text.of(zh="五月散步", en="A walk in May"),
    when=Text.of(zh="5月12日下午", en="12 May, afternoon"),
    place=Text.of(zh="东门", en="East gate"),
    capacity=40,
    closes=OPEN,
)
LABELS = {"name": "怎样称呼您", "contact": "怎样通知您"}


@pytest.fixture(scope="module")
def base(root: Path) -> Form:
    return read_form(root / "forms" / "event-registration.yml")


def page_of(form: Form, lang: Lang = Lang.ZH) -> str:
    return form_page(
        form, lang, receiver_url="https://receiver.test", recipients=["age1one"], demonstration=False,
        help_html="", quick_exit="https://weather.test/",
    )  # fmt: skip


def test_the_event_answers_for_itself(base: Form) -> None:
    made = instance(base, WALK)
    assert (made.id, made.base) == ("event-registration@may-walk", "event-registration")
    assert made.title == Text.of(zh="活动报名：五月散步", en="Event registration: A walk in May")
    left_out = {question.name for question in base.questions} - {question.name for question in made.questions}
    assert left_out == {"event_title"}
    assert all(section.questions for section in made.sections)
    assert (made.seal_to, made.retention_days, made.consent) == (base.seal_to, base.retention_days, base.consent)


@pytest.mark.parametrize("form_id", ["a@", "a@B", "a@b@c", "@b", "a@b/c", "a@../b", "a@b\n"])
def test_an_id_that_files_and_addresses_cannot_carry_is_refused(base: Form, form_id: str) -> None:
    with pytest.raises(XinqiaoError, match="name-unusable"):
        replace(base, id=form_id)


def test_its_page_tells_the_event_the_places_and_the_end(base: Form) -> None:
    told = page_of(instance(base, WALK))
    for words in ("五月散步", "5月12日下午", "东门", "40 个", "候补", "2999年5月10日 18:00（北京时间）"):
        assert words in told
    assert 'action="https://receiver.test/submit/event-registration@may-walk"' in told
    assert 'data-form="event-registration@may-walk"' in told
    assert "不限" in page_of(instance(base, replace(WALK, capacity=None)))
    assert "data-waiting" not in page_of(base)


@pytest.mark.parametrize("lang", Lang)
def test_when_it_is_over_the_page_says_so_and_takes_nothing(base: Form, lang: Lang) -> None:
    told = page_of(instance(base, replace(WALK, closes=None)), lang)
    assert {Lang.ZH: "报名已经截止", Lang.EN: "Registration has closed"}[lang] in told
    assert "<form" not in told and '"exclude": true' in told


def test_what_follows_sending_has_pages_of_its_own(base: Form) -> None:
    made = instance(base, WALK)
    assert outcomes(base) == ("thanks", "not-accepted")
    pages = outcome_pages(made, Lang.ZH, demonstration=False)
    assert tuple(pages) == outcomes(made) == ("thanks", "not-accepted", "waiting", "closed")
    assert "候补名单" in pages["waiting"] and "没有接收" in pages["closed"]


def fill_in_and_send(page: Page) -> None:
    page.get_by_label(LABELS["name"]).fill("林同学")
    page.get_by_label(LABELS["contact"]).fill("lin@example.test")
    page.get_by_label("同学", exact=True).check()
    page.get_by_role("button", name="提交").click()


@pytest.mark.parametrize(
    ("status", "answer", "next_"),
    [
        (201, {"id": "x"}, "thanks"),
        (201, {"id": "x", "waiting": True}, "waiting"),
        (410, {"code": "submit-closed", "zh": "报名已经截止"}, "closed"),
    ],
)
def test_the_browser_leads_to_the_page_that_fits(
    page: Page, place: Place, base: Form, status: int, answer: dict[str, str | bool], next_: str
) -> None:
    place.status, place.answer = status, answer
    place.open(page, form=instance(base, WALK))
    expect(page.get_by_text("按您设备上的时间")).to_have_count(0)
    fill_in_and_send(page)
    page.wait_for_url(f"**/forms/event-registration@may-walk/{next_}/")
    assert place.answers == {"name": "林同学", "contact": "lin@example.test", "role": "student"}


def test_by_the_devices_clock_it_is_said_before_anybody_fills_it_in(page: Page, place: Place, base: Form) -> None:
    place.open(page, form=instance(base, replace(WALK, closes=PAST)))
    expect(page.get_by_role("alert").get_by_text("按您设备上的时间，报名已经截止")).to_be_visible()
