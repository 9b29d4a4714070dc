"""Frequency tables as one linear system: every cell, and which cells add up to which.

A lattice crosses axes of codes; what a code is the sum of may stand in a tree or in several (region
→ county, region → group of municipalities). Columns are the lattice's nodes; each row says that a
node is the sum of others. Which nodes are published is the caller's: several tables over the same
axes are one lattice with several published parts, and a node of no table is an unknown like any other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from xinqiao.safety.rows import Flags, Floats, Ints, Rows, Sparse

Codes = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A dimension's codes and what each is the sum of: `parts[whole]` lists numbers of codes."""

    name: str
    codes: Codes
    parts: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses codes that stand twice, parts that are nowhere, and a code that is a part of itself."""
        numbers = set(range(len(self.codes)))
        if len(set(self.codes)) != len(self.codes):
            raise ValueError(f"{self.name}: a code stands twice")
        for whole, parts in self.parts.items():
            if not parts or len(set(parts)) != len(parts) or not {whole, *parts} <= numbers:
                raise ValueError(f"{self.name}: {self.codes[whole]} has parts that are no codes, twice or none")
        self.leaves_of()

    @classmethod
    def tree(cls, name: str, codes: Sequence[str], parents: Sequence[str | None]) -> Axis:
        """An axis in which each code names its parent; the code without one is the total."""
        at = {code: number for number, code in enumerate(codes)}
        parts: dict[int, list[int]] = {}
        for code, parent in zip(codes, parents, strict=True):
            if parent is not None:
                parts.setdefault(at[parent], []).append(at[code])
        return cls(name=name, codes=tuple(codes), parts={whole: tuple(found) for whole, found in parts.items()})

    def leaves_of(self) -> Sequence[frozenset[int]]:
        """For each code the finest codes that it covers. Raises ValueError where a code is part of itself."""
        found: dict[int, frozenset[int]] = {}
        open_ones: set[int] = set()

        def of(code: int) -> frozenset[int]:
            if code not in found:
                if code in open_ones:
                    raise ValueError(f"{self.name}: {self.codes[code]} is a part of itself")
                open_ones.add(code)
                below = [of(part) for part in self.parts.get(code, ())]
                found[code] = frozenset().union(*below) if below else frozenset({code})
                if below and len(found[code]) != sum(map(len, below)):
                    raise ValueError(f"{self.name}: parts of {self.codes[code]} overlap")
            return found[code]

        return [of(code) for code in range(len(self.codes))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lattice:
    """The product of axes; node numbers run with the last axis fastest."""

    axes: tuple[Axis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many codes each axis has."""
        return tuple(len(axis.codes) for axis in self.axes)

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return int(np.prod(self.shape, dtype=np.int64))

    def names(self) -> Iterator[Codes]:
        """The codes of every node, in order."""
        return itertools.product(*(axis.codes for axis in self.axes))

    def numbers(self, cells: Iterable[Sequence[str]]) -> Ints:
        """The node numbers of cells given by codes. Raises KeyError where a code is unknown."""
        at = [{code: number for number, code in enumerate(axis.codes)} for axis in self.axes]
        places = [[known[code] for known, code in zip(at, cell, strict=True)] for cell in cells]
        table = np.array(places, dtype=np.int64).reshape(-1, len(self.axes))
        return np.asarray(np.ravel_multi_index(tuple(table.T), self.shape), dtype=np.int64)

    def is_leaf(self) -> Flags:
        """Which nodes are the sum of no others."""
        leaf = np.ones((), dtype=bool)
        for axis in self.axes:
            mine = np.array([number not in axis.parts for number in range(len(axis.codes))])
            leaf = leaf[..., None] & mine
        return leaf.ravel()

    def totals(self, cells: Ints, counts: Ints) -> Ints:
        """The value of every node, from counts of leaves (a leaf that stands twice is added up)."""
        if not bool(self.is_leaf()[cells].all()) or bool((counts < 0).any()):
            raise ValueError("counts are given for finest cells, and none is below 0")
        sums = np.bincount(cells, weights=counts, minlength=self.size)
        values: Floats = np.asarray(sums, dtype=np.float64).reshape(self.shape)
        for at, axis in enumerate(self.axes):
            cover = np.zeros((len(axis.codes), len(axis.codes)))
            for code, leaves in enumerate(axis.leaves_of()):
                cover[code, sorted(leaves)] = 1
            values = np.moveaxis(np.tensordot(cover, values, axes=(1, at)), 0, at)
        return np.rint(values).astype(np.int64).ravel()

    def sums(self) -> Sparse:
        """Each node that is a sum, once: along the axis with the fewest parts. The rest follows."""
        grid = np.indices(self.shape).reshape(len(self.axes), -1)
        widths = [[len(axis.parts.get(code, ())) or 1 << 60 for code in range(len(axis.codes))] for axis in self.axes]
        width = np.array([np.array(mine)[codes] for mine, codes in zip(widths, grid, strict=True)])
        along = width.argmin(axis=0)
        rows = Rows()
        strides = np.array([int(np.prod(self.shape[at + 1 :], dtype=np.int64)) for at in range(len(self.axes))])
        for node in np.flatnonzero(~self.is_leaf()):
            at = int(along[node])
            code = int(grid[at, node])
            parts = np.array(self.axes[at].parts[code], dtype=np.int64)
            columns = np.concatenate([[node], node + (parts - code) * strides[at]])
            rows.add(columns, np.concatenate([[-1], np.ones(len(parts), dtype=np.int64)]))
        return rows.frozen()

    def lines(self) -> Sparse:
        """Each node that is a sum along each axis: `sums` and all that follows from them."""
        grid = np.indices(self.shape).reshape(len(self.axes), -1)
        rows = Rows()
        for at, axis in enumerate(self.axes):
            stride = int(np.prod(self.shape[at + 1 :], dtype=np.int64))
            for code, parts in axis.parts.items():
                steps = np.concatenate([[0], (np.array(parts, dtype=np.int64) - code) * stride])
                signs = np.repeat([-1, 1], [1, len(parts)])
                for node in np.flatnonzero(grid[at] == code):
                    rows.add(node + steps, signs)
        return rows.frozen()


