"""In Chromium: a referral is sent, a notice comes without content, the counsellor takes, hands on and closes it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from xinqiao.care.app import inbox_app
from xinqiao.care.page import Numbers, View
from xinqiao.config import load_config
from xinqiao.core.form import Form
from xinqiao.core.text import Lang
from xinqiao.flows.intake import doors
from xinqiao.flows.notices import notify
from xinqiao.flows.project import recipients
from xinqiao.flows.sitting import at_hand
from xinqiao.forms.page import form_page
from xinqiao.intake.receiver import receiver_app, running

from .conftest import MARKER, QUESTION, REFERRAL, Portal

MODES: tuple[tuple[Lang, int, Literal["light", "dark"]], ...] = (
    (Lang.ZH, 390, "light"), (Lang.ZH, 1280, "dark"), (Lang.EN, 390, "dark"), (Lang.EN, 1280, "light"),
)  # fmt: skip


class Sitting:
    """An inbox that runs for one key, with a clock that a test moves on."""

    def __init__(self, portal: Portal, numbers: Numbers | None) -> None:
        self.portal, self.numbers = portal, numbers
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def open(self, key: str, me: str) -> Any:
        desk = self.portal.desk(key)
        college, numbers = self.portal.config.college, self.numbers
        view = View(base=f"/{key}/", college=college, duty=desk.duty, key=key, me=me, numbers=numbers)
        return running(inbox_app(desk, view, root=self.portal.config.root, now=self.now), "127.0.0.1", 0)


@pytest.fixture
def sitting(portal: Portal, root: Path) -> Sitting:
    return Sitting(portal, at_hand(load_config(root)))


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder at an address of its own; a page that Playwright makes up may not ask this machine for anything."""
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


def build_the_form(portal: Portal, form: Form, receiver: str, root: Path) -> None:
    text = form_page(
        form, Lang.ZH, receiver_url=receiver, recipients=recipients(portal.config, form)[0], demonstration=True,
        help_html="", quick_exit="https://weather.example/",
    )  # fmt: skip
    site = portal.config.root / "site" / "zh"
    shutil.copytree(root / "overrides" / "assets", site / "assets")
    (site / "forms" / form.id).mkdir(parents=True)
    html = f"<!doctype html><html lang=zh-CN><meta charset=utf-8><title>x</title>{text.split('---', 2)[2]}"
    (site / "forms" / form.id / "index.html").write_text(html, "utf-8")


def send_the_form(page: Page, address: str) -> None:
    """Fills in the referral's own page and sends it, sealed in the browser."""
    page.goto(address)
    for name, given in REFERRAL.items():
        for value in given if isinstance(given, list) else [given]:
            choice = page.locator(f"input[name={name}][value='{value}']")
            if choice.count():
                choice.check()
            else:
                page.locator(f"[name={name}]").fill(value)
    with page.expect_response(lambda answer: "/submit/" in answer.url and answer.request.method == "POST") as sent:
        page.locator(".xq-send button").click()
    assert sent.value.status == 201


