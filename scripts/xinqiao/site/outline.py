"""What pages are called and how they are built up: language, titles, headings, images, ids; both languages alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang
from xinqiao.site.built import NOT_FOUND, Site
from xinqiao.site.html import Page

# Alternative texts that say nothing: the kind of thing, or its file, instead of what it shows.
SAYS_NOTHING = re.compile(
    r"(?:image|img|photo|picture|pic|screenshot|图|图片|照片|截图|插图)\s*\d*|\S+\.(?:png|jpe?g|gif|svg|webp|avif|bmp)",
    re.IGNORECASE,
)
HELP_WORDS = {"bar": ("求助条", "help bar"), "list": ("求助清单", "help list"), "block": ("求助信息", "help block")}


def names(site: Site, page: Page) -> Iterator[Problem]:
    """Language and title of a page, its headings, images and ids."""
    lang = page.path.partition("/")[0]
    wrong = not page.lang or (lang in set(Lang) and page.lang.partition("-")[0] != lang)
    if wrong and site.first("page-language", lang, own=False):
        params = {"found": page.lang or "–", "wanted": lang if lang in set(Lang) else "zh-CN"}
        yield Problem(code="page-language", place=Place(file=page.path), params=params)
    if not page.title:
        yield Problem(code="page-title-missing", place=site.place(page, "title"))
    yield from _headings(site, page)
    for image in dict.fromkeys(page.images):
        yield from _image(site, page, image.source, image.words, own=image.own)
    for ident in dict.fromkeys(page.twice):
        own = site.place(page, f"{{ #{ident}", f"{{#{ident}", f'id="{ident}"', nth=2)
        if site.first("id-twice", ident, own=own.line > 0):
            yield Problem(code="id-twice", place=own, params={"id": ident})


def _headings(site: Site, page: Page) -> Iterator[Problem]:
    firsts = [words for level, words in page.headings if level == 1]
    if not firsts:
        yield Problem(code="page-heading-missing", place=site.place(page, "title:"))
    for words in firsts[1:]:
        place = site.place(page, f"# {words}", words, nth=1 + (words == firsts[0]))
        yield Problem(code="page-heading-twice", place=place, params={"heading": words})
    before = page.headings[0][0] if page.headings else 1
    for level, words in page.headings:
        if level > before + 1:
            place = site.place(page, f"{'#' * level} {words}", words)
            params: dict[str, str | int] = {"heading": words, "level": level, "before": before, "fit": before + 1}
            yield Problem(code="heading-skipped", place=place, params=params)
        before = level


def _image(site: Site, page: Page, source: str, words: str | None, *, own: bool) -> Iterator[Problem]:
    name = PurePosixPath(unquote(urlsplit(source).path)).name
    # Markdown makes an empty text of `![](…)`: whoever wrote that did not say that it is decoration.
    forgotten = site.written(page, rf"!\[\s*\]\([^)]*{re.escape(name)}") if own and words == "" else None
    code = ""
    if words is None or forgotten:
        code = "image-words-missing"
    elif words in {name, PurePosixPath(name).stem} - {""} or SAYS_NOTHING.fullmatch(words.strip()):
        code = "image-words-file-name"
    if code and site.first(code, source, own=own):
        place = forgotten or site.place(page, source, name, own=own)
        yield Problem(code=code, place=place, params={"image": source, "words": words or ""})


def titles(site: Site) -> Iterator[Problem]:
    """Two pages of one language that are called the same: in tabs, bookmarks and search nobody tells them apart."""
    for lang in Lang:
        first: dict[str, Page] = {}
        for page in site.of_language(lang):
            if not page.title or not site.findable(page):
                continue
            other = first.setdefault(page.title, page)
            if other is not page:
                params = {
                    "title": page.title,
                    "other": other.path
                    if site.origin(other) == site.origin(page)
                    else site.origin(other) or other.path,
                }
                yield Problem(code="page-title-twice", place=site.place(page, "title:", "Title:"), params=params)


def descriptions(site: Site) -> Iterator[Problem]:
    """Pages without a description, or with that of the whole site, which other sites and feeds show of them."""
    for lang in Lang:
        home = site.pages.get(f"{lang.value}/{NOT_FOUND}")
        for page in site.of_language(lang):
            of_the_site = home is not None and page.description == home.description
            if site.findable(page) and (not page.description or of_the_site):
                yield Problem(code="page-description-missing", place=site.place(page, "title:", "Title:"))


def pairs(site: Site) -> Iterator[Problem]:
    """Both languages say the same: the same headings at the same levels, the same help at the same place."""
    one, two = Lang
    for page in site.of_language(one):
        path = f"{two.value}/{page.path.removeprefix(f'{one.value}/')}"
        other = site.pages.get(path)
        if other is None:
            yield Problem(code="page-translation-missing", place=site.place(page), params={"other": path})
            continue
        # A page that says that a text exists in the other language only has none of its headings.
        if "only" in {page.kind, other.kind}:
            continue
        if [level for level, _ in other.headings] != [level for level, _ in page.headings]:
            yield _headings_differ(site, other, page)
        if other.help != page.help and not page.path.endswith(NOT_FOUND):
            params = {
                f"{where}_{lang.value}": _help_words(found, lang)
                for where, found in (("here", other.help), ("there", page.help))
                for lang in Lang
            }
            place = site.place(other, "<!-- help-bar -->", "<!-- help-lines -->", "title:")
            params["other"] = site.origin(page) or page.path
            yield Problem(code="page-help-differs", place=place, params=params)


def _headings_differ(site: Site, here: Page, there: Page) -> Problem:
    """The first heading at which two pages part; the last one that they share where one of them goes on."""
    at = 0
    while at < min(len(here.headings), len(there.headings)) and here.headings[at][0] == there.headings[at][0]:
        at += 1
    params = {"other": site.origin(there) or there.path}
    for where, page in (("here", here), ("there", there)):
        level, words = page.headings[at] if at < len(page.headings) else (0, "")
        params[f"{where}_zh"] = f"“{words}”（{level} 级标题）" if level else "没有标题"
        params[f"{where}_en"] = f"“{words}” (level {level})" if level else "no heading"
    shown = here.headings[min(at, len(here.headings) - 1)] if here.headings else (1, "")
    place = site.place(here, f"{'#' * shown[0]} {shown[1]}", shown[1])
    return Problem(code="page-headings-differ", place=place, params=params)


def _help_words(found: list[tuple[str, bool]], lang: Lang) -> str:
    """Which help a page offers, and whether before its first part."""
    zh = lang is Lang.ZH
    said = []
    for kind, first in found:
        name = HELP_WORDS[kind][0 if zh else 1]
        where = ("（页首）" if zh else " at the top") if first else ("（文中）" if zh else " further down")
        said.append(f"{name}{where}")
    return ("、" if zh else ", ").join(said) or ("没有求助信息" if zh else "no help")
