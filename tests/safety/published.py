"""Readers of the published cases: tables with known answers, as lattices."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from xinqiao.safety.rows import Flags, Ints
from xinqiao.safety.system import Axis, Lattice, System


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    lattice: Lattice
    truth: Ints
    told: Mapping[str, Any]

    def system(self, *, never: Flags | None = None, published: Flags | None = None) -> System:
        size = self.lattice.size
        cost = np.ones(size) if published is None else published.astype(float)
        lock = np.zeros(size, dtype=bool) if never is None else never
        return System(rows=self.lattice.sums(), truth=self.truth, cost=cost, never=lock, lines=self.lattice.lines())

    def small(self, k: int) -> Ints:
        return np.flatnonzero((self.truth > 0) & (self.truth < k))

    def marks(self, cells: Sequence[Sequence[str]]) -> Flags:
        marks = np.zeros(self.lattice.size, dtype=bool)
        marks[self.lattice.numbers(cells)] = True
        return marks


def flat(name: str, codes: Sequence[str]) -> Axis:
    return Axis.tree(name, ["Total", *codes], [None, *["Total"] * len(codes)])


def crossed(axes: Sequence[Axis], counts: Mapping[tuple[str, ...], int], told: Mapping[str, Any] | None = None) -> Case:
    lattice = Lattice(axes=tuple(axes))
    truth = lattice.totals(lattice.numbers(counts), np.array(list(counts.values()), dtype=np.int64))
    return Case(lattice=lattice, truth=truth, told=told or {})


def case(folder: Path, name: str) -> Case:
    """A table with its margins; the margins given are checked against the finest cells."""
    told = json.loads((folder / name).read_text(encoding="utf-8"))
    axes = [Axis.tree(f"d{at}", of["codes"], of["parent"]) for at, of in enumerate(told["table"]["dims"])]
    lattice = Lattice(axes=tuple(axes))
    numbers = lattice.numbers([row[:-1] for row in told["table"]["cells"]])
    values = np.array([row[-1] for row in told["table"]["cells"]])
    finest = lattice.is_leaf()[numbers]
    truth = lattice.totals(numbers[finest], values[finest])
    assert (truth[numbers] == values).all()
    return Case(lattice=lattice, truth=truth, told=told)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def units(path: Path, above: str, unit: str, by: Sequence[str]) -> Case:
    """Counts of the finest level of units in a tree of two steps, crossed with other columns."""
    found = rows(path)
    tops = sorted({row[above] for row in found})
    pairs = sorted({(row[above], row[unit]) for row in found})
    names = {pair: pair[1] if len({one for _, one in pairs}) == len(pairs) else "/".join(pair) for pair in pairs}
    parents: list[str | None] = [None, *["Total"] * len(tops), *[top for top, _ in pairs]]
    first = Axis.tree(unit, ["Total", *tops, *[names[pair] for pair in pairs]], parents)
    counts = {(names[row[above], row[unit]], *(row[name] for name in by)): int(row["freq"]) for row in found}
    return crossed([first, *(flat(name, sorted({row[name] for row in found})) for name in by)], counts)


def office(
    folder: Path,
    name: str,
    keys: Sequence[str],
    value: str,
    *,
    trees: Sequence[str] = (),
    of: Mapping[str, Sequence[str]] | None = None,
    total: str = "Total",
) -> tuple[Case, list[dict[str, str]]]:
    """A statistics office's example and what its package gave on it. The first key may lie in several trees.

    `of` keeps some codes of some columns only; `total` is what the first key's total is called.
    """
    given, expected = (rows(folder / f"ssb_{name}_{what}.csv") for what in ("in", "expected"))
    given = [row for row in given if all(row[column] in kept for column, kept in (of or {}).items())]
    leaves = sorted({row[keys[0]] for row in given})
    codes, parts = [total, *leaves], {0: tuple(range(1, len(leaves) + 1))}
    for tree in trees:
        for code in sorted({row[tree] for row in given}):
            below = sorted({row[keys[0]] for row in given if row[tree] == code})
            parts[len(codes)] = tuple(1 + leaves.index(leaf) for leaf in below)
            codes.append(code)
    first = Axis(name=keys[0], codes=tuple(codes), parts=parts)
    counts: Counter[tuple[str, ...]] = Counter()
    for row in given:
        counts[tuple(row[key] for key in keys)] += int(row[value])
    return crossed([first, *(flat(key, sorted({row[key] for row in given})) for key in keys[1:])], counts), expected


def as_published(of: Case, expected: Sequence[Mapping[str, str]], keys: Sequence[str]) -> tuple[Flags, Flags]:
    """Which cells a package publishes, and which of these it hides; what it shows is checked against the counts."""
    cells = [[row[key] for key in keys] for row in expected]
    if "freq" in expected[0]:
        assert of.truth[of.lattice.numbers(cells)].tolist() == [int(row["freq"]) for row in expected]
    hidden = [cell for cell, row in zip(cells, expected, strict=True) if row["suppressed"] == "TRUE"]
    return of.marks(cells), of.marks(hidden)
