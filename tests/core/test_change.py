"""Answers to an earlier version are read by everything that later versions changed."""

from __future__ import annotations

import pytest

from xinqiao.core.change import Revision, change_problems, reread

CHANGES = (
    Revision(since=2, renamed={"hours": "slept"}),
    Revision(since=4, changed=("slept",), renamed={"mood": "feeling"}),
    Revision(since=5, renamed={"slept": "sleep", "new": "hours"}),
)


def test_a_name_is_followed_through_every_version() -> None:
    first = reread(CHANGES, 1)
    assert (first.then("sleep"), first.then("feeling"), first.then("age")) == ("hours", "mood", "age")
    assert first.changed == {"sleep"}
    fourth = reread(CHANGES, 4)
    assert (fourth.then("sleep"), fourth.then("feeling"), fourth.changed) == ("slept", "feeling", frozenset())


def test_a_name_that_went_to_another_question_is_not_taken_for_it() -> None:
    # Of version 1 `hours` is today's `sleep`; today's `hours` was asked as `new` from some version on.
    assert reread(CHANGES, 1).then("hours") == "new"
    assert reread((Revision(since=2, renamed={"hours": "sleep"}),), 1).then("hours") == ""


def test_the_present_version_is_read_as_it_stands() -> None:
    assert reread(CHANGES, 5).then("sleep") == "sleep"
    assert not reread(CHANGES, 5).renamed


def test_versions_that_are_not_there_and_names_that_no_question_has_are_told() -> None:
    now = {"sleep", "feeling", "hours"}
    assert list(change_problems(CHANGES, 5, now)) == []
    assert [each.code for each in change_problems(CHANGES, 4, now)] == ["change-version"]
    assert [each.code for each in change_problems((*CHANGES, CHANGES[0]), 5, now)] == ["change-version"]
    unknown = list(change_problems(CHANGES, 5, {"sleep", "hours"}))
    assert [(each.code, each.params["name"]) for each in unknown] == [("name-unknown", "feeling")]


def test_the_first_version_changes_nothing() -> None:
    with pytest.raises(ValueError, match="first version"):
        Revision(since=1)
