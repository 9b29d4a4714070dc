"""A page is read as a browser reads it: Chromium is asked what stands in a page, and what it fetches."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from time import monotonic, process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, Route

from xinqiao.site.html import page_of
from xinqiao.site.stylesheet import stylesheet_addresses

OTHER = "https://other.example/"
# What a browser finds in a page where no script runs; what is in templates comes last.
STANDING = r"""
(source) => {
  const words = text => text.split(/\s+/).filter(Boolean).join(' ');
  const text = node => node.nodeType === 3 ? node.data : pictured(node) ? node.getAttribute('alt') || ''
    : [...node.childNodes].map(text).join('');
  const pictured = node => node.localName === 'img'
    || (node.localName === 'input' && /^image$/i.test(node.getAttribute('type')));
  const found = {lang: '', title: '', headings: [], anchors: [], twice: [], links: [], images: [], scripts: []};
  const read = (node, own) => {
    const get = name => node.getAttribute(name), tag = node.localName;
    own = own || tag === 'article';
    if (tag === 'html') found.lang = get('lang') || '';
    if (tag === 'title') found.title = found.title || words(node.textContent);
    if (/^h[1-6]$/.test(tag)) found.headings.push([+tag[1], words(node.textContent)]);
    if (get('id') && found.ids.has(get('id'))) found.twice.push(get('id'));
    found.ids.add(get('id'));
    for (const name of ['id', 'name']) if (get(name)) found.anchors.push(get(name));
    const href = node.hasAttribute('href') ? get('href') : get('xlink:href');
    if (tag === 'a' && href !== null) {
      found.links.push([href, own, words((get('aria-label') || get('title') || get('alt') || '') + text(node))]);
    }
    if (tag === 'link' && get('href') && !/style|icon|prelo|manifest/i.test(get('rel'))) {
      found.links.push([href, false, '']);
    }
    if (tag === 'area' && href !== null) {
      found.links.push([href, own, get('aria-label') || get('title') || get('alt') || '']);
    }
    if (pictured(node)) found.images.push([get('src') || '', get('alt'), own]);
    if (tag === 'script' && !node.hasAttribute('src') && !get('type')) found.scripts.push(node.textContent);
    for (const child of node.children) read(child, own);
    if (node.content instanceof DocumentFragment) later.push([node.content, own]);
  };
  found.ids = new Set();
  const later = [[new DOMParser().parseFromString(source, 'text/html'), false]];
  for (const [part, own] of later) for (const child of part.children) read(child, own);
  delete found.ids;
  return found;
}
"""


def standing(source: str) -> dict[str, Any]:
    """What is read in a page, in the words of the browser's answer."""
    page = page_of(source)
    return {
        "lang": page.lang,
        "title": page.title,
        "headings": [list(one) for one in page.headings],
        "anchors": sorted(page.anchors),
        "twice": page.twice,
        "links": [[one.href, one.own, one.words] for one in page.links],
        "images": [[one.source, one.words, one.own] for one in page.images],
        "scripts": page.scripts,
    }


def asked(browser: Page, source: str) -> dict[str, Any]:
    found: dict[str, Any] = browser.evaluate(STANDING, source)
    return {**found, "anchors": sorted({*found["anchors"]})}


TAGS = (
    "a", "article", "b", "body", "button", "caption", "col", "desc", "div", "foreignObject", "form", "frameset", "h2",
    "head", "html", "i", "iframe", "image", "img", "input", "li", "link", "math", "mi", "noembed", "noframes",
    "noscript", "option", "p", "plaintext", "pre", "script", "select", "style", "svg", "table", "tbody", "td",
    "template", "textarea", "title", "tr", "xmp",
)  # fmt: skip
GIVEN = ("", " id=x", " id='y&amp;z'", ' name="n"', " href=h", " HREF='&#x68;2' href=3",
         " xlink:href=q", " alt", " alt=w",
         " src=s alt='a &lt; b'", " type=image", " type=hidden", " title=' t '", " id=x/",
         "/", " =", " '", ' "', "\n")  # fmt: skip
