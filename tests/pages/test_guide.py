"""What the pictures of the guide for staff show is there; `make guide` takes them anew into docs/dev/guide.

XINQIAO_GUIDE=1 writes them. tests/content/test_guides.py reads the guide itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page
from tests.pages.conftest import copy_project, free_ports
from tests.pages.small_png import small_png

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang
from xinqiao.site.preview import Shown, previewing

if TYPE_CHECKING:
    from tests.pages.conftest import Demo

WRITE = bool(os.environ.get("XINQIAO_GUIDE"))
WIDTH, TALLEST, EDITOR_HEIGHT = 900, 760, 620
# A day that is none, as somebody may type it in a hurry.
WRONG = Problem(
    code="event-date",
    place=Place(file="docs/data/events/slow-hour.yml", line=5, column=3),
    params={"month": 6, "day": 31},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture of the guide: from the top of one element of a page to the bottom of another, or of the screen."""

    name: str
    address: str
    first: str
    last: str = ""


PICTURES = (
    Picture(name="event", address="news/events/slow-hour/", first="h1", last=".xq-facts"),
    Picture(
        name="recap",
        address="news/recaps/peer-supporter-training-recap/",
        first="h2:nth-of-type(4)",
        last="h2:nth-of-type(4) ~ ul",
    ),
    Picture(name="article", address="learn/anxiety/", first="#sources", last=".xq-sources"),
    Picture(name="services", address="services/", first="#places", last=".xq-service"),
    Picture(name="corrected", address="news/events/slow-hour/", first="h1", last=".xq-corrected"),
    Picture(name="corrections", address="corrections/", first="h1", last=".xq-correction"),
    Picture(name="summary", address="summaries/training-feedback/", first="h1"),
)

# Both languages where pictures are written; else each in one, as their pages are built alike.
CASES = [
    pytest.param(picture, lang, id=f"{picture.name}-{lang.value}")
    for at, picture in enumerate(PICTURES)
    for turn, lang in enumerate(Lang)
    if WRITE or at % len(Lang) == turn
]


@pytest.fixture(scope="module")
def preview(demo: Demo) -> Iterator[str]:
    """The demonstration's site as `xinqiao serve` shows it while something is wrong."""
    port = free_ports()
    with previewing(Shown(folder=demo.folder / "site", problems=(WRONG,)), "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}/"


def keep(page: Page, root: Path, name: str, span: tuple[float, float] | None = None) -> None:
    """Writes what stands between two heights of a page, or on the screen, where pictures are to be written."""
    if not WRITE:
        return
    path = root / "docs/dev/guide" / f"{name}.png"
    path.parent.mkdir(exist_ok=True)
    clip = {"x": 0, "y": span[0], "width": WIDTH, "height": min(span[1] - span[0], TALLEST)} if span else None
    picture = page.screenshot(clip=clip, full_page=bool(span))  # type: ignore[arg-type]
    page.goto("about:blank")
    path.write_bytes(small_png(picture, page))


def edge(page: Page, selector: str, *, lower: bool) -> float:
    """The height at which the first such element begins or ends, in the page."""
    return float(
        page.locator(selector).first.evaluate(
            "(element, lower) => { const box = element.getBoundingClientRect();"
            " return scrollY + (lower ? box.bottom : box.top); }",
            lower,
        )
    )


@pytest.mark.parametrize(("picture", "lang"), CASES)
def test_what_a_picture_of_the_guide_shows_is_there(
    demo: Demo, visitors: Any, root: Path, picture: Picture, lang: Lang
) -> None:
    visitor = visitors(WIDTH)
    assert visitor.go(f"{demo.site}{lang.value}/{picture.address}") == 200
    page = visitor.page
    top = edge(page, f"main {picture.first}", lower=False) - 8
    bottom = edge(page, f"main {picture.last}", lower=True) + 16 if picture.last else top + TALLEST
    assert bottom - top > 40
    keep(page, root, f"{picture.name}.{lang.value}", (top, bottom))


@pytest.mark.parametrize("lang", list(Lang))
def test_the_preview_tells_what_is_wrong_below_the_page(preview: str, visitors: Any, root: Path, lang: Lang) -> None:
    visitor = visitors(WIDTH)
    visitor.go(f"{preview}{lang.value}/news/events/slow-hour/")
    bar = visitor.page.locator("aside[role=status]")
    bar.wait_for()
    assert f"{WRONG.place}" in bar.inner_text()
    keep(visitor.page, root, f"preview.{lang.value}")


@pytest.fixture(scope="module")
def editor(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `xinqiao admin` for a copy of the portal."""
    folder = copy_project(root, tmp_path_factory.mktemp("edited"))
    log = folder / "admin.log"
    command = [sys.executable, "-m", "xinqiao.cli", "admin", "--project", str(folder), "--port", str(free_ports())]
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
        try:
            until = time.monotonic() + 60
            while not (words := log.read_text("utf-8").split()) and time.monotonic() < until:
                time.sleep(0.1)
            yield words[0]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=120)


@pytest.mark.skipif(not WRITE, reason="tests/editor holds what the editor does; here its pictures are taken")
@pytest.mark.parametrize("lang", list(Lang))
def test_the_editor_shows_what_there_is_and_one_event(editor: str, browser: Browser, root: Path, lang: Lang) -> None:
    context = browser.new_context(locale=lang.tag, viewport={"width": WIDTH, "height": EDITOR_HEIGHT})
    page = context.new_page()
    page.goto(editor)
    named = page.get_by_text({Lang.ZH: "慢下来的一小时", Lang.EN: "An hour to slow down"}[lang]).first
    named.wait_for()
    keep(page, root, f"editor-list.{lang.value}")
    page.goto(editor)
    named.click()
    page.get_by_label({Lang.ZH: "名额", Lang.EN: "Places"}[lang]).first.wait_for()
    keep(page, root, f"editor-event.{lang.value}")
    context.close()
