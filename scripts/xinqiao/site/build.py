"""The whole build of the site: read, compose, generate to the side, check, swap.

Nothing half-built replaces a good site: what is made lies beside the old one until every check is passed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from xinqiao.core.problem import Level, Place, Problem, XinqiaoError, refuse
from xinqiao.core.text import Lang, Text
from xinqiao.site import page
from xinqiao.site.all_pages import all_pages
from xinqiao.site.built import NOT_FOUND
from xinqiao.site.check import check_site
from xinqiao.site.compose import filled, given, lay_out, merged
from xinqiao.site.corrections import corrected
from xinqiao.site.drafts import draft_links
from xinqiao.site.edition import Imprint, Material, publish
from xinqiao.site.events import Event, read_events
from xinqiao.site.evergreen import evergreen
from xinqiao.site.help_lines import HelpLine, ages, crisis_page, oldest, read_help_lines
from xinqiao.site.home import home_fills
from xinqiao.site.integrity import guard
from xinqiao.site.manifest import Stamp, write_manifest
from xinqiao.site.newsroom import Article, read_articles
from xinqiao.site.offline import WORKER, help_worker
from xinqiao.site.pictures import picture_problems
from xinqiao.site.program import Program, run_all
from xinqiao.site.quoted import Figures, quote_problems
from xinqiao.site.registers import Registers, read_registers
from xinqiao.site.search import write_search
from xinqiao.site.tags import read_tags
from xinqiao.site.theme import lighten
from xinqiao.site.tree import Tree

DOCS = "build/docs"
CACHE = "build/cache"
CONFIGS = {Lang.ZH: "mkdocs.yml", Lang.EN: "mkdocs.en.yml"}
HELP_PAGE = "help-now/index.html"
Made = TypeVar("Made")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All that a project's own files say, read and found right."""

    lines: tuple[HelpLine, ...]
    events: Mapping[str, Event]
    tags: Mapping[str, Text]
    articles: tuple[Article, ...]
    registers: Registers
    evergreen: Tree
    warnings: tuple[Problem, ...]


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
    _check_output(output)
    progress("read")
    sources = read_sources(project, stamp.day, production=production)
    progress("compose")
    tree, warnings = compose(project, sources, others, names, stamp)
    with _beside(output) as side:
        progress("generate")
        run_all([mkdocs(project, lang, side / lang.value, names, sources.lines, stamp.day) for lang in Lang])
        _write_entrances(side, sources.lines, names)
        finish(side, names)
        progress("check")
        found = check_site(side, tree, project, root=names.root, receiver=names.receiver, cache=project / CACHE)
        problems = (*sources.warnings, *warnings, *found)
        if any(problem.level is Level.ERROR for problem in problems):
            raise XinqiaoError(problems)
        write_search(side, tree, project / CACHE)
        write_manifest(side, stamp)
        _swap(side, output)
    return problems


def read_sources(project: Path, today: date, *, production: bool) -> Sources:
    """Reads all of a project's files. Raises XinqiaoError with the problems of all of them together."""
    problems: list[Problem] = []
    lines = _kept(lambda: read_help_lines(project), problems)
    if lines is not None:
        _kept(lambda: crisis_page(lines), problems)
    events = _kept(lambda: read_events(project), problems)
    known = events if events is not None else {path.stem: None for path in project.glob("docs/data/events/*.yml")}
    tags = _kept(lambda: read_tags(project), problems)
    articles = _kept(lambda: read_articles(project, known, tags), problems)
    problems.extend([*picture_problems(project, articles or ()), *draft_links(project, articles or ())])
    pages = _kept(lambda: evergreen(project, lines or (), today), problems)
    problems.extend(pages[1] if pages else ())
    problems.extend(ages(lines or (), today, production=production))
    registers, found = read_registers(project, today, pages[0] if pages else {}, production=production)
    problems.extend(found)
    if any(problem.level is Level.ERROR for problem in problems):
        raise XinqiaoError(problems)
    if lines is None or events is None or tags is None or articles is None or pages is None:
        raise ValueError("a reader gave nothing and no problem")
    return Sources(
        lines=lines,
        events=events,
        tags=tags,
        articles=articles,
        registers=registers,
        evergreen=pages[0],
        warnings=tuple(problems),
    )


def _kept(read: Callable[[], Made], problems: list[Problem]) -> Made | None:
    try:
        return read()
    except XinqiaoError as error:
        problems.extend(error.problems)
        return None