SIGNS = (
    "w", " ", "<", ">", "</", "<!", "<!-", "<!--", "-->", "--!>", "<!-->", "<?", "<![CDATA[", "]]>", "'", '"', "=", "/",
    "&lt;", "&amp", "&#60;", "&copy=", "心", "<!doctype html>", "</p/>", "</a x='>'>", "<a", "<a\n",
    "<a href=1", "</scr",
)  # fmt: skip
OPENED = st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(GIVEN))
CLOSED = st.builds("</{}>".format, st.sampled_from(TAGS))
HOSTILE = st.lists(st.one_of(OPENED, OPENED, CLOSED, st.sampled_from(SIGNS)), max_size=14).map("".join)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOSTILE)
@example("<svg><style><a href=1></a></style></svg>")
@example("<svg><title><img src=a></title><![CDATA[<img src=b>]]></svg><![CDATA[<img src=c>]]>")
@example("<table><a href=1><tr><td><a href=2>w</table>w")
@example("<select><img src=a><option><textarea><img src=b></textarea></select>")
@example("<script><!--<script></script><img src=a>--></script><img src=b>")
@example("<a href=1>w<img alt=v>w<template><a href=2></template></a>")
def test_what_stands_in_a_page_is_what_a_browser_finds_in_it(page: Page, source: str) -> None:
    assert standing(source) == asked(page, source)


def test_what_stands_in_the_built_pages_is_what_a_browser_finds_in_them(page: Page, built: Path) -> None:
    paths = sorted(built.rglob("*.html"))
    assert len(paths) > 20
    for path in paths:
        source = path.read_text(encoding="utf-8")
        assert standing(source) == asked(page, source), path.relative_to(built)


# Each makes a browser, with scripts or without, fetch §.
FETCHING = (
    "<img src=§>", '<img src=a srcset="a 9x,§ 1x">', "<image src=§>", "<picture><source srcset=§><img></picture>",
    "<iframe src=§></iframe>", "<script src=§></script>", "<link rel=stylesheet href=§>",
    "<video poster=§></video>", "<audio src=§></audio>", "<video><source src=§></video>", "<embed src=§>",
    "<link rel=preload as=image imagesrcset='§ 1x'>", "<object data=§></object>", "<input type=IMAGE src=§>",
    "<table background=§><td>w</table>", "<table><td background=§>w", "<table><tr background=§><td>w",
    "<body background=§>",
    "<table><col background=§><td>w", "<frameset><frame src=§>", "<svg><image href=§ />", "<svg><image xlink:href=§ />",
    "<svg><filter id=f><feImage href=§ /></filter><rect width=9 height=9 filter=url(#f) />",
    "<svg><script href=§ /></svg>",
    '<svg><rect width=9 height=9 fill="url(§)" />', "<meta http-equiv=REFRESH content='0 §'>",
    """<meta http-equiv=refresh content="0;URL=' §'">""", '<iframe srcdoc="&lt;img src=§&gt;"></iframe>',
    # Styles, and what could hide an address in them.
    '<p style="background:URL(§)">w', '<p style="background:u\\72l( \' §\' )">w',
    "<p style=\"background:image-set('§' 1x)\">w",
    "<style>@import'§';</style>", "<style>@IMPORT/**/ url(§);</style>", '<svg><style>@import "§"</style>',
    '<style>p{background:image-set(url(data:,) 9x, "§" 1x)}</style><p>w',
    "<style>/*/**/p{background:url(§)}</style><p>w",
    "<style>p{background:url(/*)}b{background:url(§)}/**/</style><b>w",
    "<style>p{background:url('\\'/*');mask:url(§)/**/}</style><p>w",
    "<style>p::after{content:'/*';background:url(§)/**/}</style><p>w",
    '<style>p{--a:"§";background:image-set(var(--a) 1x)}</style><p>w',
    "<style>@namespace x url(data:,);p{background:url(§)}</style><p>w",
    # Documents in addresses.
    "<iframe src='data:text/html,<img src=§>'></iframe>", "<object data='data:text/html,<img src=§>'></object>",
    "<link rel=stylesheet href='data:text/css,@import url(§);'>",
    "<iframe src=' da&Tab;ta:text/html,<img src=§>'></iframe>",
    '<style>@import "data:text/css,@import url(§);"</style>',
    # Animations.
    '<svg><image width=9 height=9><set attributeName="href" to="§" /></image></svg>',
    '<svg><image width=9 height=9><animate attributeName=href values="§;§" dur=1s /></image></svg>',
    '<svg><rect width=9 height=9><set attributeName="mask" to="url(§)" /></rect></svg>',
    '<svg><image id=i width=9 height=9 /><set href="#i" attributeName="href" to="§" /></svg>',
    # What could hide an element.
    "<svg><style><img src=§></style>", "<svg><title><img src=§></title>", "<math><mtext><img src=§></mtext>",
    "<svg><![CDATA[<p>]]><image href=§ />", "<![CDATA[<svg>]]><img src=§>", "<noscript><img src=§></noscript>",
    "<noscript><!--</noscript><img src=§>-->", '<noscript><p title="</noscript><img src=§>"></noscript>',
    "<noscript><style></noscript><img src=§></style>", "<title><!--</title><img src=§>-->",
    "<select><img src=§></select>",
    "<div><template shadowrootmode=open><template></template><img src=§></template></div>", "<!--><img src=§>-->",
    "<!-- --!><img src=§>-->", "<textarea><!--</textarea><img src=§>-->", "<xmp><!--</xmp><img src=§>-->",
    "<script>/*<!--*/</script><img src=§>", "<script><!--<script></script>--></script><img src=§>",
    '<a title="a"href=">"><img src=§>', "<?p ?><img src=§>", '<!a "><img src=§>">', "<img/src=§>",
    "<img src=§ src=a>", '<img x="&quot;" src="§">', "<table><img src=§></table>", "<p title='<!--'><img src=§>",
    "<img src='&#104;ttps&colon;&sol;/other.example/¶'>", "<img src='ht&Tab;tps:/&NewLine;/other.example/¶'>",
)  # fmt: skip


