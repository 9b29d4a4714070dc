"""What later versions of a form changed, so that answers to an earlier one are read as they were meant."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from xinqiao.core.name import unknown
from xinqiao.core.problem import Place, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a version of a form changed: `since` is its number.

    changed: questions that are asked otherwise since, so that an answer from before means something else. renamed: a
    question's name before → since; the answers go on.
    """

    since: int
    changed: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if self.since <= 1:
            raise ValueError("the first version of a form changes nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """How answers to one version are read today.

    renamed: a question's name then → now. changed: names, as of today, of questions that are asked otherwise now.
    """

    renamed: Mapping[str, str]
    changed: frozenset[str]

    def then(self, name: str) -> str:
        """What a question of now was called then; empty where that name belonged to another."""
        if name in self.renamed.values():
            return next(old for old, new in self.renamed.items() if new == name)
        return "" if name in self.renamed else name


def reread(changes: Sequence[Revision], version: int) -> Reread:
    """How answers to a version are read, by everything that changed since."""
    renamed: dict[str, str] = {}
    changed: set[str] = set()
    for change in sorted(changes, key=lambda change: change.since):
        if change.since <= version:
            continue
        taken = {*renamed, *renamed.values()}
        renamed = {old: change.renamed.get(name, name) for old, name in renamed.items()}
        renamed |= {old: new for old, new in change.renamed.items() if old not in taken}
        changed = {change.renamed.get(name, name) for name in changed} | set(change.changed)
    return Reread(renamed=renamed, changed=frozenset(changed))


def change_problems(changes: Sequence[Revision], version: int, questions: Collection[str]) -> Iterator[Problem]:
    """Changes of versions that are not there yet or told twice (change-version), and names that no question has."""
    seen: set[int] = set()
    for change in changes:
        if change.since > version or change.since in seen:
            params = {"since": change.since, "version": version}
            yield Problem(code="change-version", place=Place(), params=params)
        seen.add(change.since)
        later = reread(changes, change.since).renamed
        for name in (*change.changed, *change.renamed.values()):
            if (now := later.get(name, name)) not in questions:
                yield from unknown(now, sorted(questions), "")
