"""What the files beside the pages fetch and run: stylesheets, drawings and other XML, as browsers that open them."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from xinqiao.core.problem import Place, Problem
from xinqiao.site.built import Site, foreign, parts
from xinqiao.site.drawing import Drawing, Found, drawing_of
from xinqiao.site.html import Page, page_of
from xinqiao.site.stylesheet import stylesheet_addresses

SHEETS = ".css"
DRAWINGS = (".svg", ".xml", ".rss", ".atom", ".mml", ".xsl", ".xslt")
# What browsers show as a page and no check reads; in any case, as hosts do not tell small letters from capitals.
UNREAD = frozenset({"htm", "xhtml", "xht", "shtml", "mht", "mhtml", "svgz", "swf"})


def assets(site: Site) -> Iterator[Problem]:
    """What stylesheets and drawings would fetch from others, miss or run; the theme's files once for both languages."""
    for name in site.named(SHEETS, *DRAWINGS):
        content = (site.built / name).read_bytes()
        if name.endswith(SHEETS):
            yield from _fetched(site, name, map(Found, stylesheet_addresses(_sheet(content))))
            continue
        drawing = drawing_of(content)
        within = [Found(one.href) for page in drawing.pages for one in page_of(page).requests]
        yield from _fetched(site, name, [*drawing.requests, *within])
        yield from _wrong(site, name, drawing)


def _sheet(content: bytes) -> str:
    """A stylesheet as browsers read it: by the mark at its start, else as UTF-8 (CSS Syntax 3, section 3.2)."""
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if wide else "utf-8", errors="replace")


def _fetched(site: Site, name: str, found: Iterator[Found] | list[Found]) -> Iterator[Problem]:
    for one in {one.href: one for one in found}.values():
        if foreign(one.href):
            code, params = "third-party-request", {"address": one.href}
        elif one.href.startswith("#") or parts(one.href).scheme or site.target(Page(name), one.href):
            continue
        else:
            code, params = "link-broken", {"target": one.href}
        if _first(site, code, name, one.href):
            yield Problem(code=code, place=site.asset_place(name, *one), params=params)


def _wrong(site: Site, name: str, drawing: Drawing) -> Iterator[Problem]:
    for one in drawing.scripts[:1]:
        if _first(site, "drawing-script", name):
            place = site.asset_place(name, "", one.line, one.column)
            yield Problem(code="drawing-script", place=place, params={"script": one.href})
    if (fault := drawing.fault) and _first(site, "drawing-unreadable", name):
        yield Problem(code="drawing-unreadable", place=site.asset_place(name, "", fault.line, fault.column))


def kinds(site: Site) -> Iterator[Problem]:
    """Files that browsers show as pages, which no check has read."""
    for name in sorted(site.files):
        kind = name.rpartition(".")[2].lower()
        if (kind in UNREAD or (kind == "html" and name not in site.pages)) and _first(site, "page-kind", name):
            yield Problem(code="page-kind", place=Place(file=site.asset_place(name, "").file), params={"kind": kind})


def _first(site: Site, code: str, name: str, address: str = "") -> bool:
    """Whether this is to be told: of a file that lies in both languages' folders once."""
    return site.first(code, f"{name.partition('/')[2]} {address}", own=False)