def test_whatever_a_browser_fetches_of_others_is_seen(page: Page) -> None:
    pieces = [one.replace("§", f"{OTHER}{at}").replace("¶", str(at)) for at, one in enumerate(FETCHING)]
    wanted, fetched = {f"{OTHER}{at}" for at in range(len(pieces))}, set[str]()

    def answer(route: Route) -> None:
        fetched.add(route.request.url)
        route.fulfill(content_type="text/html", body="")

    page.route("**/*", answer)
    # In a sandbox no script runs.
    frames = [f'<iframe {kind} srcdoc="{escape(one)}"></iframe>' for one in pieces for kind in ("", "sandbox")]
    page.set_content("".join(frames))
    until = monotonic() + 20
    while wanted - fetched and monotonic() < until:
        page.wait_for_timeout(50)
    assert wanted - fetched == set()
    seen = {re.sub(r"\s", "", one.href) for source in pieces for one in page_of(source).requests}
    assert wanted - seen == set()


@pytest.mark.parametrize(
    "source",
    [
        "<!-- <img src=x> -->", "<script>'<img src=x>'</script>", "<textarea><img src=x></textarea>", "<a href=x>w</a>",
        "<style>/* url(x) */ p::after { content: 'url(x)' }</style>", "<p title='<img src=x>'>",
        "<xmp><img src=x></xmp>",
        "<p style='color: red'>", "<svg><rect fill=none>", "<title><img src=x></title>", "<link rel=canonical href=x>",
    ],
)  # fmt: skip
def test_what_no_browser_fetches_is_not_said_to_be(source: str) -> None:
    assert page_of(source).requests == []


def test_a_base_elsewhere_and_what_is_pinged_are_requests() -> None:
    found = page_of('<base href="//other.example/"><a href="x" ping="p">w</a>').requests
    assert [one.href for one in found] == ["//other.example/", "p"]


