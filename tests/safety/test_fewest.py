"""The master's set is enough, nothing cheaper is, and a bound is a bound."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from making import HEALTH, USUAL, choice, form, release, rows_of

from xinqiao.core.form import Form
from xinqiao.core.record import ScoredRow
from xinqiao.safety import protect as protecting
from xinqiao.safety.cells import Task, task
from xinqiao.safety.compact import compact
from xinqiao.safety.count import Batch, count
from xinqiao.safety.fewest import Optimum
from xinqiao.safety.frame import Policies, frame
from xinqiao.safety.protect import Protector, protect

FORM = form(
    [choice("g", "ab", dimension=True), choice("q", "12")],
    [("by-g", ["g"], ["n", "distribution(q)"]), ("all", [], ["n", "distribution(q)"])],
)
WIDE = form(
    [choice("g", "abc", dimension=True), choice("q", "123"), choice("p", "12")],
    [("by-g", ["g"], ["n", "distribution(q)", "distribution(p)"]), ("all", [], ["n", "distribution(q)", "mean(q)"])],
)
COUNTS = {
    ("a", "1", "1"): 12, ("a", "2", "2"): 3, ("a", "3", "1"): 9, ("b", "1", "1"): 8, ("b", "2", "2"): 14,
    ("b", "3", "1"): 7, ("c", "1", "2"): 9, ("c", "2", "1"): 2, ("c", "3", "1"): 6,
}  # fmt: skip


def task_of(of: Form, rows: list[ScoredRow]) -> Task:
    structure = frame(of, rows, None, Policies(usual=USUAL, sensitive=HEALTH))
    return task(structure, count(structure, [Batch(rows=rows, quarantined={})]), [])


@pytest.mark.parametrize("counts", [(12, 3, 9, 8), (2, 3, 30, 4), (1, 20, 20, 6)])
def test_nothing_cheaper_is_enough(counts: tuple[int, ...]) -> None:
    of = compact(task_of(FORM, rows_of(dict(zip(itertools.product("ab", "12"), counts, strict=True)), ["g", "q"])))
    given = Protector(of).hidden
    found = Protector(of).run()
    assert found.proven
    assert found.hidden[given].all()
    assert not Protector(of).lacking(found.hidden)
    free = np.flatnonzero(~given)
    for some in (np.array(flags) for flags in itertools.product([False, True], repeat=len(free))):
        hidden = given.copy()
        hidden[free] = some
        if of.cells.cost[hidden].sum() < found.cost - 1e-6:
            assert Protector(of).lacking(hidden)


def test_without_the_master_the_set_is_enough_and_no_cheaper(monkeypatch: pytest.MonkeyPatch) -> None:
    of = task_of(WIDE, rows_of(COUNTS, ["g", "q", "p"]))
    best = protect(of)
    assert best.proven
    monkeypatch.setattr(protecting, "MOST_AT_ONCE", -1)
    other = protect(of)
    assert not Protector(compact(of)).lacking(other.hidden)
    assert other.cost >= best.cost - 1e-6
    assert other.bound <= best.cost + 1e-6


def test_work_that_is_spent_leaves_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    of = task_of(WIDE, rows_of(COUNTS, ["g", "q", "p"]))
    best = protect(of)
    monkeypatch.setattr(protecting, "MOST_PROVING", 500)
    hurried = protect(of)
    assert not Protector(compact(of)).lacking(hurried.hidden)
    assert hurried.bound <= best.cost + 1e-6 <= hurried.cost + 2e-6


def test_a_master_that_is_too_large_to_choose_still_tells_what_nothing_can_undercut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of = task_of(WIDE, rows_of(COUNTS, ["g", "q", "p"]))
    best = protect(of)
    monkeypatch.setattr(protecting, "MOST_AT_ONCE", -1)
    monkeypatch.setattr(protecting, "MOST_BOUNDING", 0)
    blind = protect(of).bound
    monkeypatch.setattr(protecting, "MOST_BOUNDING", 3_000)
    assert blind < protect(of).bound <= best.cost + 1e-6


def test_the_certificate_tells_how_far_from_the_optimum_and_no_price() -> None:
    certificate = release(WIDE, rows_of(COUNTS, ["g", "q", "p"])).certificate
    assert certificate["optimum"] == {"proven": True, "gap_percent": 0}
    nothing = np.zeros(3, dtype=bool)
    told = Optimum(hidden=nothing, cost=100.0, bound=87.0).told()
    assert json.loads(json.dumps(told)) == {"proven": False, "gap_percent": 20}
