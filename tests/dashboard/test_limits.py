"""Limits of chance: the textbook's figures, and what must hold of any."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.dashboard.limits import FEWEST_WEEKS, run_limits, share_limits
from xinqiao.dashboard.reading import Share


def test_a_share_by_hand() -> None:
    # 3 * sqrt(.5 * .5 / 100) = .15
    limits = share_limits(Share(count=200, base=400), 100)
    assert limits is not None
    assert (limits.low, limits.high) == pytest.approx((0.35, 0.65))
    assert limits.holds(0.4)
    assert not limits.holds(0.66)


def test_the_individuals_chart_by_hand() -> None:
    # NIST/SEMATECH e-Handbook 6.3.2.2: mean 50.81, mean moving range 1.8778, limits 55.8041 and 45.8159.
    handbook = ["49.6", "47.6", "49.9", "51.3", "47.8", "51.2", "52.6", "52.4", "53.6", "52.1"]
    limits = run_limits([Fraction(value) for value in handbook])
    assert limits is not None
    assert (limits.low, limits.high) == pytest.approx((45.8159, 55.8041), abs=0.001)


def test_too_little_tells_nothing() -> None:
    assert share_limits(Share(count=50, base=100), 19) is None
    assert share_limits(Share(count=2, base=100), 60) is None, "1.2 expected"
    assert run_limits([Fraction(5)] * (FEWEST_WEEKS - 1)) is None
    apart = [Fraction(5), None] * FEWEST_WEEKS
    assert run_limits(apart) is None, "no two weeks in a row"


@given(count=st.integers(1, 499), size=st.integers(20, 500), more=st.integers(1, 500))
def test_larger_groups_have_narrower_limits_around_the_share_of_all(count: int, size: int, more: int) -> None:
    everybody = Share(count=count, base=500)
    small, large = share_limits(everybody, size), share_limits(everybody, size + more)
    if small is not None:
        assert large is not None
        assert small.low <= large.low <= count / 500 <= large.high <= small.high
        assert 0 <= small.low <= small.high <= 1


@given(values=st.lists(st.one_of(st.none(), st.integers(0, 300)), max_size=40))
def test_limits_hold_the_mean_of_what_is_shown(values: list[int | None]) -> None:
    limits = run_limits([None if value is None else Fraction(value) for value in values])
    shown = [value for value in values if value is not None]
    if limits is not None:
        assert len(shown) >= FEWEST_WEEKS
        assert 0 <= limits.low <= sum(shown) / len(shown) + 1e-9
        assert limits.high + 1e-9 >= sum(shown) / len(shown)
