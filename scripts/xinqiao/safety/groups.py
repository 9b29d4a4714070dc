"""The groups that must not be found: those of fewer than k that a reader may ask about, in every span of releases.

After a correction also those whom it left out, and those whom it did not: of each pair of releases who came, who left
and who stayed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from xinqiao.safety.atlas import Atlas
from xinqiao.safety.facts import Roster
from xinqiao.safety.relations import absent, families
from xinqiao.safety.rows import Ints, Rows, Sparse
from xinqiao.safety.structure import ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The protected groups: each must be able to be empty and to reach `k`, or all that its roster allows.

    Of those who did not answer a row is the number of the others, below 0; `empty` and `k` are less by the roster.
    """

    rows: Sparse = field(repr=False)
    k: Ints = field(repr=False)
    empty: Ints = field(repr=False)
    of: tuple[str, ...]  # the question or scale that a group speaks of; empty for everybody


def groups(where: Atlas, truth: Ints) -> Groups:
    """Every group of fewer than k, in all spans that anything told today can speak of."""
    rows, of = Rows(), []
    numbers: dict[bytes, int] = {}
    least: list[int] = []
    roster, together = Roster(where, truth), _together(where)
    for variable, columns, (k, goal), must in _candidates(where):
        for among in together:
            span = np.sort(where.within(columns, among))
            value = int(truth[span].sum())
            others = where.within(must, among)
            asked = bool(truth[others].any())
            if not (1 <= value < k or (value < k and asked)) or roster.tells(span):
                continue
            enough = min(goal, roster.most(span, others if asked else span, k))
            if (number := numbers.get(span.tobytes(), -1)) >= 0:
                least[number] = max(least[number], enough)
                continue
            numbers[span.tobytes()] = rows.add(span)
            least.append(enough)
            of.append(variable)
    empty = [0] * len(of)
    for columns, size, k in absent(where):
        if 1 <= size - int(truth[columns].sum()) < k:
            rows.add(columns, -1)
            empty.append(-size)
            least.append(min(k, size) - size)
            of.append(ALL)
    return Groups(rows=rows.frozen(), k=np.array(least, np.int64), empty=np.array(empty, np.int64), of=tuple(of))


def _together(where: Atlas) -> list[tuple[int, ...]]:
    """Spans of which a reader may ask together: who came in a row of intervals and left in a row of corrections."""
    ends = sorted({until for _, until in where.spans})
    found: dict[tuple[int, ...], None] = {}
    for first, last in itertools.combinations_with_replacement(range(where.apart, where.intervals), 2):
        for least, most in ((least, most) for least in ends for most in ends if least <= most):
            inside = enumerate(where.spans)
            found[tuple(at for at, (came, until) in inside if first <= came <= last and least <= until <= most)] = None
    return [numbers for numbers in found if numbers]


def _candidates(where: Atlas) -> Iterator[tuple[str, Ints, tuple[int, int], Ints]]:
    """Every group that a reader may ask about: (question or scale, columns, k and how many it must reach, columns).

    Where anybody is in the last columns, being empty does not make the group harmless: all who answered a
    sensitive question would be known to share one answer.
    """
    nobody = np.zeros(0, dtype=np.int64)
    for (group, name), family in families(where.structure).items():
        variable = where.structure.variables.get(name)
        of = variable.of if variable else ""
        for leaves in family.sets:
            columns = where.columns(group, name, leaves)
            must = nobody
            # That all answered is no answer that they share.
            tells = variable is not None and variable.sensitive and bool(variable.answered & leaves)
            if variable and tells and variable.answered - leaves in family.categories:
                must = where.columns(group, name, variable.answered)
            parts = [(columns, must, where.structure.most(group))]
            for _, wider in where.structure.wider(group):
                others = np.setdiff1d(where.columns(wider, name, leaves), columns)
                parts.append((others, nobody, where.structure.most(wider, group)))
            for part, asked, most in parts:
                if len(part):
                    yield of, part, (family.k, family.k if most is None else min(family.k, most)), asked
