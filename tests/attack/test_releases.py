"""Random small colleges: whatever is released, one release or several, the intruder finds nobody."""

from __future__ import annotations

from collections.abc import Sequence

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from intruder import Intruder, cells
from making import choice, form, release, row, scale

from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.safety.release import Earlier

GROUPS = ["a", "b", "c"]
MEASURES = ["n", "distribution(q)", "distribution(p)"]
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much]

person = st.tuples(
    st.sampled_from(["a", "a", "a", "b", "b", "c"]), st.sampled_from("1123"), st.sampled_from(["1", "2", None])
)


def simple(measures: Sequence[str] = MEASURES, *, sensitive: bool = False):
    questions = [
        choice("g", GROUPS, dimension=True),
        choice("q", "123", sensitive=sensitive),
        choice("p", "12", required=False),
    ]
    return form(questions, [("by-g", ["g"], measures), ("all", [], measures)])


def rows(people: Sequence[tuple[str, str, str | None]]) -> list[ScoredRow]:
    return [row(g=g, q=q, p=p) for g, q, p in people]


def attack(releases: Sequence[Sequence[SafeTable]], k: int = 5) -> list[str]:
    answers = {"q": ["1", "2", "3"], "p": ["1", "2", "_none"]}
    attacker = Intruder(levels=[GROUPS], answers=answers, scores={"q": {"1": 1, "2": 2, "3": 3}})
    attacker.start(len(releases))
    for number, tables in enumerate(releases):
        for table in tables:
            if table.name != "_quarantine":
                attacker.believe(number, list(range(len(table.dimensions))), cells(table))
    return attacker.finds(k)


@settings(max_examples=25, deadline=None, suppress_health_check=QUIET)
@given(st.lists(person, min_size=3, max_size=60))
def test_one_release_gives_nobody_away(people: list[tuple[str, str, str | None]]) -> None:
    assert attack([release(simple(), rows(people)).tables]) == []


@settings(max_examples=12, deadline=None, suppress_health_check=QUIET)
@given(st.lists(person, min_size=10, max_size=70))
def test_means_give_nobody_away(people: list[tuple[str, str, str | None]]) -> None:
    assert attack([release(simple([*MEASURES, "mean(q)"]), rows(people)).tables]) == []


@settings(max_examples=12, deadline=None, suppress_health_check=QUIET)
@given(
    st.lists(person, min_size=10, max_size=50),
    st.lists(st.lists(person, min_size=5, max_size=12), min_size=1, max_size=2),
)
def test_several_releases_together_give_nobody_away(
    people: list[tuple[str, str, str | None]], newcomers: list[list[tuple[str, str, str | None]]]
) -> None:
    so_far = rows(people)
    earlier = [Earlier(rows=so_far, tables=release(simple(), so_far).tables, quarantined={})]
    for new in newcomers:
        so_far = [*so_far, *rows(new)]
        try:
            tables = release(simple(), so_far, earlier).tables
        except XinqiaoError as refused:
            assert refused.exit_code is ExitCode.UNSAFE
            continue
        earlier = [*earlier, Earlier(rows=so_far, tables=tables, quarantined={})]
    assert attack([past.tables for past in earlier]) == []


@settings(max_examples=10, deadline=None, suppress_health_check=QUIET)
@given(st.lists(person, min_size=3, max_size=50), st.randoms())
def test_the_order_of_rows_changes_nothing(people: list[tuple[str, str, str | None]], random: object) -> None:
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = release(simple(), rows(people)), release(simple(), rows(shuffled))
    assert first.tables == second.tables
    assert first.certificate == second.certificate


def test_two_releases_each_safe_alone_are_not_safe_together() -> None:
    before = rows([("a", "1", "1")] * 12 + [("b", "2", "2")] * 12)
    after = [*before, *rows([("a", "1", "1")] * 2 + [("b", "2", "2")] * 6)]
    alone = [release(simple(), before).tables, release(simple(), after).tables]
    assert attack([alone[0]]) == []
    assert attack([alone[1]]) == []
    assert attack(alone) != []
    gated = release(simple(), after, [Earlier(rows=before, tables=alone[0], quarantined={})]).tables
    assert attack([alone[0], gated]) == []


def test_bands_of_a_sensitive_scale_hold_for_ten() -> None:
    bands = {"low": 0, "high": 2}
    of = form(
        [choice("g", GROUPS, dimension=True), choice("i", "0123")],
        [("by-g", ["g"], ["n", "distribution(band(s))", "mean(s)"])],
        [scale("s", ["i"], bands, sensitive=True)],
    )
    counts = {("a", 0): 31, ("a", 1): 12, ("a", 2): 7, ("a", 3): 3, ("b", 0): 14, ("b", 3): 2, ("c", 2): 18}
    people = [row({"s": score}, g=g, i=str(score)) for (g, score), number in counts.items() for _ in range(number)]
    released = release(of, people).tables[0]
    attacker = Intruder(
        levels=[GROUPS],
        answers={"s": ["0", "1", "2", "3"]},
        scores={"s": {str(score): score for score in range(4)}},
        bands={"s": {"low": ["0", "1"], "high": ["2", "3"]}},
    )
    attacker.start(1)
    attacker.believe(0, [0], cells(released))
    assert attacker.finds(10) == []
    # Everybody in c is in one band: that must not show, though no count of it is small.
    assert released.cell(("c",), "distribution(band(s))", "high").value is None
    assert released.cell(("c",), "distribution(band(s))", "low").value is None