def compose(
    project: Path, sources: Sources, others: Given, names: PortalNames, stamp: Stamp
) -> tuple[Tree, tuple[Problem, ...]]:
    """Lays out `build/docs/<lang>`; gives the tree and the problems. `stamp` says which events are still to come.

    Raises XinqiaoError (figure-unknown, figure-not-of-event, page-twice).
    """
    if wrong := tuple(quote_problems(project, sources.articles, sources.events, others.figures)):
        raise XinqiaoError(wrong)
    imprint = Imprint(
        project=project,
        root=names.root,
        title=names.title,
        college=names.college,
        demonstration=names.demonstration,
        moment=stamp.moment,
    )
    material = Material(articles=sources.articles, events=sources.events, tags=sources.tags, forms=_forms(others.pages))
    news, warnings = publish(material, imprint, others.figures)
    home, registers = home_fills(news, sources.articles, sources.events, stamp.moment), sources.registers.fills()
    fills = {lang: {**home[lang], **registers[lang], **others.fills.get(lang, {})} for lang in Lang}
    tree = merged([filled(sources.evergreen, fills), news, others.courses, given(others.pages, others.files)])
    tree, unknown = corrected(tree, sources.registers.corrections)
    tree = merged([tree, all_pages(tree)])
    lay_out(tree, project / DOCS)
    return tree, (*warnings, *unknown)


def _forms(pages: Mapping[Lang, Mapping[str, str]]) -> frozenset[str]:
    """The ids of the forms that have a page, from `forms/<id>.md` or `forms/<id>/index.md`."""
    names = {name for by_name in pages.values() for name in by_name if name.startswith("forms/")}
    return frozenset(name.removeprefix("forms/").removesuffix(".md").partition("/")[0] for name in names)


def finish(side: Path, names: PortalNames) -> None:
    """What is done to every page after its generator, whether all pages are made or one."""
    lighten(side)
    guard(side, urlsplit(names.root).path)


def mkdocs(
    project: Path,
    lang: Lang,
    output: Path,
    names: PortalNames,
    lines: Sequence[HelpLine],
    today: date,
    *,
    only: str = "",
) -> Program:
    """The run of MkDocs that makes one language of the composed files; `only`: the one page that is wanted of it."""
    environment = {
        "XINQIAO_RECEIVER": names.receiver,
        "XINQIAO_DEMONSTRATION": str(names.demonstration).lower(),
        "XINQIAO_CHECKED_ON": oldest(lines).isoformat(),
        "XINQIAO_RENDER_CACHE": str(project / CACHE / f"render-{lang.value}.sqlite"),
        "XINQIAO_RENDER_ONLY": only,
        # Dates in what the generator writes are the build's day, so that two builds are alike.
        "SOURCE_DATE_EPOCH": str(int(datetime.combine(today, time(), UTC).timestamp())),
    }
    for each in Lang:
        environment[f"XINQIAO_TITLE_{each.name}"] = names.title[each]
        environment[f"XINQIAO_COLLEGE_{each.name}"] = names.college[each]
        environment[f"XINQIAO_SITE_URL_{each.name}"] = f"{names.root}{each.value}/"
    arguments = ["build", "--strict", "--config-file", str(project / CONFIGS[lang]), "--site-dir", str(output)]
    return Program(
        name=f"MkDocs ({lang.value})", module="mkdocs", arguments=arguments, environment=environment, folder=project
    )


def _write_entrances(side: Path, lines: Sequence[HelpLine], names: PortalNames) -> None:
    """The pages that belong to no language: the root, which leads on, what is not found, and the crisis page."""
    (side / "index.html").write_text(page.render("root.html", title=names.title, leaf=""), encoding="utf-8")
    lost = page.render("lost.html", title=names.title, root=urlsplit(names.root).path)
    (side / NOT_FOUND).write_text(lost, encoding="utf-8")
    crisis = side / HELP_PAGE
    crisis.parent.mkdir()
    crisis.write_bytes(crisis_page(lines))
    (side / WORKER).write_bytes(help_worker(crisis.read_bytes()))


def _check_output(output: Path) -> None:
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


def _swap(side: Path, output: Path) -> None:
    """Puts the new site where the old one was; the old one comes back where that fails."""
    old = side.with_name("old")
    if output.exists():
        output.rename(old)
    try:
        side.rename(output)
    except OSError:
        if old.exists():
            old.rename(output)
        raise
