"""Work that takes a while, as the pages around the editor tell of it: a check, a publication."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from xinqiao.core.problem import Level, Problem
from xinqiao.core.text import Text


@dataclass(slots=True, kw_only=True)
class Work:
    """One kind of work and its last run. `steps`: what has been begun in it; `said`: how it ended, None before that.

    state: an id of the content that it was about.
    """

    running: bool = False
    steps: list[Text] = field(default_factory=list)
    problems: tuple[Problem, ...] = ()
    said: Text | None = None
    began: datetime | None = None
    ended: datetime | None = None
    state: str = ""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def begin(self, state: str) -> bool:
        """Begins a run, unless one is under way."""
        if self.running:
            return False
        self.running, self.steps, self.problems, self.said = True, [], (), None
        self.began, self.ended, self.state = self.now(), None, state
        return True

    def step(self, words: Text) -> None:
        """Notes that a step begins."""
        self.steps.append(words)

    def end(self, said: Text, problems: Iterable[Problem] = ()) -> None:
        """Ends the run."""
        self.problems, self.said, self.ended, self.running = tuple(problems), said, self.now(), False

    @property
    def failed(self) -> bool:
        """Whether its last run met an error."""
        return any(problem.level is Level.ERROR for problem in self.problems)

    @property
    def seconds(self) -> int:
        """How long the run has taken, or takes until now."""
        return round(((self.ended or self.now()) - self.began).total_seconds()) if self.began else 0

    @property
    def ago(self) -> int:
        """How many seconds ago the last run ended."""
        return round((self.now() - self.ended).total_seconds()) if self.ended else 0
