"""Tables of others as one grid: every cell of all of them together, with what is shown and where."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.summary import TOTAL
from xinqiao.safety.others.descriptor import Described, Dimension
from xinqiao.safety.others.figures import Figure
from xinqiao.safety.sight import UNKNOWN, Numbers
from xinqiao.safety.system import Axis, Lattice

RELEASE = "release"
MOST_CELLS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The cells, what they show (UNKNOWN where nothing), and the figures that stand in them.

    Several releases are one more axis, the last: release 2 is release 1 and the newcomers `1→2`.
    """

    described: Described
    lattice: Lattice
    shown: Numbers = field(repr=False)
    figures: Mapping[int, Figure]
    several: bool

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions of the description, in the order of the axes."""
        return self.described.dimensions


def grid(described: Described, figures: Sequence[Figure]) -> Grid:
    """Lays all figures into one grid. Raises XinqiaoError (exit UNSAFE) with every contradiction at its place."""
    releases = sorted({figure.release for figure in figures})
    several = len(releases) > 1
    problems: list[Problem] = []
    axes = []
    for at, dimension in enumerate(described.dimensions):
        try:
            # Where a table's totals are not read, they need not be anywhere else.
            dropped = [dimension.total for sheet in described.sheets if not sheet.totals]
            axes.append(_axis(dimension, [*dropped, *(figure.codes[at] for figure in figures)]))
        except XinqiaoError as error:
            problems += error.problems
    if problems:
        raise XinqiaoError(problems)
    if several:
        axes.append(_releases(releases))
    lattice = Lattice(axes=tuple(axes))
    if lattice.size > MOST_CELLS:
        raise refuse("audit-too-large", Place(file=described.name), cells=lattice.size, most=MOST_CELLS)
    shown = np.full(lattice.size, UNKNOWN, dtype=np.int64)
    kept: dict[int, Figure] = {}
    for figure in figures:
        codes = (*figure.codes, str(figure.release)) if several else figure.codes
        number = int(lattice.numbers([codes])[0])
        if figure.value is not None and shown[number] not in (UNKNOWN, figure.value):
            problems.append(Problem(code="audit-figures-differ", place=figure.place, params=_of(kept[number])))
        if number not in kept or shown[number] == UNKNOWN:
            kept[number] = figure
            shown[number] = UNKNOWN if figure.value is None else figure.value
    whole = Grid(described=described, lattice=lattice, shown=shown, figures=kept, several=several)
    problems += _sums(whole)
    if problems:
        raise XinqiaoError(problems)
    return whole


def _of(figure: Figure) -> dict[str, str | int]:
    return {"other": f"{figure.place.file}:{figure.place.line}"}


def _axis(dimension: Dimension, seen: Iterable[str]) -> Axis:
    """The total first; below it what has nothing above it, or, where wholes overlap, all finest codes."""
    wholes = dict.fromkeys(whole for found in dimension.parents.values() for whole in found)
    used = dict.fromkeys(seen)
    named = {*dimension.codes, *used}
    for code in dimension.parents:
        if code not in named and code not in wholes:
            raise refuse("audit-code-unseen", dimension.place, name=dimension.name, level=code)
    if dimension.total not in used and dimension.total != TOTAL:
        raise refuse("audit-code-unseen", dimension.place, name=dimension.name, level=dimension.total)
    codes = list(dict.fromkeys([dimension.total, *wholes, *dimension.parents, *dimension.codes, *used]))
    at = {code: number for number, code in enumerate(codes)}
    parts = {
        at[whole]: tuple(at[code] for code, above in dimension.parents.items() if whole in above) for whole in wholes
    }
    parts.pop(0, None)
    inner = tuple(at[code] for code in codes[1:] if not set(dimension.parents.get(code, ())) - {dimension.total})
    leaves = tuple(number for number in range(1, len(codes)) if number not in parts)
    for top in (inner, leaves):
        try:
            return Axis(name=dimension.name, codes=tuple(codes), parts={**parts, 0: top} if top else parts)
        except ValueError:
            continue
    raise refuse("audit-parents-ring", dimension.place, name=dimension.name)


def _releases(numbers: Sequence[int]) -> Axis:
    """Each release is the first one and all newcomers since; newcomers over several steps count as well."""
    names = [str(number) for number in numbers]
    codes = [*names, *(f"{first}→{last}" for first, last in itertools.pairwise(names))]
    steps = range(len(names), len(codes))
    parts = {last: (0, *steps[:last]) for last in range(1, len(names))}
    for first in range(len(names)):
        for last in range(first + 2, len(names)):
            parts[len(codes)] = tuple(steps[first:last])
            codes.append(f"{names[first]}→{names[last]}")
    return Axis(name=RELEASE, codes=tuple(codes), parts=parts)


def _sums(of: Grid) -> Iterator[Problem]:
    """Totals that are shown and are not what their shown parts come to."""
    values = of.shown.reshape(of.lattice.shape)
    numbers = np.arange(of.lattice.size).reshape(of.lattice.shape)
    for at, axis in enumerate(of.lattice.axes):
        lines, where = np.moveaxis(values, at, 0), np.moveaxis(numbers, at, 0)
        for whole, parts in axis.parts.items():
            below = lines[list(parts)]
            sums, open_ones = np.maximum(below, 0).sum(axis=0), (below < 0).any(axis=0)
            above = lines[whole]
            wrong = (above >= 0) & ((sums > above) | (~open_ones & (sums != above)))
            for number in where[whole][wrong].ravel():
                yield Problem(
                    code="audit-total-differs", place=of.figures[int(number)].place, params={"name": axis.name}
                )
