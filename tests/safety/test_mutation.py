"""Each rule is taken out of the protector in turn: then the audit, which knows nothing of it, must refuse."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from making import choice, form, release, row, rows_of, text_dimension

from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.scale import Method, Scale
from xinqiao.core.text import Text
from xinqiao.safety import cells, fewest, protect, relations
from xinqiao.safety import groups as asked
from xinqiao.safety.release import Earlier
from xinqiao.safety.variable import QUARANTINE

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


def newcomers() -> Case:
    of = form(
        [choice("g", "abc", dimension=True), choice("q", "12")],
        [("by-g", ["g"], ["n", "distribution(q)"]), ("all", [], ["n", "distribution(q)"])],
    )
    before = rows_of({("a", "1"): 6, ("b", "1"): 9, ("c", "1"): 20, ("c", "2"): 20}, ["g", "q"])
    new = rows_of({("a", "1"): 7, ("a", "2"): 7, ("b", "1"): 1, ("c", "1"): 7}, ["g", "q"])
    return of, [*before, *new], [Earlier(rows=before, tables=release(of, before).tables, quarantined={})]


def rest_of_a_wider_group() -> Case:
    of = form(
        [choice("g", "abcd", dimension=True), choice("q", "123")],
        [("by-g", ["g"], ["n", "distribution(q)"]), ("all", [], ["n", "distribution(q)"])],
    )
    counts = {
        ("a", "1"): 44, ("a", "2"): 40, ("b", "1"): 35, ("b", "3"): 2, ("c", "1"): 54, ("c", "3"): 5, ("d", "1"): 42,
        ("d", "2"): 3, ("d", "3"): 36,
    }  # fmt: skip
    return of, rows_of(counts, ["g", "q"]), []


def scale_and_items() -> Case:
    scored = Scale(name="s", title=Text.of(zh="量表", en="scale"), items=("a", "b"), method=Method.MEAN)
    measures = ["n", "distribution(a)", "distribution(b)", "mean(s)"]
    of = form([choice("a", "12345"), choice("b", "12345")], [("all", [], measures)], [scored])
    counts = {
        (1, 2): 1, (1, 3): 1, (1, 4): 1, (2, 1): 30, (2, 2): 1, (2, 3): 30, (2, 4): 8, (2, 5): 8, (3, 2): 1,
        (3, 4): 2, (3, 5): 2, (4, 1): 1, (4, 2): 2, (4, 5): 1, (5, 5): 2,
    }  # fmt: skip
    people = [row({"s": Fraction(a + b, 2)}, a=str(a), b=str(b)) for (a, b), n in counts.items() for _ in range(n)]  # type: ignore[dict-item]
    return of, people, []


def small_class() -> Case:
    of = form([choice("g", "abcd", dimension=True), choice("q", "1234")], [("by-g", ["g"], ["n", "distribution(q)"])])
    counts = {("a", "1"): 2, ("a", "2"): 1, ("d", "1"): 1} | dict.fromkeys(itertools.product("bc", "1234"), 9)
    return of, rows_of(counts, ["g", "q"]), []


def small_groups_show_zeros(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cells, "_small_groups", lambda *_: [])


def no_cover(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(protect.Protector, "run", lambda self: fewest.Optimum(hidden=self.hidden, cost=0.0, bound=0.0))


def clean_up_without_proof(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(protect, "MOST_AT_ONCE", -1)
    patch.setattr(protect, "MOST_BOUNDING", -1)
    patch.setattr(protect.Protector, "_orphans", lambda *_: iter(()))


def master_without_proof(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fewest.Fewest, "_cut", lambda *_: False)
    patch.setattr(protect.Protector, "lacking", lambda *_: False)


def whole_time_only(patch: pytest.MonkeyPatch) -> None:
    spans = SimpleNamespace(
        **{**vars(itertools), "combinations_with_replacement": lambda numbers, _: [(0, len(numbers) - 1)]}
    )
    patch.setattr(asked, "itertools", spans)


def nobody_beside(patch: pytest.MonkeyPatch) -> None:
    nothing = SimpleNamespace(**{**vars(np), "setdiff1d": lambda *_: np.zeros(0, dtype=np.int64)})
    patch.setattr(asked, "np", nothing)


def sums_are_free(patch: pytest.MonkeyPatch) -> None:
    nothing = np.zeros(0, dtype=np.int64)
    patch.setattr(relations, "_adding_up", lambda *_: (nothing, nothing, 0.0))


def no_complements(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(relations, "_completed", lambda *given: given[-1])


def no_group_disclosure(patch: pytest.MonkeyPatch) -> None:
    candidates = asked._candidates
    patch.setattr(
        asked, "_candidates", lambda where: ((*rest, np.zeros(0, dtype=np.int64)) for *rest, _ in candidates(where))
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
    (clean_up_without_proof, groups),
    (master_without_proof, groups),
    (whole_time_only, newcomers),
    (nobody_beside, rest_of_a_wider_group),
    (sums_are_free, scale_and_items),
    (no_complements, all_but_few),
    (no_group_disclosure, all_alike),
    (means_are_free, telling_mean),
    (shares_are_free, telling_share),
    (no_gate, second_release),
    (listing_is_no_news, typed_levels),
    (small_groups_show_zeros, small_class),
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


def test_the_audit_refuses_rows_set_aside_that_follow_from_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    of, rows, _ = groups()
    aside = {"value-not-listed": 12, "cannot-open": 3}
    assert release(of, rows, quarantined=aside).certificate["groups_found"] == 0
    known = asked.families
    monkeypatch.setattr(
        asked, "families", lambda of: {key: family for key, family in known(of).items() if key[1] != QUARANTINE}
    )
    with pytest.raises(XinqiaoError) as refused:
        release(of, rows, quarantined=aside)
    assert refused.value.problems[0].code == "release-not-safe"


def test_what_could_not_be_hidden_is_told_to_whoever_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    of, rows, earlier = all_alike()
    no_group_disclosure(monkeypatch)
    with pytest.raises(XinqiaoError) as refused:
        release(of, rows, earlier)
    assert [problem.code for problem in refused.value.problems] == ["release-not-safe", "release-not-hidden"]
    assert refused.value.problems[1].params["table"] == "by-g"
    assert str(refused.value.problems[1].params["group"]).startswith("g=b · distribution(q)")


def test_without_the_threshold_no_table_can_be_built(monkeypatch: pytest.MonkeyPatch) -> None:
    of, rows, _ = groups()
    monkeypatch.setattr(cells, "is_primary", lambda *_: False)
    no_cover(monkeypatch)
    with pytest.raises(ValueError, match="a count that the policy forbids"):
        release(of, rows)
