"""How large a change is, from two distributions as they are shown."""

from __future__ import annotations

import statistics
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.text import Text
from xinqiao.dashboard.effect import effect_of
from xinqiao.dashboard.reading import Answer, Distribution

COUNTS = st.lists(st.integers(0, 90), min_size=5, max_size=5)


def distribution(counts: list[int | None]) -> Distribution:
    label = Text.of(zh="题", en="item")
    answers = tuple(
        Answer(name=str(score), label=label, score=score, count=count) for score, count in enumerate(counts, start=1)
    )
    return Distribution(of="x", label=label, answers=answers, base=sum(count or 0 for count in counts))


@given(before=COUNTS, after=COUNTS)
def test_it_is_the_textbooks(before: list[int], after: list[int]) -> None:
    found = effect_of(distribution([*before]), distribution([*after]))
    scores = [[score for score, n in enumerate(counts, start=1) for _ in range(n)] for counts in (before, after)]
    if min(map(len, scores)) < 50:
        assert found is None
        return
    spread = sum(statistics.stdev(one) for one in scores) / 2
    if not spread:
        assert found is None
        return
    expected = (statistics.mean(scores[1]) - statistics.mean(scores[0])) / spread
    assert found is not None
    assert abs(float(found) - expected) <= 0.05 + 1e-9
    assert found == round(found, 1)


def test_nothing_is_said_where_a_count_is_hidden() -> None:
    whole = distribution([20, 20, 20, 20, 20])
    assert effect_of(whole, distribution([20, None, 20, 40, 20])) is None
    assert effect_of(whole, whole) == Decimal(0)
    assert str(effect_of(whole, whole)) in {"0", "0.0"}
