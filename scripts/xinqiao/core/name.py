"""Names of questions, choices, scales and summaries: what they may look like, and that none stands twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from xinqiao.core.problem import Place, Problem, refuse

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
CHOICE_NAME = re.compile(r"[A-Za-z0-9_.-]+")


def check_name(name: str, pattern: re.Pattern[str] = NAME) -> None:
    """Raises XinqiaoError (name-unusable) for a name that pages, files and expressions cannot carry."""
    if not pattern.fullmatch(name):
        raise refuse("name-unusable", Place(question=name), name=name)


def repeated(names: Iterable[str]) -> Iterator[Problem]:
    """A problem (name-twice) for each name that stands a second time."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield Problem(code="name-twice", place=Place(question=name), params={"name": name})
        seen.add(name)
