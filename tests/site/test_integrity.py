"""Every built page names by hash what it may run and wear; read here with another parser than the builder's."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from xinqiao.site.check import unguarded
from xinqiao.site.integrity import Guard, guarded
from xinqiao.site.made import Made

HEAD = (
    '<meta http-equiv="Content-Security-Policy" content="'
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:\">"
)


def named(content: bytes) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"


class Read(HTMLParser):
    """Policy, inline scripts and styles, and what is fetched with which integrity."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.policy: dict[str, list[str]] = {}
        self.inline: list[tuple[str, str]] = []
        self.fetched: list[tuple[str, str]] = []
        self.open: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        assert not [name for name in given if name.startswith("on")], given
        assert "style" not in given
        if given.get("http-equiv") == "Content-Security-Policy":
            parts = (part.split() for part in given["content"].split(";"))
            self.policy |= {name: sources for name, *sources in parts}
        if tag == "script" and "src" in given:
            self.fetched.append((given["src"], given.get("integrity", "")))
        elif tag == "script" and given.get("type", "text/javascript") == "text/javascript":
            self.open = "script-src"
        elif tag == "style":
            self.open = "style-src"
        elif tag == "link" and given.get("rel") == "stylesheet":
            self.fetched.append((given["href"], given.get("integrity", "")))
        for later in ("data-seal", "data-search"):
            if later in given:
                self.fetched.append((given[later], given.get(f"{later}-integrity", "")))

    def handle_data(self, data: str) -> None:
        if self.open:
            self.inline.append((self.open, data))

    def handle_endtag(self, _: str) -> None:
        self.open = None


def test_no_page_runs_or_wears_what_it_does_not_name(built: Path) -> None:
    pages = sorted(built.rglob("*.html"))
    assert len(pages) > 20
    for path in pages:
        read = Read(path.read_text(encoding="utf-8"))
        where = path.relative_to(built).as_posix()
        assert read.policy, where
        assert not [source for sources in read.policy.values() for source in sources if "unsafe" in source], where
        for directive, inside in read.inline:
            assert f"'{named(inside.encode())}'" in read.policy[directive], where
        for address, integrity in read.fetched:
            parts = urlsplit(address)
            at = built / parts.path.removeprefix("/portal/") if parts.path.startswith("/") else path.parent / parts.path
            assert integrity == named(at.read_bytes()), f"{where} {address}"
            assert parts.query.startswith("h="), address


def page(inside: str) -> str:
    return f"<!doctype html><html><head>{HEAD}</head><body>{inside}</body></html>"


def test_scripts_and_styles_of_a_page_are_named_and_data_is_not() -> None:
    made = guarded(page("<script>one()</script><script type='x' src='a.js'></script>"))
    read = Read(made)
    assert read.policy["script-src"] == ["'self'", f"'{named(b'one()')}'"]
    assert read.policy["style-src"] == ["'none'"]
    data = '<script type="application/json">{"a": 1}</script>'
    assert Read(guarded(page(data))).policy["script-src"] == ["'self'"]


def test_a_style_on_an_element_is_named_as_the_browser_sees_it() -> None:
    made = guarded(
        page('<td style="text-align: right; content: &quot;a&quot;">1</td><td style="text-align: right">2</td>')
    )
    policy = made[: made.index("</head>")]
    for worn in (b'text-align: right; content: "a"', b"text-align: right"):
        assert f"'{named(worn)}'" in policy
    assert "style-src 'unsafe-hashes' 'sha256-" in policy


def test_what_is_fetched_carries_its_hash_also_in_its_address(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "a.js").write_text("a()")
    (tmp_path / "zh" / "x.html").write_text(page('<script src="../a.js" defer></script><img src="../a.js">'))
    (tmp_path / "zh" / "404.html").write_text(
        page('<script src="/sub/a.js"></script><script src="//x.test/a.js"></script>')
    )
    Guard(tmp_path, "/sub/").guard(tmp_path.rglob("*.html"))
    first = (tmp_path / "zh" / "x.html").read_text()
    assert f'integrity="{named(b"a()")}" defer></script><img src="../a.js">' in first
    missing = (tmp_path / "zh" / "404.html").read_text()
    assert f'integrity="{named(b"a()")}"></script><script src="//x.test/a.js"></script>' in missing
    (tmp_path / "a.js").write_text("b()")
    (tmp_path / "zh" / "x.html").write_text(page('<script src="../a.js" defer></script>'))
    Guard(tmp_path, "/sub/").guard(tmp_path.rglob("*.html"))
    # Another script has another address, so that no browser keeps the old one for the new page.
    addresses = [Read(text).fetched[0][0] for text in (first, (tmp_path / "zh" / "x.html").read_text())]
    assert len({*addresses}) == 2


