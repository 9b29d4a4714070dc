"""Each rule is taken out of the protector in turn: then the audit, which knows nothing of it, must refuse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from making import choice, form, release, row, rows_of, text_dimension

from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.safety import cells, protect, relations
from xinqiao.safety.release import Earlier

Case = tuple[Form, list[ScoredRow], list[Earlier]]


def groups() -> Case:
    of = form(
        [choice("g", "abc", dimension=True), choice("q", "123")],
        [("by-g", ["g"], ["n", "distribution(q)"]), ("all", [], ["n", "distribution(q)"])],
    )
    counts = {
        ("a", "1"): 12, ("a", "2"): 3, ("a", "3"): 9, ("b", "1"): 8, ("b", "2"): 14, ("b", "3"): 7, ("c", "1"): 9,
        ("c", "2"): 11, ("c", "3"): 6,
    }  # fmt: skip
    return of, rows_of(counts, ["g", "q"]), []


def all_but_few() -> Case:
    of = form([choice("topics", ["sleep", "exam"], several=True)], [("all", [], ["n", "distribution(topics)"])])
    return of, [row(topics=topics) for topics in [("sleep", "exam")] * 40 + [("exam",)] * 3], []


def all_alike() -> Case:
    of = form(
        [choice("g", "ab", dimension=True), choice("q", "12", sensitive=True)],
        [("by-g", ["g"], ["n", "distribution(q)"])],
    )
    return of, rows_of({("a", "1"): 30, ("a", "2"): 30, ("b", "1"): 25}, ["g", "q"]), []


def telling_mean() -> Case:
    of = form([choice("q", ["1", "30"])], [("all", [], ["n", "distribution(q)", "mean(q)"])])
    return of, rows_of({("1",): 3, ("30",): 9}, ["q"]), []


def second_release() -> Case:
    of, before, _ = groups()
    past = Earlier(rows=before, tables=release(of, before).tables, quarantined={})
    newcomers = rows_of({("c", "1"): 8, ("b", "2"): 2}, ["g", "q"])
    return of, [*before, *newcomers], [past]


def typed_levels() -> Case:
    of = form([text_dimension("site")], [("by-site", ["site"], ["n"])])
    return of, [row(site=site) for site in ["big"] * 30 + ["mid"] * 5 + [None] * 3], []


def telling_share() -> Case:
    of = form(
        [choice("g", "ab", dimension=True), choice("q", "12")],
        [("by-g", ["g"], ["n", "share(q >= 2)"])],
    )
    return of, rows_of({("a", "1"): 110, ("a", "2"): 3, ("b", "1"): 30, ("b", "2"): 20}, ["g", "q"]), []


def no_cover(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(protect.Protector, "cover", lambda *_: None)
    patch.setattr(protect.Protector, "show_again", lambda *_: None)


def show_too_much(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(protect.Protector, "_orphans", lambda *_: iter(()))


def no_complements(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(relations, "_completed", lambda *given: given[-1])


def no_group_disclosure(patch: pytest.MonkeyPatch) -> None:
    candidates = cells._candidates
    patch.setattr(
        cells, "_candidates", lambda where: ((*rest, np.zeros(0, dtype=np.int64)) for *rest, _ in candidates(where))
    )


def means_are_free(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cells, "sums_that_round_to", lambda *_: (-(10**9), 10**9))


def shares_are_free(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cells, "counts_that_round_to", lambda *_: (-(10**9), 10**9))


def no_gate(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cells, "told_rows", lambda *_: iter(()))


def listing_is_no_news(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cells, "listed_rows", lambda *_: iter(()))


MUTATIONS: list[tuple[Callable[[pytest.MonkeyPatch], None], Callable[[], Case]]] = [
    (no_cover, groups),
    (show_too_much, groups),
    (no_complements, all_but_few),
    (no_group_disclosure, all_alike),
    (means_are_free, telling_mean),
    (shares_are_free, telling_share),
    (no_gate, second_release),
    (listing_is_no_news, typed_levels),
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


def test_without_the_threshold_no_table_can_be_built(monkeypatch: pytest.MonkeyPatch) -> None:
    of, rows, _ = groups()
    monkeypatch.setattr(cells, "is_primary", lambda *_: False)
    no_cover(monkeypatch)
    with pytest.raises(ValueError, match="a count that the policy forbids"):
        release(of, rows)
