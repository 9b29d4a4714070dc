"""What is hidden is enough, is little, and is the same every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import Case, as_published, case, crossed, flat, office, rows, units

from xinqiao.safety import pieces
from xinqiao.safety.floor import floor
from xinqiao.safety.optimum import Benders, optimum
from xinqiao.safety.pieces import Unprotectable, fewest, hide
from xinqiao.safety.probe import Probe
from xinqiao.safety.rows import Flags
from xinqiao.safety.suppress import Suppressor
from xinqiao.safety.system import Aims, Axis, empty_or_k, one_less_or_more

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
    of, expected = office(cases, name, keys, value, trees=trees)
    primary = of.marks([(row[keys[0]], row[keys[1]]) for row in expected if row["primary"] == "TRUE"])
    _, hidden = as_published(of, expected, keys)
    assert int((hidden & ~primary).sum()) == theirs
    small = np.flatnonzero(primary)
    assert not len(compared(of, expected, keys, primary, one_less_or_more(small, of.truth)))


def compared(of: Case, expected: list[dict[str, str]], keys: tuple[str, ...], primary: Flags, aims: Aims) -> Aims:
    """What theirs reaches ours reaches with no more cells, and ours can reach all; the aims that theirs misses."""
    published, theirs = as_published(of, expected, keys)
    never = of.marks([[row[key] for key in keys] for row in expected if row.get("forced") == "TRUE"])
    system = of.system(published=published, never=never)
    reached = met(of, published & ~theirs, aims)
    kept, left = (Aims(column=aims.column[m], goal=aims.goal[m], up=aims.up[m]) for m in (reached, ~reached))
    for asked in (kept, aims):
        best = optimum(system, primary, asked, hide(of.lattice, system, primary, asked))
        assert not (best.hidden & never).any()
        assert met(of, published & ~best.hidden, asked).all()
        assert best.price <= int((theirs & ~primary).sum()) or asked is not kept
    return left


def met(of: Case, shown: Flags, aims: Aims) -> Flags:
    """Which aims the auditor finds within reach."""
    asked = Probe(of.lattice.axes, np.where(shown, of.truth, -1)).refuse(aims.column, aims.goal, aims.goal)
    return np.where(aims.up, asked.rose, asked.fell)


def test_a_quarter_is_added_to_one_that_is_out(cases: Path) -> None:
    """The package's incremental example: of the input's four quarters the first two, the first one already out.

    Its pattern leaves no room on one side of four cells of the quarter that is out.
    """
    keys = ("quarter", "main_income", "size")
    of, expected = office(cases, "incremental_time", keys, "freq", of={"quarter": ("Q1", "Q2")}, total="quarter_Q1_Q2")
    primary = of.marks([[row[key] for key in keys] for row in expected if row["primary"] == "TRUE"])
    assert primary.sum() == 8
    left = compared(of, expected, keys, primary, one_less_or_more(np.flatnonzero(primary), of.truth))
    quarter, *_ = np.unravel_index(left.column, of.lattice.shape)
    first = of.lattice.axes[0].codes
    assert (len(left), {first[code] for code in quarter}) == (4, {"Q1"})


ALL_OF = ("k1", "k2", "k3", "k5", "k6")  # where all, or all but one, of a place or of an injury are in one cell


@pytest.mark.parametrize("name", ["directdis", "kdis"])
def test_what_members_share_is_no_longer_sure(cases: Path, name: str) -> None:
    """That so many of a group share it, nobody can be sure: the cell can be one less.

    The package's pattern leaves it sure in k2: 5 or 6 of its 6.
    """
    keys = ("mun", "inj")
    of, expected = office(cases, f"mun_accidents_{name}", keys, "freq")
    primary = of.marks([(place, "light" if place == "k3" else "serious") for place in ALL_OF])
    if name == "directdis":
        assert np.array_equal(primary, of.marks([(r["mun"], r["inj"]) for r in expected if r["primary"] == "TRUE"]))
    small = np.flatnonzero(primary)
    aims = Aims(column=small, goal=of.truth[small] - 1, up=np.zeros(len(small), dtype=bool))
    left = compared(of, expected, keys, primary, aims)
    assert left.column.tolist() == of.lattice.numbers([("k2", "serious")]).tolist()
    published, theirs = as_published(of, expected, keys)
    probe = Probe(of.lattice.axes, np.where(published & ~theirs, of.truth, -1))
    assert probe.range(int(left.column[0])) == (5, 6)


def test_businesses_by_activity_and_size(cases: Path) -> None:
    """Counts of INSEE's example table: a tree of three steps, 52 cells of 1 or 2."""
    above = rows(cases / "rtauargus_activity_corr_table.csv")
    counts = {
        (row["ACTIVITY"], row["SIZE"]): int(row["N_OBS"]) for row in rows(cases / "rtauargus_turnover_act_size.csv")
    }
    there = {activity for activity, _ in counts}
    parents: dict[str, str] = {}
    for row in above:
        for code, one in ((row["A88"], row["A21"]), (row["A21"], row["A10"]), (row["A10"], "Total")):
            if code in there and one in there and code != one:
                parents.setdefault(code, one)
    codes = ["Total", *sorted(parents)]
    axis = Axis.tree("activity", codes, [None, *(parents[code] for code in codes[1:])])
    sizes = sorted({size for _, size in counts} - {"Total"})
    leaves = {codes[at] for at in range(len(codes)) if at not in axis.parts}
    finest = {cell: count for cell, count in counts.items() if cell[0] in leaves and cell[1] != "Total"}
    of = crossed([axis, flat("size", sizes)], finest)
    value = dict(zip(of.lattice.names(), of.truth, strict=True))
    assert all(value[cell] == count for cell, count in counts.items())
    assert len(of.small(3)) == 52
    assert faults(of, protected(of, 3), 3) == 0


