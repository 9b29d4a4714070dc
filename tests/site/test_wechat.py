"""A page as an article of a WeChat account: looks in each element, links as text, pictures within, help kept."""

from __future__ import annotations

import re
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from xinqiao.config import load_config
from xinqiao.core.problem import XinqiaoError
from xinqiao.flows import wechat as flow
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.wechat import copier, this_machine, wechat
from xinqiao.site.help_lines import HelpLine, read_help_lines
from xinqiao.site.preview import COPY, Shown, previewing
from xinqiao.site.wechat import STYLES, Copy, wechat_copy

ROOT = "https://xinqiao.example.edu.cn/"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)
PAGE = """<html lang="zh-CN"><head><meta http-equiv="Content-Security-Policy" content="script-src 'self'">
<style>p {color: var(--x)}</style></head><body><div class="xq-page xq-page--recaps"><article>
<p class="xq-mark"><a href="../"><svg><path d="M0"/></svg>活动回顾</a></p>
<h1 id="x">回顾 &amp; 展望</h1>
<p class="xq-meta">发布于 <a href="../../../en/">English</a></p>
<div class="xq-facts"><dl><div><dt>地点</dt><dd>南门 <a href="../../forms/a/">报名</a></dd></div></dl></div>
<h2 id="a">做了<em>什么</em><a class="headerlink" href="#a">¶</a></h2>
<p class="x" onclick="x()" style="color:var(--y)">先走，<strong>再坐</strong>。见<a href="../../help/#lines">电话</a>，
再见<a href="../../help/#lines">电话</a>和<a href="https://example.org/?a=1&amp;b=2">原文</a>；
打 <a href="tel:12356">12356</a>。</p>
<ul><li>甲</li><li>乙<ul><li>丙</li></ul></li></ul>
<table><thead><tr><th scope="col" colspan="2">a&lt;b</th></tr></thead>
<tbody><tr><td>1</td><td>2</td></tr></tbody></table>
<p><img src="walk.png" alt="两个人"> <img src="drawing.svg" alt="示意图"></p>
<details class="xq-fold"><summary>更多</summary><p>展开</p></details>
<p class="xq-tagged">标签</p><nav>前后</nav><form><button>送出</button></form><script>alert(1)</script>
</article></div></body></html>"""


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = _Tags()
    reader.feed(html)
    return reader.tags


@pytest.fixture(scope="module")
def lines(root: Path) -> Sequence[HelpLine]:
    return read_help_lines(root)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    page = tmp_path / "zh/news/recaps/walk/index.html"
    page.parent.mkdir(parents=True)
    page.write_text(PAGE, encoding="utf-8")
    (page.parent / "walk.png").write_bytes(PIXEL)
    (tmp_path / "index.html").write_text("<p>entrance</p>", encoding="utf-8")
    return tmp_path


@pytest.fixture
def copy(built: Path, lines: Sequence[HelpLine]) -> Copy:
    made = wechat_copy(built, "zh/news/recaps/walk/index.html", ROOT, lines)
    assert made is not None
    return made


def test_only_what_wechat_keeps_is_left(copy: Copy) -> None:
    found = tags(copy.html)
    assert {tag for tag, _ in found} <= set(STYLES)
    assert {name for _, given in found for name in given} <= {"style", "src", "alt", "colspan", "rowspan"}
    assert not re.search(r"var\(|<a\b|<script|class=|onclick|<div", copy.html)


def test_what_belongs_to_the_frame_is_left_out(copy: Copy) -> None:
    for gone in ("发布于", "活动回顾", "¶", "标签", "前后", "送出", "alert"):
        assert gone not in copy.html + copy.text
    assert copy.title == "回顾 & 展望"
    assert "展望" not in copy.html


def test_all_that_the_page_says_is_there(copy: Copy) -> None:
    plain = re.sub(r"<[^>]+>", "", copy.html)
    for said in ("地点：", "南门", "做了什么", "再坐", "甲", "丙", "a&lt;b", "更多", "展开", "12356"):
        assert said in plain
    assert '<th colspan="2"' in copy.html
    assert copy.html.count("<ul") == copy.html.count("</ul>") == 2


def test_links_are_numbered_and_listed_once(copy: Copy) -> None:
    assert re.findall(r"\[\d\]", re.sub(r"<hr.*", "", copy.html, flags=re.DOTALL))[:4] == ["[1]", "[2]", "[2]", "[3]"]
    assert f"[2] {ROOT}zh/news/help/#lines" in copy.html
    assert "[3] https://example.org/?a=1&amp;b=2" in copy.html
    assert "[3] https://example.org/?a=1&b=2" in copy.text


def test_pictures_are_within_or_named(copy: Copy) -> None:
    sources = [given["src"] or "" for tag, given in tags(copy.html) if tag == "img"]
    assert [source[:22] for source in sources] == ["data:image/png;base64,"] * 2
    assert copy.lost == ("drawing.svg",)
    assert "〔示意图〕" in copy.html


def test_the_way_to_the_page_stands_at_the_end(copy: Copy) -> None:
    assert copy.address == f"{ROOT}zh/news/recaps/walk/"
    assert copy.html.rstrip().endswith(f"{copy.address}</p>")
    assert copy.text.endswith(f"网页：{copy.address}\n")


