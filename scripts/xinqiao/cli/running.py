"""What every command has in common: its options, running its flow, telling the outcome, the exit code."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from rich.console import Console

from xinqiao.config import Config, find_project, load_config
from xinqiao.core.problem import Level, Problem, XinqiaoError
from xinqiao.core.text import Lang

if TYPE_CHECKING:
    from xinqiao.flows.outcome import Outcome, Progress

F = TypeVar("F", bound=Callable[..., object])
PROJECT = click.option("--project", type=click.Path(path_type=Path), default=Path(), help="The portal's folder.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
PASSPHRASE = click.option("--passphrase-file", type=click.File(), help="A file whose first line is the passphrase.")
ERRORS = Console(stderr=True, highlight=False, soft_wrap=True)
LEVELS = {
    Level.ERROR: ("错误", "errors", "red"),
    Level.WARNING: ("提醒", "warnings", "yellow"),
    Level.NOTE: ("说明", "notes", "dim"),
}


def common(command: F) -> F:
    """The options that every command takes."""
    return AS_JSON(PROJECT(command))


class _Status:
    """Says on standard error what is going on, while a person is watching."""

    def __init__(self) -> None:
        self.status = ERRORS.status("…")

    def __call__(self, words: str) -> None:
        if not words:
            self.status.stop()
        elif sys.stderr.isatty():
            self.status.start()
            self.status.update(words)


def run(project: Path, as_json: bool, flow: Callable[[Config, Progress], Outcome]) -> None:
    """Runs a flow, tells its outcome, and ends with its exit code; a problem is never a traceback."""
    status = _Status()
    try:
        outcome = flow(load_config(find_project(project)), status)
    except XinqiaoError as error:
        status("")
        tell_problems(error.problems)
        if as_json:
            _tell_json({}, error.problems)
        sys.exit(error.exit_code)
    status("")
    tell(outcome, as_json)
    sys.exit(outcome.exit_code)


def tell(outcome: Outcome, as_json: bool) -> None:
    """Problems to standard error; what was done, or the one document, to standard output."""
    tell_problems(outcome.problems)
    if as_json:
        _tell_json(outcome.document, outcome.problems)
    else:
        click.echo("\n".join(outcome.said[lang] for lang in Lang))


def _tell_json(document: object, problems: Iterable[Problem]) -> None:
    found = [problem.as_json() for problem in problems]
    whole = {**document, "problems": document.get("problems", found)} if isinstance(document, dict) else document
    click.echo(json.dumps(whole, ensure_ascii=False, indent=2))


def tell_problems(problems: Iterable[Problem]) -> None:
    """Each problem in both languages, then how many there are of each level: what stops comes last, in sight."""
    told = sorted(problems, key=lambda problem: problem.level is Level.ERROR)
    for problem in told:
        zh, _, style = LEVELS[problem.level]
        ERRORS.print(f"[{style}]{zh}[/] ", end="")
        ERRORS.print(problem.line(Lang.ZH), markup=False)
        ERRORS.print(f"    {problem.message(Lang.EN)}", markup=False, style="dim")
    if len(told) > 1:
        counted = Counter(problem.level for problem in told)
        ERRORS.print("，".join(f"{LEVELS[level][0]} {counted[level]}" for level in Level if counted[level]), end="；")
        ERRORS.print(", ".join(f"{LEVELS[level][1]}: {counted[level]}" for level in Level if counted[level]))


def passphrase(given: Iterable[str] | None, config: Config, *, new: bool = False) -> str | None:
    """From the file, else by prompt; a demonstration's throw-away keys have none."""
    if given is not None:
        return next(iter(given), "").rstrip("\r\n")
    if config.demonstration and not new:
        return None
    return str(click.prompt("口令 Passphrase", hide_input=True, confirmation_prompt=new, err=True))
