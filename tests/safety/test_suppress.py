"""What is hidden is enough, is little, and is the same every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import Case, case, crossed, flat, rows, units

from xinqiao.safety import pieces
from xinqiao.safety.optimum import optimum
from xinqiao.safety.pieces import Unprotectable, fewest, hide
from xinqiao.safety.probe import Probe
from xinqiao.safety.rows import Flags
from xinqiao.safety.suppress import Suppressor
from xinqiao.safety.system import Axis, empty_or_k, one_less_or_more

K = 3


@pytest.fixture(scope="module")
def cases(real_data: Path) -> Path:
    return real_data / "disclosure-cases"


def of_counts(counts: list[int]) -> Case:
    cells = [(a, b, c) for a in "abc" for b in "xyz" for c in "FM"]
    axes = [flat("unit", "abc"), flat("kind", "xyz"), flat("sex", "FM")]
    return crossed(axes, dict(zip(cells, counts, strict=True)))


def faults(of: Case, hidden: Flags, k: int) -> int:
    small = of.small(k)
    asked = Probe(of.lattice.axes, np.where(hidden, -1, of.truth)).refuse(small, 0, k)
    return int((~asked.fell).sum() + (~asked.rose).sum())


def protected(of: Case, k: int) -> Flags:
    small = of.small(k)
    primary = np.zeros(of.lattice.size, dtype=bool)
    primary[small] = True
    return hide(of.lattice, of.system(), primary, empty_or_k(small, k))


@given(st.lists(st.integers(0, 9), min_size=18, max_size=18))
@settings(max_examples=40)
def test_the_attacker_finds_nobody(counts: list[int]) -> None:
    of = of_counts(counts)
    try:
        hidden = protected(of, K)
    except Unprotectable:
        # Fewer than k in all: no world that keeps nothing shown can help where the rest is empty.
        assert sum(counts) < 4 * K
        return
    assert hidden[of.small(K)].all()
    assert faults(of, hidden, K) == 0


@given(st.lists(st.integers(0, 9), min_size=18, max_size=18), st.randoms(use_true_random=False))
@settings(max_examples=10)
def test_the_order_of_what_came_in_changes_nothing(counts: list[int], chance: object) -> None:
    of = of_counts([count + 3 for count in counts])
    leaves = np.flatnonzero(of.lattice.is_leaf())
    people = np.repeat(leaves, of.truth[leaves])
    chance.shuffle(people)  # type: ignore[attr-defined]
    again = Case(lattice=of.lattice, truth=of.lattice.totals(people, np.ones_like(people)), told={})
    assert np.array_equal(protected(of, 6), protected(again, 6))


def test_without_the_search_the_attacker_finds_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    of = of_counts([1, 9, 9, 9, 2, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9])
    assert faults(of, protected(of, K), K) == 0
    primary = np.zeros(of.lattice.size, dtype=bool)
    primary[of.small(K)] = True
    assert faults(of, primary, K) > 0
    monkeypatch.setattr(Suppressor, "fill", lambda *_: None)
    with pytest.raises(Unprotectable):
        protected(of, K)


def test_what_must_be_shown_is_never_hidden() -> None:
    of = of_counts([1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9])
    primary = np.zeros(of.lattice.size, dtype=bool)
    primary[of.small(K)] = True
    never = of.marks([("a", "x", "M"), ("a", "Total", "F")])
    hidden = hide(of.lattice, of.system(never=never), primary, empty_or_k(of.small(K), K))
    assert not (hidden & never).any()
    assert faults(of, hidden, K) == 0


def test_a_family_is_protected_by_itself_and_as_a_part() -> None:
    unit = Axis.tree("unit", ["Total", "g1", "g2", *"abcdef"], [None, "Total", "Total", *["g1"] * 3, *["g2"] * 3])
    cells = [(a, b, c) for a in "abcdef" for b in "xyz" for c in "FM"]
    counts = [2 if number % 7 == 0 else 8 + number % 5 for number in range(len(cells))]
    of = crossed([unit, flat("kind", "xyz"), flat("sex", "FM")], dict(zip(cells, counts, strict=True)))
    hidden = protected(of, K)
    assert faults(of, hidden, K) == 0
    assert not hidden[of.lattice.numbers([("g1", "x", "F"), ("Total", "x", "F")])].any()


@pytest.mark.parametrize(("classes", "least"), [(5, 16), (10, 24)])
def test_the_optimum_is_found_and_proven(cases: Path, classes: int, least: int) -> None:
    of = case(cases, f"class_band_gender_{classes}.json")
    small = of.small(5)
    primary = np.zeros(of.lattice.size, dtype=bool)
    primary[small] = True
    best = fewest(of.lattice, of.system(), primary, empty_or_k(small, 5))
    assert best.proven
    assert best.price == least == int((best.hidden & ~primary).sum())
    assert faults(of, best.hidden, 5) == 0


def test_fifty_classes_are_near_the_optimum(cases: Path) -> None:
    of = case(cases, "class_band_gender_50.json")
    hidden = protected(of, 5)
    assert len(of.small(5)) == 276
    assert int(hidden.sum()) - 276 <= 122  # proven optimum: 116
    assert faults(of, hidden, 5) == 0


SSB = [
    ("z1_freq", ("region", "hovedint"), (), "ant", 3),
    ("z2_freq", ("region", "hovedint"), ("fylke", "kostragr"), "ant", 15),
    ("d2_formula", ("region", "main_income"), ("k_group",), "freq", 8),
]


@pytest.mark.parametrize(("name", "keys", "trees", "value", "theirs"), SSB, ids=[row[0] for row in SSB])
def test_no_more_is_hidden_than_by_the_packages_own(
    cases: Path, name: str, keys: tuple[str, str], trees: tuple[str, ...], value: str, theirs: int
) -> None:
    given_rows, expected = rows(cases / f"ssb_{name}_in.csv"), rows(cases / f"ssb_{name}_expected.csv")
    leaves = sorted({row[keys[0]] for row in given_rows})
    codes, parts = ["Total", *leaves], {0: tuple(range(1, len(leaves) + 1))}
    for tree in trees:
        for code in sorted({row[tree] for row in given_rows}):
            below = sorted({row[keys[0]] for row in given_rows if row[tree] == code})
            parts[len(codes)] = tuple(1 + leaves.index(leaf) for leaf in below)
            codes.append(code)
    axes = [
        Axis(name=keys[0], codes=tuple(codes), parts=parts),
        flat(keys[1], sorted({row[keys[1]] for row in given_rows})),
    ]
    of = crossed(axes, {(row[keys[0]], row[keys[1]]): int(row[value]) for row in given_rows})
    published = of.marks([(row[keys[0]], row[keys[1]]) for row in expected])
    primary = of.marks([(row[keys[0]], row[keys[1]]) for row in expected if row["primary"] == "TRUE"])
    hidden_there = sum(row["suppressed"] == "TRUE" for row in expected) - int(primary.sum())
    assert hidden_there == theirs
    system, small = of.system(published=published), np.flatnonzero(primary)
    aims = one_less_or_more(small, of.truth)
    best = optimum(system, primary, aims, hide(of.lattice, system, primary, aims))
    assert best.price <= theirs
    shown = np.where(published & ~best.hidden, of.truth, -1)
    asked = Probe(axes, shown).refuse(small, np.maximum(of.truth[small] - 1, 0), of.truth[small] + 1)
    assert (asked.fell & asked.rose).all()


def test_a_region_is_protected_where_it_is_affected(cases: Path) -> None:
    of = units(cases / "region_46530_cells.csv", "city", "univ", ["grade", "band", "sex"])
    assert of.lattice.size == 46_530
    hidden = protected(of, 5)
    assert int(hidden.sum()) - len(of.small(5)) <= 500
    assert faults(of, hidden, 5) == 0


def test_nothing_to_protect_hides_nothing() -> None:
    of = of_counts([9] * 18)
    assert not protected(of, K).any()
    assert pieces.fewest(
        of.lattice, of.system(), np.zeros(of.lattice.size, dtype=bool), empty_or_k(of.small(K), K)
    ).proven
