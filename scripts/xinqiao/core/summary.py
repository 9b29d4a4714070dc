"""Summaries that a form asks for: by which dimensions, which measures, for whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from xinqiao.core.name import check_name
from xinqiao.core.text import Text

TOTAL = "*"
MEASURE = re.compile(
    r"(?P<kind>n|mean|distribution)"
    r"(?:\(\s*(?:(?P<band>band)\(\s*(?P<scale>[\w.-]+)\s*\)|(?P<of>[\w.-]+))\s*\))?"
)


class Audience(StrEnum):
    """Who may see a summary: everybody, or staff on a host that asks who you are."""

    PUBLIC = "public"
    STAFF = "staff"


class MeasureKind(StrEnum):
    """What is computed of a group."""

    N = "n"
    MEAN = "mean"
    DISTRIBUTION = "distribution"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure of a summary: `n`, `n(x)`, `mean(x)`, `distribution(x)` or `distribution(band(x))`."""

    kind: MeasureKind
    of: str = ""
    banded: bool = False

    def __str__(self) -> str:
        of = f"band({self.of})" if self.banded else self.of
        return f"{self.kind.value}({of})" if of else self.kind.value

    @classmethod
    def parse(cls, source: str) -> Measure | None:
        """The measure that a form file writes as `source`; None where it is none."""
        match = MEASURE.fullmatch(source.strip())
        if match is None:
            return None
        kind, of, banded = MeasureKind(match["kind"]), match["of"] or match["scale"] or "", bool(match["band"])
        wrong = (not of and kind is not MeasureKind.N) or (banded and kind is not MeasureKind.DISTRIBUTION)
        return None if wrong else cls(kind=kind, of=of, banded=banded)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarySpec:
    """A table that a form asks for: `by` names its dimensions, `measures` what is computed."""

    name: str
    title: Text
    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    audience: Audience = Audience.STAFF

    def __post_init__(self) -> None:
        check_name(self.name)
