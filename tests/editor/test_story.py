"""A secretary's afternoon in a real browser: an event and its recap go live, in few steps, and nobody else is asked."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from xinqiao.site.serve import serving

from ..pages.conftest import copy_project, free_ports

EVENT = {
    "title_zh": "春天走走",
    "title_en": "A walk in spring",
    "date": "2027-04-08",
    "start": "16:00",
    "end": "17:30",
    "place_zh": "南门",
    "place_en": "South gate",
    "what_zh": "沿着湖边走一圈，歇三次。走不动可以随时停下。",
    "what_en": "We walk once round the lake and rest three times. Stop whenever you like.",
}
RECAP = {
    "what_zh": "大家绕湖走了一圈，在亭子里坐了一会儿。",
    "what_en": "We walked once round the lake and sat down in the pavilion.",
}
NEWS = "docs/news/events/a-walk-in-spring"
LIVE = (
    "zh/news/events/a-walk-in-spring/", "en/news/events/a-walk-in-spring/",
    "zh/news/events/a-walk-in-spring/a-walk-in-spring.ics", "zh/forms/event-registration@a-walk-in-spring/",
    "en/forms/event-registration@a-walk-in-spring/", "zh/news/recaps/a-walk-in-spring-recap/",
    "en/news/recaps/a-walk-in-spring-recap/",
)  # fmt: skip
POSTERS = ("zh/news/events/a-walk-in-spring/poster-a4.pdf", "en/news/events/a-walk-in-spring/poster-a3.pdf")


@dataclass(slots=True)
class Hand:
    """What a person does, counted: each press and each field that is filled in is a step."""

    page: Page
    steps: int = 0

    def press(self, name: str, role: str = "button") -> None:
        self.page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]
        self.steps += 1

    def fill(self, fields: dict[str, str]) -> None:
        for name, words in fields.items():
            self.page.fill(f"[name={name}]", words)
            self.steps += 1

    def tick(self, name: str) -> None:
        self.page.check(f"[name={name}]")
        self.steps += 1


@dataclass(frozen=True, slots=True)
class Running:
    folder: Path
    address: str
    live: str
    asked: list[str] = field(default_factory=list)


def git(folder: Path, *arguments: str) -> str:
    named = ("-c", "user.name=x", "-c", "user.email=x@y")
    done = subprocess.run(["git", "-C", str(folder), *named, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def running(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = copy_project(root, tmp_path_factory.mktemp("portal"))
    editor, live = free_ports(), free_ports()
    settings = folder / "portal.toml"
    source = settings.read_text("utf-8").partition("\n[publish]")[0]
    source = source.replace('site_url = "http://127.0.0.1:8000/"', f'site_url = "http://127.0.0.1:{live}/"')
    settings.write_text(f'{source}\n[publish]\nmethod = "folder"\ntarget = "build/public"\n', "utf-8")
    (folder / ".gitignore").write_text("/build/\n", "utf-8")
    git(folder, "init", "-q")
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "portal")
    (folder / "build" / "public").mkdir(parents=True)
    log = folder / "build" / "admin.log"
    command = [sys.executable, "-m", "xinqiao.cli", "admin", "--project", str(folder), "--port", str(editor)]
    environment = {name: value for name, value in os.environ.items() if name != "XINQIAO_KEYS"}
    with log.open("wb") as said, serving(folder / "build" / "public", "127.0.0.1", live):
        process = subprocess.Popen(command, stdout=said, stderr=said, env=environment)
        try:
            yield Running(folder, _address(log, process), f"http://127.0.0.1:{live}/")
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=120) == 0, log.read_text("utf-8")


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    for _ in range(300):
        said = log.read_text("utf-8").split()
        if said and said[0].startswith("http"):
            return said[0]
        assert process.poll() is None, log.read_text("utf-8")
        time.sleep(0.1)
    raise AssertionError("the editor did not start")


@pytest.fixture(scope="module")
def page(running: Running, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900})
    context.on("request", lambda request: running.asked.append(request.url))
    page = context.new_page()
    page.goto(running.address)
    yield page
    context.close()


def status(address: str) -> int:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - this machine's own
        return int(answer.status)


def test_the_editor_opens_in_chinese_with_all_that_there_is(page: Page) -> None:
    expect(page.get_by_text("活动回顾").first).to_be_visible()
    expect(page.get_by_text("慢下来的一小时").first).to_be_visible()
    expect(page.get_by_role("button", name="创建新条目")).to_be_visible()


def test_an_event_is_made_in_few_steps(page: Page, running: Running) -> None:
    hand = Hand(page)
    hand.press("新建", "link")
    hand.fill(EVENT)
    hand.tick("ready")
    hand.press("建好")
    expect(page.get_by_text(f"{NEWS}.zh.md")).to_be_visible()
    # The two presses that publish it are below, with the recap's.
    assert hand.steps + 2 <= 15, hand.steps
    assert "A walk in spring" in (running.folder / f"{NEWS}.en.md").read_text("utf-8")


def test_a_recap_comes_from_it_in_fewer(page: Page, running: Running) -> None:
    hand = Hand(page)
    hand.press("新建", "link")
    hand.press("回顾", "link")
    page.select_option("[name=event]", "a-walk-in-spring")
    hand.steps += 1
    hand.fill(RECAP)
    hand.tick("ready")
    hand.press("建好")
    expect(page.get_by_text("docs/news/recaps/a-walk-in-spring-recap.zh.md")).to_be_visible()
    assert hand.steps + 2 <= 10, hand.steps


def test_a_word_is_changed_in_the_editor_both_languages_side_by_side(page: Page, running: Running) -> None:
    page.goto(f"{running.address}zh/#/collections/events/entries/a-walk-in-spring")
    summaries = page.get_by_role("textbox", name="摘要")
    expect(summaries).to_have_count(2)
    expect(summaries.last).to_have_value("We walk once round the lake and rest three times.")
    before = (running.folder / f"{NEWS}.en.md").read_bytes()
    summaries.first.fill("绕湖走一圈，歇三次。")
    with page.expect_response(lambda answer: answer.url.endswith("/contents")) as answered:
        page.get_by_role("button", name="保存", exact=True).click()
    assert answered.value.status == 201
    # Saving leads back to the list, a moment after the answer: whoever opens the next entry before that is sent away.
    expect(page).to_have_url(re.compile(r"/collections/events$"))
    assert "Summary: 绕湖走一圈，歇三次。\n" in (running.folder / f"{NEWS}.zh.md").read_text("utf-8")
    assert (running.folder / f"{NEWS}.en.md").read_bytes() == before, "what nobody touched stays to the last byte"
    assert "a-walk-in-spring" in git(running.folder, "log", "-1", "--format=%s", "--", f"{NEWS}.zh.md")


def test_who_changes_the_same_is_asked_first(page: Page, running: Running) -> None:
    page.goto(f"{running.address}zh/#/collections/events/entries/slow-hour")
    summary = page.get_by_role("textbox", name="摘要").first
    expect(summary).not_to_be_empty()
    file = running.folder / "docs/news/events/slow-hour.zh.md"
    theirs = file.read_text("utf-8").replace("喝杯热茶再走", "喝杯茶再走")
    file.write_text(theirs, "utf-8")
    summary.fill("一个晚上。")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("别人改过这一篇").first).to_be_visible()
    assert file.read_text("utf-8") == theirs
    page.get_by_role("button", name="取消", exact=True).last.click()


def test_it_goes_live_with_poster_calendar_and_registration(page: Page, running: Running) -> None:
    hand = Hand(page)
    page.goto(f"{running.address}zh/new/")
    hand.press("发布", "link")
    hand.press("现在发布")
    expect(page.get_by_text("已经上线")).to_be_visible(timeout=240_000)
    assert hand.steps == 2
    assert [status(running.live + name) for name in LIVE] == [200] * len(LIVE)
    made = [(running.folder / "build" / "public" / name).is_file() for name in POSTERS]
    assert all(made) or not any(made), "without a font with Chinese letters there is no poster"
    assert not git(running.folder, "status", "--porcelain", "--", "docs")


def test_a_file_that_somebody_broke_is_told_and_the_editor_opens(page: Page, running: Running) -> None:
    broken = running.folder / "docs/news/events/broken.zh.md"
    broken.write_text("没有元数据\n", "utf-8")
    page.goto(f"{running.address}zh/#/collections/events")
    page.reload()
    expect(page.get_by_text("慢下来的一小时").first).to_be_visible()
    page.goto(f"{running.address}zh/check/")
    page.get_by_role("button", name="开始检查").click()
    expect(page.get_by_role("heading", name="docs/news/events/broken.zh.md")).to_be_visible(timeout=240_000)
    expect(page.get_by_text("错误").first).to_be_visible()
    broken.unlink()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("where", ["new/", "new/?kind=recap", "check/", "publish/"])
def test_our_pages_can_be_used_by_everybody(page: Page, running: Running, lang: str, where: str) -> None:
    for palette, width in (("light", 390), ("dark", 1280)):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=palette)  # type: ignore[arg-type]
        page.goto(f"{running.address}{lang}/{where}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator(".bar").bounding_box()["height"] < 2 * 44, "the bar takes one line"  # type: ignore[index]


@pytest.mark.usefixtures("page")
def test_nobody_else_was_asked(running: Running) -> None:
    own = ("http://127.0.0.1:", "blob:", "data:")
    assert running.asked
    assert [url for url in running.asked if not url.startswith(own)] == []
