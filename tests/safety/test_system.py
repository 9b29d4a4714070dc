"""Tables as linear systems."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import crossed, flat

from xinqiao.safety.rows import Sparse
from xinqiao.safety.system import Axis, Lattice, System

TWO_TREES = Axis(
    name="town", codes=("Total", "a", "b", "c", "north", "big"), parts={0: (1, 2, 3), 4: (1, 2), 5: (2, 3)}
)


@given(st.lists(st.integers(0, 9), min_size=6, max_size=6))
def test_every_cell_is_what_it_covers(counts: list[int]) -> None:
    cells = list(itertools.product("abc", "xy"))
    of = crossed([TWO_TREES, flat("kind", "xy")], dict(zip(cells, counts, strict=True)))
    value = dict(zip(of.lattice.names(), of.truth, strict=True))
    assert value["big", "Total"] == sum(counts[2:])
    assert value["north", "x"] == counts[0] + counts[2]
    assert value["Total", "Total"] == sum(counts)
    assert not of.lattice.sums().of(of.truth).any()


def test_each_sum_is_told_once() -> None:
    lattice = Lattice(axes=(TWO_TREES, flat("kind", "xy")))
    assert lattice.sums().count == int((~lattice.is_leaf()).sum())


@pytest.mark.parametrize(
    ("codes", "parts"),
    [
        (("a", "a"), {}),
        (("a", "b"), {0: (5,)}),
        (("a", "b"), {0: ()}),
        (("a", "b"), {0: (1,), 1: (0,)}),
        (("t", "a", "b", "u"), {0: (1, 3), 3: (1, 2)}),
    ],
)
def test_an_axis_that_makes_no_sense_is_refused(codes: tuple[str, ...], parts: dict[int, tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match=":"):
        Axis(name="odd", codes=codes, parts=parts)


def test_counts_stand_in_finest_cells_and_are_not_below_nothing() -> None:
    lattice = Lattice(axes=(flat("kind", "xy"),))
    for cell, count in (("Total", 1), ("x", -1)):
        with pytest.raises(ValueError, match="finest"):
            lattice.totals(lattice.numbers([(cell,)]), np.array([count]))


def test_a_system_checks_itself() -> None:
    no_rows = Sparse(0, *(np.zeros(0, dtype=np.int64) for _ in range(3)))
    good = {"truth": np.array([1, 2]), "cost": np.ones(2), "never": np.zeros(2, dtype=bool)}
    System(rows=no_rows, **good)
    for name, bad in (("truth", np.array([1, -2])), ("cost", np.array([1.0, -1])), ("never", np.zeros(3, dtype=bool))):
        with pytest.raises(ValueError, match=r"count|column"):
            System(rows=no_rows, **{**good, name: bad})
