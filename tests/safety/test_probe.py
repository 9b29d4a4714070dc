"""What the attacker works out of tables: known leaks are found, and nothing that is not there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import Case, case, crossed, flat
from worlds_by_hand import worlds

from xinqiao.safety.probe import Probe
from xinqiao.safety.sight import Contradiction
from xinqiao.safety.system import Axis

TABLES = st.tuples(
    st.lists(st.integers(0, 3), min_size=6, max_size=6), st.lists(st.booleans(), min_size=12, max_size=12)
)


@pytest.fixture(scope="module")
def cases(real_data: Path) -> Path:
    return real_data / "disclosure-cases"


def shown(of: Case, hidden: list[list[str]]) -> np.ndarray:
    return np.where(of.marks(hidden), -1, of.truth)


@given(TABLES)
@settings(max_examples=30)
def test_the_attacker_says_what_counting_out_all_worlds_says(table: tuple[list[int], list[bool]]) -> None:
    counts, keep = table
    cells = [(a, b) for a in "abc" for b in "xy"]
    of = crossed([flat("unit", "abc"), flat("kind", "xy")], dict(zip(cells, counts, strict=True)))
    seen = np.where(np.array(keep), of.truth, -1)
    seen[of.lattice.numbers([("Total", "Total")])] = of.truth[0]
    probe, numbers = Probe(of.lattice.axes, seen), np.arange(of.lattice.size)
    asked, every = probe.refuse(numbers, 0, 3), worlds(of.lattice, seen)
    assert np.array_equal(asked.fell, every.min(axis=0) <= 0)
    assert np.array_equal(asked.rose, every.max(axis=0) >= 3)
    small = (every.min(axis=0) > 0) & (every.max(axis=0) < 3)
    assert probe.found(numbers, 3).tolist() == Probe(of.lattice.axes, seen).found(numbers, 3).tolist()
    assert probe.found(numbers, 3).tolist() == np.flatnonzero(small).tolist()
    # Two axes: corners are whole, so the ranges are those of the whole worlds.
    assert [probe.range(int(cell)) for cell in numbers] == list(zip(every.min(axis=0), every.max(axis=0), strict=True))


@given(st.lists(st.integers(0, 2), min_size=8, max_size=8), st.lists(st.booleans(), min_size=27, max_size=27))
@settings(max_examples=40)
def test_three_axes_are_answered_in_whole_numbers(counts: list[int], keep: list[bool]) -> None:
    cells = [(a, b, c) for a in "ab" for b in "xy" for c in "FM"]
    axes = [flat("unit", "ab"), flat("kind", "xy"), flat("sex", "FM")]
    of = crossed(axes, dict(zip(cells, counts, strict=True)))
    margins = ~of.lattice.is_leaf()
    seen = np.where(np.array(keep) | margins, of.truth, -1)
    every = worlds(of.lattice, seen)
    asked = Probe(axes, seen).refuse(np.arange(of.lattice.size), 0, 2)
    assert np.array_equal(asked.fell, every.min(axis=0) <= 0)
    assert np.array_equal(asked.rose, every.max(axis=0) >= 2)
    small = (every.min(axis=0) > 0) & (every.max(axis=0) < 2)
    assert Probe(axes, seen).found(np.arange(of.lattice.size), 2).tolist() == np.flatnonzero(small).tolist()


def test_intervals_of_the_textbook(cases: Path) -> None:
    of = case(cases, "fischetti_salazar_3x3.json")
    probe = Probe(of.lattice.axes, shown(of, of.told["suppressed"]))
    for name, (low, high) in of.told["expected_intervals"].items():
        assert probe.range(int(of.lattice.numbers([name.split("/")])[0])) == pytest.approx((low, high))


@pytest.mark.parametrize("name", ["unsafe_gauss_plain_t50.json", "unsafe_sdcTable_OPT_t5.json"])
def test_patterns_of_known_tools_are_rejected(cases: Path, name: str) -> None:
    of = case(cases, name)
    probe = Probe(of.lattice.axes, shown(of, of.told["suppressed"]))
    exact = set(probe.exact(np.flatnonzero(of.marks(of.told["suppressed"]))))
    assert set(of.lattice.numbers(of.told["expected_exact_interval_primaries"])) <= exact
    small = of.small(of.told["k"])
    asked = probe.refuse(small, 0, of.told["k"])
    assert not (asked.fell & asked.rose).all()
    assert len(probe.found(small, of.told["k"]))
    for key, (low, high) in list(of.told["intervals_of_primaries"].items())[:40]:
        assert probe.range(int(of.lattice.numbers([key.split("/")])[0])) == pytest.approx((low, high))


def test_margins_of_two_tables_give_a_cell_away(cases: Path) -> None:
    """A table whose margins are what was left, beside one with true margins."""
    told = json.loads((cases / "acro_margin_linkage.json").read_text(encoding="utf-8"))
    first, second = told["releases"]
    axes = [flat("class", "ABC"), flat("band", first["cols"][:-1]), flat("sex", "FM")]
    of = crossed(axes, {})
    seen = np.full(of.lattice.size, -1)
    for row, values in zip(first["rows"], first["cells"], strict=True):
        for band, value in zip(first["cols"][:-1], values[:-1], strict=True):
            if value is not None:
                seen[of.lattice.numbers([(row, band, "Total")])] = value
    for row, values in zip(second["rows"], second["cells"], strict=True):
        for sex, value in zip(["F", "M", "Total"], values, strict=True):
            seen[of.lattice.numbers([(row, "Total", sex)])] = value
    probe = Probe(axes, seen)
    found = int(of.lattice.numbers([("A", "sev", "Total")])[0])
    assert probe.range(found) == (3, 3)
    assert found in probe.found(np.array([found]), 5)


def test_a_table_minus_one_of_its_parts_gives_the_rest_away(cases: Path) -> None:
    told = json.loads((cases / "opensafely_docs_differencing.json").read_text(encoding="utf-8"))
    single, linked = told["single"], told["linked"]
    ages, ill = flat("age", single["rows"]), flat("ill", ["yes", "no"])
    lattice = crossed([ages, ill], {}).lattice
    seen = np.full(lattice.size, -1)
    for row, sick, people in zip(
        [*single["rows"], "Total"],
        [*single["disease"], single["total"][0]],
        [*single["population"], single["total"][1]],
        strict=True,
    ):
        if sick is not None:
            seen[lattice.numbers([(row, "yes"), (row, "Total")])] = sick, people
    probe = Probe([ages, ill], seen)
    assert probe.range(int(lattice.numbers([("21-30", "yes")])[0])) == tuple(single["expected"]["21-30"])
    sex = Axis.tree("sex", ["all", "male", "female"], [None, "all", "all"])
    both = crossed([sex, ages, ill], {}).lattice
    seen = np.full(both.size, -1)
    for group in ("all", "male"):
        for age, (sick, people) in linked[group].items():
            seen[both.numbers([(group, age, "yes"), (group, age, "Total")])] = sick, people
    cells = both.numbers([("female", "21-30", "yes"), ("female", "21-30", "Total")])
    probe = Probe([sex, ages, ill], seen)
    assert [probe.range(int(cell))[0] for cell in cells] == linked["expected_female"]["21-30"]
    assert list(probe.found(cells, 5)) == list(cells)


def test_single_respondents_do_not_shield_each_other(cases: Path) -> None:
    told = json.loads((cases / "sdctools_issue135_three_singletons.json").read_text(encoding="utf-8"))
    counts = {(str(a), b): n for a, b, n in told["rows"]}
    of = crossed([flat("var1", "12"), flat("var2", "ABHMW")], counts)
    small = of.small(told["primary_max"] + 1)
    finest = small[of.lattice.is_leaf()[small]]
    seen = of.truth.copy()
    seen[finest] = -1
    asked = Probe(of.lattice.axes, seen).refuse(finest, 0, told["primary_max"] + 1)
    assert not (asked.fell & asked.rose).any()


def test_tables_that_contradict_each_other_are_refused() -> None:
    axis = flat("kind", "xy")
    with pytest.raises(Contradiction):
        Probe([axis], np.array([5, 3, 3]))
