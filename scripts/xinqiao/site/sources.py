"""Reads all that a project's own files say of its site, and finds the faults of all of them in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xinqiao.core.problem import Level, Problem, XinqiaoError
from xinqiao.core.text import Text
from xinqiao.site.drafts import draft_links
from xinqiao.site.events import Event, read_events
from xinqiao.site.evergreen import evergreen
from xinqiao.site.help_lines import HelpLine, ages, crisis_page, read_help_lines
from xinqiao.site.left_over import left_over
from xinqiao.site.newsroom import Article, read_articles
from xinqiao.site.pictures import picture_problems
from xinqiao.site.registers import Registers, read_registers, told
from xinqiao.site.tags import read_tags
from xinqiao.site.tree import Tree
from xinqiao.site.unwritten import unwritten


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What the news are made of, and what is wrong with it; what cannot be read is left out."""

    events: Mapping[str, Event]
    tags: Mapping[str, Text]
    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]

    @property
    def right(self) -> bool:
        """Whether there is nothing but warnings."""
        return not any(problem.level is Level.ERROR for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All that a project's own files say, read and found right."""

    lines: tuple[HelpLine, ...]
    news: News
    registers: Registers
    evergreen: Tree
    warnings: tuple[Problem, ...]


def read_news(project: Path) -> News:
    """Reads events, tags and articles; raises nothing."""
    problems: list[Problem] = []
    events = told(lambda: read_events(project), problems)
    known = events if events is not None else {path.stem: None for path in project.glob("docs/data/events/*.yml")}
    tags = told(lambda: read_tags(project), problems)
    articles = told(lambda: read_articles(project, known, tags), problems)
    problems.extend([*picture_problems(project, articles or ()), *draft_links(project, articles or ())])
    return News(events=events or {}, tags=tags or {}, articles=articles or (), problems=tuple(problems))


def read_sources(project: Path, today: date, *, production: bool, news: News | None = None) -> Sources:
    """Reads all of a project's files; `news`: what was read of them before.

    Raises XinqiaoError with the problems of all of them together.
    """
    problems: list[Problem] = []
    lines = told(lambda: read_help_lines(project), problems)
    if lines is not None:
        told(lambda: crisis_page(lines), problems)
    news = news or read_news(project)
    problems.extend(news.problems)
    pages = told(lambda: evergreen(project, lines or (), today), problems)
    problems.extend(pages[1] if pages else ())
    problems.extend(ages(lines or (), today, production=production))
    registers, found = read_registers(project, today, pages[0] if pages else {}, production=production)
    problems.extend(found)
    problems.extend(unwritten(project, news.articles))
    if production:
        problems.extend(left_over(project))
    if any(problem.level is Level.ERROR for problem in problems):
        raise XinqiaoError(problems)
    if lines is None or pages is None:
        raise ValueError("a reader gave nothing and no problem")
    return Sources(
        lines=lines,
        news=news,
        registers=registers,
        evergreen=pages[0],
        warnings=tuple(problems),
    )
