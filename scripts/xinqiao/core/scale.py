"""Scales: scores made of items, and the bands that they fall into."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

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
    `coarser`: sets of coarser bands, all made of whole `bands`, each with fewer than the set before it.
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
    coarser: tuple[tuple[Band, ...], ...] = ()

    def __post_init__(self) -> None:
        check_name(self.name)
        if not self.items:
            raise refuse("scale-empty", Place(question=self.name), scale=self.name)
        if problems := list(repeated(band.name for band in self.bands)):
            raise XinqiaoError(problems)
        for band, following in zip(self.bands, self.bands[1:], strict=False):
            if following.low <= band.low or (band.high is not None and band.high >= following.low):
                raise refuse("bands-unordered", Place(question=self.name), scale=self.name)
        for number, (finer, bands) in enumerate(pairwise((self.bands, *self.coarser)), start=1):
            if problems := list(repeated(band.name for band in bands)):
                raise XinqiaoError(problems)
            if len(bands) >= len(finer) or not _made_of(bands, self.bands):
                raise refuse("bands-not-coarser", Place(question=self.name), scale=self.name, set=number)

    def banding(self, into: int = 0) -> tuple[Band, ...]:
        """The set of so many coarser bands, 0: the finest set; empty where there is none."""
        return next((bands for bands in self.coarser if len(bands) == into), ()) if into else self.bands

    def band(self, score: Fraction, into: int = 0) -> Band | None:
        """The band of a set (see `banding`) that a score falls into; None below the lowest."""
        reached = [band for band in self.banding(into) if band.low <= score]
        return reached[-1] if reached else None


def _made_of(bands: tuple[Band, ...], finest: tuple[Band, ...]) -> bool:
    """Whether bands are whole ones of the finest set put together: two or more, from the same lowest score on."""
    lows, known = [band.low for band in bands], [band.low for band in finest]
    rising = all(low < following for low, following in pairwise(lows))
    return rising and len(lows) >= 2 and lows[0] == known[0] and set(lows) <= set(known)
