"""Noisy tables: counts with discrete Laplace noise under a budget of differential privacy.

For a whole college or region, where noise of a few people does not drown the answer. The noise is OpenDP's,
drawn anew from the operating system for every release; what guards a person is the budget, not the audit. A
noisy table is no fact for the attacker of the audit. Protected is one answer: whether it came in or not.
Source: Ghosh, Roughgarden and Sundararajan 2012, doi:10.1137/09076828X; https://docs.opendp.org/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from xinqiao.core.asked import behind
from xinqiao.core.form import Form
from xinqiao.core.policy import as_decimal
from xinqiao.core.problem import Place, refuse
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import Measure, Strategy, SummarySpec
from xinqiao.safety.ledger import Line
from xinqiao.safety.structure import Figure, Group, Plan
from xinqiao.safety.tally import Tally, wider

# The most that all releases of a form may spend together in a school year.
YEAR_EPSILON = Fraction(3)
FIRST_MONTH = 9

# Exact counts, how many of them one answer can change, epsilon → the same with noise.
Mechanism = Callable[[Sequence[int], int, Fraction], Sequence[int]]


def geometric(counts: Sequence[int], touched: int, epsilon: Fraction) -> Sequence[int]:
    """Counts with discrete Laplace noise by OpenDP; one answer adds 1 to at most `touched` of them."""
    from opendp import prelude as opendp  # noqa: PLC0415 - late: it takes half a second to start

    # OpenDP asks for this of whoever uses a mechanism whose proof has not been through its vetting.
    opendp.enable_features("contrib")
    space = opendp.vector_domain(opendp.atom_domain(T=opendp.i64)), opendp.l1_distance(T=opendp.i64)
    # A little wider than exact arithmetic asks for, so that rounding in floating point cannot make it too narrow.
    scale = float(touched / epsilon) * (1 + 1e-9)
    measurement = space >> opendp.m.then_laplace(scale=scale)
    if measurement.map(touched) > float(epsilon):
        raise ValueError("noise below the budget")
    noisy: Sequence[int] = measurement(list(counts))
    return noisy


def noisy_lines(plan: Plan, counted: Tally, mechanism: Mechanism = geometric) -> Mapping[tuple[Group, Figure], int]:
    """Every line of a table with its noisy count.

    The budget is parted alike among the measures. Totals over weeks are sums of the noisy weeks; what comes
    out below 0 is published as 0, which costs nothing.
    """
    found: dict[tuple[Group, Figure], int] = {}
    measures = dict.fromkeys(figure.measure for figure in plan.figures)
    known = {*counted.groups}
    for measure in measures:
        figures = [figure for figure in plan.figures if figure.measure == measure]
        cells = [(finest, figure) for finest in counted.finest for figure in figures]
        truth = [counted.total(finest, figure.variable, figure.leaves) for finest, figure in cells]
        # Of a question with several answers a person may have given every one.
        touched = len({figure.variable for figure in figures})
        noisy = mechanism(truth, touched, plan.policy.epsilon / len(measures))
        for (finest, figure), value in zip(cells, noisy, strict=True):
            for group in wider(finest, known):
                found[group, figure] = found.get((group, figure), 0) + value
    return {line: max(value, 0) for line, value in found.items()}


def school_year(period: str) -> int | None:
    """The year in whose September the school year began that a period ends in; None for a period without weeks."""
    if not period:
        return None
    year, week = period.rsplit("/", maxsplit=1)[-1].split("-W")
    day = date.fromisocalendar(int(year), int(week), 1) + timedelta(days=3)
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def spent(lines: Iterable[Line], form: str, period: str) -> Fraction:
    """What releases of a form have spent in the school year of a period; one without weeks counts in every year."""
    year = school_year(period)
    return sum(
        (
            Fraction(line.epsilon)
            for line in lines
            if line.form == form and line.epsilon and (year is None or school_year(line.period) in (None, year))
        ),
        Fraction(0),
    )


def check_ways(form: Form, earlier: Iterable[SafeTable]) -> None:
    """Raises XinqiaoError (dp-way-changed) where a question is told with noise once and once without.

    An exact table wears the noise of all others away, whichever of them came first.
    """
    for table in earlier:
        known = {parsed for cell in table.cells if (parsed := Measure.parse(cell.measure))}
        told = {name for measure in known for name in measure.names}
        named = sorted(told if table.policy.epsilon else {*told, *(of.name for of in table.dimensions)})
        for summary in form.summaries:
            noisy = summary.strategy is Strategy.DP
            if noisy is bool(table.policy.epsilon):
                continue
            today = {name for measure in summary.measures for name in measure.names}
            today |= set() if noisy else {*summary.by}
            questions = frozenset[str]().union(*(behind(form, name) for name in today))
            for name in named:
                if behind(form, name) & questions:
                    place = Place(question=summary.name)
                    raise refuse("dp-way-changed", place, summary=summary.name, table=table.name, name=name)


def check_budget(form: str, summaries: Iterable[SummarySpec], lines: Iterable[Line], period: str) -> None:
    """Raises XinqiaoError (dp-budget-spent) where a release would spend more than the year allows."""
    planned = sum((summary.epsilon for summary in summaries if summary.strategy is Strategy.DP), Fraction(0))
    before = spent(lines, form, period)
    if planned and before + planned > YEAR_EPSILON:
        raise refuse(
            "dp-budget-spent",
            Place(question=form),
            form=form,
            spent=as_decimal(before),
            planned=as_decimal(planned),
            most=as_decimal(YEAR_EPSILON),
        )
