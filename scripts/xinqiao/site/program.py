"""Runs generators side by side, and keeps the lines in which one says what failed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.site.workshop import WORKSHOP, Program, Run

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SPEAKING = re.compile(r"^(?:\[?\d\d:\d\d:\d\d\]? )?\W*(?:WARNING|ERROR|CRITICAL|Error|Config value|Aborted)\b")
MOST_LINES = 12


def run_all(programs: Sequence[Program], progress: Callable[[str], None] = lambda _: None) -> None:
    """Runs programs side by side; `progress` is given how far they are.

    Raises XinqiaoError (generator-failed, generator-killed) with one problem for each that failed.
    """
    steps: dict[str, str] = {}

    def stepped(program: Program, words: str) -> None:
        steps[program.name] = f"{program.name} {words}"
        progress(" · ".join(steps.values()))

    def ended(program: Program, run: Run) -> list[Problem]:
        return list(_ended(program, run, partial(stepped, program)))

    with ThreadPoolExecutor(len(programs)) as waiting:
        problems = list(waiting.map(ended, programs, [WORKSHOP.start(program) for program in programs]))
    if any(problems):
        raise XinqiaoError([problem for several in problems for problem in several])


@contextmanager
def running(program: Program) -> Iterator[None]:
    """Runs a program beside what is done in the block, whose own end waits for it; raises as `run_all`."""
    run = WORKSHOP.start(program)
    try:
        yield
    finally:
        problems = list(_ended(program, run))
    if problems:
        raise XinqiaoError(problems)


def _ended(program: Program, run: Run, progress: Callable[[str], None] = lambda _: None) -> Iterator[Problem]:
    said, code = run.finish(progress)
    lines = _telling(said)
    if code and lines:
        yield Problem(code="generator-failed", params={"generator": program.name, "lines": lines})
    elif code:
        # Who is killed for want of memory cannot say so.
        yield Problem(code="generator-killed", params={"generator": program.name})


def _telling(said: str) -> str:
    """The lines in which a generator names what failed; its last lines where none stands out."""
    lines = [line.strip() for line in COLOUR.sub("", said).splitlines() if line.strip()]
    telling = [line for line in lines if SPEAKING.match(line)]
    return " | ".join((telling or lines)[-MOST_LINES:])
