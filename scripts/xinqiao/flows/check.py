"""`xinqiao check`: every problem of forms, content and released files, with its place; nothing is published."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.problem import Level, Problem, XinqiaoError
from xinqiao.core.text import Text
from xinqiao.flows.build import build
from xinqiao.flows.courses import courses
from xinqiao.flows.drill import drill_notices
from xinqiao.flows.forms import proven_forms
from xinqiao.flows.ledger import check_ledgers
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.settings import settings_notices
from xinqiao.flows.texts import as_json, parity_problems
from xinqiao.site.reading import readings
from xinqiao.site.sources import read_sources
from xinqiao.site.wording.pages import check_wording


def check(config: Config, progress: Progress) -> Outcome:
    """Reads every form and content file; where all can be read, builds a site to the side and checks that too.

    Raises XinqiaoError with all errors.
    """
    progress("forms, content")
    measured, old = readings(config.root, date.today())
    worded = (*check_wording(config.root, config.form_files), *parity_problems(config), *old)
    problems = [
        *worded,
        *_problems(lambda: proven_forms(config)),
        *_problems(lambda: check_ledgers(config)),
        *_problems(lambda: courses(config, date.today())),
        *_problems(lambda: read_sources(config.root, date.today(), production=not config.demonstration)),
    ]
    if not any(problem.level is Level.ERROR for problem in problems):
        with tempfile.TemporaryDirectory() as folder:
            problems = [*worded, *_problems(lambda: build(config, Path(folder) / "site", progress))]
    problems += _problems(lambda: _reminders(config))
    told = tuple(in_project(problem, config.root) for problem in problems)
    if any(problem.level is Level.ERROR for problem in told):
        raise XinqiaoError(told)
    found = len(told)
    notes = sum(problem.level is Level.NOTE for problem in told)
    said = Text.of(
        zh=f"没有错误；{found - notes} 条提醒{f'，{notes} 条说明' if notes else ''}。" if found else "没有问题。",
        en=f"No errors; {found - notes} warnings{f', notes: {notes}' if notes else ''}." if found else "No problems.",
    )
    document = {"errors": 0, "warnings": found, "reading": as_json(measured)}
    return Outcome(said=said, document=document, problems=told)


def _reminders(config: Config) -> Outcome:
    found = (*drill_notices(config, date.today()), *settings_notices(config))
    return Outcome(said=Text.of(zh="演练，设置", en="drills, settings"), problems=found)


def _problems(read: Callable[[], object]) -> tuple[Problem, ...]:
    """What a reader tells: its errors, or the warnings of an outcome."""
    try:
        made = read()
    except XinqiaoError as error:
        return error.problems
    return made.problems if isinstance(made, Outcome) else ()


def in_project(problem: Problem, root: Path) -> Problem:
    """The problem with its file as staff know it: below the portal's folder."""
    file = Path(problem.place.file)
    if not file.is_relative_to(root):
        return problem
    return replace(problem, place=replace(problem.place, file=file.relative_to(root).as_posix()))
