"""The inbox opens to who knows its address on this very machine, and to nobody else; nothing in it is a script."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from xinqiao.care.app import HEADERS, inbox_app
from xinqiao.care.entry import Act
from xinqiao.care.page import LIMIT, Number, Numbers, View
from xinqiao.core.text import Text
from xinqiao.intake.receiver import running

from .conftest import MARKER, QUESTION, REFERRAL, Portal

TOKEN = "t" * 43
NUMBER = Number(
    shown="000-12", dialled="00012", name=Text.of(zh="某热线", en="A line"), hours=Text.of(zh="白天", en="By day")
)
NUMBERS = Numbers(lines=(NUMBER,), checked_on=date(2026, 11, 2), confirmed=False)


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Inbox:
    """Asks as a browser does, and lets a test change what it says of itself."""

    port: int
    clock: Clock

    def ask(self, path: str, *, method: str = "GET", body: str | None = None, **headers: str) -> Answer:
        here = f"127.0.0.1:{self.port}"
        given = {"Host": here, "Accept-Language": "zh-CN"}
        if method == "POST":
            given |= {"Origin": f"http://{here}", "Content-Type": "application/x-www-form-urlencoded"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body, {name: value for name, value in given.items() if value})
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode())

    def post(self, path: str, **fields: str) -> Answer:
        return self.ask(path, method="POST", body=urlencode(fields))


@pytest.fixture
def inbox(portal: Portal) -> Iterator[Inbox]:
    desk, clock = portal.desk(), Clock()
    college = portal.config.college
    view = View(base=f"/{TOKEN}/", college=college, duty=desk.duty, key=desk.key, me="lin", numbers=NUMBERS)
    with running(inbox_app(desk, view, root=portal.config.root, now=clock), "127.0.0.1", 0) as address:
        yield Inbox(int(address.rpartition(":")[2]), clock)


def at(envelope: str, act: str = "", lang: str = "zh") -> str:
    return f"/{TOKEN}/{lang}/case/{envelope}/{act}"


def test_a_case_is_taken_noted_and_closed_with_plain_forms(portal: Portal, inbox: Inbox) -> None:
    envelope = portal.put("referral", REFERRAL)
    listed = inbox.ask(f"/{TOKEN}/zh/")
    assert envelope[:8] in listed.text and "二级：今天" in listed.text and MARKER not in listed.text
    assert MARKER in inbox.ask(at(envelope)).text
    steps = {
        "taken": {}, "noted": {"words": "说上话了"}, "judged": {"level": "l3"}, "next": {"words": "明天再谈"},
        "closed": {"words": "已安排"}, "reopened": {},
    }  # fmt: skip
    for act, fields in steps.items():
        inbox.clock.now += timedelta(minutes=1)
        answer = inbox.post(at(envelope, act), **fields)
        assert (answer.status, answer.headers["location"]) == (303, at(envelope) + "?done=1"), act
    case = portal.case(envelope)
    assert [entry.act.value for entry in case.entries] == ["seen", *steps]
    assert (case.level, case.holder) == ("l3", "lin")


@pytest.mark.parametrize(
    ("form", "answers", "shown"),
    [
        ("referral", {**REFERRAL, "level": "l1"}, True),
        ("referral", {**REFERRAL, "level": "l2"}, True),
        ("referral", {**REFERRAL, "level": "l3"}, False),
        ("referral", {**REFERRAL, "level": "l3", "danger_now": "unknown"}, True),
        ("question-box", QUESTION, False),
    ],
    ids=["level 1", "level 2", "level 3", "level 3 with danger not known", "question"],
)
def test_an_urgent_case_shows_whom_to_call(
    form: str, answers: Mapping[str, Any], shown: bool, portal: Portal, inbox: Inbox
) -> None:
    envelope = portal.put(form, answers)
    for lang, words in (("zh", "某热线"), ("en", "A line")):
        page = inbox.ask(at(envelope, lang=lang)).text
        assert ('<a href="tel:00012">000-12</a>' in page) == shown
        assert (words in page) == ("2026-11-02" in page) == shown


def test_who_to_call_follows_what_the_counsellor_judged(portal: Portal, inbox: Inbox) -> None:
    envelope = portal.put("referral", {**REFERRAL, "level": "l3"})
    for act, fields, shown in (
        ("judged", {"level": "l2"}, True),
        ("closed", {"words": "已安排"}, False),
        ("reopened", {}, True),
        ("judged", {"level": "l4"}, False),
    ):
        inbox.clock.now += timedelta(minutes=1)
        assert inbox.post(at(envelope, act), **fields).status == 303
        assert ("tel:00012" in inbox.ask(at(envelope)).text) == shown, act


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_hold_no_script_and_name_nobody_else(lang: str, portal: Portal, inbox: Inbox) -> None:
    asked = portal.put("question-box", {**QUESTION, "question": '<script>alert(1)</script> <img src="//x.example">'})
    for path in (f"/{TOKEN}/{lang}/", at(asked, lang=lang), at(asked, "publish/", lang)):
        page = inbox.ask(path)
        assert page.status == 200
        assert not re.search(r"<script|<img|\son\w+=|javascript:|https?://|<iframe|\sstyle=", page.text)
        assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in page.text
        assert {name: page.headers[name.lower()] for name in HEADERS} == dict(HEADERS)
        assert "set-cookie" not in page.headers


def test_without_the_token_nothing_is_there(portal: Portal, inbox: Inbox) -> None:
    portal.put("referral", REFERRAL)
    for path in ("/", "/zh/", "/favicon.ico", f"/{TOKEN[:-1]}/zh/", f"/{TOKEN}x/zh/", "/inbox.css"):
        answer = inbox.ask(path)
        assert (answer.status, answer.text) == (404, ""), path


def test_under_another_name_it_does_not_open(portal: Portal, inbox: Inbox) -> None:
    envelope = portal.put("referral", REFERRAL)
    names = ("localhost", "rebound.example", "[::1]")
    for name in (*names, *(f"{name}:{inbox.port}" for name in names), "127.0.0.1", "127.0.0.1:1"):
        answer = inbox.ask(at(envelope), Host=name)
        assert answer.status == 421 and MARKER not in answer.text, name


FOREIGN = (
    {"Origin": ""}, {"Origin": "null"}, {"Origin": "http://rebound.example"}, {"Origin": "https://127.0.0.1"},
    {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "none"},
)  # fmt: skip


def test_what_another_page_sends_changes_nothing(portal: Portal, inbox: Inbox) -> None:
    envelope = portal.put("referral", REFERRAL)
    for headers in FOREIGN:
        assert inbox.ask(at(envelope, "taken"), method="POST", body="", **headers).status == 421, headers
    assert portal.case(envelope).holder == ""
    assert inbox.ask(at(envelope, "taken"), method="POST", body="", Sec_Fetch_Site="same-origin").status == 303


def test_the_same_headers_are_on_what_is_refused(inbox: Inbox) -> None:
    refused = inbox.ask(f"/{TOKEN}/zh/", Host="rebound.example")
    assert refused.status == 421 and refused.headers["cache-control"] == "no-store"


UNFIT: tuple[tuple[str, dict[str, str], int], ...] = (
    ("noted", {"words": "  "}, 422), ("noted", {"words": "x" * (LIMIT + 1)}, 422), ("closed", {}, 422),
    ("judged", {"level": "l9"}, 422), ("handed", {"to": "nobody"}, 422), ("handed", {"to": "lin"}, 422),
    ("seen", {}, 404), ("deleted", {}, 404), ("noted", {"words": "x" * 70_000}, 413),
)  # fmt: skip


def test_what_does_not_fit_is_told_and_nothing_is_noted(portal: Portal, inbox: Inbox) -> None:
    envelope = portal.put("referral", REFERRAL)
    for act, fields, status in UNFIT:
        answer = inbox.post(at(envelope, act), **fields)
        assert (answer.status, 'role="alert"' in answer.text) == (status, status == 422), act
    assert [entry.act for entry in portal.case(envelope).entries] == [Act.SEEN]


def test_an_unknown_case_or_a_wrong_method_is_told_calmly(portal: Portal, inbox: Inbox) -> None:
    envelope = portal.put("referral", REFERRAL)
    assert inbox.ask(at("f" * 64)).status == 404
    assert inbox.ask(at(envelope, "taken")).status == 405
    assert "这里打不开" in inbox.ask(at("f" * 64)).text


def test_after_a_while_without_use_the_key_is_gone(portal: Portal, inbox: Inbox) -> None:
    envelope = portal.put("referral", REFERRAL)
    inbox.clock.now += timedelta(minutes=19)
    assert inbox.ask(at(envelope)).status == 200
    inbox.clock.now += timedelta(minutes=21)
    for _ in range(2):
        locked = inbox.ask(at(envelope))
        assert locked.status == 423 and MARKER not in locked.text and "收件箱已锁上" in locked.text
    assert inbox.ask(f"/{TOKEN}/inbox.css").status == 200


def test_a_log_that_cannot_be_written_is_told_on_the_page(portal: Portal, inbox: Inbox) -> None:
    envelope = portal.put("referral", REFERRAL)
    inbox.ask(at(envelope))
    path = portal.config.store_path.with_name("cases.db")
    path.write_bytes(b"not a database any more" * 100)
    answer = inbox.post(at(envelope, "taken"))
    assert answer.status == 503 and "没有记下" in answer.text and MARKER not in answer.text


def test_a_question_becomes_a_draft_only_as_it_may(portal: Portal, inbox: Inbox) -> None:
    envelope = portal.put("question-box", QUESTION)
    fields = {
        "slug": "sleep", "title_zh": "考前睡不好", "question_zh": "夜里合不上眼。", "answer_zh": "起来坐坐。",
        "title_en": "Sleep", "question_en": "I lie awake.", "answer_en": "Get up for a while.",
    }  # fmt: skip
    refused = inbox.post(at(envelope, "publish/"), **{**fields, "answer_zh": "打13812345678"})
    assert refused.status == 422 and "手机号" in refused.text and "aria-invalid=true" in refused.text
    assert "打13812345678" in refused.text
    saved = inbox.post(at(envelope, "publish/"), **fields)
    assert saved.status == 200 and "docs/en/questions/sleep.md" in saved.text
    assert inbox.post(at(envelope, "publish/"), **fields).status == 422
    private = portal.put("question-box", {**QUESTION, "publish": "no"})
    assert "publish/" not in inbox.ask(at(private)).text
    assert inbox.post(at(private, "publish/"), **{**fields, "slug": "more"}).status == 422


def test_the_entrance_leads_to_the_readers_language(inbox: Inbox) -> None:
    for asked, lang in (("zh-CN,en;q=0.5", "zh"), ("en-GB", "en"), ("", "zh")):
        answer = inbox.ask(f"/{TOKEN}/", Accept_Language=asked)
        assert (answer.status, answer.headers["location"]) == (303, f"/{TOKEN}/{lang}/")
