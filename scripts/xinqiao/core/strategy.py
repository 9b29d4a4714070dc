"""Strategies of a form's summaries: which keys go together, and which tables may stand beside each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from xinqiao.core.policy import MOST_EPSILON
from xinqiao.core.problem import Place, Problem
from xinqiao.core.summary import WEEK, MeasureKind, Strategy, SummarySpec

BASES = (5, 10)
COUNTED = (MeasureKind.N, MeasureKind.DISTRIBUTION)


def strategy_problems(summaries: Sequence[SummarySpec], behind: Callable[[str], frozenset[str]]) -> Iterator[Problem]:
    """What is wrong with the strategies of a form's summaries; `behind` names the questions that a name rests on."""
    for summary in summaries:
        place = Place(question=summary.name)
        yield from _key_problems(summary, place)
        if summary.strategy is Strategy.SUPPRESS:
            continue
        for measure in summary.measures:
            if measure.kind not in COUNTED:
                params: dict[str, str | int] = {
                    "summary": summary.name,
                    "strategy": summary.strategy.value,
                    "measure": str(measure),
                }
                yield Problem(code="strategy-measure", place=place, params=params)
        if summary.strategy is Strategy.DP:
            if summary.by not in ((), (WEEK,)):
                yield Problem(code="dp-by", place=place, params={"summary": summary.name})
            yield from _beside_exact(summary, summaries, behind)


def _key_problems(summary: SummarySpec, place: Place) -> Iterator[Problem]:
    for key, given, of in (("base", summary.base, Strategy.ROUND), ("epsilon", summary.epsilon, Strategy.DP)):
        if given and summary.strategy is not of:
            params: dict[str, str | int] = {"summary": summary.name, "key": key, "strategy": of.value}
            yield Problem(code="strategy-key", place=place, params=params)
    if summary.strategy is Strategy.ROUND and summary.base not in (0, *BASES):
        yield Problem(code="round-base", place=place, params={"summary": summary.name})
    if summary.strategy is Strategy.DP and not 0 < summary.epsilon <= MOST_EPSILON:
        yield Problem(code="dp-epsilon", place=place, params={"summary": summary.name, "most": str(MOST_EPSILON)})


def _beside_exact(
    summary: SummarySpec, summaries: Sequence[SummarySpec], behind: Callable[[str], frozenset[str]]
) -> Iterator[Problem]:
    """Noise over a question is for nothing where another table tells it without: its budget would guard nobody."""
    for measure in summary.measures:
        for other in summaries:
            named = {*other.by, *(known.of for known in other.measures if known.of)} if measure.of else set()
            if other.strategy is not Strategy.DP and any(behind(name) & behind(measure.of) for name in named):
                params: dict[str, str | int] = {"summary": summary.name, "other": other.name, "name": measure.of}
                yield Problem(code="dp-beside-exact", place=Place(question=summary.name), params=params)