def test_from_the_form_to_the_end_of_the_case(
    portal: Portal, sitting: Sitting, page: Page, root: Path, forms: Mapping[str, Form]
) -> None:
    form = forms["referral"]
    door = doors(portal.config)[form.id]
    with served(portal.config.root / "site") as origin:
        app = receiver_app(portal.config.store_path, {form.id: door}, origin=origin)
        with running(app, "127.0.0.1", 0) as receiver:
            build_the_form(portal, form, receiver, root)
            send_the_form(page, f"{origin}/zh/forms/referral/")
    notify(portal.config)
    notice = portal.config.store_path.with_name("notices.txt").read_text("utf-8")
    assert "转介" in notice and MARKER not in notice and "某同学" not in notice
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with sitting.open("counsellor-zhou", "zhou") as address:
        page.goto(f"{address}/counsellor-zhou/zh/")
        expect(page.locator(".others")).to_contain_text("1 件不是封给这把密钥的")
        expect(page.locator(".case")).to_have_count(0)
    with sitting.open("counsellor", "lin") as address:
        page.goto(f"{address}/counsellor/zh/")
        expect(page.locator(".case .clock")).to_contain_text("还有")
        sitting.ahead = timedelta(days=5)
        page.goto(f"{address}/counsellor/zh/")
        expect(page.get_by_role("heading", name="收件箱已锁上")).to_be_visible()
    with sitting.open("counsellor", "lin") as address:
        page.goto(f"{address}/counsellor/zh/")
        expect(page.locator(".case.over .clock")).to_contain_text("已超时")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.locator(".case a").focus()
        page.keyboard.press("Enter")
        expect(page.locator("dl.answers")).to_contain_text(MARKER)
        page.get_by_role("button", name="我来接手").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("已记下")
        expect(page.locator(".facts")).to_contain_text("林老师（虚构）已接手")
        page.get_by_label("结果，以及告诉了谁").fill("已安排面谈")
        page.get_by_role("button", name="结束这一件").click()
        expect(page.locator(".facts")).to_contain_text("已结束")
        expect(page.locator(".log .words")).to_have_text("已安排面谈")
        page.get_by_role("link", name="收件箱", exact=True).click()
        expect(page.locator("section[aria-labelledby=closed] .case")).to_have_count(1)
        assert {url.rpartition(":")[0] for url in {f"{one.split('/')[0]}//{one.split('/')[2]}" for one in asked}} == {
            "http://127.0.0.1"
        }
    assert notify(portal.config).document == {"waiting": 0, "notices": 0}


@pytest.fixture
def visits(browser: Browser) -> Iterator[Any]:
    contexts = []

    def visit(width: int, palette: Literal["light", "dark"], scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=palette, java_script_enabled=scripts
        )
        contexts.append(context)
        return context.new_page()

    yield visit
    for context in contexts:
        context.close()


def test_every_page_in_every_mode_is_without_fault(portal: Portal, sitting: Sitting, visits: Any) -> None:
    danger = portal.put("referral", {**REFERRAL, "danger_now": "yes"}, datetime(2026, 11, 1, tzinfo=UTC).date())
    asked = portal.put("question-box", QUESTION)
    with sitting.open("counsellor", "lin") as address:
        for lang, width, palette in MODES:
            page = visits(width, palette)
            faults: list[str] = []
            page.on("console", lambda said, kept=faults: kept.append(said.text) if said.type == "error" else None)
            base = f"{address}/counsellor/{lang}/"
            for path in ("", f"case/{danger}/", f"case/{asked}/publish/"):
                page.goto(base + path)
                found = Axe().run(page).response["violations"]
                assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], (lang, width, path)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                small = page.locator("button, .button, input, textarea, select, .numbers a").evaluate_all(
                    "all => all.filter(one => one.getBoundingClientRect().height < 44).length"
                )
                assert (small, faults) == (0, [])


def test_without_scripts_everything_works(portal: Portal, sitting: Sitting, visits: Any) -> None:
    envelope = portal.put("referral", REFERRAL)
    with sitting.open("counsellor", "lin") as address:
        page = visits(390, "light", scripts=False)
        page.goto(f"{address}/counsellor/en/case/{envelope}/")
        page.get_by_label("To", exact=True).select_option("zhou")
        page.get_by_role("button", name="Hand over").click()
        expect(page.locator(".facts")).to_contain_text("Handed over to Mr Zhou")
    with sitting.open("counsellor-zhou", "zhou") as address:
        page.goto(f"{address}/counsellor-zhou/en/case/{envelope}/")
        expect(page.locator("dl.answers")).to_contain_text(MARKER)
        page.get_by_role("button", name="I take this").click()
        expect(page.locator(".facts")).to_contain_text("Taken by Mr Zhou")
