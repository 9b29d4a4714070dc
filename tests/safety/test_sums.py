"""A scale and its items published together: what the items add up to is known of the scale."""

from __future__ import annotations

from fractions import Fraction

from making import choice, form, release, row

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy
from xinqiao.core.record import ScoredRow
from xinqiao.core.scale import Method, Scale
from xinqiao.core.text import Text
from xinqiao.safety.audit import audit
from xinqiao.safety.frame import Policies, frame
from xinqiao.safety.scene import Scene

POLICIES = Policies(usual=Policy(), sensitive=Policy(threshold=10))


def rated(name: str, items: tuple[str, ...], *, turned: tuple[str, ...] = ()) -> Scale:
    return Scale(
        name=name, title=Text.of(zh="量表", en="scale"), items=items, method=Method.MEAN, reversed_items=turned
    )


def people(answers: list[tuple[int, int]], *, turned: bool = False) -> list[ScoredRow]:
    return [row({"s": Fraction(a + (6 - b if turned else b), 2)}, a=str(a), b=str(b)) for a, b in answers]


def form_of(measures: list[str], *, turned: bool = False) -> Form:
    scale = rated("s", ("a", "b"), turned=("b",) if turned else ())
    return form([choice("a", "12345"), choice("b", "12345")], [("all", [], measures)], [scale])


def test_a_sum_ties_a_scale_to_its_items_only_where_all_are_published() -> None:
    rows = people([(3, 4)] * 70)
    both = frame(form_of(["n", "distribution(a)", "distribution(b)", "mean(s)"]), rows, {}, POLICIES)
    assert [known.scale for known in both.sums] == ["s"]
    assert both.together("a") == {"a", "b", "s"}
    alone = frame(form_of(["n", "distribution(a)", "mean(s)"]), rows, {}, POLICIES)
    assert alone.sums == ()
    assert alone.together("a") == {"a"}


def test_the_true_world_agrees_with_the_sum_also_where_an_item_is_turned_round() -> None:
    for turned in (False, True):
        of = form_of(["n", "distribution(a)", "distribution(b)", "mean(s)"], turned=turned)
        rows = people([(1, 5), (3, 4), (5, 5), (2, 2)] * 20, turned=turned)
        verdict_of = release(of, rows)
        assert verdict_of.certificate["groups_found"] == 0
        structure = frame(of, rows, {}, POLICIES)
        (known,) = structure.sums
        assert known.items["b"]["5"] == (Fraction(1, 2) if turned else Fraction(5, 2))


def test_the_attacker_writes_it_down() -> None:
    of = form_of(["n", "distribution(a)", "distribution(b)", "mean(s)"])
    rows = people([(5, 5)] * 70)
    structure = frame(of, rows, {}, POLICIES)
    scene = Scene(structure, 1)
    tied = [terms for terms, low, high in scene.system.known if low == high == 0 and len(terms) > 12]
    assert tied, "one row holds all leaves of scale and items"
    assert audit(structure, [release(of, rows).tables]).found == ()
