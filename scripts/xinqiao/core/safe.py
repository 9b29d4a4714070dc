"""What may be published: a SafeTable refuses any shown cell that its policy forbids.

Only safety/ and the hash-checking reader of released tables construct one; a test sees to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xinqiao.core.allowed import OTHER_FIGURES, count_allowed, other_faults
from xinqiao.core.policy import Policy, Status
from xinqiao.core.summary import TOTAL, Measure
from xinqiao.core.text import Text

COUNTED = re.compile(r"n$|n\(|distribution\(")
PERIOD = re.compile(r"(\d{4}-W\d{2}(/\d{4}-W\d{2})?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """How many came `after` one release (0: from the beginning) and up to the next, as everybody knows.

    by: a dimension with its coarser ones, finest last; groups: a level for each of them, and how many.
    """

    by: tuple[str, ...]
    after: int
    groups: Mapping[tuple[str, ...], int]

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be."""
        short = any(len(levels) != len(self.by) or came < 0 for levels, came in self.groups.items())
        if short or self.after < 0:
            raise ValueError("not an attendance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """Which release of its form a package is, and which releases up to it, by number, were corrections.

    A correction counts some no longer whom the releases before it counted. alone: those with which nobody came.
    """

    release: int
    corrections: tuple[int, ...]
    alone: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be."""
        rising = list(self.corrections) == sorted({*self.corrections})
        if (
            not self.corrections
            or not rising
            or self.corrections[0] < 2
            or self.corrections[-1] > self.release
            or not {*self.alone} <= {*self.corrections}
        ):
            raise ValueError("no corrected series")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of a dimension, such as a class or a role; `parent` is the coarser level in which it lies."""

    name: str
    label: Text
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """What a table is grouped by; `parent` names the coarser dimension of a hierarchy, which the table may lack."""

    name: str
    label: Text
    levels: tuple[Level, ...]
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One figure: `levels` has one entry a dimension, `*` for its total.

    A count's value is an int, a share's and a response rate's its per cent as an int, all else's a Decimal; a
    suppressed cell has none.
    """

    levels: tuple[str, ...]
    measure: str
    category: str = ""
    value: int | Decimal | None
    status: Status

    def __post_init__(self) -> None:
        if (self.value is None) is not (self.status is Status.SUPPRESSED):
            raise ValueError("a suppressed cell has no value, a shown one has")

    @property
    def key(self) -> tuple[tuple[str, ...], str, str]:
        """Levels, measure and category: what makes a cell this cell."""
        return self.levels, self.measure, self.category


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeTable:
    """A table that no reader can undo. Raises ValueError for any cell that its policy forbids.

    `period` is an ISO week or two joined by `/`, or empty where the rows carry no date. `since`: the release
    after which its answers came, 0 where they are all that ever came.
    A mean and a share need the shown `n(x)` of their group as their base, an SD its mean too.
    """

    name: str
    title: Text
    form: str
    form_version: int
    period: str
    policy: Policy
    dimensions: tuple[Dimension, ...]
    cells: tuple[Cell, ...]
    since: int = 0

    def __post_init__(self) -> None:
        if faults := list(self._faults()):
            raise ValueError(f"table {self.name}: {'; '.join(faults[:5])}")

    def cell(self, levels: tuple[str, ...], measure: str, category: str = "") -> Cell | None:
        """The cell of these levels, measure and category, if the table has it."""
        wanted = (levels, measure, category)
        return next((cell for cell in self.cells if cell.key == wanted), None)

    @property
    def exact(self) -> bool:
        """Whether the figures that it shows are the true ones: neither rounded nor noisy."""
        return self.policy.status is Status.SHOWN

    @property
    def suppressed(self) -> int:
        """How many cells are hidden."""
        return sum(cell.status is Status.SUPPRESSED for cell in self.cells)

    def _faults(self) -> Iterator[str]:
        if not PERIOD.fullmatch(self.period):
            yield "the period is not a span of ISO weeks"
        if self.since < 0:
            yield "no release has that number"
        allowed = [{TOTAL, *(level.name for level in dimension.levels)} for dimension in self.dimensions]
        steps = list(_steps(self.dimensions))
        values = {cell.key: cell.value for cell in self.cells}
        if len(values) != len(self.cells):
            yield "a cell stands twice"
        for cell in self.cells:
            place = f"{'/'.join(cell.levels)} {cell.measure}"
            if cell.status not in (self.policy.status, Status.SUPPRESSED):
                yield f"{place}: not what its policy publishes"
            if len(cell.levels) != len(allowed) or any(
                level not in names for level, names in zip(cell.levels, allowed, strict=False)
            ):
                yield f"{place}: unknown level"
            elif any(_astray(cell.levels, *step) for step in steps):
                yield f"{place}: a level outside its coarser one"
            if self.policy.status is not Status.SHOWN:
                yield from self._near_faults(cell, place)
            elif cell.measure.startswith("mean("):
                yield from self._mean_faults(cell, values.get((cell.levels, f"n({cell.measure[5:-1]})", "")), place)
            elif cell.measure.startswith("share("):
                of = measure.of if (measure := Measure.parse(cell.measure)) else ""
                yield from self._share_faults(cell, values.get((cell.levels, f"n({of})", "")), place)
            elif OTHER_FIGURES.match(cell.measure):
                yield from (f"{place}: {fault}" for fault in other_faults(cell.key, values, self.policy))
            elif cell.value is not None and not count_allowed(cell.value, self.policy.threshold):
                yield f"{place}: a count that the policy forbids"

    def _near_faults(self, cell: Cell, place: str) -> Iterator[str]:
        """What is rounded or noisy is a count; a mean of such counts would say more than it seems."""
        value = 0 if cell.value is None else cell.value
        if not COUNTED.match(cell.measure) or not isinstance(value, int) or value < 0:
            yield f"{place}: not a count"
        elif self.policy.rounding and value % self.policy.rounding:
            yield f"{place}: not rounded"

    def _mean_faults(self, cell: Cell, base: int | Decimal | None, place: str) -> Iterator[str]:
        if cell.value is None:
            return
        if base is None or base < self.policy.mean_from:
            yield f"{place}: a mean of too few"
            return
        decimals = 1 if base >= self.policy.mean_decimal_from else 0
        if cell.value != round(Decimal(cell.value), decimals):
            yield f"{place}: a mean with too many decimals"

    def _share_faults(self, cell: Cell, base: int | Decimal | None, place: str) -> Iterator[str]:
        if cell.value is None:
            return
        if not isinstance(base, int) or base < self.policy.share_from:
            yield f"{place}: a share of too few"
        elif not isinstance(cell.value, int) or cell.value not in range(0, 101, self.policy.share_step(base)):
            yield f"{place}: a share that is too fine"


def _steps(dimensions: Sequence[Dimension]) -> Iterator[tuple[int, int, Mapping[str, str]]]:
    """Of each hierarchy the places of a finer and its coarser dimension, and which level lies in which."""
    place = {dimension.name: at for at, dimension in enumerate(dimensions)}
    for at, dimension in enumerate(dimensions):
        if dimension.parent in place:
            coarse = place[dimension.parent]
            yield at, coarse, {level.name: level.parent for level in dimension.levels}


def _astray(levels: Sequence[str], fine: int, coarse: int, over: Mapping[str, str]) -> bool:
    """Whether a finer level stands beside another coarser level than its own, or beside the total."""
    return levels[fine] != TOTAL and over[levels[fine]] != levels[coarse]
