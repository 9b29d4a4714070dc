"""Names of questions, choices, scales and summaries: how they may look, none standing twice, and the nearest one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

from xinqiao.core.problem import Place, Problem, refuse

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# A form for one event carries the event's name too: `event-registration@may-walk`.
FORM_ID = re.compile(NAME.pattern + r"(?:@[a-z0-9][a-z0-9-]*)?")
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


def unknown(name: str, known: Sequence[str], where: str) -> Iterator[Problem]:
    """The problem that a name is none of those known, if it is not; with the nearest one."""
    if name not in known:
        params = {"name": name, "nearest": nearest(name, known)}
        yield Problem(code="name-unknown", place=Place(question=where), params=params)


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like a name; a dash where none is known."""
    return (difflib.get_close_matches(name, list(known), 1, 0) or ["–"])[0]
