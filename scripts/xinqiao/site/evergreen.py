"""Reads the pages of `docs/zh` and `docs/en`: front matter, counterparts, and the marks that the registries fill."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from pathlib import Path

from xinqiao.core.problem import Level, Place, Problem, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site import article, page
from xinqiao.site.article import HELP_BAR_MARK, HELP_MARK, SOURCES_MARK, Standing
from xinqiao.site.fragment import as_page
from xinqiao.site.help_lines import HelpLine, help_html, help_list
from xinqiao.site.listing import Listed, listed_at, unknown_names, with_lists
from xinqiao.site.source import Entry, Notes, front_matter, shown
from xinqiao.site.tree import Content, Piece, Tree, address_of

ARTICLE = "article"
ARTICLES = "learn/"
PICTURES = f"{ARTICLES}pictures/"
PAGE_TYPES = ("home", ARTICLE, "page", "help")
KEYS = ("title", "description", "page_type", "only", "reviewed_on", "reviewed_by", "hide", "search")
HIDDEN = ("navigation", "toc", "path", "footer")
# What another room puts in its place, once all of them have been asked.
MARK = re.compile(r"<!-- [a-z-]+(?:: [^>]*?)? -->")

Standings = dict[Lang, dict[str, Standing]]
# What the front matter of a page says, how it stands if it is an article, and what is wrong.
Read = tuple[Entry | None, Standing | None, list[Problem]]


def evergreen(project: Path, lines: Sequence[HelpLine], today: date) -> tuple[Tree, tuple[Problem, ...]]:
    """The pages and files of both languages, and the warnings; drafts are left out, and checked once they are none.

    Raises XinqiaoError with every fault of front matter, articles and pairs.
    """
    problems: list[Problem] = []
    tree: dict[Lang, dict[str, Piece]] = {lang: {} for lang in Lang}
    standings: Standings = {lang: {} for lang in Lang}
    alone: dict[Lang, dict[str, Piece]] = {lang: {} for lang in Lang}
    listed: dict[Lang, dict[str, Listed]] = {lang: {} for lang in Lang}
    bar = cache(partial(help_html, lines))
    for lang in Lang:
        folder = project / "docs" / lang.value
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")):
            name = path.relative_to(folder).as_posix()
            origin = f"docs/{lang.value}/{name}"
            content: Content = path
            if path.suffix == ".md":
                source = path.read_text(encoding="utf-8-sig")
                if article.is_draft(source):
                    continue
                entry, standing, found = _read(source, origin, name, lang, today)
                problems += [*found, *unknown_names(source, origin, folder)]
                if standing is not None:
                    standings[lang][name] = standing
                if entry is not None and listed_at(name, article=standing is not None):
                    listed[lang][name] = _listed(entry, standing)
                content = _filled(source, name, lang, lines, bar, standing)
                if only := _only(entry, name, lang):
                    alone[lang][name] = Piece(content=only, origin=origin)
            tree[lang][name] = Piece(content=content, origin=origin)
        _leave_out(tree[lang])
        tree[lang] = with_lists(tree[lang], listed[lang], lang)
    problems += [*_told_apart(tree, alone), *_lonely(tree, alone), *article.sources_differ(standings)]
    problems += _checks_unknown(standings, project)
    for lang, stands in alone.items():
        for other in set(Lang) - {lang}:
            tree[other].update({name: piece for name, piece in stands.items() if name not in tree[other]})
    if any(problem.level is Level.ERROR for problem in problems):
        raise XinqiaoError(problems)
    return tree, tuple(problems)


def _listed(entry: Entry, standing: Standing | None) -> Listed:
    title, about = entry.text("title"), entry.text("description")
    if standing is None:
        return Listed(title=title, about=about)
    return Listed(title=title, about=about, written_on=standing.written_on, reviewed=standing.reviewed_on is not None)


def _leave_out(pieces: dict[str, Piece]) -> None:
    """Takes pictures of articles out that no published page shows: those of drafts wait with them."""
    pages = [piece.content for name, piece in pieces.items() if name.endswith(".md")]
    for name in [name for name in pieces if name.startswith(PICTURES)]:
        if not any(name.removeprefix(ARTICLES) in str(content) for content in pages):
            del pieces[name]


def one_page(
    project: Path, lang: Lang, name: str, lines: Sequence[HelpLine], today: date
) -> tuple[str, tuple[Problem, ...]]:
    """One page as it is composed, and its warnings; empty where it has marks that other rooms fill.

    Raises XinqiaoError with every fault of its front matter and marks.
    """
    path = project / "docs" / lang.value / name
    source = path.read_text(encoding="utf-8-sig")
    _, standing, problems = _read(source, shown(path, project), name, lang, today)
    if any(problem.level is Level.ERROR for problem in problems):
        raise XinqiaoError(problems)
    content = _filled(source, name, lang, lines, partial(help_html, lines), standing)
    return "" if MARK.search(content) else content, tuple(problems)


def _filled(
    source: str,
    name: str,
    lang: Lang,
    lines: Sequence[HelpLine],
    bar: Callable[..., str],
    standing: Standing | None,
) -> str:
    if HELP_MARK in source:
        source = source.replace(HELP_MARK, help_list(lines, lang))
    if HELP_BAR_MARK in source:
        # A registry that cannot be read is told as such; the pages are still read for what else is wrong.
        source = source.replace(HELP_BAR_MARK, bar(lang, up=_up(name)) if lines else "")
    return source.replace(SOURCES_MARK, standing.html(lang)) if standing else source


def _up(name: str) -> str:
    """From the page of a Markdown file to the root of the site, which holds the languages' folders."""
    return "../" * (address_of(name).count("/") + 1)


