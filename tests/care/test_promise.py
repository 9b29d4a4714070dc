"""What a form says of when somebody reads it follows the college's own hours and limits, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from xinqiao.care.promise import limit_words, promise, weekdays
from xinqiao.core.duty import Duty, Limit
from xinqiao.core.form import Purpose
from xinqiao.core.text import Lang

from .conftest import Portal


@pytest.fixture
def duty(portal: Portal) -> Duty:
    assert portal.config.duty is not None
    return portal.config.duty


@pytest.mark.parametrize("lang", Lang)
def test_a_referral_tells_hours_every_level_and_that_a_call_comes_first(duty: Duty, lang: Lang) -> None:
    told = " ".join(promise(duty, Purpose.REFERRAL, lang))
    for words in {
        Lang.ZH: (
            "周一至周五 08:30–17:30",
            "选“一级”的，1 小时以内",
            "选“四级”的，之后第 5 个工作日",
            "请先打电话",
            "建议值",
        ),
        Lang.EN: (
            "Monday to Friday, 08:30–17:30",
            "level 1, within 1 hour",
            "fifth working day",
            "call first",
            "proposals",
        ),
    }[lang]:
        assert words in told


def test_proposals_are_called_so_until_the_college_has_confirmed_them(duty: Duty) -> None:
    confirmed = replace(duty, confirmed=True)
    for purpose in (Purpose.QUESTION, Purpose.REFERRAL):
        assert len(promise(duty, purpose, Lang.ZH)) == len(promise(confirmed, purpose, Lang.ZH)) + 1


def test_a_change_of_the_settings_changes_the_words(duty: Duty) -> None:
    other = replace(
        duty, days=frozenset({0, 2, 6}), opens=time(9), closes=time(12), closed=frozenset({date(2026, 10, 1)}),
        limits={**duty.limits, "l1": Limit(hours=2), "l2": Limit(days=1), "l3": Limit(days=12)},
    )  # fmt: skip
    assert (weekdays(other, Lang.ZH), weekdays(other, Lang.EN)) == ("周一、周三、周日", "Monday, Wednesday, Sunday")
    assert "放假的日子除外" in promise(other, Purpose.QUESTION, Lang.ZH)[0]
    assert [limit_words(other, code, Lang.EN) for code in ("l1", "l2", "l3")] == [
        "within 2 hours", "by 12:00 of the first working day after", "by 12:00 of the 12th working day after",
    ]  # fmt: skip


def test_a_form_that_nobody_answers_promises_nothing(duty: Duty) -> None:
    for purpose in set(Purpose) - {Purpose.QUESTION, Purpose.REFERRAL}:
        assert promise(duty, purpose, Lang.EN) == ()
