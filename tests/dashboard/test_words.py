"""Sentences are put together of words that hold quotation marks of their own."""

from __future__ import annotations

import pytest

from xinqiao.core.text import Lang
from xinqiao.dashboard.words import Words


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("心情（回答“好”或“很好”的占比）", "“心情（回答‘好’或‘很好’的占比）”"),
        ("“朋友说“去吧””", "“‘朋友说“去吧”’”"),
        ("心情", "“心情”"),
        ("it’s mine", "“it’s mine”"),
        ("5“ 屏幕", "“5“ 屏幕”"),
    ],
)
def test_marks_within_marks_are_single_ones_in_turn(title: str, shown: str) -> None:
    said = Words(Lang.ZH)("weeks.beyond", title=title, weeks="2026 年第 42 周")
    assert said == f"{shown}超出平常波动的：2026 年第 42 周。"


def test_marks_side_by_side_stay_as_they_are() -> None:
    said = Words(Lang.EN)("rates.hidden", count=3)
    assert said == "Hidden: 3, for the reason told under “Why some figures are hidden”."
