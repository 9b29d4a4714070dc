"""One site for every place: a folder deep in a host, and a stick without any server."""

from __future__ import annotations

import functools
import http.server
import re
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from posixpath import normpath
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from xinqiao.core.text import Text
from xinqiao.site.archive import FOLDER, LEFT_OUT, for_disk, write_archive
from xinqiao.site.manifest import Stamp

from .conftest import NAMES, Quiet

PAGES = ("zh/", "en/learn/topic/", "zh/news/events/training/", "en/help/", "zh/forms/feedback/", "help-now/")
STAMP = Stamp(moment=datetime(2026, 11, 21, tzinfo=UTC))
LEADS = re.compile(r'<(?:a|link|script|img)\b[^>]*?\s(?:href|src)="([^"]*)"')


@pytest.fixture
def hosted(built: Path, tmp_path: Path) -> Iterator[str]:
    """The site two folders below the root of a host; at its root it lies in the demonstration (tests/pages)."""
    (tmp_path / "host" / "a").mkdir(parents=True)
    (tmp_path / "host" / "a" / "b").symlink_to(built, target_is_directory=True)
    handler = functools.partial(Quiet, directory=str(tmp_path / "host"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/a/b/"
        server.shutdown()


@pytest.fixture
def faults(page: Page) -> list[str]:
    """What a page says on its console, and what it asks for in vain."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    # What a page was still asking for when it was left is no fault.
    page.on("requestfailed", lambda one: None if one.failure == "net::ERR_ABORTED" else found.append(one.url))
    page.on("response", lambda answer: found.append(answer.url) if answer.status >= 400 else None)
    return found


def test_the_site_works_deep_in_a_host(hosted: str, page: Page, faults: list[str]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in PAGES:
        page.goto(hosted + address)
        expect(page.locator("h1")).to_be_visible()
    assert faults == []
    assert [url for url in asked if not url.startswith((hosted, "data:"))] == []
    page.goto(f"{hosted}zh/learn/topic/")
    page.locator(".xq-language").first.click()
    expect(page).to_have_url(f"{hosted}en/learn/topic/")
    page.locator("a.xq-help-now").click()
    expect(page).to_have_url(f"{hosted}help-now/")


def test_where_a_host_knows_no_language_what_is_not_found_leads_to_both(built: Path) -> None:
    lost = (built / "404.html").read_text(encoding="utf-8")
    for there in ("zh/", "en/", "help-now/"):
        # Such a page is shown at any address, so its links begin at the root of the host.
        assert f'href="/portal/{there}"' in lost
    assert not re.search(r"<script|(?:src|href)=\"(?!/portal/|data:)", lost)


@pytest.fixture(scope="module")
def archive(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("archive") / "new" / "portal.zip"
    write_archive(built, made, title=NAMES.title, stamp=STAMP)
    return made


def test_the_archive_is_the_same_each_time_and_replaces_an_old_one(built: Path, archive: Path, tmp_path: Path) -> None:
    other = tmp_path / "portal.zip"
    other.write_bytes(b"an old one")
    write_archive(built, other, title=NAMES.title, stamp=STAMP)
    assert other.read_bytes() == archive.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["portal.zip"]


def test_every_link_of_the_archive_names_a_file_that_is_there(archive: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        names = set(packed.namelist())
        assert f"{FOLDER}/index.html" in names
        assert not [name for name in names if name.rpartition("/")[2] in LEFT_OUT]
        assert {entry.date_time for entry in packed.infolist()} == {(2026, 11, 21, 0, 0, 0)}
        lost = []
        for name in sorted(name for name in names if name.endswith(".html")):
            page = packed.read(name).decode()
            assert "integrity=" not in page and "?h=" not in page
            assert "unsafe-inline" not in page, "what it may run is limited as before"
            for address in LEADS.findall(page):
                parts = urlsplit(address)
                if parts.scheme or parts.netloc or not parts.path:
                    continue
                target = normpath(f"{name.rpartition('/')[0]}/{parts.path}")
                if target not in names:
                    lost.append((name, address))
        assert lost == []


def test_from_a_stick_it_opens_and_leads_on(archive: Path, tmp_path: Path, page: Page, faults: list[str]) -> None:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"file://{tmp_path}/{FOLDER}/index.html")
    page.wait_for_url("**/en/index.html")
    page.locator(".md-tabs__link[href*='learn']").click()
    expect(page).to_have_url(f"file://{tmp_path}/{FOLDER}/en/learn/index.html")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(250, 247, 242)", "it wears its look"
    page.locator("a.xq-help-now").click()
    expect(page.locator("a[href='tel:110']")).to_be_visible()
    page.locator("a[href*='zh/']").click()
    expect(page.locator(".xq-page--home")).to_be_visible()
    assert faults == []


@pytest.mark.parametrize(
    ("written", "carried"),
    [
        ('<a href="../">', '<a href="../index.html">'),
        ('<a href="..">', '<a href="../index.html">'),
        ('<a href=".">', '<a href="./index.html">'),
        ('<a href="../../help-now/">', '<a href="../../help-now/index.html">'),
        ('<a href="learn/#part">', '<a href="learn/index.html#part">'),
        ('<a href="#part">', '<a href="#part">'),
        ('<a href="table.csv">', '<a href="table.csv">'),
        ('<a href="https://example.org/">', '<a href="https://example.org/">'),
        ('<a href="tel:110">', '<a href="tel:110">'),
        ('<script src="a.js?h=0123456789" integrity="sha256-x=" defer>', '<script src="a.js" defer>'),
        ('<p data-thanks="thanks/">', '<p data-thanks="thanks/index.html">'),
    ],
)
def test_links_for_a_disk(written: str, carried: str) -> None:
    assert for_disk(written) == carried
    assert for_disk(carried) == carried


def test_a_moment_before_zip_files_knew_time_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<p>")
    names = Text.of(zh="门户", en="Portal")
    write_archive(
        tmp_path / "site", tmp_path / "a.zip", title=names, stamp=Stamp(moment=datetime.fromtimestamp(0, UTC))
    )
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert "门户" in packed.read(f"{FOLDER}/index.html").decode()
