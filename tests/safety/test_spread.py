"""SDs, changes, alpha and response rates: exact figures, and what they tell read alike by both sides."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from making import choice, form, mapped, release, row, rows_of, scale

from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.safety import spread
from xinqiao.safety.alpha import alpha
from xinqiao.safety.bend import Bend
from xinqiao.safety.identity import effect
from xinqiao.safety.release import Earlier
from xinqiao.safety.totals import Totals

CHANGE = "change(pre, post)"
counts = st.lists(st.integers(0, 40), min_size=3, max_size=6)


def shown(table: SafeTable, measure: str, category: str = "") -> dict[tuple[str, ...], object]:
    return {c.levels: c.value for c in table.cells if (c.measure, c.category) == (measure, category)}


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=60))
def test_an_sd_is_the_librarys_rounded(people: list[int]) -> None:
    told = spread.deviation(Fraction(sum(people)), Fraction(sum(p * p for p in people)), len(people))
    assert abs(Fraction(told, 10) - Fraction(statistics.stdev(people))) <= Fraction(1, 20) + Fraction(1, 10**9)


@pytest.mark.parametrize(("square", "told"), [(Fraction(1, 400), 0), (Fraction(9, 400), 2), (Fraction(25, 400), 2)])
def test_halves_are_rounded_to_even(square: Fraction, told: int) -> None:
    assert spread.rounded_root(square) == told


@given(counts, counts)
def test_the_attacker_knows_an_sd_as_the_protector_rounds_it(truth: list[int], other: list[int]) -> None:
    width = min(len(truth), len(other))
    worlds = [dict(enumerate(world[:width])) for world in (truth, other)]
    people = sum(worlds[0].values())
    if people < 2 or sum(worlds[1].values()) != people:
        worlds[1] = dict(worlds[0])
    if people < 2:
        return
    totals = [(sum(s * n for s, n in w.items()), sum(s * s * n for s, n in w.items())) for w in worlds]
    read = [spread.deviation(Fraction(total), Fraction(squares), people) for total, squares in totals]
    near = (totals[0][0] - 3, totals[0][0] + 3)
    bend = Bend({at: at for at in range(1, width)}, 1, people, *near, read[0])
    assert bend.fits(worlds[0])
    assert bend.fits(worlds[1]) == (read[0] == read[1])
    for terms, low, high in bend.around():
        assert low <= sum(factor * worlds[0][at] for at, factor in terms.items()) <= high
    inside = all(
        low <= sum(factor * worlds[1][at] for at, factor in terms.items()) <= high
        for terms, low, high in bend.within(worlds[0])
    )
    if inside and near[0] <= totals[1][0] <= near[1] and read[0] % 2 == 0:
        assert bend.fits(worlds[1])


@given(counts, counts)
def test_rows_of_an_earlier_sd_hold_for_the_truth_and_for_no_other_sd(truth: list[int], other: list[int]) -> None:
    width = min(len(truth), len(other))
    true, world = np.array(truth[:width]), np.array(other[:width])
    people = int(true.sum())
    if people < 2 or int(world.sum()) != people:
        return
    values = np.arange(width) * 3
    scores = spread.Scores(np.arange(width), values, 1)
    mean = Fraction(int((values * true).sum()), people)
    told = spread.deviation(mean * people, Fraction(int((values**2 * true).sum())), people)
    ends = (round(mean, 1) - Fraction(1, 20), round(mean, 1) + Fraction(1, 20))
    rows = list(spread._around(scores, people, mean, told, ends))
    assert all(low <= int((row * true).sum()) <= high for row, low, high in rows)
    total = Fraction(int((values * world).sum()))
    if ends[0] <= total / people <= ends[1] and all(low <= int((row * world).sum()) <= high for row, low, high in rows):
        assert spread.deviation(total, Fraction(int((values**2 * world).sum())), people) == told


@settings(max_examples=30)
@given(st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=2, max_size=40))
def test_alpha_is_cronbachs(people: list[list[int]]) -> None:
    totals = [sum(scores) for scores in people]
    told = alpha(people)
    if len(set(totals)) == 1:
        assert told is None
        return
    within = sum(statistics.pvariance([Fraction(scores[at]) for scores in people]) for at in range(3))
    assert told is not None
    assert abs(
        Fraction(told) - Fraction(3, 2) * (1 - within / statistics.pvariance(map(Fraction, totals)))
    ) <= Fraction(1, 200)


def test_a_change_in_sds_is_that_of_the_figures_shown() -> None:
    assert effect(Decimal("-2.3"), Decimal("4.1")) == Decimal("-0.6")


def before_and_after(measures: Sequence[str] = (CHANGE,), by: Sequence[str] = ()) -> Form:
    questions = [
        choice("g", "ab", dimension=True),
        choice("pre", ["0", "5", "12"]),
        choice("post", ["0", "5", "12"], required=False),
    ]
    return form(questions, [("all", by, ["n", *measures])])


def people(number: int, chance: random.Random) -> list[ScoredRow]:
    def one() -> ScoredRow:
        pre = chance.choice(["0", "0", "5", "5", "12", "12"])
        post = chance.choice([pre, pre, "5", "12", None])
        return row(g=chance.choice("ab"), pre=pre, post=post)

    return [one() for _ in range(number)]


def differences(rows: Sequence[ScoredRow]) -> list[int]:
    values = [row.row.values for row in rows]
    return [int(str(v["post"])) - int(str(v["pre"])) for v in values if v["post"] is not None]


def test_a_change_tells_pairs_mean_sd_and_effect_of_everybody() -> None:
    rows = people(140, random.Random(3))  # noqa: S311 - repeatable, not secret
    table = release(before_and_after(), rows).tables[0]
    pairs = differences(rows)
    told = {part: shown(table, CHANGE, part)[()] for part in ("pairs", "mean", "sd", "d")}
    assert told["pairs"] == len(pairs)
    assert told["mean"] == round(Decimal(sum(pairs)) / len(pairs), 1)
    assert told["sd"] == round(Decimal(str(statistics.stdev(pairs))), 1)
    assert told["d"] == round(Decimal(str(told["mean"])) / Decimal(str(told["sd"])), 1)


def test_by_group_a_change_has_no_effect_size_and_starts_at_twenty_pairs() -> None:
    rows = [row for row in people(90, random.Random(4)) if row.row.values["post"] is not None]  # noqa: S311
    few = [row for row in rows if row.row.values["g"] == "b"][:19]
    table = release(before_and_after(by=["g"]), [*[r for r in rows if r.row.values["g"] == "a"], *few]).tables[0]
    assert {cell.category for cell in table.cells if cell.measure == CHANGE} == {"pairs", "mean"}
    assert shown(table, CHANGE, "mean")["b",] is None


def items(number: int, chance: random.Random) -> list[ScoredRow]:
    found = []
    for _ in range(number):
        level = chance.random()
        given = {name: str(sum(chance.random() < level for _ in range(4))) for name in ("x", "y", "z")}
        found.append(row({"s": sum(map(int, given.values()))}, **given))
    return found


def reliable() -> Form:
    asked = [choice(name, "01234") for name in ("x", "y", "z")]
    return form(asked, [("all", [], ["n", "alpha(s)"])], [scale("s", ["x", "y", "z"], {})])


def test_alpha_is_told_from_fifty_on_and_again_only_with_ten_more() -> None:
    chance = random.Random(5)  # noqa: S311
    rows = items(80, chance)
    assert shown(release(reliable(), rows[:49]).tables[0], "alpha(s)")[()] is None
    first = release(reliable(), rows)
    assert shown(first.tables[0], "alpha(s)")[()] == alpha([[int(str(r.row.values[n])) for n in "xyz"] for r in rows])
    past = Earlier(rows=rows, tables=first.tables, quarantined={})
    few, more = [*rows, *items(9, chance)], [*rows, *items(40, chance)]
    assert shown(release(reliable(), few, [past]).tables[0], "alpha(s)")[()] is None
    again = release(reliable(), more, [past]).tables[0]
    assert (shown(again, "alpha(s)")[()] is None) == (shown(again, "sd(s)")[()] is None)


def sized(sizes: dict[str, int]) -> Form:
    unit = choice("unit", list(sizes), dimension=True)
    named = replace(unit, choices=tuple(replace(c, size=sizes[c.name]) for c in unit.choices))
    return form([named], [("by-unit", ["unit"], ["response-rate"])])


def test_a_response_rate_is_in_steps_of_five_of_a_units_size() -> None:
    table = release(sized({"u": 45, "v": 40, "w": 31}), rows_of({("u",): 31, ("v",): 12, ("w",): 7}, ["unit"])).tables[
        0
    ]
    assert shown(table, "response-rate", "members") == {("*",): 116, ("u",): 45, ("v",): 40, ("w",): 31}
    assert shown(table, "response-rate") == {("*",): 45, ("u",): 70, ("v",): 30, ("w",): 25}


def test_where_the_count_is_hidden_the_rate_is_hidden() -> None:
    table = release(sized({"u": 45, "v": 40, "w": 31}), rows_of({("u",): 31, ("v",): 12, ("w",): 3}, ["unit"])).tables[
        0
    ]
    hidden = [levels for levels, count in shown(table, "n").items() if count is None]
    assert ("w",) in hidden
    assert [levels for levels, rate in shown(table, "response-rate").items() if rate is None] == hidden


def test_a_full_roster_hides_what_an_open_one_can_show() -> None:
    answers = rows_of({("u",): 4, ("v",): 30, ("w",): 30}, ["unit"])
    full, wide = ({"u": 4, "v": 30, "w": 30}, {"u": 40, "v": 60, "w": 60})
    told = [shown(release(sized(sizes), answers).tables[0], "n") for sizes in (full, wide)]
    assert told[0]["*",] is None
    assert told[1]["*",] == 64


def test_more_answers_than_members_are_refused() -> None:
    with pytest.raises(XinqiaoError) as refused:
        release(sized({"u": 30, "v": 40}), rows_of({("u",): 31, ("v",): 12}, ["unit"]))
    assert refused.value.problems[0].code == "roster-too-small"


def test_an_sd_of_fewer_than_thirty_is_hidden() -> None:
    asked = form([choice("q", ["0", "10", "30"])], [("all", [], ["sd(q)"])])
    rows = rows_of({("0",): 10, ("10",): 10, ("30",): 9}, ["q"])
    assert shown(release(asked, rows).tables[0], "sd(q)") == {(): None}
    assert math.isclose(
        float(str(shown(release(asked, [*rows, row(q="30")]).tables[0], "sd(q)")[()])), 12.7, abs_tol=0.01
    )


def test_a_release_gated_by_counts_tells_changes_as_one_gated_by_rows_does() -> None:
    of, chance = before_and_after([CHANGE, "mean(pre)"], by=["g"]), random.Random(6)  # noqa: S311
    before, more = people(90, chance), people(40, chance)
    first = release(of, before)
    by_rows = release(of, [*before, *more], [Earlier(rows=before, tables=first.tables, quarantined={})])
    counts = Totals.read(first.counts.written())
    by_counts = release(of, more, [Earlier(tables=first.tables, counts=counts)])
    assert by_counts.tables == by_rows.tables
    assert by_counts.counts == by_rows.counts


def test_a_change_that_was_not_counted_then_is_refused_when_the_answers_are_gone() -> None:
    chance = random.Random(7)  # noqa: S311
    first = release(before_and_after(["mean(pre)", "mean(post)"]), people(90, chance))
    with pytest.raises(XinqiaoError) as refused:
        release(before_and_after([CHANGE]), people(40, chance), [Earlier(tables=first.tables, counts=first.counts)])
    assert refused.value.problems[0].code == "counts-lacking"


def test_a_rate_by_grade_and_unit_adds_up_sizes_and_leaves_out_who_named_no_unit() -> None:
    sizes = {"u": 45, "v": 40, "w": 31}
    unit = replace(sized(sizes).questions[0], required=False)
    grades = mapped("grade", "unit", {"old": ["u", "v"], "new": ["w"]})
    of = form([unit], [("by-unit", [["grade", "unit"]], ["response-rate"])], derived=[grades])
    given = {("old", "u"): 31, ("old", "v"): 20, ("new", "w"): 17, (None, None): 9}
    table = release(of, rows_of(given, ["grade", "unit"])).tables[0]
    members = shown(table, "response-rate", "members")
    assert {levels: size for levels, size in members.items() if size is not None} == {
        ("*", "*"): 116, ("old", "*"): 85, ("old", "u"): 45, ("old", "v"): 40, ("new", "*"): 31, ("new", "w"): 31,
    }  # fmt: skip
    rates = shown(table, "response-rate")
    assert rates["*", "*"] == 65  # 77 of 116
    assert rates["_none", "_none"] is None
    assert {levels for levels, count in shown(table, "n").items() if count is None} <= {
        levels for levels, rate in rates.items() if rate is None
    }


def discreet(sizes: dict[str, int]) -> Form:
    of = sized(sizes)
    return replace(of, summaries=tuple(replace(summary, nonresponse=True) for summary in of.summaries))


def test_a_few_who_did_not_answer_are_hidden_where_that_is_sensitive() -> None:
    sizes = {"u": 45, "v": 40, "w": 38}
    answers = rows_of({("u",): 42, ("v",): 20, ("w",): 25}, ["unit"])
    assert shown(release(sized(sizes), answers).tables[0], "n")["u",] == 42
    table = release(discreet(sizes), answers).tables[0]
    hidden = [levels for levels, count in shown(table, "n").items() if count is None]
    assert ("u",) in hidden
    assert len(hidden) > 1  # else the total less the others would tell
    assert shown(table, "response-rate", "members")["u",] == 45
    with pytest.raises(ValueError, match="who did not answer"):
        SafeTable.__post_init__(replace(release(sized(sizes), answers).tables[0], policy=table.policy))
