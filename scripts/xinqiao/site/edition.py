"""The news as pages and files: Pelican's fragments with the facts of their events, feeds, calendars, cards, posters."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from markupsafe import Markup

from xinqiao.core.fonts import CHINESE, PACKAGE
from xinqiao.core.problem import Problem
from xinqiao.core.text import Lang, Text
from xinqiao.site import page
from xinqiao.site.calendar import Appointment, calendar
from xinqiao.site.events import Event
from xinqiao.site.feeds import as_json
from xinqiao.site.fragment import as_page
from xinqiao.site.newsroom import Article
from xinqiao.site.pelican import Fragment, Newsroom, Told, run_pelican
from xinqiao.site.pictures import shown_pictures
from xinqiao.site.poster import CARD, PAPERS, Press, Sheet
from xinqiao.site.quoted import Figures, with_figures
from xinqiao.site.share import article_data, event_data, structured
from xinqiao.site.tree import Piece, Tree

FACTS_MARK, RECAP_MARK, RELATED_MARK = "<!-- facts -->", "<!-- recap -->", "<!-- related -->"
FORM_LABELS = ("registration", "feedback")
# From the page of an article to its language's folder.
UP = "../../../"
PRESS = "build/press"
CALENDAR = Text.of(zh="活动", en="Events")
# A point of a list that quotes a released figure.
QUOTING = re.compile(r"<li>((?:(?!</?[lu][il]\b).)*?\{\{\s*figure.*?)</li>", re.DOTALL)
RELATED: Mapping[str, Text] = {
    "events": Text.of(zh="活动通知", en="The announcement"),
    "recaps": Text.of(zh="活动回顾", en="The recap"),
    "policy": Text.of(zh="相关政策", en="The policy behind it"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What the news says of the portal: its names, its address, and the moment that is taken for now."""

    project: Path
    root: str
    title: Text
    college: Text
    demonstration: bool
    moment: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that an edition is made of; `forms` are the ids of the forms that have a page."""

    articles: Sequence[Article]
    events: Mapping[str, Event]
    tags: Mapping[str, Text]
    forms: frozenset[str]


@dataclass(slots=True, kw_only=True)
class Edition:
    """The news of both languages in the making; `unset`: that a card or poster could not be set for lack of a font."""

    room: Newsroom
    material: Material
    imprint: Imprint
    press: Press
    unset: bool = field(default=False)

    def pages(self, lang: Lang) -> Iterator[tuple[str, Piece]]:
        """Every page and file of a language, by its path below `docs/<lang>`."""
        published = [article for article in self.material.articles if article.published]
        own = {article.page: article for article in published if article.lang is lang}
        for name, fragment in self.room.fragments[lang].items():
            if name in own:
                yield from self._article(own[name], fragment, list(own.values()))
            else:
                yield name, Piece(content=as_page(fragment.front, fragment.body))
        for article in published:
            if article.only and article.lang is not lang:
                yield article.page, Piece(content=_only(article, lang), origin=article.file)
        # The feed of this language tells what exists in the other one alone, with its pictures.
        told = [article for article in published if article.lang is lang or article.only]
        for name, path, origin in shown_pictures(self.imprint.project, told):
            yield name, Piece(content=path, origin=origin)
        yield from self._feeds(lang, list(own.values()))

    def _article(self, article: Article, fragment: Fragment, others: Sequence[Article]) -> Iterator[tuple[str, Piece]]:
        # As readers see them: figures that a summary quotes are filled in.
        told = replace(article, title=str(fragment.front["title"]), summary=str(fragment.front["description"]))
        event = self.material.events.get(article.event)
        files = dict(self._files(told, event)) if event and article.announces else {}
        facts = related = ""
        if event:
            facts = event.facts(article.lang, self._forms(event) | dict(_file_links(files)))
            related = _related(article, others)
        body = fragment.body.replace(FACTS_MARK, facts).replace(RECAP_MARK, "").replace(RELATED_MARK, related)
        front = {**fragment.front, **({"card": CARD} if CARD in files else {})}
        yield article.page, Piece(content=as_page(front, body + self._data(told, event, files)), origin=article.file)
        for name, content in files.items():
            yield f"{article.address}{name}", Piece(content=content, origin=article.file)

    def _data(self, article: Article, event: Event | None, files: Mapping[str, object]) -> str:
        address, college = self._address(article), self.imprint.college[article.lang]
        image = f"{address}{CARD}" if CARD in files else ""
        data = event_data(event, article, address, college, image) if event and article.announces else None
        return f"\n{structured(data or article_data(article, address, college))}\n"

    def _files(self, article: Article, event: Event) -> Iterator[tuple[str, Path | bytes]]:
        """What lies beside an announcement: its calendar file, card and posters."""
        if event.day.date:
            yield f"{event.slug}.ics", self._calendar([article], article.lang, event.title[article.lang])
        sheet = self._sheet(article, event)
        made = {CARD: self.press.card(sheet)}
        if not event.gone:
            made |= {f"poster-{paper}.pdf": self.press.poster(sheet, paper) for paper in PAPERS}
        for name, path in made.items():
            if path is None:
                self.unset = True
            else:
                yield name, path

    def _sheet(self, article: Article, event: Event) -> Sheet:
        lang, form = article.lang, self._forms(event).get("registration", "")
        leads_to = f"{self.imprint.root}{lang.value}/{form.removeprefix(UP)}"
        return Sheet(
            event=event,
            lang=lang,
            summary=article.summary,
            leads_to=leads_to if form and event.registering else self._address(article),
            college=self.imprint.college[lang],
            portal=self.imprint.title[lang],
            demonstration=self.imprint.demonstration,
        )

    def _feeds(self, lang: Lang, articles: Sequence[Article]) -> Iterator[tuple[str, Piece]]:
        if feed := self.room.feeds[lang]:
            tags = {slug: name[lang] for slug, name in self.material.tags.items()}
            yield "news/atom.xml", Piece(content=feed)
            yield "news/feed.json", Piece(content=as_json(feed, lang, tags))
        if self.material.events:
            first: dict[str, Article] = {}
            for article in articles:
                if article.announces:
                    first.setdefault(article.event, article)
            title = f"{self.imprint.title[lang]} · {CALENDAR[lang]}"
            yield "news/calendar.ics", Piece(content=self._calendar(list(first.values()), lang, title))

    def _calendar(self, articles: Sequence[Article], lang: Lang, title: str) -> bytes:
        appointments = [
            Appointment(
                event=self.material.events[article.event],
                summary=article.summary,
                address=self._address(article),
                written=article.modified or article.day,
            )
            for article in articles
        ]
        return calendar(appointments, lang, title=title, host=urlsplit(self.imprint.root).hostname or "xinqiao")

    def _address(self, article: Article) -> str:
        return f"{self.imprint.root}{article.lang.value}/{article.address}"

    def _forms(self, event: Event) -> dict[str, str]:
        """The way from an article to each form of its event that has a page; its own instance before the form."""
        found = {}
        for label in FORM_LABELS:
            form = getattr(event, label)
            own = f"{form}@{event.slug}"
            built = own if own in self.material.forms else form
            if built in self.material.forms:
                found[label] = f"{UP}forms/{built}/"
        return found


def set_news(events: Mapping[str, Event], tags: Mapping[str, Text], imprint: Imprint) -> Newsroom:
    """Pelican's run over the news, events as they stand at the imprint's moment.

    Raises XinqiaoError (generator-failed, generator-killed).
    """
    standing = {slug: event.at(imprint.moment) for slug, event in events.items()}
    with tempfile.TemporaryDirectory(prefix="xinqiao-news-") as folder:
        told = Told(title=imprint.title, site_url=imprint.root, events=standing, tags=tags)
        return run_pelican(imprint.project, told, Path(folder))


def publish(room: Newsroom, material: Material, imprint: Imprint, figures: Figures) -> tuple[Tree, tuple[Problem, ...]]:
    """The news as pages, events as they stand at the imprint's moment; `figures` may be quoted."""
    events = {slug: event.at(imprint.moment) for slug, event in material.events.items()}
    material = replace(material, events=events)
    return news_pages(with_figures(with_recaps(room, material.articles), figures), material, imprint)


