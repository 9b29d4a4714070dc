"""A release without a summary: it is not told of, and counted all the same."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from making import HEALTH, USUAL, choice, form, row

from xinqiao.core.problem import XinqiaoError, refuse
from xinqiao.flows.protect import protect_most
from xinqiao.safety.release import Release, safe_tables

FORM = form([choice("g", "ab", dimension=True), choice("q", "12")], [("by-g", ["g"], ["n"]), ("all", [], ["n"])])
ROWS = [row(g=g, q="1") for g in "a" * 20 + "b" * 20]


def attempt(left_out: Collection[str]) -> Release:
    return safe_tables(FORM, ROWS, policy=USUAL, sensitive_policy=HEALTH, period="", quarantined={}, left_out=left_out)


def test_a_summary_that_is_left_out_is_counted_for_later() -> None:
    without = attempt(["by-g"])
    assert [table.name for table in without.tables] == ["all", "_quarantine"]
    assert without.counts == attempt(()).counts


def test_only_the_summary_that_makes_a_release_fail_is_left_out() -> None:
    def fails_with(bad: str) -> tuple[str, ...]:
        def judged(left_out: Collection[str]) -> Release:
            if bad not in left_out:
                raise refuse("release-not-safe")
            return attempt(left_out)

        return protect_most(FORM, judged)[1]

    assert fails_with("by-g") == ("by-g",)
    assert fails_with("all") == ("all",)
    assert protect_most(FORM, attempt)[1] == ()
    with pytest.raises(XinqiaoError, match="release-not-safe"):
        fails_with("neither")


def test_other_refusals_are_no_reason_to_leave_anything_out() -> None:
    def too_few(left_out: Collection[str]) -> Release:
        raise refuse("release-too-few-new", needed=5) if not left_out else KeyError("tried again")

    with pytest.raises(XinqiaoError, match="release-too-few-new"):
        protect_most(FORM, too_few)
