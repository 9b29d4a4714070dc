"""What a flow has to say when it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from xinqiao.core.problem import ExitCode, Level, Problem
from xinqiao.core.text import Text

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Words for people, a document for `--json`, problems that did not stop the flow."""

    said: Text
    document: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """That of the first error among the problems; DONE where there is none."""
        codes = [problem.entry.exit_code for problem in self.problems if problem.level is Level.ERROR]
        return codes[0] if codes else ExitCode.DONE