NO_ROWS = Rows().frozen()


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Columns (cells and unknowns, none below 0) and rows whose values are the same in every world.

    `cost` is what hiding a column costs: 0 for what no table shows. `never` marks what must be shown.
    `lines` are rows that follow from `rows`: no programme needs them, but a bound reads more off them.
    """

    rows: Sparse = field(repr=False)
    truth: Ints = field(repr=False)
    cost: Floats = field(repr=False)
    never: Flags = field(repr=False)
    lines: Sparse = field(default=NO_ROWS, repr=False)

    def __post_init__(self) -> None:
        """Refuses columns that lack something."""
        if not len(self.truth) == len(self.cost) == len(self.never):
            raise ValueError("every column has a truth, a cost and a mark")
        if bool((self.truth < 0).any()) or bool((self.cost < 0).any()):
            raise ValueError("no count and no cost is below 0")
        if max(int(of.columns.max(initial=-1)) for of in (self.rows, self.lines)) >= len(self.truth):
            raise ValueError("a row speaks of a column that is not there")

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.truth)

    def part(self, columns: Ints) -> System:
        """The same system where all other columns stay as they are."""
        at = np.full(self.width, -1)
        at[columns] = np.arange(len(columns))
        rows, lines = (_within(of, at) for of in (self.rows, self.lines))
        truth, cost, never = self.truth[columns], self.cost[columns], self.never[columns]
        return System(rows=rows, truth=truth, cost=cost, never=never, lines=lines)


def _within(rows: Sparse, at: Ints) -> Sparse:
    """The rows' entries in those columns that have a new number, which is not below 0."""
    kept = at[rows.columns] >= 0
    used, row = np.unique(rows.rows[kept], return_inverse=True)
    return Sparse(len(used), row, at[rows.columns[kept]], rows.values[kept])


@dataclass(frozen=True, slots=True, kw_only=True)
class Aims:
    """What must be possible in some world: a column at most its goal, or (`up`) at least."""

    column: Ints
    goal: Ints = field(repr=False)
    up: Flags

    def __len__(self) -> int:
        return len(self.column)

    def within(self, columns: Ints) -> tuple[Ints, Aims]:
        """Those aims whose column is one of these (sorted), for the part that these make; and their numbers."""
        place = np.searchsorted(columns, self.column)
        inside = np.isin(self.column, columns)
        aims = Aims(column=place[inside], goal=self.goal[inside], up=self.up[inside])
        return np.flatnonzero(inside), aims

    def met(self, values: Ints) -> Flags:
        """Which aims a world with these values reaches."""
        here = values[self.column]
        return np.where(self.up, here >= self.goal, here <= self.goal)


def empty_or_k(columns: Ints, most: Ints | int) -> Aims:
    """Rule A2: each column can be 0, and can be `most` (k, or the size of its roster if that is smaller)."""
    goal = np.concatenate([np.zeros_like(columns), np.broadcast_to(np.asarray(most, dtype=np.int64), columns.shape)])
    return Aims(column=np.tile(columns, 2), goal=goal, up=np.repeat([False, True], len(columns)))


def one_less_or_more(columns: Ints, truth: Ints) -> Aims:
    """Rule A1: each column can be one less (unless it is 0) and one more than it is."""
    less = columns[truth[columns] > 0]
    column = np.concatenate([less, columns])
    up = np.repeat([False, True], [len(less), len(columns)])
    return Aims(column=column, goal=truth[column] + np.where(up, 1, -1), up=up)
