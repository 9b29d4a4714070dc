"""Scales: scores made of items, and the bands that they fall into."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from xinqiao.core.name import CHOICE_NAME, check_name, repeated
from xinqiao.core.problem import Place, XinqiaoError, refuse
from xinqiao.core.text import Text


class Method(StrEnum):
    """How a scale's score comes from its items."""

    SUM = "sum"
    MEAN = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A named range of scores, from `low` to below the next band's `low`.

    `advice`: what a person with such a score may do, for the page of a self-check; never a diagnosis.
    """

    name: str
    low: Fraction
    label: Text
    high: Fraction | None = None
    advice: Text | None = None

    def __post_init__(self) -> None:
        check_name(self.name, CHOICE_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """A sign of danger: an answer to `item` that scores `at_least` shows help at once, whatever the total."""

    item: str
    at_least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A score made of items: their sum or mean, times `factor`; at most `missing_items` may lack.

    `reversed_items` count from the other end of their own scores. `sensitive` raises the threshold.
    `about`: where its words come from, what is known of it and what is not, for the page that tells how it is scored.
    """

    name: str
    title: Text
    items: tuple[str, ...]
    method: Method
    reversed_items: tuple[str, ...] = ()
    factor: Fraction = Fraction(1)
    missing_items: int = 0
    bands: tuple[Band, ...] = ()
    danger: Danger | None = None
    sensitive: bool = False
    source: str = ""
    licence: str = ""
    about: Text | None = None

    def __post_init__(self) -> None:
        check_name(self.name)
        if not self.items:
            raise refuse("scale-empty", Place(question=self.name), scale=self.name)
        if problems := list(repeated(band.name for band in self.bands)):
            raise XinqiaoError(problems)
        for band, following in zip(self.bands, self.bands[1:], strict=False):
            if following.low <= band.low or (band.high is not None and band.high >= following.low):
                raise refuse("bands-unordered", Place(question=self.name), scale=self.name)

    def band(self, score: Fraction) -> Band | None:
        """The band that a score falls into; None below the lowest."""
        reached = [band for band in self.bands if band.low <= score]
        return reached[-1] if reached else None