def test_rounded_figures_are_one_world_and_give_nobody_away(cases: Path) -> None:
    """PLSrounding to 5: what it publishes adds up, shows no 1 … 4, and the auditor finds none behind it."""
    expected = rows(cases / "plsround_e6_expected.csv")
    geo = Axis(
        name="geo",
        codes=("Total", "EU", "nonEU", "Iceland", "Portugal", "Spain"),
        parts={0: (1, 2), 1: (4, 5), 2: (3,)},
    )
    of = crossed([geo, flat("year", ["2018", "2019"])], {})
    counts = {(row["geo"], row["year"]): int(row["freq"]) for row in rows(cases / "plsround_e6_in.csv")}
    true = crossed(of.lattice.axes, counts)
    told = of.lattice.numbers([(row["geo"], row["year"]) for row in expected])
    assert true.truth[told].tolist() == [int(row["original"]) for row in expected]
    every = np.arange(of.lattice.size)
    for column, wanted in (("original", True), ("rounded", False)):
        seen = np.full(of.lattice.size, -1)
        seen[told] = [int(row[column]) for row in expected]
        assert bool(len(Probe(of.lattice.axes, seen).found(every, 5))) is wanted


@given(st.lists(st.integers(0, 9), min_size=54, max_size=54), st.booleans())
@settings(max_examples=8)
def test_nothing_cheaper_than_the_floor_is_enough(counts: list[int], weaker: bool) -> None:
    unit = Axis.tree("unit", ["Total", "g1", "g2", *"abcdefghi"], [None, "Total", "Total", *["g1"] * 4, *["g2"] * 5])
    cells = [(a, b, c) for a in "abcdefghi" for b in "xyz" for c in "FM"]
    # Small numbers in two units of each group: the others are taken together.
    few = [count if cell[0] in "abef" else count + 20 for cell, count in zip(cells, counts, strict=True)]
    of = crossed([unit, flat("kind", "xyz"), flat("sex", "FM")], dict(zip(cells, few, strict=True)))
    small = of.small(K)
    primary = np.zeros(of.lattice.size, dtype=bool)
    primary[small] = True
    aims = one_less_or_more(small, of.truth) if weaker else empty_or_k(small, K)
    hidden = hide(of.lattice, of.system(), primary, aims)
    least = floor(of.lattice, of.system(), primary, aims)
    assert least <= int((hidden & ~primary).sum())
    assert (least > 0) == bool(len(small))


def test_a_line_follows_from_the_sums() -> None:
    of = of_counts(list(range(18)))
    lines = of.lattice.lines()
    assert not lines.of(of.truth).any()
    sums = np.zeros((of.lattice.sums().count, of.lattice.size))
    sums[of.lattice.sums().rows, of.lattice.sums().columns] = of.lattice.sums().values
    every = np.zeros((lines.count, of.lattice.size))
    every[lines.rows, lines.columns] = lines.values
    assert lines.count > len(sums)
    assert np.linalg.matrix_rank(np.concatenate([sums, every])) == np.linalg.matrix_rank(sums)


def test_what_hides_alone_in_a_line_is_never_asked_for_by_the_master() -> None:
    """A cell with two neighbours in each of three dimensions takes a block of 2 × 2 × 2 with it."""
    of = of_counts([1] + [9] * 17)
    primary = np.zeros(of.lattice.size, dtype=bool)
    primary[of.small(K)] = True
    master = Benders(of.system(), primary, empty_or_k(of.small(K), K))
    master.lean()
    assert master.bound == 7


def test_leaning_anew_hides_no_more() -> None:
    of = of_counts([1, 9, 2, 9, 9, 9, 1, 9, 9, 3, 9, 9, 9, 2, 9, 9, 9, 9])
    small = of.small(4)
    primary = np.zeros(of.lattice.size, dtype=bool)
    primary[small] = True
    aims = empty_or_k(small, 4)
    once, more = (hide(of.lattice, of.system(), primary, aims, rounds=rounds) for rounds in (0, 6))
    assert more.sum() <= once.sum()
    assert faults(of, more, 4) == 0


@pytest.mark.parametrize(("rule", "most"), [("A1", 440), ("A2", 500)])
def test_a_region_is_protected_where_it_is_affected(cases: Path, rule: str, most: int) -> None:
    """The statistics package hides 531 besides at a rule like A1, an earlier search of the affected part 436."""
    of = units(cases / "region_46530_cells.csv", "city", "univ", ["grade", "band", "sex"])
    assert of.lattice.size == 46_530
    small = of.small(5)
    primary = np.zeros(of.lattice.size, dtype=bool)
    primary[small] = True
    aims = one_less_or_more(small, of.truth) if rule == "A1" else empty_or_k(small, 5)
    hidden = hide(of.lattice, of.system(), primary, aims)
    assert int(hidden.sum()) - len(small) <= most
    assert met(of, ~hidden, aims).all()


def test_nothing_to_protect_hides_nothing() -> None:
    of = of_counts([9] * 18)
    assert not protected(of, K).any()
    assert pieces.fewest(
        of.lattice, of.system(), np.zeros(of.lattice.size, dtype=bool), empty_or_k(of.small(K), K)
    ).proven
