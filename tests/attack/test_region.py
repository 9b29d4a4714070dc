"""Colleges' packages and the region merged from them, all in one hand: nobody is found."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

import hypothesis.strategies as st
from hypothesis import given, settings
from intruder import Intruder, Seen, cells
from making import choice, form, release, rows_of, words

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy, Status
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.safe import Cell, SafeTable
from xinqiao.safety.college import COLLEGE, College
from xinqiao.safety.region import merge

NAMES, ROLES, ANSWERS = ("x", "y", "z"), ("a", "b"), ("1", "2", "3")
SCORES = {"q": {answer: int(answer) for answer in ANSWERS}}


def form_of(college: str) -> Form:
    """Each college has two classes of its own."""
    return form(
        [
            choice("unit", (f"{college}1", f"{college}2"), dimension=True),
            choice("role", ROLES, dimension=True),
            choice("q", ANSWERS),
        ],
        [
            ("by-unit", ["unit"], ["n", "distribution(q)"]),
            ("by-role", ["role"], ["n", "distribution(q)", "mean(q)", "share(q >= 3)"]),
        ],
    )


def released(college: str, counts: list[int]) -> College | None:
    groups = [(f"{college}{unit}", role, answer) for unit in "12" for role in ROLES for answer in ANSWERS]
    try:
        made = release(form_of(college), rows_of(dict(zip(groups, counts, strict=True)), ["unit", "role", "q"]))
    except XinqiaoError:
        return None
    return College(name=college, label=words(college), tables=made.tables)


def attacker(colleges: list[College], merged: tuple[SafeTable, ...]) -> list[str]:
    """What one who has everything finds; classes are known by their place in their college."""
    intruder = Intruder(levels=[NAMES, ("1", "2"), ROLES], answers={"q": ANSWERS}, scores=SCORES, most=60)
    intruder.start(1)
    dimensions = {COLLEGE: 0, "unit": 1, "role": 2}
    for college in colleges:
        for table in college.tables:
            here: list[Seen] = [
                ((college.name, *(level.removeprefix(college.name) for level in levels)), *rest)
                for levels, *rest in cells(table)  # type: ignore[misc]
            ]
            intruder.believe(0, [0, *(dimensions[one.name] for one in table.dimensions)], here)
    for table in merged:
        intruder.believe(0, [dimensions[one.name] for one in table.dimensions], cells(table))
    return intruder.finds(5)


@settings(max_examples=12)
@given(st.lists(st.lists(st.integers(0, 14), min_size=12, max_size=12), min_size=3, max_size=3))
def test_whoever_has_all_packages_and_the_merged_one_finds_nobody(counts: list[list[int]]) -> None:
    found = [college for name, each in zip(NAMES, counts, strict=True) if (college := released(name, each))]
    if len(found) < 2:
        return
    merged = merge(found, {"unit"}, Policy(), SCORES)
    assert attacker(found, merged) == []


def test_a_sum_of_what_a_college_hides_would_give_it_away() -> None:
    """Why a region hides what any college hides: with the true sum in its place, the attacker finds somebody."""
    inner = dict.fromkeys(itertools.product("12", ROLES, ANSWERS), 9)
    counts = [list((inner | {("1", "a", "2"): 1, ("2", "a", "2"): 1, ("1", "b", "2"): 0}).values())]
    counts += [[9] * 12, [8] * 12]
    found = [college for name, each in zip(NAMES, counts, strict=True) if (college := released(name, each))]
    merged = merge(found, {"unit"}, Policy(), SCORES)
    assert attacker(found, merged) == []
    truth = {
        answer: sum(n for each in counts for key, n in zip(inner, each, strict=True) if key[1:] == ("a", answer))
        for answer in ANSWERS
    }
    opened = tuple(replace(table, cells=tuple(told(cell, truth) for cell in table.cells)) for table in merged)
    assert opened != merged
    assert attacker(found, opened)


def told(cell: Cell, truth: Mapping[str, int]) -> Cell:
    """A hidden count of the whole region's role `a`, made open."""
    if cell.value is not None or cell.levels != ("*", "a") or not cell.measure.startswith("distribution"):
        return cell
    return replace(cell, value=truth[cell.category], status=Status.SHOWN)
