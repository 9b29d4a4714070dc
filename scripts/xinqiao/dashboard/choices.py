"""Answers that are no steps, such as topics: one bar each, as a list that reads the same without its bars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xinqiao.dashboard.reading import Distribution
from xinqiao.dashboard.telling import alone, amount, ranked
from xinqiao.dashboard.words import Words

FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One answer: `width` in per cent of those who answered, None where that is hidden."""

    label: str
    width: int | None
    amount: str
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceList:
    """The answers to one question; `about` says them in a sentence; no bars where all are hidden."""

    title: str
    about: str
    base: int | None
    bars: tuple[Bar, ...]
    several: bool
    hidden: int


def choice_lists(found: Iterable[Distribution], say: Words) -> Iterator[ChoiceList]:
    """A list for each question whose answers no stacked bar shows."""
    for distribution in found:
        if distribution.stacked or len(distribution.answers) < FEWEST:
            continue
        told = [answer for answer in distribution.answers if answer.count is not None]
        answers = ranked(distribution) if distribution.several else distribution.answers
        yield ChoiceList(
            title=distribution.label[say.lang],
            about=alone(distribution, say) if told else say("telling.all_hidden"),
            base=distribution.base,
            several=distribution.several,
            bars=tuple(
                Bar(
                    label=answer.label[say.lang],
                    width=_width(answer.count, distribution.base),
                    amount=amount(distribution, answer, say),
                    hidden=answer.count is None,
                )
                for answer in (answers if told else ())
            ),
            hidden=len(distribution.answers) - len(told),
        )


def _width(count: int | None, base: int | None) -> int | None:
    return None if count is None or not base else round(100 * count / base)
