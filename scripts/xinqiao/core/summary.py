"""Summaries that a form asks for: by which dimensions, which measures, for whom."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from xinqiao.core.name import check_name
from xinqiao.core.text import Text

TOTAL = "*"
# The built-in dimension: the ISO week in which an answer was given.
WEEK = "week"
# Above it: four ISO weeks of a year from W01 on, `2026-W21/2026-W24`; the last ones have a week 53 with them.
FOUR_WEEKS = "four-weeks"
MEASURE = re.compile(
    r"(?P<kind>n|mean|sd|alpha|distribution|response-rate)"
    r"(?:\(\s*(?:(?P<band>band)\(\s*(?P<scale>[\w.-]+)\s*(?:,\s*(?P<into>[1-9][0-9]?)\s*)?\)|(?P<of>[\w.-]+))\s*\))?"
)

SHARE = re.compile(
    r"share\(\s*(?P<of>[\w.-]*\w)\s*(?P<sign>>=|<=|>|<|=)\s*(?P<bound>[+-]?[0-9]{1,9}(?:\.[0-9]{1,4})?)\s*\)"
)
CHANGE = re.compile(r"change\(\s*(?P<of>[\w.-]+)\s*,\s*(?P<then>[\w.-]+)\s*\)")
# Of a response rate, how many a group has by the roster.
MEMBERS = "members"
# What a change tells of the pairs of scores: how many, the mean difference, its SD, and the mean in SDs.
PAIRS, MEAN, DEVIATION, EFFECT = "pairs", "mean", "sd", "d"
SIGNS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "=": operator.eq}


class Audience(StrEnum):
    """Who may see a summary: everybody, or staff on a host that asks who you are."""

    PUBLIC = "public"
    STAFF = "staff"


class Strategy(StrEnum):
    """How a summary is kept safe: cells hidden, counts rounded, or noise added under a budget."""

    SUPPRESS = "suppress"
    ROUND = "round"
    DP = "dp"


class Attendance(StrEnum):
    """Whether everybody knows how many of each group of a summary came, and when."""

    PRIVATE = "private"
    PUBLIC = "public"


class MeasureKind(StrEnum):
    """What is computed of a group."""

    N = "n"
    MEAN = "mean"
    DISTRIBUTION = "distribution"
    SHARE = "share"
    SD = "sd"
    CHANGE = "change"
    ALPHA = "alpha"
    RATE = "response-rate"


# Figures of everybody in a group, not of a question.
OF_ALL = (MeasureKind.N, MeasureKind.RATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure of a summary: `n`, `n(x)`, `mean(x)`, `sd(x)`, `share(x >= 10)`, `change(x, y)`, `distribution(x)` …

    sign, bound: of a share, how a score must stand to a number to count. then: of a change, the later score.
    into: into how many coarser bands, as in `distribution(band(x, 3))`; 0 for the finest.
    """

    kind: MeasureKind
    of: str = ""
    banded: bool = False
    into: int = 0
    sign: str = ""
    bound: Fraction = Fraction(0)
    then: str = ""

    def __str__(self) -> str:
        if self.kind is MeasureKind.SHARE:
            return f"share({self.of} {self.sign} {self.number})"
        if self.kind is MeasureKind.CHANGE:
            return self.about
        coarser = f", {self.into}" if self.into else ""
        of = f"band({self.of}{coarser})" if self.banded else self.of
        return f"{self.kind.value}({of})" if of else self.kind.value

    @property
    def about(self) -> str:
        """What is counted by its answers: a question, a scale, or the difference of two."""
        return f"change({self.of}, {self.then})" if self.kind is MeasureKind.CHANGE else self.of

    @property
    def names(self) -> tuple[str, ...]:
        """The questions and scales that it names."""
        return tuple(name for name in (self.of, self.then) if name)

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
        if change := CHANGE.fullmatch(source.strip()):
            return cls(kind=MeasureKind.CHANGE, of=change["of"], then=change["then"])
        match = MEASURE.fullmatch(source.strip())
        if match is None:
            return None
        kind, of, banded = MeasureKind(match["kind"]), match["of"] or match["scale"] or "", bool(match["band"])
        wrong = (not of and kind not in OF_ALL) or (banded and kind is not MeasureKind.DISTRIBUTION)
        wrong = wrong or (bool(of) and kind is MeasureKind.RATE)
        return None if wrong else cls(kind=kind, of=of, banded=banded, into=int(match["into"] or 0))


def four_weeks(week: str) -> str:
    """The four weeks in which an ISO week lies, as their first and last one."""
    year, number = week.split("-W")
    first = min((int(number) - 1) // 4, 12) * 4 + 1
    last = first + 3 if first < 49 else date(int(year), 12, 28).isocalendar().week
    return f"{year}-W{first:02}/{year}-W{last:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarySpec:
    """A table that a form asks for: `by` names its dimensions, `measures` what is computed.

    hierarchies: the dimensions of `by` that are steps of one hierarchy, each from coarse to fine.
    nonresponse: whether nobody may know of a few people that they did not answer.
    base: of a rounded summary, what its counts are multiples of; 0: the least that its threshold allows.
    epsilon: of a noisy one, what each release of it spends of the budget.
    attendance: whether it is public how many of each finest level of `by` came between releases.
    coarsen: whether its bands, the finest steps of its hierarchies and its weeks may be told coarser where that
    tells more.
    """

    name: str
    title: Text
    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    audience: Audience = Audience.STAFF
    hierarchies: tuple[tuple[str, ...], ...] = ()
    nonresponse: bool = False
    strategy: Strategy = Strategy.SUPPRESS
    base: int = 0
    epsilon: Fraction = Fraction(0)
    attendance: Attendance = Attendance.PRIVATE
    coarsen: bool = False

    def __post_init__(self) -> None:
        check_name(self.name)
