"""Programmes that the solver can be trusted with."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.safety.worlds import linear_programme

ENTRY = st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(-2, 2))


@given(st.lists(ENTRY, min_size=1, max_size=30))
def test_no_place_stands_twice_and_no_value_is_lost(entries: list[tuple[int, int, int]]) -> None:
    """A place that stands twice makes the solver write past its memory (seen as crashes, and as wrong refusals)."""
    rows, columns, values = (np.array(part, dtype=np.int64) for part in zip(*entries, strict=True))
    model = linear_programme((rows, columns, values), (4, 5), np.zeros(5))
    starts, index, value = model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_
    wanted = np.zeros((4, 5))
    np.add.at(wanted, (rows, columns), values)
    given_back = np.zeros((4, 5))
    for row in range(4):
        mine = list(index[starts[row] : starts[row + 1]])
        assert len(mine) == len(set(mine))
        for at in range(starts[row], starts[row + 1]):
            given_back[row, index[at]] += value[at]
    assert np.array_equal(given_back, wanted)