def news_pages(room: Newsroom, material: Material, imprint: Imprint) -> tuple[Tree, tuple[Problem, ...]]:
    """Pelican's fragments as ordinary pages and files beside them, and what could not be made.

    Gives a warning for each form that an event names and that has no page, and one where no font has Chinese letters.
    """
    edition = Edition(room=room, material=material, imprint=imprint, press=Press(folder=imprint.project / PRESS))
    tree = {lang: dict(edition.pages(lang)) for lang in Lang}
    edition.press.tidy()
    problems = [*_unbuilt_forms(material)]
    if edition.unset:
        params = {"fonts": ", ".join(CHINESE[:6]), "package": PACKAGE}
        problems.append(Problem(code="poster-font-missing", params=params))
    return tree, tuple(problems)


def with_recaps(room: Newsroom, articles: Sequence[Article]) -> Newsroom:
    """The news with what each event's recap says in short, and the figures that it quotes, in its announcement."""
    fragments = {}
    for lang in Lang:
        pages = dict(room.fragments[lang])
        here = [article for article in articles if article.lang is lang and article.published]
        for article in here:
            recaps = [one for one in here if one.kind == "recaps" and one.event == article.event and article.announces]
            said = "".join(_recap(one, pages[one.page]) for one in recaps)
            if said:
                fragment = pages[article.page]
                pages[article.page] = replace(fragment, body=fragment.body.replace(RECAP_MARK, said))
        fragments[lang] = pages
    return replace(room, fragments=fragments)


def _recap(article: Article, fragment: Fragment) -> str:
    figures = [Markup(said) for said in QUOTING.findall(fragment.body)]  # noqa: S704 (Pelican's own HTML, from prose)
    href = f"../../{article.kind}/{article.slug}/"
    summary = fragment.front["description"]
    return page.render("recap.html", lang=article.lang, href=href, summary=summary, figures=figures)


def _file_links(files: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Files beside an announcement by the names that the facts' template asks for."""
    for name in files:
        if name.endswith(".ics"):
            yield "calendar", name
        elif name.startswith("poster-"):
            yield name.removeprefix("poster-").removesuffix(".pdf"), name


def _only(article: Article, lang: Lang) -> str:
    """The page of an article in the language in which it does not exist."""
    front = {"title": article.title, "description": article.summary, "page_type": "only", "search": {"exclude": True}}
    href = f"{UP}../{article.lang.value}/{article.address}"
    return as_page(front, page.render("only.html", lang=lang, title=article.title, href=href, tag=article.lang.tag))


def _related(article: Article, articles: Sequence[Article]) -> str:
    links = [
        (RELATED[other.kind][article.lang], f"../../{other.kind}/{other.slug}/", other.title)
        for other in articles
        # An announcement already says what its recap says.
        if other.event == article.event
        and other.slug != article.slug
        and not (article.announces and other.kind == "recaps")
    ]
    return page.render("related.html", lang=article.lang, links=links) if links else ""


def _unbuilt_forms(material: Material) -> Iterator[Problem]:
    for event in material.events.values():
        for label in FORM_LABELS:
            form = getattr(event, label)
            if form and form not in material.forms:
                yield Problem(code="event-form-not-built", place=event.form_places[label], params={"form": form})
