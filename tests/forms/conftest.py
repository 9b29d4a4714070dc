"""The feedback form, and a small site with a receiver that exists inside the browser's routes only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

from xinqiao.core.form import Form
from xinqiao.core.question import Choice
from xinqiao.core.text import Lang, Text
from xinqiao.forms.outcome_words import outcomes
from xinqiao.forms.page import form_page, outcome_pages
from xinqiao.forms.read import read_form

HELP = '<p><a href="../../../help-now/">Help now</a></p>'
SHELL = (
    '<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main>{body}</main></body></html>'
)
SEAL = """window.prepared = []; window.xinqiaoSeal = {prepare: function (recipients) {
  window.prepared.push(recipients);
  return Promise.resolve();
}, seal: function (payload, recipients) {
  return Promise.resolve(new TextEncoder().encode(JSON.stringify([payload, recipients, Math.random()])));
}};"""


@pytest.fixture(scope="session")
def feedback(root: Path) -> Form:
    return read_form(root / "forms" / "training-feedback.yml")


def body_of(page: str) -> str:
    """The HTML of a page without its front matter."""
    return page.split("---\n", 2)[2].strip()


@dataclass(kw_only=True)
class Place:
    """The site in the browser: what the receiver got, and how it answers (0: not at all)."""

    root: Path
    form: Form
    origin: str = "https://college.test"
    status: int = 201
    answer: Mapping[str, str | bool] = field(default_factory=dict)
    posts: list[tuple[bytes, Mapping[str, str]]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def open(self, page: Page, lang: Lang = Lang.ZH, form: Form | None = None) -> None:
        """Opens the form's page; every request of the browser is answered here."""
        self.form = form or self.form
        page.route("**/*", self.serve)
        page.goto(f"{self.origin}/{lang.value}/forms/{self.form.id}/")

    def serve(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.hostname == "receiver.test":
            self.receive(route)
            return
        name = url.path.rsplit("/", 1)[-1]
        if name == "seal.js":
            route.fulfill(body=SEAL, content_type="text/javascript")
        elif (self.root / "overrides" / "assets" / name).is_file():
            route.fulfill(path=self.root / "overrides" / "assets" / name)
        elif url.path.endswith("/") and "/forms/" in url.path:
            route.fulfill(body=self.html(url.path), content_type="text/html; charset=utf-8")
        else:
            self.others.append(route.request.url)
            route.fulfill(status=404)

    def receive(self, route: Route) -> None:
        cors = {"Access-Control-Allow-Origin": self.origin, "Access-Control-Allow-Headers": "content-type"}
        if route.request.method == "OPTIONS":
            route.fulfill(status=204, headers=cors)
            return
        self.posts.append((route.request.post_data_buffer or b"", route.request.headers))
        if self.status == 0:
            route.abort("internetdisconnected")
        elif "urlencoded" in route.request.headers["content-type"]:
            route.fulfill(status=200, body="taken")
        else:
            route.fulfill(status=self.status, headers=cors, json=dict(self.answer))

    def html(self, path: str) -> str:
        lang, last = Lang(path.split("/")[1]), path.rstrip("/").rsplit("/", 1)[-1]
        if last in outcomes(self.form):
            text = outcome_pages(self.form, lang, demonstration=True, help_html=HELP)[last]
        else:
            text = form_page(
                self.form, lang, receiver_url="https://receiver.test", recipients=["age1one", "age1two"],
                demonstration=True, help_html=HELP, quick_exit="https://weather.test/",
            )  # fmt: skip
        return SHELL.format(lang=lang.tag, title=self.form.title[lang], body=body_of(text))

    @property
    def answers(self) -> dict[str, Any]:
        """The answers of the last sealed post."""
        payload: dict[str, Any] = json.loads(self.posts[-1][0])[0]
        return dict(payload["answers"])


@pytest.fixture
def place(root: Path, feedback: Form) -> Place:
    return Place(root=root, form=feedback)


@pytest.fixture
def body() -> Callable[[str], str]:
    return body_of


EVERY_KIND = """
settings: {form_id: every-kind, version: 2, purpose: survey, title: {zh: 各种题型, en: 'Kinds "of" <questions>'}}
consent: {zh: 同意, en: Agreed}
survey:
  - {type: note, name: hello, label: {zh: 您好, en: Hello}}
  - {type: integer, name: age, label: {zh: 年龄, en: Age}, constraint: . >= 0 and . < 130, hint: {zh: 岁, en: In years}}
  - {type: text, name: retired, label: {zh: 退休, en: Retired}, relevant: '${age} >= 60'}
  - {type: text, name: since, label: {zh: 自何时, en: Since}, relevant: "${retired} != ''"}
  - type: text
    name: code
    label: {zh: 代码, en: Code}
    required: true
    constraint: regex(., '[0-9]{3}')
    constraint_message: {zh: 三位数字, en: Three digits}
  - {type: select_one units, name: unit, label: {zh: 班级, en: Class}, required: true, role: dimension, missing: [99]}
  - {type: select_multiple topics, name: topics, label: {zh: 话题, en: Topics}, required: true, sensitive: health}
  - {type: text, name: remark, label: {zh: 说明, en: Remark}, role: free-text}
choices:
  topics: [{name: a, label: {zh: 甲, en: A}}, {name: b.c, label: {zh: 乙, en: B & C}}]
seal_to: [counsellor, recovery, other-key]
retention: {days: 10}
"""


@pytest.fixture(scope="session")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Form:
    """A form with every kind of question, and more than a dozen classes."""
    path = tmp_path_factory.mktemp("forms") / "every-kind.yml"
    path.write_text(EVERY_KIND, encoding="utf-8")
    units = tuple(Choice(name=f"c{at}", label=Text.of(zh=f"{at} 班", en=f"Class {at}")) for at in range(1, 21))
    return read_form(path, {"units": units})
