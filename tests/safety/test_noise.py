"""Noisy tables: the noise that the budget asks for, nothing below 0, and a budget that runs out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from making import choice, form, release, row

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy, Status, as_decimal
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.safe import Cell
from xinqiao.core.summary import Measure, Strategy, SummarySpec
from xinqiao.safety.ledger import Line, entered, read_ledger
from xinqiao.safety.noise import check_budget, geometric, noisy_lines, school_year, spent
from xinqiao.safety.release import Earlier
from xinqiao.safety.structure import Figure, Plan
from xinqiao.safety.tally import Tally
from xinqiao.safety.totals import Totals


def mood(epsilon: str = "0.5", by: Sequence[str] = ()) -> Form:
    of = form(
        [choice("mood", "123"), choice("topics", "xyz", several=True, required=False), choice("calm", "12")],
        [("mood", [], ["n", "distribution(mood)"]), ("calm", [], ["n", "distribution(calm)"])],
    )
    noisy = replace(of.summaries[0], strategy=Strategy.DP, epsilon=Fraction(epsilon), by=tuple(by))
    return replace(of, summaries=(noisy, of.summaries[1]))


ROWS = [row(mood="123"[n % 3], calm="12"[n % 2], topics=("x",), week=f"2026-W{10 + n % 2}") for n in range(60)]


def test_noise_is_discrete_laplace_of_the_scale_that_the_budget_asks_for() -> None:
    epsilon, many = Fraction(1, 2), 20_000
    noise = [value - 100 for value in geometric([100] * many, 1, epsilon)]
    a = math.exp(-float(epsilon))
    # 5 standard errors: a right mechanism fails once in two million runs.
    assert abs(noise.count(0) / many - (1 - a) / (1 + a)) < 5 * math.sqrt(0.25 / many)
    assert abs(sum(noise)) / many < 5 * math.sqrt(2 * a / (1 - a) ** 2 / many)
    wide = geometric([0] * many, 3, epsilon)
    assert sum(map(abs, wide)) > 2 * sum(map(abs, noise))


def plan(*figures: tuple[str, str, str, str]) -> Plan:
    made = (
        Figure(measure=measure, category=category, variable=variable, leaves=frozenset({leaf}) if leaf else frozenset())
        for measure, category, variable, leaf in figures
    )
    return Plan(name="t", by=("week",), figures=tuple(made), policy=Policy(epsilon=Fraction(1, 2)))


def test_the_budget_is_parted_among_measures_and_answers_that_one_person_can_give() -> None:
    asked: list[tuple[list[int], int, Fraction]] = []

    def seen(counts: Sequence[int], touched: int, epsilon: Fraction) -> Sequence[int]:
        asked.append((list(counts), touched, epsilon))
        return [count - 9 for count in counts]

    of = plan(("n", "", "", ""), *(("distribution(t)", t, f"t/{t}", "yes") for t in "xyz"))
    weeks = [("w1",), ("w2",)]
    counted = {(group, "", ""): 10 for group in weeks} | {(group, "t/x", "yes"): 4 for group in weeks}
    tally = Tally(groups=(("*",), *weeks), finest=tuple(weeks), counted=Counter(counted))
    lines = noisy_lines(of, tally, seen)
    assert asked == [([10, 10], 1, Fraction(1, 4)), ([4, 0, 0, 4, 0, 0], 3, Fraction(1, 4))]
    told = {(group, figure.measure, figure.category): value for (group, figure), value in lines.items()}
    assert told[("w1",), "n", ""] == 1
    # Totals are sums of the noisy weeks; below 0 reads 0, and only after adding up.
    assert told[("*",), "n", ""] == 2
    assert told[("*",), "distribution(t)", "x"] == told[("w1",), "distribution(t)", "y"] == 0


def test_a_noisy_table_is_published_as_one_and_leaves_the_others_exact() -> None:
    made = release(mood(), ROWS)
    noisy, exact, _ = made.tables
    assert noisy.name == "mood"
    assert {cell.status for cell in noisy.cells} == {Status.NOISY}
    assert noisy.policy.epsilon == Fraction(1, 2)
    assert exact.policy.status is Status.SHOWN
    assert made.certificate["tables"]["mood"]["epsilon"] == "0.5"  # type: ignore[index]
    assert "mood" in made.counts.by


def test_noisy_tables_are_no_facts_for_the_next_release_and_their_counts_are_kept() -> None:
    first = release(mood(), ROWS)
    new = [row(mood="1", calm="12"[n % 2], topics=None) for n in range(20)]
    later = release(mood(), [*ROWS, *new], [Earlier(rows=ROWS, tables=first.tables, quarantined={})])
    gone = Earlier(tables=first.tables, counts=Totals.read(first.counts.written()))
    again = release(mood(), new, [gone])
    assert later.counts == again.counts
    assert [t for t in later.tables if t.name != "mood"] == [t for t in again.tables if t.name != "mood"]


def test_by_week_the_total_adds_the_weeks() -> None:
    # So small a noise that no count falls below 0.
    table = release(mood("1", ["week"]), [*ROWS] * 20).tables[0]
    told = {(cell.levels, cell.measure, cell.category): int(cell.value or 0) for cell in table.cells}
    weeks = {levels for levels, _, _ in told} - {("*",)}
    assert len(weeks) == 2
    for measure, category in {key[1:] for key in told}:
        assert told[("*",), measure, category] == sum(told[week, measure, category] for week in weeks)


@pytest.mark.parametrize(
    ("period", "year"), [("2026-W35", 2025), ("2026-W36", 2026), ("2026-W21/2027-W02", 2026), ("", None)]
)
def test_the_school_year_begins_in_september(period: str, year: int | None) -> None:
    assert school_year(period) == year


def line(period: str, epsilon: str, form_id: str = "feedback") -> Line:
    return Line(
        line=1, form=form_id, release=1, form_version=1, period=period, policy={}, tables=("mood",), files={},
        certificate="", counts="", epsilon=epsilon,
    )  # fmt: skip


def test_what_is_spent_adds_up_over_releases_of_a_form_in_a_school_year() -> None:
    lines = [line("2026-W40", "0.5"), line("2027-W02", "1"), line("2026-W20", "1"), line("2026-W41", "1", "other")]
    assert spent(lines, "feedback", "2027-W10") == Fraction(3, 2)
    # Who cannot tell the year counts everything.
    assert spent(lines, "feedback", "") == Fraction(5, 2)
    assert spent([*lines, line("", "1/3")], "feedback", "2027-W10") == Fraction(11, 6)


def test_a_budget_that_is_used_up_stops_the_release() -> None:
    summaries = mood("1").summaries
    lines = [line("2026-W40", "1"), line("2026-W45", "1")]
    check_budget("feedback", summaries, lines, "2026-W50")
    with pytest.raises(XinqiaoError) as caught:
        check_budget("feedback", summaries, [*lines, line("2026-W48", "0.25")], "2026-W50")
    assert [problem.code for problem in caught.value.problems] == ["dp-budget-spent"]
    assert caught.value.exit_code is ExitCode.UNSAFE
    assert caught.value.problems[0].params["spent"] == "2.25"
    # Without a noisy summary nothing is spent.
    check_budget("feedback", summaries[1:], [*lines, *lines], "2026-W50")


def test_the_ledger_keeps_the_budget_and_older_lines_stay_what_they_are() -> None:
    with_budget, without = (entered((), line("2026-W40", epsilon)) for epsilon in ("0.5", ""))
    assert "epsilon" not in without.written()
    assert read_ledger(with_budget.written() + "\n", "ledger.jsonl") == (with_budget,)


def test_a_budget_is_written_as_a_decimal_where_it_has_an_end() -> None:
    assert [as_decimal(Fraction(text)) for text in ("1/2", "1", "1/3")] == ["0.5", "1", "1/3"]


@pytest.mark.parametrize("value", [-1, 3.5])
def test_a_noisy_count_is_a_count(value: float) -> None:
    table = release(mood(), ROWS).tables[0]
    wrong = Cell(levels=(), measure="n", value=value, status=Status.NOISY)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not a count"):
        replace(table, cells=(wrong, *table.cells[1:]))


def test_a_policy_above_the_ceiling_cannot_be_built() -> None:
    for wrong in ({"epsilon": Fraction(2)}, {"epsilon": Fraction(-1)}, {"epsilon": Fraction(1), "rounding": 5}):
        with pytest.raises(ValueError, match="floor"):
            Policy(**wrong)  # type: ignore[arg-type]


def spec(name: str, measures: Sequence[str], **keys: object) -> SummarySpec:
    made = tuple(m for text in measures if (m := Measure.parse(text)) is not None)
    return SummarySpec(name=name, title=mood().title, by=(), measures=made, **keys)  # type: ignore[arg-type]


def test_a_question_is_published_with_noise_or_without_not_both() -> None:
    of = mood()
    with pytest.raises(XinqiaoError) as caught:
        replace(of, summaries=(*of.summaries, spec("again", ["distribution(mood)"])))
    assert [problem.code for problem in caught.value.problems] == ["dp-beside-exact"]
    # How many answered at all is told with every form.
    replace(of, summaries=(*of.summaries, spec("again", ["n"])))


@pytest.mark.parametrize("noisy_first", [True, False])
def test_a_question_told_with_noise_once_is_never_told_without_in_another_release(noisy_first: bool) -> None:
    noisy = mood()
    exact = replace(noisy, summaries=(spec("mood", ["n", "distribution(mood)"]), noisy.summaries[1]))
    first, second = (noisy, exact) if noisy_first else (exact, noisy)
    told = Earlier(rows=ROWS, tables=release(first, ROWS).tables, quarantined={})
    more = [*ROWS, *ROWS[:30]]
    with pytest.raises(XinqiaoError) as caught:
        release(second, more, [told])
    assert [problem.code for problem in caught.value.problems] == ["dp-way-changed"]
    assert caught.value.problems[0].params == {"summary": "mood", "table": "mood", "name": "mood"}
    assert caught.value.exit_code is ExitCode.UNSAFE
    assert release(first, more, [told]).tables
