"""SDs, changes and response rates: nobody is found behind them, by an attacker of its own or by the audit."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from intruder import Intruder, cells
from making import choice, form, release, row, rows_of
from unsafe import audited, found, packed

from xinqiao.core.form import Form
from xinqiao.core.policy import Status
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.dashboard.released import read_package
from xinqiao.safety.release import Earlier

GROUPS = ["a", "b"]
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much]
SCORES = {"0": 0, "10": 10, "30": 30}
CHANGE = "change(pre, post)"
SIZES = {"a": 70, "b": 60}
answer = st.sampled_from(["0", "0", "0", "10", "10", "30", None])
spread = st.tuples(st.sampled_from("aab"), answer)
both = st.tuples(st.sampled_from("aab"), st.sampled_from(["0", "10", "30"]), answer)


def scored() -> Form:
    questions = [choice("g", GROUPS, dimension=True), choice("q", SCORES, required=False)]
    return form(questions, [("by-g", ["g"], ["n", "sd(q)"]), ("all", [], ["sd(q)"])])


def paired() -> Form:
    questions = [choice("g", GROUPS, dimension=True), choice("pre", SCORES), choice("post", SCORES, required=False)]
    return form(questions, [("by-g", ["g"], ["n", CHANGE]), ("all", [], [CHANGE, "mean(pre)"])])


def rated() -> Form:
    unit = choice("g", GROUPS, dimension=True)
    unit = replace(unit, choices=tuple(replace(known, size=SIZES[known.name]) for known in unit.choices))
    return form([unit, choice("q", ["0", "1"])], [("by-g", ["g"], ["response-rate", "distribution(q)"])])


def rows(people: Sequence[tuple[str, str | None]]) -> list[ScoredRow]:
    return [row(g=g, q=q) for g, q in people]


def pairs(people: Sequence[tuple[str, str, str | None]]) -> list[ScoredRow]:
    return [row(g=g, pre=pre, post=post) for g, pre, post in people]


def attack(
    releases: Sequence[Sequence[SafeTable]],
    answers: Mapping[str, Sequence[str]],
    scores: Mapping[str, Mapping[str, int]],
) -> list[str]:
    attacker = Intruder(levels=[GROUPS], answers=answers, scores=scores, most=200)
    attacker.start(len(releases))
    for number, tables in enumerate(releases):
        for table in tables:
            if table.name != "_quarantine":
                attacker.believe(number, list(range(len(table.dimensions))), cells(table))
    return attacker.finds(5)


def of_scores(releases: Sequence[Sequence[SafeTable]]) -> list[str]:
    return attack(releases, {"q": [*SCORES, "_none"]}, {"q": SCORES})


def of_changes(releases: Sequence[Sequence[SafeTable]]) -> list[str]:
    differences = {str(late - early): late - early for late in SCORES.values() for early in SCORES.values()}
    answers = {"pre": list(SCORES), CHANGE: [*differences, "_none"]}
    return attack(releases, answers, {"pre": SCORES, CHANGE: differences})


def second(of: Form, before: list[ScoredRow], more: list[ScoredRow]) -> list[Sequence[SafeTable]]:
    """The tables of two releases; of one alone where the second is refused."""
    first = Earlier(rows=before, tables=release(of, before).tables, quarantined={})
    try:
        return [first.tables, release(of, [*before, *more], [first]).tables]
    except XinqiaoError as refused:
        assert refused.exit_code is ExitCode.UNSAFE
        return [first.tables]


def clean(of: Form, *releases: Sequence[SafeTable]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        folders = [packed(Path(folder) / str(at), of, tables) for at, tables in enumerate(releases)]
        assert read_package(folders[0]) == tuple(releases[0])
        return audited(*folders).exit_code is ExitCode.DONE


@settings(max_examples=12, deadline=None, suppress_health_check=QUIET)
@given(st.lists(spread, min_size=30, max_size=160))
def test_sds_give_nobody_away(people: list[tuple[str, str | None]]) -> None:
    made = release(scored(), rows(people))
    assert of_scores([made.tables]) == []
    assert clean(scored(), made.tables)


@settings(max_examples=6, deadline=None, suppress_health_check=QUIET)
@given(st.lists(spread, min_size=60, max_size=120), st.lists(spread, min_size=8, max_size=30))
def test_sds_of_two_releases_give_nobody_away(
    people: list[tuple[str, str | None]], more: list[tuple[str, str | None]]
) -> None:
    releases = second(scored(), rows(people), rows(more))
    assert of_scores(releases) == []
    assert clean(scored(), *releases)


@settings(max_examples=8, deadline=None, suppress_health_check=QUIET)
@given(st.lists(both, min_size=30, max_size=140))
def test_changes_give_nobody_away(people: list[tuple[str, str, str | None]]) -> None:
    made = release(paired(), pairs(people))
    assert of_changes([made.tables]) == []
    assert clean(paired(), made.tables)


@settings(max_examples=4, deadline=None, suppress_health_check=QUIET)
@given(st.lists(both, min_size=60, max_size=120), st.lists(both, min_size=8, max_size=30))
def test_changes_of_two_releases_give_nobody_away(
    people: list[tuple[str, str, str | None]], more: list[tuple[str, str, str | None]]
) -> None:
    releases = second(paired(), pairs(people), pairs(more))
    assert of_changes(releases) == []
    assert clean(paired(), *releases)


@settings(max_examples=10, deadline=None, suppress_health_check=QUIET)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("0011")), min_size=20, max_size=55))
def test_response_rates_give_nobody_away(people: list[tuple[str, str]]) -> None:
    made = release(rated(), rows(people))
    assert attack([made.tables], {"q": ["0", "1"]}, {}) == []
    assert clean(rated(), made.tables)


@settings(max_examples=10, deadline=None, suppress_health_check=QUIET)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.just("0")), min_size=40, max_size=130))
def test_who_did_not_answer_is_not_found_where_that_is_sensitive(people: list[tuple[str, str]]) -> None:
    of = rated()
    of = replace(of, summaries=tuple(replace(s, nonresponse=True, measures=s.measures[:1]) for s in of.summaries))
    answers = [one for at, one in enumerate(people) if sum(o[0] == one[0] for o in people[: at + 1]) <= SIZES[one[0]]]
    made = release(of, rows(answers))
    told = {cell.levels: cell.value for cell in made.tables[0].cells if cell.measure == "n"}
    here = {("*",): 130, ("a",): 70, ("b",): 60}
    left = {levels: here[levels] - count for levels, count in told.items() if isinstance(count, int)}
    if {("a",), ("b",)} <= set(left):
        left["*",] = left["a",] + left["b",]
    for group, other in (("a", "b"), ("b", "a")):
        if {("*",), (group,)} <= set(left):
            left.setdefault((other,), left["*",] - left[group,])
    assert not [absent for absent in left.values() if 1 <= absent < 5]
    assert clean(of, made.tables)


def test_an_sd_that_gives_few_away_is_hidden_and_found_where_it_is_not(tmp_path: Path) -> None:
    of = form([choice("q", SCORES)], [("all", [], ["n", "sd(q)"])])
    made = release(of, rows_of({("0",): 30, ("10",): 7, ("30",): 3}, ["q"])).tables[0]
    told = {cell.measure: cell.value for cell in made.cells}
    assert told == {"n": 40, "n(q)": 40, "mean(q)": 4, "sd(q)": None}
    bare = replace(
        made,
        cells=tuple(
            replace(cell, value=Decimal("8.4"), status=Status.SHOWN) if cell.measure == "sd(q)" else cell
            for cell in made.cells
        ),
    )
    outcome = audited(packed(tmp_path / "p", of, [bare]))
    assert outcome.exit_code is ExitCode.UNSAFE
    assert ("all", {}, "mean(q)", "30") in found(outcome)


def test_a_rate_that_does_not_fit_its_count_is_no_release(tmp_path: Path) -> None:
    made = release(rated(), rows([("a", "0")] * 30 + [("b", "1")] * 30)).tables[0]
    wrong = [
        replace(cell, value=95) if (cell.measure, cell.category) == ("response-rate", "") and cell.value else cell
        for cell in made.cells
    ]
    assert audited(packed(tmp_path / "p", rated(), [replace(made, cells=tuple(wrong))])).exit_code is ExitCode.UNSAFE
