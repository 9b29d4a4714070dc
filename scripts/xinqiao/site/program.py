"""Runs a generator as a program, several side by side, and keeps the lines in which it says what failed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xinqiao.core.problem import Problem, XinqiaoError

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SPEAKING = re.compile(r"^(?:\[?\d\d:\d\d:\d\d\]? )?\W*(?:WARNING|ERROR|CRITICAL|Error|Config value|Aborted)\b")
MOST_LINES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One run of a generator: a Python module, its arguments, what it finds in its environment."""

    name: str
    module: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path


def run_all(programs: Sequence[Program]) -> None:
    """Runs programs side by side. Raises XinqiaoError (generator-failed) with one problem for each that failed."""
    running = [(program, _start(program)) for program in programs]
    problems = []
    for program, process in running:
        said = process.communicate()[0]
        if process.returncode != 0:
            params = {"generator": program.name, "lines": _telling(said)}
            problems.append(Problem(code="generator-failed", params=params))
    if problems:
        raise XinqiaoError(problems)


def _start(program: Program) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 (a fixed module of ours to run, with paths of this project)
        [sys.executable, "-m", program.module, *program.arguments],
        cwd=program.folder,
        env={
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUTF8": "1",
            "NO_COLOR": "1",
            "COLUMNS": "400",
            **program.environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def _telling(said: str) -> str:
    """The lines in which a generator names what failed; its last lines where none stands out."""
    lines = [line.strip() for line in COLOUR.sub("", said).splitlines() if line.strip()]
    telling = [line for line in lines if SPEAKING.match(line)]
    return " | ".join((telling or lines)[-MOST_LINES:])
