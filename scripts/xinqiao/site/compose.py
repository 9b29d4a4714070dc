"""Lays out `build/docs/<lang>`: plain files, from which MkDocs builds a language without any plugin of ours."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.text import Lang, Text
from xinqiao.site import page
from xinqiao.site.events import Event
from xinqiao.site.fragment import as_page
from xinqiao.site.newsroom import Article, Fragment, Newsroom
from xinqiao.site.tree import Piece, Tree

FACTS_MARK, RELATED_MARK = "<!-- facts -->", "<!-- related -->"
FORM_LABELS = ("registration", "feedback")
RELATED: Mapping[str, Text] = {
    "events": Text.of(zh="活动通知", en="The announcement"),
    "recaps": Text.of(zh="活动回顾", en="The recap"),
    "policy": Text.of(zh="相关政策", en="The policy behind it"),
}


def news_pages(
    room: Newsroom, articles: Sequence[Article], events: Mapping[str, Event], forms: frozenset[str]
) -> tuple[Tree, tuple[Problem, ...]]:
    """Pelican's fragments as ordinary pages, each event's facts and counterparts in them.

    `forms` are the ids of the forms that have a page. Gives the pages and a warning for each form
    that an event names and that has none.
    """
    tree: dict[Lang, dict[str, Piece]] = {lang: {} for lang in Lang}
    for lang in Lang:
        by_page = {article.page: article for article in articles if article.lang is lang and article.published}
        for name, fragment in room.fragments[lang].items():
            article = by_page.get(name)
            body = _filled(fragment, article, list(by_page.values()), events, forms) if article else fragment.body
            origin = article.file if article else ""
            tree[lang][name] = Piece(content=as_page(fragment.front, body), origin=origin)
        if room.feeds[lang]:
            tree[lang]["news/atom.xml"] = Piece(content=room.feeds[lang])
    return tree, tuple(_unbuilt_forms(events, forms))


def _filled(
    fragment: Fragment,
    article: Article,
    articles: Sequence[Article],
    events: Mapping[str, Event],
    forms: frozenset[str],
) -> str:
    event = events.get(article.event)
    if event is None:
        return fragment.body.replace(FACTS_MARK, "").replace(RELATED_MARK, "")
    named = {label: _built(getattr(event, label), event, forms) for label in FORM_LABELS}
    links = {label: f"../../../forms/{form}/" for label, form in named.items() if form in forms}
    facts = event.facts(article.lang, links)
    related = _related(article, articles)
    return fragment.body.replace(FACTS_MARK, facts).replace(RELATED_MARK, related)


def _built(form: str, event: Event, forms: frozenset[str]) -> str:
    """A form's instance for the event where there is one, else the form itself."""
    own = f"{form}@{event.slug}"
    return own if own in forms else form


def _related(article: Article, articles: Sequence[Article]) -> str:
    links = [
        (RELATED[other.kind][article.lang], f"../../{other.kind}/{other.slug}/", other.title)
        for other in articles
        if other.event == article.event and other.slug != article.slug
    ]
    return page.render("related.html", lang=article.lang, links=links) if links else ""


def _unbuilt_forms(events: Mapping[str, Event], forms: frozenset[str]) -> Iterator[Problem]:
    for event in events.values():
        for label in FORM_LABELS:
            form = getattr(event, label)
            if form and form not in forms:
                yield Problem(code="event-form-not-built", place=event.form_places[label], params={"form": form})


def filled(tree: Tree, fills: Mapping[Lang, Mapping[str, str]]) -> Tree:
    """Evergreen pages with what other rooms have made in the place of its marks; nothing where there is nothing."""
    found: dict[Lang, dict[str, Piece]] = {lang: {} for lang in Lang}
    for lang, pieces in tree.items():
        for name, piece in pieces.items():
            content = piece.content
            for mark, made in fills.get(lang, {}).items():
                content = content.replace(mark, made) if isinstance(content, str) else content
            found[lang][name] = replace(piece, content=content)
    return found


def given(pages: Mapping[Lang, Mapping[str, str]], files: Mapping[str, bytes | Path]) -> Tree:
    """The pages and files that other rooms have made; a file stands in both languages."""
    tree: dict[Lang, dict[str, Piece]] = {lang: {} for lang in Lang}
    for lang in Lang:
        tree[lang] = {name: Piece(content=text) for name, text in pages.get(lang, {}).items()}
        tree[lang].update({name: Piece(content=content) for name, content in files.items()})
    return tree


def merged(trees: Sequence[Tree]) -> Tree:
    """All trees as one. Raises XinqiaoError (page-twice) where two of them make the same page."""
    whole: dict[Lang, dict[str, Piece]] = {lang: {} for lang in Lang}
    problems = []
    for tree in trees:
        for lang, pieces in tree.items():
            for name, piece in pieces.items():
                other = whole[lang].setdefault(name, piece)
                if other is not piece:
                    params = {"page": f"{lang.value}/{name}"}
                    place = Place(file=piece.origin or other.origin)
                    problems.append(Problem(code="page-twice", place=place, params=params))
    if problems:
        raise XinqiaoError(problems)
    return whole


def lay_out(tree: Tree, folder: Path) -> None:
    """Writes a tree to `folder/<lang>/…`; what was there before is replaced as a whole."""
    side = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(side, ignore_errors=True)
    for lang, pieces in tree.items():
        for name, piece in pieces.items():
            path = side / lang.value / name
            path.parent.mkdir(parents=True, exist_ok=True)
            match piece.content:
                case str():
                    path.write_text(piece.content, encoding="utf-8")
                case bytes():
                    path.write_bytes(piece.content)
                case Path():
                    shutil.copyfile(piece.content, path)
    shutil.rmtree(folder, ignore_errors=True)
    side.rename(folder)
