"""What was seen in answers, by code, row and question; never the answer itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xinqiao.core.problem import Level, Place, Problem, catalogue
from xinqiao.tables.reason import TITLES

# Every reason for which a row is set aside.
REASONS = tuple(TITLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing seen: `row` counts data rows from 1, 0 is the whole file; `field` is a question of the form.

    A finding of level error that has a row sets that row aside as a whole; all others are told and counted,
    and the row goes on. Raises ValueError for an unknown code.
    """

    code: str
    row: int = 0
    field: str = ""
    count: int = 1

    def __post_init__(self) -> None:
        if self.code not in catalogue():
            raise ValueError(f"unknown problem code {self.code}")
        if self.sets_aside and self.code not in REASONS:
            raise ValueError(f"{self.code} sets a row aside but is no listed reason")

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


def row_reasons(findings: Iterable[Finding]) -> Mapping[int, str]:
    """Row → the first code that set it aside."""
    first: dict[int, str] = {}
    for finding in findings:
        if finding.sets_aside:
            first.setdefault(finding.row, finding.code)
    return first
