"""Each rule of SDs, changes and rosters is taken out of the protector in turn: then the audit must refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from making import choice, form, release, rows_of

from xinqiao.core import safe
from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.safety import cells, groups, spread
from xinqiao.safety.release import Earlier

Case = tuple[Form, list[ScoredRow], list[Earlier]]


def telling_sd() -> Case:
    """Counts and mean leave open who scored 30; the SD does not."""
    of = form([choice("q", ["0", "10", "30"])], [("all", [], ["n", "sd(q)"])])
    return of, rows_of({("0",): 30, ("10",): 7, ("30",): 3}, ["q"]), []


def telling_newcomers() -> Case:
    of = form([choice("q", ["0", "10", "30"])], [("all", [], ["n", "sd(q)"])])
    before = rows_of({("0",): 30, ("10",): 20, ("30",): 20}, ["q"])
    past = Earlier(rows=before, tables=release(of, before).tables, quarantined={})
    return of, [*before, *rows_of({("0",): 10, ("10",): 7, ("30",): 3}, ["q"])], [past]


def full_roster() -> Case:
    unit = choice("unit", "uvw", dimension=True)
    sizes = {"u": 4, "v": 30, "w": 30}
    unit = replace(unit, choices=tuple(replace(c, size=sizes[c.name]) for c in unit.choices))
    of = form([unit], [("by-unit", ["unit"], ["response-rate"])])
    return of, rows_of({("u",): 4, ("v",): 30, ("w",): 30}, ["unit"]), []


def few_absent() -> Case:
    of, _, _ = full_roster()
    of = replace(of, summaries=tuple(replace(summary, nonresponse=True) for summary in of.summaries))
    return of, rows_of({("u",): 0, ("v",): 27, ("w",): 12}, ["unit"]), []


def sds_are_free(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(spread.Curve, "kept", lambda *_: True)
    patch.setattr(spread, "scaled", lambda *_: (-1e12, 1e12))


def earlier_sds_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cells, "told_spreads", lambda *_: iter(()))


def no_roster(patch: pytest.MonkeyPatch) -> None:
    fixed = cells._fixed
    patch.setattr(
        cells, "_fixed", lambda where, *more: fixed(replace(where, structure=replace(where.structure, sizes={})), *more)
    )


def absence_is_no_secret(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(groups, "absent", lambda *_: iter(()))
    patch.setattr(safe, "other_faults", lambda *_: iter(()))  # else no such table can be built


MUTATIONS: list[tuple[Callable[[pytest.MonkeyPatch], None], Callable[[], Case]]] = [
    (sds_are_free, telling_sd),
    (earlier_sds_are_forgotten, telling_newcomers),
    (no_roster, full_roster),
    (absence_is_no_secret, few_absent),
]


@pytest.mark.parametrize(("mutation", "case"), MUTATIONS)
def test_the_audit_refuses_what_a_weakened_protector_proposes(
    mutation: Callable[[pytest.MonkeyPatch], None], case: Callable[[], Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    of, rows, earlier = case()
    assert release(of, rows, earlier).certificate["groups_found"] == 0
    mutation(monkeypatch)
    with pytest.raises(XinqiaoError) as refused:
        release(of, rows, earlier)
    assert refused.value.problems[0].code == "release-not-safe"
