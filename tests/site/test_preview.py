"""The preview's server: pages with the bar's script under their own policy, and the state that it asks for."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from xinqiao.core.problem import Place, Problem
from xinqiao.site.preview import TAG, Shown, previewing
from xinqiao.site.serve import Server

WRONG = Problem(code="registry-date", place=Place(file="docs/zh/a.md", line=5, column=2), params={"key": "written_on"})


def free_port() -> int:
    with Server(("127.0.0.1", 0), object) as server:  # type: ignore[arg-type]
        return int(server.server_port)


@pytest.fixture
def shown(built: Path) -> Shown:
    return Shown(folder=built)


@pytest.fixture
def address(shown: Shown) -> Iterator[str]:
    port = free_port()
    with previewing(shown, "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}"


def asked(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own address
        return bytes(answer.read())


def state(address: str, count: str = "") -> dict[str, object]:
    said = asked(f"{address}/.preview/state.js?count={count}").decode()
    return dict(json.loads(said.removeprefix("xinqiaoPreview(").removesuffix(");\n")))


def test_a_page_is_as_it_was_built_but_for_the_script(address: str, built: Path) -> None:
    page = asked(f"{address}/zh/learn/")
    assert page.count(TAG) == 1
    assert page.replace(TAG, b"") == (built / "zh/learn/index.html").read_bytes()


def test_what_is_no_page_is_given_as_it_is(address: str, built: Path) -> None:
    for name in ("help-now/index.html", "zh/assets/portal.css", "zh/summaries/feedback/overall.csv"):
        assert asked(f"{address}/{name}") == (built / name).read_bytes()
    with pytest.raises(urllib.error.HTTPError) as caught:
        asked(f"{address}/zh/nowhere/")
    assert caught.value.code == 404


def test_nothing_outside_the_folder_is_given(address: str, built: Path) -> None:
    (built.parent / "secret.html").write_text("script-src 'self'</body>", encoding="utf-8")
    for path in ("/../secret.html", "/%2e%2e/secret.html", "/zh/..%2f../secret.html"):
        with pytest.raises(urllib.error.HTTPError):
            asked(address + path)


def test_the_state_waits_for_the_next_change(address: str, shown: Shown) -> None:
    first = state(address)
    assert first == {"count": 0, "version": 0, "building": False, "problems": []}
    threading.Timer(0.2, lambda: shown.tell(anew=True, problems=(WRONG,))).start()
    began = time.monotonic()
    second = state(address, "0")
    assert time.monotonic() - began > 0.1
    assert (second["version"], second["count"]) == (1, 1)
    (told,) = second["problems"]  # type: ignore[misc]
    assert (told["level"], "docs/zh/a.md:5:2" in told["zh"], "written_on" in told["en"]) == ("error", True, True)


def test_before_the_first_build_there_is_a_page_that_waits(tmp_path: Path) -> None:
    port = free_port()
    with previewing(Shown(folder=tmp_path / "none"), "127.0.0.1", port):
        assert b"/.preview/preview.js" in asked(f"http://127.0.0.1:{port}/zh/")


def test_a_reader_sees_what_is_wrong_and_then_the_new_page(address: str, shown: Shown, browser: Browser) -> None:
    page = browser.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(f"{address}/zh/learn/")
    bar = page.locator("aside[role=status]")
    shown.tell(problems=(WRONG,), building=True)
    expect(bar).to_contain_text("docs/zh/a.md:5:2")
    expect(bar).to_contain_text("正在重建")
    shown.tell(problems=(), building=False)
    expect(bar).to_be_hidden()
    with page.expect_navigation():
        shown.tell(anew=True)
    assert faults == []
    page.close()
