"""Tables in coarser bands, alone and beside finer ones of other releases: the intruder and the audit find nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from intruder import Intruder, Seen, cells
from making import HEALTH, USUAL, choice, form, mapped, row, scale, words
from unsafe import audited, packed

from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.core.scale import Band
from xinqiao.safety.release import Earlier, safe_tables

GROUPS = ["a", "b", "c"]
FINEST = {"b0": 0, "b1": 1, "b2": 2, "b3": 3, "b4": 4}
SETS = [{"low": 0, "middle": 1, "high": 3}, {"low": 0, "raised": 2}]
WITHIN = {
    "mood": {},
    "mood, 3": {"low": ["b0"], "middle": ["b1", "b2"], "high": ["b3", "b4"]},
    "mood, 2": {"low": ["b0", "b1"], "raised": ["b2", "b3", "b4"]},
}
# Each release in a school year of its own, so that bands go from finer to coarser and back.
PERIODS = ["2026-W20", "2026-W44", "2027-W44"]

person = st.tuples(st.sampled_from("aaabbc"), st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4]))


class Attacker(Intruder):
    """Reads each set of bands as answers taken together."""

    def meant(self, measure: str, category: str) -> tuple[str, Sequence[str]]:
        if "band(" not in measure:
            return super().meant(measure, category)
        return "mood", WITHIN[measure[measure.index("band(") + 5 : -2]].get(category, [category])


def asked() -> Form:
    coarser = [tuple(Band(name=n, low=Fraction(low), label=words(n)) for n, low in lows.items()) for lows in SETS]
    mood = replace(scale("mood", ["i"], FINEST), coarser=tuple(coarser))
    measures = ["n", "distribution(band(mood))"]
    questions = [choice("g", GROUPS, dimension=True), choice("i", "01234")]
    made = form(questions, [("by-g", ["g"], measures), ("all", [], measures)], [mood])
    by_group, everybody = made.summaries
    # Everybody together stays in the finest bands, beside the groups' coarser ones.
    return replace(made, summaries=(replace(by_group, coarsen=True), everybody))


def rows(people: Sequence[tuple[str, int]]) -> list[ScoredRow]:
    return [row({"mood": score}, g=group, i=str(score)) for group, score in people]


def found(releases: Sequence[Sequence[SafeTable]]) -> list[str]:
    attacker = Attacker(levels=[GROUPS], answers={"mood": [*FINEST]})
    attacker.start(len(releases))
    for number, tables in enumerate(releases):
        for table in (table for table in tables if table.name != "_quarantine"):
            attacker.believe(number, list(range(len(table.dimensions))), cells(table))
    return attacker.finds(5)


def released(people: Sequence[Sequence[tuple[str, int]]]) -> list[Earlier]:
    """The releases that were let through; what was refused waits for the next one."""
    return in_turn(asked(), PERIODS, [rows(new) for new in people])


def in_turn(of: Form, periods: Sequence[str], came: Sequence[Sequence[ScoredRow]]) -> list[Earlier]:
    made: list[Earlier] = []
    so_far: list[ScoredRow] = []
    for period, new in zip(periods, came, strict=False):
        so_far = [*so_far, *new]
        try:
            tables = safe_tables(
                of, so_far, policy=USUAL, sensitive_policy=HEALTH, period=period, quarantined={}, earlier=made
            ).tables
        except XinqiaoError as refused:
            assert refused.exit_code is ExitCode.UNSAFE
            continue
        made.append(Earlier(rows=so_far, tables=tables, quarantined={}))
    return made


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(
    st.lists(person, min_size=10, max_size=60),
    st.lists(st.lists(person, min_size=5, max_size=40), max_size=1),
)
def test_releases_in_several_sets_of_bands_give_nobody_away(
    people: list[tuple[str, int]], newcomers: list[list[tuple[str, int]]]
) -> None:
    assert found([made.tables for made in released([people, *newcomers])]) == []


FEW = [(group, score) for group in "ab" for score, number in enumerate([5, 3, 3, 3, 1]) for _ in range(number)]


def test_packages_in_several_sets_of_bands_are_audited_together(tmp_path: Path) -> None:
    made = released([FEW, FEW * 40])
    told = [{cell.measure for cell in past.tables[0].cells} - {"n"} for past in made]
    assert told == [{"distribution(band(mood, 2))"}, {"distribution(band(mood))"}]
    assert found([past.tables for past in made]) == []
    folders = [packed(tmp_path / f"{number:03}", asked(), past.tables) for number, past in enumerate(made, start=1)]
    outcome = audited(*folders)
    assert outcome.exit_code is ExitCode.DONE
    assert outcome.document["groups_found"] == 0


def test_a_coarser_package_beside_a_finer_one_that_was_never_protected_together_is_found(tmp_path: Path) -> None:
    few, more = FEW, [*FEW, ("a", 4), ("a", 0), ("a", 0), ("a", 1), ("b", 0)] * 1
    apart = [released([people])[0].tables for people in (few, more)]
    assert found(apart)
    folders = [packed(tmp_path / f"{number:03}", asked(), tables) for number, tables in enumerate(apart, start=1)]
    assert audited(*folders).exit_code is ExitCode.UNSAFE


# Weeks of two school years in blocks of four, and classes in grades; a release is told as fine as it can be.
WEEKS = {"2026-W33": "2026-W33/2026-W36", "2026-W37": "2026-W37/2026-W40", "2026-W38": "2026-W37/2026-W40"}
GRADE = {"u1": "x", "u2": "x", "u3": "y"}
TURNS = ["2026-W33", "2026-W37", "2026-W38"]


def dated(weeks: Sequence[str], numbers: Sequence[int]) -> list[ScoredRow]:
    return [row(week=week, q="12"[at % 2]) for week, number in zip(weeks, numbers, strict=True) for at in range(number)]


def weekly() -> Form:
    made = form([choice("q", "12")], [("by-week", ["week"], ["n", "distribution(q)"]), ("all", [], ["n"])])
    return replace(made, summaries=(replace(made.summaries[0], coarsen=True), made.summaries[1]))


def by_class() -> Form:
    levels = {grade: [unit for unit in GRADE if GRADE[unit] == grade] for grade in "xy"}
    questions = [choice("unit", [*GRADE], dimension=True), choice("q", "123")]
    made = form(
        questions,
        [("by-unit", [["grade", "unit"]], ["n", "distribution(q)"])],
        derived=[mapped("grade", "unit", levels)],
    )
    return replace(made, summaries=tuple(replace(known, coarsen=True) for known in made.summaries))


def steps(told: Sequence[Earlier]) -> list[list[str]]:
    return [[known.name for known in made.tables[0].dimensions] for made in told]


def stepped(told: Sequence[Earlier], over: dict[str, str], coarse: str, answers: Sequence[str]) -> list[str]:
    """What is found in tables by the finer step, by the coarser one, or by both, by somebody who knows how they lie."""
    levels = [list(dict.fromkeys(over.values())), list(over)]
    attacker = Intruder(levels=levels, answers={"q": answers}, can_be=lambda at: over[at[1]] == at[0])
    attacker.start(len(told))
    for number, made in enumerate(told):
        for table in (table for table in made.tables if table.name != "_quarantine"):
            attacker.believe(
                number, [0 if known.name == coarse else 1 for known in table.dimensions], _listed(table, [*over])
            )
    return attacker.finds(5)


def _listed(table: SafeTable, fine: Sequence[str]) -> list[Seen]:
    """The cells of the levels that the attacker tells apart."""
    return [seen for seen in cells(table) if all(level in (*fine, "*", *WEEKS.values(), "x", "y") for level in seen[0])]


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3))
def test_weeks_and_blocks_of_four_in_turn_give_nobody_away(numbers: list[list[int]]) -> None:
    came = [dated(TURNS[: at + 1], new[: at + 1]) for at, new in enumerate(numbers)]
    assert stepped(in_turn(weekly(), TURNS, came), WEEKS, "four-weeks", "12") == []


def test_weeks_told_four_at_a_time_from_the_middle_on_give_nobody_away(tmp_path: Path) -> None:
    came = [dated(["2026-W33"], [40]), dated(TURNS, [0, 6, 0]), dated(TURNS, [12, 3, 14])]
    told = in_turn(weekly(), TURNS, came)
    assert steps(told) == [["week"], ["week"], ["four-weeks"]]
    assert stepped(told, WEEKS, "four-weeks", "12") == []
    folders = [packed(tmp_path / f"{number:03}", weekly(), made.tables) for number, made in enumerate(told, start=1)]
    assert audited(*folders).exit_code is ExitCode.DONE


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from([*GRADE]), st.sampled_from("112233")), min_size=5, max_size=30),
        min_size=2,
        max_size=2,
    )
)
def test_classes_and_grades_in_turn_give_nobody_away(people: list[list[tuple[str, str]]]) -> None:
    came = [[row(unit=unit, grade=GRADE[unit], q=q) for unit, q in new] for new in people]
    assert stepped(in_turn(by_class(), PERIODS, came), GRADE, "grade", "123") == []
