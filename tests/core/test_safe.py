"""A SafeTable refuses whatever its policy forbids, whoever builds it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.policy import Policy, Status
from xinqiao.core.safe import Cell, Dimension, Level, SafeTable
from xinqiao.core.text import Text

WORDS = Text.of(zh="词", en="word")
ROLE = Dimension(name="role", label=WORDS, levels=tuple(Level(name=name, label=WORDS) for name in "ab"))


def cell(level: str, measure: str, value: int | Decimal | None, category: str = "") -> Cell:
    status = Status.SUPPRESSED if value is None else Status.SHOWN
    return Cell(levels=(level,), measure=measure, category=category, value=value, status=status)


def table(*cells: Cell, policy: Policy | None = None, period: str = "2026-W46/2026-W47") -> SafeTable:
    return SafeTable(
        name="t", title=WORDS, form="f", form_version=1, period=period, policy=policy or Policy(),
        dimensions=(ROLE,), cells=cells,
    )  # fmt: skip


@given(st.integers(min_value=-3, max_value=40), st.integers(min_value=5, max_value=20))
def test_a_shown_count_is_zero_or_reaches_the_threshold(value: int, threshold: int) -> None:
    policy = Policy(threshold=threshold)
    if value == 0 or value >= threshold:
        assert table(cell("a", "n", value), policy=policy).suppressed == 0
    else:
        with pytest.raises(ValueError, match="count that the policy forbids"):
            table(cell("a", "n", value), policy=policy)


@pytest.mark.parametrize(
    ("base", "mean", "good"),
    [
        (None, "3", False),
        (9, "3", False),
        (10, "3", True),
        (60, "3.2", False),
        (61, "3.2", True),
        (61, "3.25", False),
        (500, "3.25", False),
    ],
)
def test_a_mean_needs_its_base_and_shows_no_more_decimals_than_it_bears(
    base: int | None, mean: str, good: bool
) -> None:
    cells = (cell("a", "n(x)", base), cell("a", "mean(x)", Decimal(mean)))
    if good:
        assert table(*cells).cell(("a",), "mean(x)") == cells[1]
    else:
        with pytest.raises(ValueError, match="mean"):
            table(*cells)


def test_a_fraction_is_no_count() -> None:
    with pytest.raises(ValueError, match="forbids"):
        table(cell("a", "distribution(x)", Decimal("7.5"), "yes"))


def test_cells_are_unique_and_of_known_levels() -> None:
    with pytest.raises(ValueError, match="twice"):
        table(cell("a", "n", 7), cell("a", "n", 8))
    with pytest.raises(ValueError, match="unknown level"):
        table(cell("c", "n", 7))
    assert table(cell("*", "n", 15), cell("b", "n", None)).suppressed == 1


def test_a_hidden_cell_has_no_value_and_a_shown_one_has() -> None:
    with pytest.raises(ValueError, match="suppressed cell"):
        replace(cell("a", "n", 7), status=Status.SUPPRESSED)
    with pytest.raises(ValueError, match="suppressed cell"):
        replace(cell("a", "n", None), status=Status.SHOWN)


@pytest.mark.parametrize("laxer", [{"threshold": 4}, {"mean_from": 9}, {"mean_decimal_from": 60}])
def test_a_policy_below_the_floor_cannot_be_built(laxer: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="floor"):
        Policy(**laxer)


@pytest.mark.parametrize(("period", "good"), [("", True), ("2026-W46", True), ("2026-11-16", False), ("W46", False)])
def test_a_period_is_a_span_of_weeks(period: str, good: bool) -> None:
    if good:
        assert table(period=period).period == period
    else:
        with pytest.raises(ValueError, match="period"):
            table(period=period)