def test_a_page_without_help_is_given_the_lines_to_call(copy: Copy, built: Path, lines: Sequence[HelpLine]) -> None:
    assert "12356" in copy.html.partition("展开")[2]
    page = built / "zh/news/recaps/walk/index.html"
    own = '<aside class="xq-help-bar" data-xq-help><p>打 <a href="tel:12356">12356</a></p></aside></article>'
    page.write_text(PAGE.replace("</article>", own), encoding="utf-8")
    helped = wechat_copy(built, "zh/news/recaps/walk/index.html", ROOT, lines)
    assert helped is not None
    assert helped.html.partition("展开")[2].count("12356") == 1


def test_a_demonstration_says_so(built: Path, lines: Sequence[HelpLine], copy: Copy) -> None:
    shown = wechat_copy(built, "zh/news/recaps/walk/index.html", ROOT, lines, demonstration=True)
    assert shown is not None
    assert "学院是虚构的" in shown.html
    assert "虚构" not in copy.html


@pytest.mark.parametrize("kind", ["form", "list", "summary", "self-check", "home"])
def test_forms_and_lists_are_no_articles(kind: str, built: Path, lines: Sequence[HelpLine]) -> None:
    page = built / "zh/news/recaps/walk/index.html"
    page.write_text(PAGE.replace("xq-page--recaps", f"xq-page--{kind}"), encoding="utf-8")
    assert wechat_copy(built, "zh/news/recaps/walk/index.html", ROOT, lines) is None


@pytest.mark.parametrize(
    ("address", "here"),
    [("http://127.0.0.1:8000/", True), ("http://localhost/", True), ("https://xinqiao.example.edu.cn/x/", False)],
)
def test_an_address_of_this_machine_is_known(address: str, here: bool) -> None:
    assert this_machine(address) is here


@pytest.fixture
def portal(root: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose build brings the one page."""
    folder = tmp_path / "portal"
    folder.mkdir()
    shutil.copy(root / "portal.toml", folder)
    shutil.copytree(root / "docs/data", folder / "docs/data")

    def build(config: object, output: Path, progress: object) -> Outcome:
        shutil.copytree(built / "zh", output / "zh")
        other = output / "zh/forms/a/index.html"
        other.parent.mkdir(parents=True)
        other.write_text(PAGE.replace("xq-page--recaps", "xq-page--form"), encoding="utf-8")
        return Outcome(said=flow.Text.of(zh="好", en="done"))

    monkeypatch.setattr(flow, "build", build)
    return folder


@pytest.mark.parametrize(
    "page",
    ["docs/news/recaps/walk.zh.md", "zh/news/recaps/walk/", "/zh/news/recaps/walk", f"{ROOT}sub/zh/news/recaps/walk/"],
)
def test_a_page_is_named_by_file_or_address(page: str, portal: Path) -> None:
    made = wechat(load_config(portal), page, lambda _: None)
    file = portal / "build/wechat/zh-news-recaps-walk.html"
    assert made.document["file"] == str(file)
    assert "回顾 &amp; 展望" in file.read_text(encoding="utf-8")
    assert [problem.code for problem in made.problems] == ["wechat-picture", "wechat-here"]


@pytest.mark.parametrize(
    ("page", "code"), [("docs/news/recaps/wolk.zh.md", "wechat-page-unknown"), ("zh/forms/a/", "wechat-kind")]
)
def test_what_cannot_be_copied_is_told(page: str, code: str, portal: Path) -> None:
    with pytest.raises(XinqiaoError) as caught:
        wechat(load_config(portal), page, lambda _: None)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_the_preview_offers_it(portal: Path, built: Path) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        free_port = one.getsockname()[1]
    shown = Shown(folder=built, copier=copier(load_config(portal)))
    at = f"http://127.0.0.1:{free_port}"
    with previewing(shown, "127.0.0.1", free_port):
        page = urllib.request.urlopen(f"{at}{COPY}/zh/news/recaps/walk/", timeout=10).read().decode()  # noqa: S310
        assert "复制正文" in page
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{at}{COPY}/zh/none/", timeout=10)  # noqa: S310


READ = """async () => { const kinds = {}; for (const item of await navigator.clipboard.read())
  for (const type of item.types) kinds[type] = await (await item.getType(type)).text(); return kinds; }"""


def test_the_button_copies_the_text_with_its_looks(copy: Copy, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "copy.html"
    file.write_text(copy.page(here=False), encoding="utf-8")
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(file.as_uri())
    page.get_by_role("button", name="复制正文").click()
    assert "已复制" in page.get_by_role("status").inner_text()
    copied = page.evaluate(READ)
    assert "再坐</strong>" in copied["text/html"]
    assert "line-height:1.8" in copied["text/html"].replace(": ", ":")
    assert copied["text/plain"].replace("\r", "").startswith("地点：")
    page.get_by_role("button", name="复制标题").click()
    assert page.evaluate(READ)["text/plain"] == "回顾 & 展望"
    context.close()
