"""The attacker's shorthand: unknowns that nothing known or asked tells apart but a sum, as two unknowns.

Of the scores between two ends a reader knows, and asks, only how many people have one and what they add
up to. Unknowns x₀, x₁ … xₘ whose columns grow by the same step become p = Σ xᵢ and s = Σ i·xᵢ: every whole
0 ≤ s ≤ m·p can be made of p people, so exactly the same sums can be reached as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xinqiao.safety.attack import System

LEAST = 3  # unknowns worth writing as two
Growth = dict[int, float]  # number of what is known → coefficient


def bunch(system: System, asked: Sequence[Sequence[int]]) -> frozenset[int]:
    """Shortens a reduced system; the unknowns that are people no more. What is asked loses them and nothing else.

    asked: the unknowns of each sum that is going to be asked about; each keeps its value.
    """
    columns: list[Growth] = [{} for _ in range(system.unknowns)]
    for number, (terms, _, _) in enumerate(system.known):
        for at, factor in terms.items():
            columns[at][number] = factor
    signs: list[list[int]] = [[] for _ in range(system.unknowns)]
    for number, unknowns in enumerate(asked):
        for at in unknowns:
            signs[at].append(number)
    return _shortened(system, list(_bunches(system, columns, signs)))


def _bunches(
    system: System, columns: Sequence[Growth], signs: Sequence[Sequence[int]]
) -> Iterator[tuple[list[int], Growth]]:
    """Neighbours that are asked about alike and grow evenly, and by what."""
    waiting: list[int] = []
    growth: Growth = {}
    # Of scores whose SD is told the squares count too: they lie evenly in no sum.
    bent = {at for bend in system.bends for at in bend.scores}
    for at in range(system.unknowns):
        if at in system.values or at in bent:
            continue
        alike = bool(waiting) and signs[at] == signs[waiting[-1]]
        grown = _grown(columns[waiting[-1]], columns[at]) if alike else {}
        if alike and (len(waiting) == 1 or grown == growth):
            waiting.append(at)
            growth = grown
            continue
        if len(waiting) >= LEAST:
            yield waiting, growth
            waiting = [at]
        else:
            # Two that were no bunch: the second may begin one.
            waiting = [waiting[-1], at] if alike else [at]
            growth = grown
    if len(waiting) >= LEAST:
        yield waiting, growth


def _grown(before: Growth, after: Growth) -> Growth:
    return {n: more for n in {*before, *after} if (more := after.get(n, 0) - before.get(n, 0))}


def _shortened(system: System, bunches: Sequence[tuple[list[int], Growth]]) -> frozenset[int]:
    gone = frozenset(at for unknowns, _ in bunches for at in unknowns[1:])
    terms = [{at: factor for at, factor in known.items() if at not in gone} for known, _, _ in system.known]
    ends = [(low, high) for _, low, high in system.known]
    most = 2 * max((abs(end) for pair in ends for end in pair if abs(end) < float("inf")), default=0) + 1_000
    for unknowns, growth in bunches:
        people, steps, *idle = unknowns
        for number, factor in growth.items():
            terms[number][steps] = factor
        if growth:
            terms.append({people: len(unknowns) - 1, steps: -1})
            ends.append((0.0, (len(unknowns) - 1) * most))
        system.values.update(dict.fromkeys(idle if growth else [steps, *idle], 0))
    system.known = [(known, low, high) for known, (low, high) in zip(terms, ends, strict=True)]
    return gone
