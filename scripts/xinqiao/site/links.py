"""Where pages lead and what they fetch: links, anchors, names of links, pages that nobody finds, others' servers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, normpath
from urllib.parse import unquote

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang
from xinqiao.site.built import Site, foreign, parts
from xinqiao.site.html import Address, Page

BARE_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
ALL_PAGES = "/all-pages/index.html"
FEED_LINK = re.compile(r'(?:href|src)="(?P<address>[^"]+)"')


def links(site: Site, page: Page) -> Iterator[Problem]:
    """Links and anchors that lead nowhere; links without a name, or named by their address alone."""
    hrefs = {one.href for one in (*page.links, *page.requests)}
    lost = {href for href in hrefs if href and site.ours(href) and not _arrives(site, page, href)}
    if lost:
        fetched = [one for one in page.requests if not foreign(one.href)]
        for link in dict.fromkeys(one for one in (*page.links, *fetched) if one.href in lost):
            yield from _broken(site, page, link)
    wordless = (one for one in page.links if (one.leads and not one.words) or one.words.startswith(("http", "www.")))
    for link in dict.fromkeys(wordless):
        yield from _named(site, page, link)


def _arrives(site: Site, page: Page, href: str) -> bool:
    target = site.target(page, href)
    if target is None:
        return False
    anchor = parts(href).fragment
    return not anchor or target not in site.pages or unquote(anchor) in site.pages[target].anchors


def _broken(site: Site, page: Page, link: Address) -> Iterator[Problem]:
    """A link that does not arrive: there is no such page, or no such place in it."""
    path, fragment = parts(link.href).path, parts(link.href).fragment
    target = site.target(page, link.href)
    if target is None:
        meant = normpath(f"{dirname(page.path)}/{path}")
        if site.first("link-broken", meant, own=link.own):
            place = site.place(page, *_spellings(link.href), own=link.own)
            yield Problem(code="link-broken", place=place, params={"target": link.href})
    else:
        anchor = unquote(fragment)
        if site.first("anchor-broken", f"{target}#{anchor}", own=link.own):
            note = [f"[^{anchor.partition(':')[2]}]"] if anchor.startswith(("fn:", "fnref:")) else []
            place = site.place(page, link.href, f"#{fragment}", f"#{anchor}", *note, own=link.own)
            yield Problem(code="anchor-broken", place=place, params={"target": unquote(link.href)})


def _spellings(href: str) -> tuple[str, ...]:
    """How an address of the built site may be written in its source: whole, without its anchor, as a page's file."""
    path = parts(href).path
    stem = path.rstrip("/").rpartition("/")[2]
    return href, unquote(href), path, f"{stem}.md", stem


def _named(site: Site, page: Page, link: Address) -> Iterator[Problem]:
    if not link.words:
        if site.first("link-words-missing", link.href, own=link.own):
            bare = site.written(page, rf"\[\s*\]\([^)]*{re.escape(_spellings(link.href)[-1])}") if link.own else None
            place = bare or site.place(page, *_spellings(link.href), own=link.own)
            yield Problem(code="link-words-missing", place=place, params={"target": link.href})
    elif BARE_ADDRESS.fullmatch(link.words) and site.first("link-words-address", link.href, own=link.own):
        place = site.place(page, *_spellings(link.href), own=link.own)
        yield Problem(code="link-words-address", place=place, params={"target": link.href})


def requests(site: Site, page: Page) -> Iterator[Problem]:
    """What a page would fetch from others, and forms that would send to others."""
    for one in dict.fromkeys(page.requests):
        if foreign(one.href) and site.first("third-party-request", one.href, own=one.own):
            place = site.place(page, one.href, own=one.own)
            yield Problem(code="third-party-request", place=place, params={"address": one.href})
    for one in dict.fromkeys(page.actions):
        to = parts(one.href)
        allowed = bool(site.receiver) and f"{to.scheme}://{to.netloc}" == site.receiver
        if foreign(one.href) and not allowed and site.first("form-goes-elsewhere", one.href, own=one.own):
            place = site.place(page, one.href, own=one.own)
            yield Problem(code="form-goes-elsewhere", place=place, params={"address": one.href})


def feeds(site: Site) -> Iterator[Problem]:
    """Links of the news feeds that lead into the site and reach nothing."""
    for name in site.named(".xml") if site.root else ():
        page = Page(name)
        source = (site.built / name).read_text(encoding="utf-8", errors="replace")
        for href in dict.fromkeys(FEED_LINK.findall(source)):
            meant = normpath(parts(href.removeprefix(site.root)).path)
            lost = href.startswith(site.root) and site.target(page, href) is None
            # What a page has been told of is not told again of its copy in the feed.
            if lost and site.first("link-broken", meant, own=False):
                yield Problem(code="link-broken", place=Place(file=page.path), params={"target": href})


def alone(site: Site) -> Iterator[Problem]:
    """Pages that no other page of their language leads to: nobody comes upon them."""
    for lang in Lang:
        pages = list(site.of_language(lang))
        reached = {f"{lang.value}/index.html"}
        # The list of all pages leads to every page; nobody comes upon one there by chance.
        for page in (page for page in pages if not page.path.endswith(ALL_PAGES)):
            hrefs = {link.href for link in page.links if link.leads}
            to = {site.target(page, href) for href in hrefs if site.ours(href)}
            reached |= {target for target in to if target and target != page.path}
        for page in pages:
            if page.path not in reached and site.findable(page):
                yield Problem(code="page-alone", place=site.place(page, "title:"))
