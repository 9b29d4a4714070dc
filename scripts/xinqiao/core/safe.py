"""What may be published: a SafeTable refuses any shown cell that its policy forbids.

Only safety/ and the hash-checking reader of released tables construct one; a test sees to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from xinqiao.core.summary import DEVIATION, EFFECT, MEAN, MEMBERS, PAIRS, TOTAL, Measure, MeasureKind
from xinqiao.core.text import Text

FLOOR = 5
OTHER_FIGURES = re.compile(r"sd\(|change\(|alpha\(|response-rate$")
Key = tuple[tuple[str, ...], str, str]
# The most that one release of a noisy table may spend of a person's budget.
MOST_EPSILON = Fraction(1)
COUNTED = re.compile(r"n$|n\(|distribution\(")
PERIOD = re.compile(r"(\d{4}-W\d{2}(/\d{4}-W\d{2})?)?")


class Status(StrEnum):
    """Whether a value is published and as what; why it is hidden is never told cell by cell.

    Only a `shown` value is the true one: a rounded one is near it, a noisy one probably.
    """

    SHOWN = "shown"
    SUPPRESSED = "suppressed"
    ROUNDED = "rounded"
    NOISY = "noisy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of one table; never laxer than the floor. Raises ValueError below it.

    threshold: the least number of respondents that a cell may show, 0 apart.
    mean_from, mean_decimal_from: respondents from which a mean is shown, whole or with one decimal
    (with two, two means give a newcomer's exact score in every group up to 61).
    share_from, share_whole_from: from which a share is shown, in steps of 5 and of 1 per cent: a step is one
    person at least.
    sd_from: respondents from which an SD is shown, with one decimal; change_from: pairs from which a mean change
    is; effect_from, alpha_from: from which a change in SDs and Cronbach's alpha are, of everybody together.
    absent_from: the least number of those who did not answer that a table may tell, 0 apart; 0: any number.
    rounding: in a rounded table every count is a multiple of it and no further from the true one; 0: exact.
    epsilon: what a noisy table spends of the budget of differential privacy; 0: no noise.
    """

    threshold: int = FLOOR
    mean_from: int = 10
    mean_decimal_from: int = 61
    share_from: int = 20
    share_whole_from: int = 100
    sd_from: int = 30
    change_from: int = 20
    effect_from: int = 50
    alpha_from: int = 50
    absent_from: int = 0
    rounding: int = 0
    epsilon: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if self.threshold < FLOOR or self.mean_from < 10 or self.mean_decimal_from < 61:
            raise ValueError("a policy below the floor")
        if self.share_from < 20 or self.share_whole_from < 100:
            raise ValueError("a policy below the floor")
        if self.sd_from < 30 or self.change_from < 20 or min(self.effect_from, self.alpha_from) < 50:
            raise ValueError("a policy below the floor")
        # A group of fewer than k must be able to be empty and to have k: multiples of less tell too much.
        if self.rounding and (self.rounding < self.threshold or self.epsilon):
            raise ValueError("a policy below the floor")
        if not 0 <= self.epsilon <= MOST_EPSILON:
            raise ValueError("a policy below the floor")

    @property
    def status(self) -> Status:
        """As what a table under this policy publishes its values."""
        return Status.ROUNDED if self.rounding else Status.NOISY if self.epsilon else Status.SHOWN

    def share_step(self, base: int) -> int:
        """In steps of how many per cent a share of so many is shown."""
        return 1 if base >= self.share_whole_from else 5


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
                yield from (f"{place}: {fault}" for fault in _other_faults(cell, values, self.policy))
            elif cell.value is not None and not _count_allowed(cell.value, self.policy.threshold):
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


def _other_faults(cell: Cell, values: Mapping[Key, int | Decimal | None], policy: Policy) -> Iterator[str]:
    """SDs, changes, alpha and response rates: never of too few, never finer than they may be, never without a base."""
    measure = Measure.parse(cell.measure)
    if measure is None or cell.value is None:
        yield from () if measure else ("no measure",)
        return
    here = {(name, category): value for (levels, name, category), value in values.items() if levels == cell.levels}
    if measure.kind is MeasureKind.RATE:
        yield from _rate_faults(cell, here, policy)
        return
    changes = measure.kind is MeasureKind.CHANGE
    base = here.get((cell.measure, PAIRS) if changes else (f"n({measure.of})", ""))
    part = (cell.category if changes else measure.kind.value) or "–"
    if part == PAIRS:
        yield from () if _count_allowed(cell.value, policy.threshold) else ("a count that the policy forbids",)
        return
    least = {
        MEAN: policy.change_from,
        DEVIATION: policy.sd_from,
        EFFECT: policy.effect_from,
        "alpha": policy.alpha_from,
    }
    decimals = (
        0 if part == MEAN and base is not None and base < policy.mean_decimal_from else 2 if part == "alpha" else 1
    )
    if part not in least:
        yield "an unknown figure"
    elif not isinstance(base, int) or base < least[part]:
        yield f"{part} of too few"
    elif not isinstance(cell.value, Decimal) or cell.value != round(cell.value, decimals):
        yield f"{part} with too many decimals"
    elif part in (EFFECT, "alpha") and {*cell.levels} - {TOTAL}:
        yield f"{part} of a part of the form"
    elif any(here.get(key) is None for key in _rests_on(measure, part)):
        yield f"{part} without what it rests on"


def _rate_faults(cell: Cell, here: Mapping[tuple[str, str], int | Decimal | None], policy: Policy) -> Iterator[str]:
    """A size by the roster stands for itself; a rate stands on it and on the count of answers."""
    people, members = here.get(("n", "")), here.get((cell.measure, MEMBERS))
    if cell.category == MEMBERS:
        yield from () if isinstance(cell.value, int) and cell.value >= 0 else ("a size that is none",)
    elif not isinstance(people, int) or not isinstance(members, int) or people > members:
        yield "a response rate without its base"
    elif 0 < members - people < policy.absent_from:
        yield "a response rate that tells who did not answer"
    elif not isinstance(cell.value, int) or cell.value not in range(0, 101, 5):
        yield "a response rate that is too fine"


def _rests_on(measure: Measure, part: str) -> list[tuple[str, str]]:
    """The figures beside which an SD, a change in SDs or alpha stands, besides the count."""
    if measure.kind is MeasureKind.CHANGE:
        return [(str(measure), of) for of in {DEVIATION: (MEAN,), EFFECT: (MEAN, DEVIATION)}.get(part, ())]
    of = {"sd": ("mean",), "alpha": ("mean", "sd")}[part]
    return [(f"{kind}({measure.of})", "") for kind in of]


def as_decimal(epsilon: Fraction) -> str:
    """A budget as ledger, descriptor and page write it: a decimal, or a fraction where it has no end."""
    text = f"{float(epsilon):.10g}"
    return text if Fraction(text) == epsilon else str(epsilon)


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


def _count_allowed(value: int | Decimal, threshold: int) -> bool:
    return isinstance(value, int) and (value == 0 or value >= threshold)
