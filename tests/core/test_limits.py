from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from xinqiao.core.limits import IntakeLimits, Limits
from xinqiao.core.occasion import BEIJING

NOON = datetime(2026, 9, 1, 12, tzinfo=BEIJING)


def test_a_form_is_open_from_one_moment_to_before_another() -> None:
    limits = Limits(opens=NOON, closes=NOON + timedelta(hours=2))
    moments = [NOON - timedelta(seconds=1), NOON, NOON + timedelta(hours=2) - timedelta(seconds=1)]
    assert [limits.early(now) for now in moments] == [True, False, False]
    assert [limits.over(now) for now in moments] == [False, False, False]
    assert limits.over(NOON + timedelta(hours=2))
    assert not Limits().early(NOON)
    assert not Limits().over(NOON)


@pytest.mark.parametrize(
    ("written", "opens", "closes"),
    [
        (date(2026, 9, 1), datetime(2026, 9, 1, tzinfo=BEIJING), datetime(2026, 9, 2, tzinfo=BEIJING)),
        (datetime(2026, 9, 1, 12), NOON, NOON),
        (datetime(2026, 9, 1, 4, tzinfo=UTC), NOON, NOON),
        (None, None, None),
    ],
)
def test_moments_as_settings_write_them(written: date | None, opens: datetime | None, closes: datetime | None) -> None:
    limits = Limits.written(written, written, 5)
    assert (limits.opens, limits.closes, limits.per_day) == (opens, closes, 5)


def test_limits_without_a_zone_or_a_single_answer_cannot_be_built() -> None:
    for wrong in ({"opens": datetime(2026, 9, 1)}, {"closes": datetime(2026, 9, 1)}, {"per_day": 0}):
        with pytest.raises(ValueError, match="limits need"):
            Limits(**wrong)  # type: ignore[arg-type]


def test_an_instance_has_its_own_limits_or_its_forms() -> None:
    own, forms, usual = Limits(per_day=1), Limits(per_day=2), Limits(per_day=3)
    limits = IntakeLimits(usual=usual, forms={"signup": forms, "signup@walk": own})
    assert [limits.of(form) for form in ("signup@walk", "signup@talk", "signup", "mood")] == [own, forms, forms, usual]