WIDE = (
    f"<!-- {HEAD}", f"<body>{HEAD}", f"<script></script>{HEAD}", f"<!--{HEAD}-->",
    HEAD.replace("'none'", "*"), HEAD.replace("'none'", "https:"), HEAD.replace("default-src 'none'; ", ""),
    HEAD.replace("data:", "https://img.example.org"), HEAD.replace("data:", "*"), HEAD.replace("'self'", "//x.test"),
    HEAD.replace("data:", "data:; connect-src *"), HEAD.replace("data:", "data:; connect-src https:"),
)  # fmt: skip
CLOSED = (
    HEAD, f"<meta charset=utf-8><!-- x --><title>x</title>{HEAD}", HEAD.replace("'none'", "'self'"),
    HEAD.replace("data:", "data:; connect-src 'self' https://answers.example.test; form-action https://answers.test"),
)  # fmt: skip


@pytest.mark.parametrize(("head", "held"), [*((one, False) for one in WIDE), *((one, True) for one in CLOSED)])
def test_a_policy_holds_where_it_stands_first_and_keeps_others_out(tmp_path: Path, head: str, held: bool) -> None:
    guard = Guard(tmp_path, "/")
    guard.guarded("a.html", f"<!doctype html><html><head>{head}</head><p>x")
    assert guard.unguarded == ([] if held else ["a.html"])


def test_a_page_in_another_encoding_keeps_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes("<!doctype html><script>'心'</script><p>心".encode("gbk"))
    guard = Guard(tmp_path, "/")
    guard.guard([tmp_path / "a.html"])
    assert (tmp_path / "a.html").read_bytes() == "<!doctype html><script>'心'</script><p>心".encode("gbk")
    assert guard.unguarded == ["a.html"]


def test_a_page_without_a_policy_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<!doctype html><p>a")
    (tmp_path / "b.html").write_text(page("<p>b"))
    guard = Guard(tmp_path, "/")
    guard.guard(tmp_path.rglob("*.html"))
    assert guard.unguarded == ["a.html"]
    assert (tmp_path / "a.html").read_text() == "<!doctype html><p>a"
    (problem,) = unguarded(Made(parts={}, unguarded=tuple(guard.unguarded)))
    assert (problem.code, problem.place.file) == ("page-policy-missing", "a.html")


def test_in_a_browser_what_is_named_runs_and_what_slipped_in_does_not(page_of: Callable[[str], Page]) -> None:
    good = guarded(page("<p id='p' style='color: red'>x</p><script>document.title = 'ran'</script>".replace("'", '"')))
    slipped = good.replace("</body>", "<script>document.title = 'slipped in'</script></body>")
    opened = page_of(slipped.replace("<p ", '<p onclick="document.title = 1" '))
    opened.click("#p")
    assert opened.title() == "ran"
    assert opened.evaluate("getComputedStyle(document.querySelector('p')).color") == "rgb(255, 0, 0)"
    worn = page_of(
        good.replace("</body>", '<b style="color: red">y</b></body>').replace("color: red", "color: blue", 1)
    )
    assert worn.evaluate("getComputedStyle(document.querySelector('b')).color") == "rgb(255, 0, 0)"
    assert worn.evaluate("getComputedStyle(document.querySelector('p')).color") == "rgb(0, 0, 0)"


@pytest.fixture
def page_of(page: Page) -> Callable[[str], Page]:
    """Opens a page at an address of its own."""

    def opened(source: str) -> Page:
        page.unroute_all()
        page.route("**/*", lambda route: route.fulfill(content_type="text/html", body=source))
        page.goto("https://portal.example/")
        return page

    return opened
