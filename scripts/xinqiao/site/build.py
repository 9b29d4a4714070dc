"""The whole build of the site: read, compose, generate to the side, check, swap.

Nothing half-built replaces a good site: what is made lies beside the old one until every check is passed.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from urllib.parse import urlsplit

from xinqiao.core.problem import Level, Place, Problem, XinqiaoError, refuse
from xinqiao.core.text import Lang, Text
from xinqiao.site import page
from xinqiao.site.all_pages import all_pages
from xinqiao.site.built import NOT_FOUND
from xinqiao.site.check import check_site
from xinqiao.site.compose import filled, given, lay_out, merged
from xinqiao.site.corrections import corrected
from xinqiao.site.edition import Imprint, Material, publish, set_news
from xinqiao.site.help_lines import HelpLine, crisis_page, oldest
from xinqiao.site.home import home_fills
from xinqiao.site.integrity import Guard
from xinqiao.site.made import read_made
from xinqiao.site.manifest import Stamp, write_manifest
from xinqiao.site.offline import WORKER, help_worker
from xinqiao.site.pelican import Newsroom
from xinqiao.site.program import run_all, running
from xinqiao.site.quoted import Figures, quote_problems
from xinqiao.site.search import FOLDER, keys_of
from xinqiao.site.sources import Sources, read_news, read_sources
from xinqiao.site.tree import Tree
from xinqiao.site.turn import turn
from xinqiao.site.workshop import Program

BUILD = "build"
DOCS = "build/docs"
CACHE = "build/cache"
CONFIGS = {Lang.ZH: "mkdocs.yml", Lang.EN: "mkdocs.en.yml"}
HELP_PAGE = "help-now/index.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalNames:
    """What pages say of the portal itself; `site_url` is where it will lie, `receiver_url` may be empty."""

    title: Text
    college: Text
    demonstration: bool
    site_url: str
    receiver_url: str

    @property
    def root(self) -> str:
        """The site's address with its closing slash."""
        return f"{self.site_url.rstrip('/')}/"

    @property
    def root_path(self) -> str:
        """The path of the site's address, `/` or `/x/`."""
        return urlsplit(self.root).path

    @property
    def receiver(self) -> str:
        """The receiver's origin, for the pages' content security policy."""
        parts = urlsplit(self.receiver_url)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What other rooms have made for the site.

    pages: path below `docs/<lang>` → Markdown; files: path → content, in both languages; fills: mark in an evergreen
    page → HTML in its place; figures: what news may quote; courses: their pages, with the files that they come from.
    """

    pages: Mapping[Lang, Mapping[str, str]]
    files: Mapping[str, bytes | Path]
    fills: Mapping[Lang, Mapping[str, str]] = field(default_factory=dict)
    figures: Figures = field(default_factory=dict)
    courses: Tree = field(default_factory=dict)


def build_site(
    project: Path,
    *,
    others: Given,
    names: PortalNames,
    stamp: Stamp,
    output: Path,
    production: bool,
    progress: Callable[[str], None],
) -> tuple[Problem, ...]:
    """Builds the site of a project into `output` and gives the warnings.

    `stamp` says which day it is. Raises XinqiaoError with all errors; `output` is then as it was before.
    """
    check_output(output)
    progress("read")
    imprint = _imprint(project, names, stamp)
    sources, room = _read(imprint, stamp.day, production=production)
    with _beside(output) as side:
        with turn(project / BUILD, progress):
            progress("compose")
            tree, warnings = compose(sources, others, imprint, room)
            progress("generate")
            runs = [language(project, lang, side / lang.value, names, sources.lines, stamp.day) for lang in Lang]
            run_all(runs, progress)
        _write_entrances(side, sources.lines, names)
        made = read_made(told(side / lang.value) for lang in Lang)
        progress("check")
        with running(_search(project, side, keys_of(side, tree, made.parts))):
            found = check_site(
                side, tree, project, root=names.root, receiver=names.receiver, cache=project / CACHE, made=made
            )
        problems = (*sources.warnings, *warnings, *found)
        if any(problem.level is Level.ERROR for problem in problems):
            raise XinqiaoError(problems)
        # Beside the site until it is checked, which lists its files.
        side.with_name(FOLDER).rename(side / FOLDER)
        write_manifest(side, stamp, made.parts)
        swap(side, output)
    return problems


def _read(imprint: Imprint, today: date, *, production: bool) -> tuple[Sources, Newsroom]:
    """Reads all sources, with Pelican at work on the news meanwhile."""
    news = read_news(imprint.project)
    with ThreadPoolExecutor(1) as beside:
        # News with faults are not set: reading the rest raises theirs with all others.
        room = beside.submit(set_news, news.events, news.tags, imprint) if news.right else Future[Newsroom]()
        sources = read_sources(imprint.project, today, production=production, news=news)
    return sources, room.result()


def _imprint(project: Path, names: PortalNames, stamp: Stamp) -> Imprint:
    return Imprint(
        project=project,
        root=names.root,
        title=names.title,
        college=names.college,
        demonstration=names.demonstration,
        moment=stamp.moment,
    )


def compose(sources: Sources, others: Given, imprint: Imprint, room: Newsroom) -> tuple[Tree, tuple[Problem, ...]]:
    """Lays out `build/docs/<lang>`; gives the tree and the problems. The imprint says which events are still to come.

    Raises XinqiaoError (figure-unknown, figure-not-of-event, page-twice).
    """
    told = sources.news
    if wrong := tuple(quote_problems(imprint.project, told.articles, told.events, others.figures)):
        raise XinqiaoError(wrong)
    material = Material(articles=told.articles, events=told.events, tags=told.tags, forms=_forms(others.pages))
    news, warnings = publish(room, material, imprint, others.figures)
    home, registers = home_fills(news, told.articles, told.events, imprint.moment), sources.registers.fills()
    fills = {lang: {**home[lang], **registers[lang], **others.fills.get(lang, {})} for lang in Lang}
    tree = merged([filled(sources.evergreen, fills), news, others.courses, given(others.pages, others.files)])
    tree, unknown = corrected(tree, sources.registers.corrections)
    tree = merged([tree, all_pages(tree)])
    lay_out(tree, imprint.project / DOCS)
    return tree, (*warnings, *unknown)


def _forms(pages: Mapping[Lang, Mapping[str, str]]) -> frozenset[str]:
    """The ids of the forms that have a page, from `forms/<id>.md` or `forms/<id>/index.md`."""
    names = {name for by_name in pages.values() for name in by_name if name.startswith("forms/")}
    return frozenset(name.removeprefix("forms/").removesuffix(".md").partition("/")[0] for name in names)


def language(
    project: Path,
    lang: Lang,
    output: Path,
    names: PortalNames,
    lines: Sequence[HelpLine],
    today: date,
    *,
    only: Sequence[str] = (),
) -> Program:
    """The run that makes one language of the composed files, or `only` some of its pages."""
    environment = {
        "XINQIAO_RECEIVER": names.receiver,
        "XINQIAO_DEMONSTRATION": str(names.demonstration).lower(),
        "XINQIAO_CHECKED_ON": oldest(lines).isoformat(),
        # Dates in what the generator writes are the build's day, so that two builds are alike.
        "SOURCE_DATE_EPOCH": str(int(datetime.combine(today, time(), UTC).timestamp())),
    }
    for each in Lang:
        environment[f"XINQIAO_TITLE_{each.name}"] = names.title[each]
        environment[f"XINQIAO_COLLEGE_{each.name}"] = names.college[each]
        environment[f"XINQIAO_SITE_URL_{each.name}"] = f"{names.root}{each.value}/"
    places = [str(project / CONFIGS[lang]), str(output), str(project / CACHE), names.root_path, str(told(output))]
    return Program(
        name=f"MkDocs ({lang.value})",
        module="xinqiao.site.language",
        arguments=[*places, *only],
        environment=environment,
        folder=project,
    )


def _search(project: Path, side: Path, keys: Mapping[str, str]) -> Program:
    """The run that writes the index of the search, beside the site."""
    pages = side.with_name("search.json")
    pages.write_text(json.dumps(keys), encoding="utf-8")
    arguments = [str(side), str(pages), str(project / CACHE), str(side.with_name(FOLDER))]
    return Program(name="search", module="xinqiao.site.search", arguments=arguments, environment={}, folder=project)


def told(output: Path) -> Path:
    """Where the run of a language says what it has made: beside the site, not in it."""
    return output.parent.parent / f"{output.name}.json"


def _write_entrances(side: Path, lines: Sequence[HelpLine], names: PortalNames) -> None:
    """The pages that belong to no language: the root, which leads on, what is not found, and the crisis page."""
    (side / "index.html").write_text(page.render("root.html", title=names.title, leaf=""), encoding="utf-8")
    lost = page.render("lost.html", title=names.title, root=names.root_path)
    (side / NOT_FOUND).write_text(lost, encoding="utf-8")
    Guard(side, names.root_path).guard(side.glob("*.html"))
    crisis = side / HELP_PAGE
    crisis.parent.mkdir()
    crisis.write_bytes(crisis_page(lines))
    (side / WORKER).write_bytes(help_worker(crisis.read_bytes()))


def check_output(output: Path) -> None:
    """Raises XinqiaoError (output-not-ours) for a folder that holds something else than a site of ours."""
    if output.is_dir() and any(output.iterdir()) and not (output / HELP_PAGE).is_file():
        raise refuse("output-not-ours", Place(), folder=output.name)


@contextmanager
def _beside(output: Path) -> Iterator[Path]:
    """A folder beside the output, on the same disk, gone afterwards unless it was swapped in."""
    output.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=output.parent))
    side = folder / "new"
    side.mkdir()
    try:
        yield side
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def swap(side: Path, output: Path) -> None:
    """Puts the new site where the old one was; the old one, beside the new, comes back where that fails."""
    old = side.with_name("old")
    if output.exists():
        output.rename(old)
    try:
        side.rename(output)
    except OSError:
        if old.exists():
            old.rename(output)
        raise
