"""What may be published: a SafeTable refuses any shown cell that its policy forbids.

Only safety/ and the hash-checking reader of released tables construct one; a test sees to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from xinqiao.core.summary import TOTAL
from xinqiao.core.text import Text

FLOOR = 5
PERIOD = re.compile(r"(\d{4}-W\d{2}(/\d{4}-W\d{2})?)?")


class Status(StrEnum):
    """Whether a value is published; why it is hidden is never told cell by cell."""

    SHOWN = "shown"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of one table; never laxer than the floor. Raises ValueError below it.

    threshold: the least number of respondents that a cell may show, 0 apart.
    mean_from, mean_decimal_from: respondents from which a mean is shown, whole or with one decimal
    (with two, two means give a newcomer's exact score in every group up to 61).
    """

    threshold: int = FLOOR
    mean_from: int = 10
    mean_decimal_from: int = 61

    def __post_init__(self) -> None:
        if self.threshold < FLOOR or self.mean_from < 10 or self.mean_decimal_from < 61:
            raise ValueError("a policy below the floor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of a dimension, such as a class or a role."""

    name: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """What a table is grouped by; `parent` names the coarser dimension of a hierarchy."""

    name: str
    label: Text
    levels: tuple[Level, ...]
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One figure: `levels` has one entry a dimension, `*` for its total.

    A count's value is an int, a mean's a Decimal; a suppressed cell has none.
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

    `period` is an ISO week or two joined by `/`, or empty where the rows carry no date.
    A mean needs the shown `n(x)` of its group as its base.
    """

    name: str
    title: Text
    form: str
    form_version: int
    period: str
    policy: Policy
    dimensions: tuple[Dimension, ...]
    cells: tuple[Cell, ...]

    def __post_init__(self) -> None:
        if faults := list(self._faults()):
            raise ValueError(f"table {self.name}: {'; '.join(faults[:5])}")

    def cell(self, levels: tuple[str, ...], measure: str, category: str = "") -> Cell | None:
        """The cell of these levels, measure and category, if the table has it."""
        wanted = (levels, measure, category)
        return next((cell for cell in self.cells if cell.key == wanted), None)

    @property
    def suppressed(self) -> int:
        """How many cells are hidden."""
        return sum(cell.status is Status.SUPPRESSED for cell in self.cells)

    def _faults(self) -> Iterator[str]:
        if not PERIOD.fullmatch(self.period):
            yield "the period is not a span of ISO weeks"
        allowed = [{TOTAL, *(level.name for level in dimension.levels)} for dimension in self.dimensions]
        values = {cell.key: cell.value for cell in self.cells}
        if len(values) != len(self.cells):
            yield "a cell stands twice"
        for cell in self.cells:
            place = f"{'/'.join(cell.levels)} {cell.measure}"
            if len(cell.levels) != len(allowed) or any(
                level not in names for level, names in zip(cell.levels, allowed, strict=False)
            ):
                yield f"{place}: unknown level"
            if cell.measure.startswith("mean("):
                yield from self._mean_faults(cell, values.get((cell.levels, f"n({cell.measure[5:-1]})", "")), place)
            elif cell.value is not None and not _count_allowed(cell.value, self.policy.threshold):
                yield f"{place}: a count that the policy forbids"

    def _mean_faults(self, cell: Cell, base: int | Decimal | None, place: str) -> Iterator[str]:
        if cell.value is None:
            return
        if base is None or base < self.policy.mean_from:
            yield f"{place}: a mean of too few"
            return
        decimals = 1 if base >= self.policy.mean_decimal_from else 0
        if cell.value != round(Decimal(cell.value), decimals):
            yield f"{place}: a mean with too many decimals"


def _count_allowed(value: int | Decimal, threshold: int) -> bool:
    return isinstance(value, int) and (value == 0 or value >= threshold)