def _read(source: str, file: str, name: str, lang: Lang, today: date) -> Read:
    notes = Notes(file)
    entry = front_matter(source, notes)
    if entry is None:
        return None, None, notes.problems
    named = entry.keys["page_type"][1].value if "page_type" in entry.keys else ""
    entry.only((*KEYS, *article.KEYS) if name.startswith(ARTICLES) or named == ARTICLE else KEYS)
    kind = entry.choice("page_type", (ARTICLE,) if name.startswith(ARTICLES) else PAGE_TYPES)
    entry.text("title")
    entry.text("description")
    if "only" in entry.keys:
        entry.choice("only", (lang.value,))
    _view(entry)
    if kind != ARTICLE:
        if "reviewed_on" in entry.keys:
            article.not_yet(entry, "reviewed_on", entry.day("reviewed_on", optional=True), today)
        if "reviewed_by" in entry.keys:
            entry.text("reviewed_by")
        return entry, None, notes.problems
    standing = article.read_standing(entry, today)
    due = article.review_due(standing, today) if standing else ()
    return entry, standing, [*notes.problems, *article.mark_problems(source, file), *due]


def _view(entry: Entry) -> None:
    """What the theme is asked to leave out, and what the search is told."""
    if "hide" in entry.keys:
        entry.names("hide", HIDDEN)
    if "search" in entry.keys and (search := entry.mapping("search")) is not None:
        search.only(("exclude", "boost"))
        if "exclude" in search.keys:
            search.flag("exclude")


def _only(entry: Entry | None, name: str, lang: Lang) -> str:
    """The page that says, in the other language, that a text exists in this one alone; empty for one in both."""
    if entry is None or "only" not in entry.keys:
        return ""
    other = next(one for one in Lang if one is not lang)
    front: dict[str, object] = {"page_type": "only", "search": {"exclude": True}}
    front |= {key: str(entry.keys[key][1].value) for key in ("title", "description") if key in entry.keys}
    href = f"{_up(name)}{lang.value}/{address_of(name)}"
    return as_page(front, page.render("only.html", lang=other, title=front.get("title", ""), href=href, tag=lang.tag))


def _told_apart(tree: Tree, alone: Mapping[Lang, Mapping[str, Piece]]) -> Iterator[Problem]:
    for lang in Lang:
        for other in set(Lang) - {lang}:
            for name in alone[lang].keys() & tree[other].keys():
                place = Place(file=tree[lang][name].origin, line=1, column=1)
                yield Problem(code="page-only-two", place=place, params={"other": tree[other][name].origin})


def _lonely(tree: Tree, alone: Mapping[Lang, Mapping[str, Piece]]) -> Iterator[Problem]:
    for lang in Lang:
        for other in set(Lang) - {lang}:
            for name, piece in tree[lang].items():
                if name.endswith(".md") and name not in tree[other] and name not in alone[lang]:
                    params = {"other": f"docs/{other.value}/{name}"}
                    place = Place(file=piece.origin, line=1, column=1)
                    yield Problem(code="page-translation-missing", place=place, params=params)


def _checks_unknown(standings: Standings, project: Path) -> Iterator[Problem]:
    """An article fits the result of forms that are there, whether this portal publishes them or not."""
    named = [stands for by_name in standings.values() for stands in by_name.values() if stands.self_checks]
    forms = sorted(path.stem for path in project.glob("forms/**/*.yml")) if named else []
    for standing in named:
        for name in sorted(set(standing.self_checks) - set(forms)):
            params = {"key": "self_checks", "found": name, "allowed": ", ".join(forms)}
            yield Problem(code="registry-choice", place=standing.checks_at or standing.at, params=params)