@pytest.mark.parametrize(
    "source",
    [
        '<script type=" SpeculationRules ">{"prefetch":[{"source":"list","urls":["§"]}]}</script>',
        '<a href="§">w</a><script type=speculationrules>{"prerender":[{"where":{"selector_matches":"a"}}]}</script>',
        '<script type=importmap>{"scopes":{"/":{"x":"§"}}}</script>', "<link rel=compression-dictionary href='§'>",
        "<link rel=next href='§'>", "<link rel=search href='§'>", "<img attributionsrc='§' src=data:,>",
        '<style>p{background:src("§")}</style>',
        "<embed src='data:image/svg+xml,<image xmlns=\"http://www.w3.org/2000/svg\" href=\"§\"/>'>",
        "<object data='data:text/html;base64,PGltZyBzcmM9Imh0dHBzOi8vb3RoZXIuZXhhbXBsZS8iPg'></object>",
    ],
)  # fmt: skip
def test_what_browsers_fetch_at_their_own_time_is_seen(source: str) -> None:
    assert OTHER in [one.href for one in page_of(source.replace("§", OTHER)).requests]


@pytest.mark.parametrize("source", ["{", "[" * 9999, '{"prefetch":[{"where":1}', '{"prefetch":[{"urls":["a"]}]}', "7"])
def test_rules_that_no_browser_reads_or_that_stay_here_are_no_request_elsewhere(source: str) -> None:
    page = page_of(f"<a href='{OTHER}'>w</a><script type=speculationrules>{source}</script>")
    assert page.requests == []


@pytest.mark.parametrize(
    "piece", ["--a", "@namespace ", "@namespace a ", "src(", "--a:", "url(", "image-set(", "@import/**/", '"', "\\"]
)
def test_a_stylesheet_takes_time_by_its_length(piece: str) -> None:
    before = process_time()
    stylesheet_addresses(piece * 20_000 + "(")
    assert process_time() - before < 2


def test_what_stands_in_an_article_is_the_pages_own() -> None:
    page = page_of(
        "<img src=a><article><img src=b><article></article><img src=c></article><img src=d><article><img src=e>"
    )
    assert [one.source for one in page.images if one.own] == ["b", "c", "e"]
    assert [one.source for one in page.images if not one.own] == ["a", "d"]


@pytest.mark.parametrize(
    "piece", [">", "<", "<div>", "<b>", "<template>", "<svg>", "<noscript>", "<table>", "<select>"]
)
def test_a_page_of_many_layers_is_read_to_its_end(piece: str) -> None:
    page = page_of(f"{piece * 1500}<img src=x>")
    assert "x" in [one.href for one in page.requests]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("a{b:url(x.png)}", ["x.png"]), ("@import 'a.css'; @import url(b.css)", ["a.css", "b.css"]),
        ("@media print {}", []),
        ("a{b:url('data:image/svg+xml,<svg xmlns=\"x\">')}", ["data:image/svg+xml,<svg"]), ("a{b:c(d)}", []),
        ("a{b:image-set('a.png' type('image/png') 1x, url(b.png) 2x)}", ["a.png", "b.png"]), ("a{b:'url(x)'}", []),
        ("a{b:url( )}", []), ("/* @import 'x'", []), ("a{b:url(x", ["x"]), ("a{b:'\\'url(x)'}", []),
        ("a{b:url(\\78)}", ["x"]), ("@namespace url(http://x/);@namespace a 'http://y/';", []), ("a{--b:'url(x)'}", []),
        ("a{--b:'//x';c:curl(x)}", ["//x", "x"]), ("a{b:src('x')}", ["x"]), ("@supports(b:c){@import 'x'}", ["x"]),
        ("a{content:'\\201C';b:url(x)}", ["x"]), ("a{content:'\\22';b:url(x)}", ["x"]), ("a{b:'\n;c:url(x)}", ["x"]),
    ],
)  # fmt: skip
def test_the_addresses_of_a_stylesheet(source: str, found: list[str]) -> None:
    assert stylesheet_addresses(source) == found
