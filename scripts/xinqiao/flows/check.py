"""`xinqiao check`: every problem of forms and content, with its place; nothing is published."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.problem import Level, Problem, XinqiaoError
from xinqiao.core.text import Text
from xinqiao.flows.build import build
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.project import load_forms
from xinqiao.site.build import read_sources


def check(config: Config, progress: Progress) -> Outcome:
    """Reads every form and content file; where all can be read, builds a site to the side and checks that too.

    Raises XinqiaoError with all errors.
    """
    progress("forms, content")
    problems = [
        *_problems(lambda: load_forms(config)),
        *_problems(lambda: read_sources(config.root, date.today(), production=not config.demonstration)),
    ]
    if any(problem.level is Level.ERROR for problem in problems):
        raise XinqiaoError(problems)
    with tempfile.TemporaryDirectory() as folder:
        built = build(config, Path(folder) / "site", progress)
    found = len(built.problems)
    said = Text.of(
        zh=f"没有错误；{found} 条提醒。" if found else "没有问题。",
        en=f"No errors; {found} warnings." if found else "No problems.",
    )
    return Outcome(said=said, document={"errors": 0, "warnings": found}, problems=built.problems)


def _problems(read: Callable[[], object]) -> tuple[Problem, ...]:
    try:
        read()
    except XinqiaoError as error:
        return error.problems
    return ()
