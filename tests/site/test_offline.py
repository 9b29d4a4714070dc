"""Help without a network: after one visit one page is kept, and shown where others cannot be fetched."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from xinqiao.core.text import Lang
from xinqiao.site.help_lines import crisis_page, read_help_lines
from xinqiao.site.offline import NOTICE, WORKER, help_worker

# The slowest line that the page is promised for: 50 KB a second, 400 ms to the host.
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50 * 1024, "uploadThroughput": 50 * 1024}
CONTROLLED = "navigator.serviceWorker.ready.then(() => !!navigator.serviceWorker.controller)"
KEPT = """async () => {
  const names = await caches.keys();
  const kept = await Promise.all(names.map(async name => (await (await caches.open(name)).keys()).map(r => r.url)));
  return kept.reduce((all, some) => all.concat(some), []);
}"""
PAINTED = """() => new Promise(done => {
  const look = () => {
    const found = performance.getEntriesByName("first-contentful-paint")[0];
    if (found) done(found.startTime); else setTimeout(look, 20);
  };
  look();
})"""


class Host(http.server.SimpleHTTPRequestHandler):
    """A host in whose folder `broken` nothing is to be had."""

    broken = False

    def do_GET(self) -> None:
        if type(self).broken:
            self.send_response(503)
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def host(built: Path, tmp_path: Path) -> Iterator[tuple[str, Path, type[Host]]]:
    """A copy of the site two folders below a host of its own: its address, its folder, its handler."""
    folder = tmp_path / "host"
    shutil.copytree(built, folder / "a/b")
    handler = type("ThisHost", (Host,), {})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/a/b/", folder / "a/b", handler
        server.shutdown()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 390, "height": 844})
    yield made
    made.close()


def visit(context: BrowserContext, address: str) -> Page:
    """Opens a page and waits until the help page is kept."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(CONTROLLED)
    return page


@pytest.mark.parametrize("first", ["zh/learn/topic/", "help-now/"])
def test_after_one_visit_help_is_there_without_a_network(
    host: tuple[str, Path, type[Host]], context: BrowserContext, first: str
) -> None:
    site, *_ = host
    page = visit(context, site + first)
    assert page.evaluate(KEPT) == [f"{site}help-now/"], "the help page is kept, and nothing else"
    assert page.evaluate("Object.keys(sessionStorage).length") == 0
    context.set_offline(offline=True)
    page.goto(f"{site}help-now/")
    for number in ("110", "12356"):
        expect(page.locator(f"a[href='tel:{number}']")).to_be_visible()
    answer = page.goto(f"{site}en/take-part/")
    assert answer is not None
    assert answer.status == 503
    assert page.url == f"{site}en/take-part/", "loading it again tries this page again"
    expect(page.locator("[role=status]")).to_contain_text(NOTICE[Lang.ZH])
    expect(page.locator("[role=status] [lang=en]")).to_have_text(NOTICE[Lang.EN])
    assert page.locator("a[href='../zh/']").evaluate("a => a.href") == f"{site}zh/"
    context.set_offline(offline=False)
    page.reload()
    expect(page.locator(".xq-page")).to_be_visible()


def test_a_host_that_fails_gives_help_and_one_that_lacks_a_page_says_so(
    host: tuple[str, Path, type[Host]], context: BrowserContext
) -> None:
    site, _, handler = host
    page = visit(context, f"{site}zh/")
    lacking = page.goto(f"{site}zh/no-such-page/")
    assert lacking is not None
    assert lacking.status == 404
    assert page.locator("a[href='tel:110']").count() == 0
    handler.broken = True
    failing = page.goto(f"{site}zh/learn/")
    assert failing is not None
    assert failing.status == 503
    expect(page.locator("a[href='tel:110']")).to_be_visible()


def test_only_pages_that_are_opened_are_answered(host: tuple[str, Path, type[Host]], context: BrowserContext) -> None:
    site, _, handler = host
    page = visit(context, f"{site}zh/")
    handler.broken = True
    got = "fetch('{0}', {1}).then(answer => answer.text()).then(text => text.length)"
    for address, how in (("learn/", "{}"), ("../help-now/", "{cache: 'reload'}")):
        assert page.evaluate(got.format(address, how)) == 0, "what the host says, and nothing in its place"


def test_a_new_help_page_takes_the_place_of_the_old_one(
    host: tuple[str, Path, type[Host]], context: BrowserContext
) -> None:
    site, folder, _ = host
    page = visit(context, f"{site}zh/")
    changed = (folder / "help-now/index.html").read_bytes().replace(b"12356", b"12999")
    (folder / "help-now/index.html").write_bytes(changed)
    (folder / WORKER).write_bytes(help_worker(changed))
    page.evaluate("navigator.serviceWorker.getRegistration().then(found => found.update())")
    # The old cache may go while its page is being read: then it is looked at once more.
    page.wait_for_function(
        "caches.match(new URL('../help-now/', location)).then(page => page.text())"
        ".then(text => text.includes('12999'), () => false)"
    )
    page.wait_for_function("caches.keys().then(names => names.length === 1)")
    context.set_offline(offline=True)
    page.goto(f"{site}help-now/")
    expect(page.locator("a[href='tel:12999']")).to_be_visible()


def test_the_help_page_is_shown_within_a_second_on_a_slow_line(
    host: tuple[str, Path, type[Host]], browser: Browser
) -> None:
    site, *_ = host
    shown = []
    for _ in range(3):
        context = browser.new_context(viewport={"width": 390, "height": 844})
        page = context.new_page()
        context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)
        page.goto(f"{site}help-now/", wait_until="domcontentloaded")
        shown.append(page.evaluate(PAINTED))
        context.close()
    # Others who use the machine can only make it slower.
    assert min(shown) < 1000, shown


def test_the_help_page_is_one_sheet_of_paper_and_one_request(root: Path, browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "help.html").write_bytes(crisis_page(read_help_lines(root)))
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"file://{tmp_path}/help.html")
    sheet = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", sheet)) == 1
    assert [address for address in asked if not address.startswith("data:")] == [f"file://{tmp_path}/help.html"]
    page.close()


def test_from_a_folder_on_this_machine_nothing_breaks(built: Path, page: Page) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"file://{built}/help-now/index.html")
    expect(page.locator("a[href='tel:110']")).to_be_visible()
    assert faults == []


def test_the_worker_changes_with_the_page_that_it_keeps() -> None:
    assert help_worker(b"one") != help_worker(b"two")
    assert help_worker(b"one") == help_worker(b"one")
    assert not re.search(rb"\?\.|\?\?|import\(", help_worker(b"one"))
