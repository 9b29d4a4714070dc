"""Hierarchies: a dimension whose levels lie within those of a coarser one, such as classes within grades."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from xinqiao.core.derived import Derived
from xinqiao.core.problem import Place, Problem
from xinqiao.core.summary import FOUR_WEEKS, WEEK, SummarySpec


def lineage(derived: Sequence[Derived], coarse: str, fine: str) -> Mapping[str, str] | None:
    """For each level of `fine` the level of `coarse` in which it lies; None where one is no coarser step of the other.

    A coarser step is a map of the finer question's choices, or made of the same question with every
    finer level wholly within one coarser level.
    """
    made = {one.name: one for one in derived}
    wide, narrow = made.get(coarse), made.get(fine)
    if wide is None or coarse == fine:
        return None
    if wide.source == fine:
        held = {choice: level.name for level in wide.levels for choice in level.choices}
        return held or None
    if narrow is None or narrow.source != wide.source:
        return None
    return _by_map(wide, narrow) if wide.mapped else _by_bins(wide, narrow)


def _by_map(wide: Derived, narrow: Derived) -> Mapping[str, str] | None:
    within = {level.name: {wide.level(choice) for choice in level.choices} for level in narrow.levels}
    found = {name: next(iter(over)) for name, over in within.items() if len(over) == 1}
    sound = {name: over for name, over in found.items() if over is not None}
    return sound if len(sound) == len(within) else None


def _by_bins(wide: Derived, narrow: Derived) -> Mapping[str, str] | None:
    if not {level.low for level in wide.levels} <= {level.low for level in narrow.levels}:
        return None
    found, over = {}, ""
    starts = {level.low: level.name for level in wide.levels}
    for level in narrow.levels:
        over = starts.get(level.low, over)
        found[level.name] = over
    return found


def parents(summaries: Sequence[SummarySpec]) -> Mapping[str, str]:
    """Dimension → its coarser step, over the hierarchies of all summaries."""
    return {fine: coarse for summary in summaries for steps in summary.hierarchies for coarse, fine in pairwise(steps)}


def coarser(over: Mapping[str, str], by: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The dimensions of a table with finest steps left out, or told by the step above; fewest steps first.

    over: dimension → its coarser step; weeks lie in blocks of four.
    """
    over, found = {WEEK: FOUR_WEEKS, **over}, [by]
    for known in found:
        above = {over[name] for name in known if name in over}
        for at, name in enumerate(known):
            if name in over and name not in above:
                step = () if over[name] in known else (over[name],)
                new = (*known[:at], *step, *known[at + 1 :])
                found += [new] if new not in found else []
    return tuple(found[1:])


def related(over: Mapping[str, str], name: str, other: str) -> bool:
    """Whether one of two dimensions is a coarser step of the other, directly or over steps between."""
    return other in _above(over, name) or name in _above(over, other)


def _above(over: Mapping[str, str], name: str) -> list[str]:
    found: list[str] = []
    while (name := over.get(name, "")) and name not in found:
        found.append(name)
    return found


def hierarchy_problems(
    summaries: Sequence[SummarySpec], derived: Sequence[Derived], known: Collection[str]
) -> Iterator[Problem]:
    """What is wrong with the hierarchies of a form's summaries taken together; `known` dimensions exist."""
    over = parents(summaries)
    for summary in summaries:
        place = Place(question=summary.name)
        for steps in summary.hierarchies:
            if len(steps) < 2:
                yield Problem(code="hierarchy-short", place=place, params={"summary": summary.name})
            for coarse, fine in pairwise(steps):
                params: dict[str, str | int] = {"summary": summary.name, "coarse": coarse, "fine": fine}
                if not {coarse, fine} <= {*known}:
                    continue
                if lineage(derived, coarse, fine) is None:
                    yield Problem(code="hierarchy-unrelated", place=place, params=params)
                elif over[fine] != coarse:
                    params = {"name": fine, "coarse": coarse, "other": over[fine]}
                    yield Problem(code="hierarchy-differs", place=place, params=params)
