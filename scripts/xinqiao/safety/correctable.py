"""What a correction asks of a series of releases, and what stands in its way. See decision 0023."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from xinqiao.core.form import Form
from xinqiao.core.policy import FLOOR
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.safe import Corrected, SafeTable
from xinqiao.core.summary import Attendance, MeasureKind, Strategy
from xinqiao.safety.correction import Corrections
from xinqiao.safety.count import Counts, Left, Span
from xinqiao.safety.structure import Structure
from xinqiao.safety.totals import Totals, totals_of


def check_correctable(form: Form, structure: Structure, told: Iterable[SafeTable], left: Sequence[Left]) -> None:
    """Whether corrections of such tables can be audited. Raises XinqiaoError (release-correct-cannot)."""
    if not left:
        return
    found = dict.fromkeys((*_asked(form), *_told(told), *((name, name) for name in sorted(structure.typed))))
    if found:
        code = "release-correct-cannot"
        raise XinqiaoError(
            [
                Problem(code=code, place=Place(question=name), params={"name": name, "what": what})
                for name, what in found
            ]
        )


def _asked(form: Form) -> Iterator[tuple[str, str]]:
    for summary in form.summaries:
        if summary.attendance is Attendance.PUBLIC:
            yield summary.name, "attendance: public"
        if summary.strategy is not Strategy.SUPPRESS:
            yield summary.name, f"strategy: {summary.strategy.value}"
        yield from ((summary.name, str(m)) for m in summary.measures if m.kind is MeasureKind.ALPHA)


def _told(tables: Iterable[SafeTable]) -> Iterator[tuple[str, str]]:
    for table in tables:
        if table.since:
            yield table.name, "attendance: public"
        if table.policy.rounding or table.policy.epsilon:
            strategy = Strategy.ROUND if table.policy.rounding else Strategy.DP
            yield table.name, f"strategy: {strategy.value}"
        measures = dict.fromkeys(cell.measure for cell in table.cells)
        yield from ((table.name, measure) for measure in measures if measure.startswith("alpha("))


def check_enough(structure: Structure, counts: Counts, left: Sequence[Left]) -> None:
    """Since the last release nobody came and nobody is left out any more, or in either case enough to hide in.

    Raises XinqiaoError: release-nothing-new, release-too-few-new, release-too-few-corrected.
    """
    last = len(counts.sizes) - 1
    if not last:
        return
    needed = max((plan.policy.threshold for plan in structure.plans), default=FLOOR)
    mine = [known for known in left if known.span[1] == last]
    if mine and sum(len(known.rows) for known in mine) < needed:
        raise refuse("release-too-few-corrected", needed=needed)
    if counts.sizes[-1] <= 0 and not mine:
        raise refuse("release-nothing-new")
    if 0 < counts.sizes[-1] < needed:
        raise refuse("release-too-few-new", needed=needed)


def left_totals(structure: Structure, form: Form, left: Sequence[Left]) -> Mapping[Span, Totals]:
    """The counts of those whom corrections left out, to be sealed with a release's."""
    spans = dict.fromkeys(known.span for known in left)
    return {
        span: totals_of(
            structure,
            form,
            [row for known in left if known.span == span for row in known.rows],
            sum((Counter(known.quarantined) for known in left if known.span == span), Counter()),
        )
        for span in spans
    }


def series_of(known: Corrections, release: int) -> Corrected | None:
    """What a package says of the corrections up to a release; None where there are none."""
    made = tuple(number + 1 for number in known)
    alone = tuple(number + 1 for number, correction in known.items() if not correction.came)
    return Corrected(release=release, corrections=made, alone=alone) if made else None


def reasons_of(quarantined: Mapping[str, int], left: Sequence[Left]) -> tuple[str, ...]:
    """Why rows were set aside, also of those who are left out."""
    return tuple(dict.fromkeys((*quarantined, *(reason for known in left for reason in known.quarantined))))
