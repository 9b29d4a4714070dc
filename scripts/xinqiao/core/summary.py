"""Summaries that a form asks for: by which dimensions, which measures, for whom."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from xinqiao.core.name import check_name
from xinqiao.core.text import Text

TOTAL = "*"
# The built-in dimension: the ISO week in which an answer was given.
WEEK = "week"
MEASURE = re.compile(
    r"(?P<kind>n|mean|distribution)"
    r"(?:\(\s*(?:(?P<band>band)\(\s*(?P<scale>[\w.-]+)\s*\)|(?P<of>[\w.-]+))\s*\))?"
)

SHARE = re.compile(
    r"share\(\s*(?P<of>[\w.-]*\w)\s*(?P<sign>>=|<=|>|<|=)\s*(?P<bound>[+-]?[0-9]{1,9}(?:\.[0-9]{1,4})?)\s*\)"
)
SIGNS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "=": operator.eq}


class Audience(StrEnum):
    """Who may see a summary: everybody, or staff on a host that asks who you are."""

    PUBLIC = "public"
    STAFF = "staff"


class MeasureKind(StrEnum):
    """What is computed of a group."""

    N = "n"
    MEAN = "mean"
    DISTRIBUTION = "distribution"
    SHARE = "share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure of a summary: `n`, `n(x)`, `mean(x)`, `share(x >= 10)`, `distribution(x)`, `distribution(band(x))`.

    sign, bound: of a share, how a score must stand to a number to count.
    """

    kind: MeasureKind
    of: str = ""
    banded: bool = False
    sign: str = ""
    bound: Fraction = Fraction(0)

    def __str__(self) -> str:
        if self.kind is MeasureKind.SHARE:
            return f"share({self.of} {self.sign} {self.number})"
        of = f"band({self.of})" if self.banded else self.of
        return f"{self.kind.value}({of})" if of else self.kind.value

    @property
    def number(self) -> str:
        """The bound of a share as a form file writes it."""
        return str(self.bound.numerator) if self.bound.denominator == 1 else str(float(self.bound))

    def counts(self, score: Fraction) -> bool:
        """Whether a score is among those whose share is told."""
        return bool(SIGNS[self.sign](score, self.bound))

    @classmethod
    def parse(cls, source: str) -> Measure | None:
        """The measure that a form file writes as `source`; None where it is none."""
        if share := SHARE.fullmatch(source.strip()):
            return cls(kind=MeasureKind.SHARE, of=share["of"], sign=share["sign"], bound=Fraction(share["bound"]))
        match = MEASURE.fullmatch(source.strip())
        if match is None:
            return None
        kind, of, banded = MeasureKind(match["kind"]), match["of"] or match["scale"] or "", bool(match["band"])
        wrong = (not of and kind is not MeasureKind.N) or (banded and kind is not MeasureKind.DISTRIBUTION)
        return None if wrong else cls(kind=kind, of=of, banded=banded)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarySpec:
    """A table that a form asks for: `by` names its dimensions, `measures` what is computed.

    hierarchies: the dimensions of `by` that are steps of one hierarchy, each from coarse to fine.
    """

    name: str
    title: Text
    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    audience: Audience = Audience.STAFF
    hierarchies: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        check_name(self.name)
