"""What was seen in answers, by code, row and question; never the answer itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from xinqiao.core.problem import Level, Place, Problem, catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing seen: `row` counts data rows from 1, 0 is the whole file; `field` is a question of the form.

    A finding of level error that has a row sets that row aside as a whole (`on_bad_answer: row`);
    all others are told and counted, and the row goes on. Raises ValueError for an unknown code.
    """

    code: str
    row: int = 0
    field: str = ""
    count: int = 1

    def __post_init__(self) -> None:
        if self.code not in catalogue():
            raise ValueError(f"unknown problem code {self.code}")

    @property
    def sets_aside(self) -> bool:
        """Whether its row cannot be used."""
        return self.row > 0 and catalogue()[self.code].level is Level.ERROR

    def as_json(self) -> dict[str, object]:
        """The entry of `validate --json`; `row` is null for the whole file."""
        return {"code": self.code, "row": self.row or None, "field": self.field, "count": self.count}


def counts(findings: Iterable[Finding]) -> Mapping[tuple[str, str], int]:
    """(code, question) → how often it was seen."""
    counted: dict[tuple[str, str], int] = {}
    for finding in findings:
        key = finding.code, finding.field
        counted[key] = counted.get(key, 0) + finding.count
    return counted


def problems(findings: Iterable[Finding], file: str) -> tuple[Problem, ...]:
    """One problem a code and question with its count and the first row, for people to read."""
    seen = tuple(findings)
    first = {(finding.code, finding.field): finding.row for finding in reversed(seen)}
    return tuple(
        Problem(
            code=code,
            place=Place(file=file, question=field),
            params={"count": count, "field": field, "row": first[code, field]},
        )
        for (code, field), count in counts(seen).items()
    )


def reasons(findings: Iterable[Finding]) -> Mapping[str, int]:
    """Code → rows set aside, each row once, under the first code that was found in it."""
    counted: dict[str, int] = {}
    for _, code in _first(findings):
        counted[code] = counted.get(code, 0) + 1
    return counted


def _first(findings: Iterable[Finding]) -> Iterator[tuple[int, str]]:
    seen: set[int] = set()
    for finding in findings:
        if finding.sets_aside and finding.row not in seen:
            seen.add(finding.row)
            yield finding.row, finding.code
