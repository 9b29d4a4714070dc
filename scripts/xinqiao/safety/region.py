"""Tables of several colleges as one table of their region: summed where every college shows a figure.

A region's figure is computed from figures that colleges have released, and no two colleges count the same
person: whoever has the packages learns nothing more from it. Where the region's threshold is higher than a
college's, more is hidden (`Withdrawn`), and the attack on the finished tables decides (flows/region.py).
Means and shares of a region are computed from its counts of answers where those are shown; else they lie between
bounds that follow from the rounding of the colleges' own, and are shown where both bounds round alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from fractions import Fraction

from xinqiao.core.allowed import ALPHA, OTHER_FIGURES, count_allowed
from xinqiao.core.policy import Policy, Status
from xinqiao.core.safe import Cell, Dimension, Level, SafeTable
from xinqiao.core.summary import EFFECT, TOTAL, Measure, MeasureKind
from xinqiao.safety.college import COLLEGE, COLLEGE_LABEL, College, mergeable, table_names
from xinqiao.safety.levels import DATES
from xinqiao.safety.variable import QUARANTINE

COUNTS = (MeasureKind.N, MeasureKind.DISTRIBUTION)
AVERAGES = (MeasureKind.MEAN, MeasureKind.SHARE)

Line = tuple[str, str]  # measure, category
Figures = Mapping[tuple[tuple[str, ...], Line], int | Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """What is hidden on top: all that is told of a question or scale (`of`, empty: of everybody).

    college: TOTAL for all of them; parts: only where it is told by a further dimension.
    """

    of: str
    college: str
    parts: bool

    def covers(self, levels: Sequence[str], measure: Measure) -> bool:
        """Whether a figure at these levels, the college first where there is one, is hidden by it."""
        here = self.college in (TOTAL, *levels[:1])
        return here and self.of in ("", *measure.names) and (not self.parts or bool({*levels[1:]} - {TOTAL}))


def merge(
    colleges: Sequence[College],
    own: Collection[str],
    least: Policy,
    scores: Mapping[str, Mapping[str, int]],
    withdrawn: Collection[Withdrawn] = (),
) -> tuple[SafeTable, ...]:
    """The region's tables, each with the dimension `college` first; a table that fewer than two have is left out.

    own: dimensions whose levels are a college's own. least: the region's own policy; of each rule the strictest
    of it and the colleges' holds. scores: question → answer → score. Rows set aside are told of all together.
    """
    found = []
    for name in table_names(colleges):
        having = [(college, table) for college in colleges if (table := mergeable(college.table(name)))]
        if len(having) > 1:
            found.append(_Merger(having, own, least, scores).table(withdrawn))
    return tuple(found)


class _Merger:
    """One table of several colleges."""

    def __init__(
        self,
        having: Sequence[tuple[College, SafeTable]],
        own: Collection[str],
        least: Policy,
        scores: Mapping[str, Mapping[str, int]],
    ) -> None:
        self.first = having[0][1]
        self.kept = tuple(dimension.name for dimension in self.first.dimensions if dimension.name not in own)
        self.policy = _strictest([least, *(table.policy for _, table in having)])
        # Figures that rest on several rules are comparable only under the same ones.
        rules = {replace(table.policy, threshold=self.policy.threshold) for _, table in having}
        self.others = rules == {self.policy}
        self.having, self.scores = having, scores
        self.apart = having[0][1].name != QUARANTINE
        above = (self._colleges(),) if self.apart else ()
        self.dimensions = (*above, *(self._dimension(name) for name in self.kept))
        self.shown = {college.name: self._figures(table) for college, table in having}
        self.known = {
            college.name: [{TOTAL, *(level.name for level in _of(table, name).levels)} for name in self.kept]
            for college, table in having
        }

    def table(self, withdrawn: Collection[Withdrawn]) -> SafeTable:
        """The table, with `withdrawn` hidden."""
        lines = dict.fromkeys(key for figures in self.shown.values() for key in figures)
        cells: list[Cell] = []
        for levels in dict.fromkeys(levels for levels, _ in lines):
            here = [line for at, line in lines if at == levels]
            top = (TOTAL,) if self.apart else ()
            cells += self._cells((*top, *levels), here, self._sums(levels, here), withdrawn)
            for name, figures in self.shown.items() if self.apart else ():
                told = {line: figures[levels, line] for line in here if (levels, line) in figures}
                cells += self._cells((name, *levels), list(told), told, withdrawn)
        first = self.first
        return SafeTable(
            name=first.name,
            title=first.title,
            form=first.form,
            form_version=first.form_version,
            period=_period(table.period for _, table in self.having),
            policy=self.policy,
            dimensions=self.dimensions,
            cells=tuple(cells),
        )

    def _colleges(self) -> Dimension:
        levels = tuple(Level(name=college.name, label=college.label) for college, _ in self.having)
        return Dimension(name=COLLEGE, label=COLLEGE_LABEL, levels=levels)

    def _dimension(self, name: str) -> Dimension:
        """A dimension with the levels of all colleges; weeks in their order."""
        found = {level.name: level for _, table in self.having for level in _of(table, name).levels}
        levels = sorted(found.values(), key=lambda level: level.name) if name in DATES else found.values()
        mine = _of(self.first, name)
        parent = mine.parent if mine.parent in self.kept else ""
        return replace(
            mine, parent=parent, levels=tuple(levels if parent else (replace(level, parent="") for level in levels))
        )

    def _figures(self, table: SafeTable) -> Figures:
        """A college's figures of all its units together, by what is left of their levels."""
        places = [at for at, dimension in enumerate(table.dimensions) if dimension.name in self.kept]
        rest = [at for at in range(len(table.dimensions)) if at not in places]
        return {
            (tuple(cell.levels[at] for at in places), (cell.measure, cell.category)): cell.value
            for cell in table.cells
            if all(cell.levels[at] == TOTAL for at in rest) and self._comparable(cell)
        }

    def _comparable(self, cell: Cell) -> bool:
        if not OTHER_FIGURES.match(cell.measure):
            return True
        # Of everybody together only: a college is a part of the region.
        return self.others and not cell.measure.startswith(ALPHA) and cell.category != EFFECT

    def _sums(self, levels: tuple[str, ...], lines: Sequence[Line]) -> dict[Line, int | Decimal | None]:
        """The region's figures at some levels: None where a college hides one; without those that cannot be."""
        here = [
            figures
            for name, figures in self.shown.items()
            if all(level in known for level, known in zip(levels, self.known[name], strict=True))
        ]
        found: dict[Line, int | Decimal | None] = {}
        for line in lines:
            measure = Measure.parse(line[0])
            if measure is None or any((levels, line) not in figures for figures in here):
                continue
            values = [figures[levels, line] for figures in here]
            if measure.kind in COUNTS:
                found[line] = None if None in values else sum(value for value in values if isinstance(value, int))
            elif measure.kind in AVERAGES:
                bases = [figures.get((levels, (f"n({measure.of})", ""))) for figures in here]
                found[line] = self._average(measure, _counts(levels, measure, here), values, bases)
        return found

    def _average(
        self,
        measure: Measure,
        counts: Mapping[str, int],
        values: Sequence[int | Decimal | None],
        bases: Sequence[int | Decimal | None],
    ) -> int | Decimal | None:
        """A mean or share of all: from their answers, else from the colleges' own figures; None where neither tells."""
        size = sum(int(base or 0) for base in bases)
        scores = self.scores.get(measure.of, {})
        if None in values or None in bases or not size:
            return None
        if scores and set(scores) <= set(counts):
            # A share is a mean of hundreds and noughts.
            whole = measure.kind is MeasureKind.MEAN
            worth = {a: score if whole else 100 * measure.counts(Fraction(score)) for a, score in scores.items()}
            told = sum(counts[answer] * each for answer, each in worth.items())
            return self._rounded(measure.kind, size, Fraction(told, size), Fraction(0))
        weighted = [(int(base or 0), Fraction(value or 0)) for base, value in zip(bases, values, strict=True)]
        middle = sum((n * value for n, value in weighted), Fraction(0)) / size
        slack = sum((n * self._half(measure.kind, n) for n, _ in weighted), Fraction(0)) / size
        return self._rounded(measure.kind, size, middle, slack)

    def _rounded(self, kind: MeasureKind, size: int, middle: Fraction, slack: Fraction) -> int | Decimal | None:
        """A figure as it is published of so many; None where what it can be does not round alike."""
        if kind is MeasureKind.SHARE:
            step = Fraction(self.policy.share_step(size))
        else:
            step = Fraction(1, 10) if size >= self.policy.mean_decimal_from else Fraction(1)
        low, high = round((middle - slack) / step) * step, round((middle + slack) / step) * step
        if low != high:
            return None
        return int(low) if kind is MeasureKind.SHARE else Decimal(low.numerator) / Decimal(low.denominator)

    def _half(self, kind: MeasureKind, n: int) -> Fraction:
        """How far a college's own figure can be from the true one, by its rounding."""
        if kind is MeasureKind.SHARE:
            return Fraction(max(table.policy.share_step(n) for _, table in self.having), 2)
        whole = any(n < table.policy.mean_decimal_from for _, table in self.having)
        return Fraction(1, 2) if whole else Fraction(1, 20)

    def _cells(
        self,
        levels: tuple[str, ...],
        lines: Sequence[Line],
        values: Mapping[Line, int | Decimal | None],
        withdrawn: Collection[Withdrawn],
    ) -> Iterator[Cell]:
        shown = {line: value for line, value in values.items() if self._allowed(levels, line, values, withdrawn)}
        for measure, category in lines:
            if (measure, category) not in values:
                continue
            value = shown.get((measure, category))
            status = Status.SUPPRESSED if value is None else Status.SHOWN
            yield Cell(levels=levels, measure=measure, category=category, value=value, status=status)

    def _allowed(
        self,
        levels: tuple[str, ...],
        line: Line,
        values: Mapping[Line, int | Decimal | None],
        withdrawn: Collection[Withdrawn],
    ) -> bool:
        measure, value = Measure.parse(line[0]), values[line]
        if value is None or measure is None or any(one.covers(levels, measure) for one in withdrawn):
            return False
        least = self.policy.threshold
        everybody = values.get(("n", ""))
        if measure.kind in COUNTS:
            # All others of the group are a group too.
            rest = everybody - value if isinstance(everybody, int) and isinstance(value, int) else 0
            return count_allowed(value, least) and count_allowed(rest, least)
        if measure.kind in AVERAGES:
            under = (f"n({measure.of})", "")
            base = values.get(under)
            if not isinstance(base, int) or not self._allowed(levels, under, values, withdrawn):
                return False
            if measure.kind is MeasureKind.MEAN:
                return base >= self.policy.mean_from
            return base >= self.policy.share_from and int(value) % self.policy.share_step(base) == 0
        return self._unchanged(levels[0])

    def _unchanged(self, college: str) -> bool:
        """Whether the region's rules are the college's own, so that its figures stand as they were released."""
        return any(college == one.name and table.policy == self.policy for one, table in self.having)


def _of(table: SafeTable, name: str) -> Dimension:
    return next(dimension for dimension in table.dimensions if dimension.name == name)


def _counts(levels: tuple[str, ...], measure: Measure, here: Sequence[Figures]) -> dict[str, int]:
    """How many gave each answer that all colleges show."""
    of = f"distribution({measure.of})"
    found: dict[str, int] = {}
    for category in {line[1] for figures in here for at, line in figures if at == levels and line[0] == of}:
        told = [figures.get((levels, (of, category))) for figures in here]
        if None not in told:
            found[category] = sum(int(value or 0) for value in told)
    return found


def _strictest(policies: Sequence[Policy]) -> Policy:
    whole = (field.name for field in fields(Policy) if field.name not in ("rounding", "epsilon"))
    return Policy(**{name: max(getattr(policy, name) for policy in policies) for name in whole})


def _period(periods: Iterable[str]) -> str:
    """From the first to the last week of all; empty where any has none."""
    spans = [period.split("/") for period in periods]
    if not all(all(span) for span in spans):
        return ""
    first, last = min(span[0] for span in spans), max(span[-1] for span in spans)
    return first if first == last else f"{first}/{last}"
