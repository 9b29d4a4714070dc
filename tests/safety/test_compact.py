"""Taking columns together neither loses nor gains a world: counted out, on the protector's and the attacker's side."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from making import choice, form, rows_of
from test_fewest import task_of

from xinqiao.safety.attack import System
from xinqiao.safety.bunch import bunch
from xinqiao.safety.cells import Task
from xinqiao.safety.compact import compact
from xinqiao.safety.rows import Ints

MOST = 3  # people

MEANS = form([choice("q", "12345")], [("all", [], ["n", "mean(q)"])])
Known = tuple[Mapping[int, int], float, float]
ENDS = st.tuples(st.integers(-4, 12), st.integers(0, 6))


def columns_of(of: Task) -> list[int]:
    rows = (of.fixed, of.cells.rows, of.groups.rows)
    return sorted({int(column) for some in rows for column in some.columns})


def told(of: Task, world: Ints) -> tuple[int, ...]:
    return (*of.cells.rows.of(world).tolist(), *of.groups.rows.of(world).tolist())


def all_told(of: Task, most: int) -> set[tuple[int, ...]]:
    """What cells and groups say in every world of few people that keeps to the relations."""
    found = set()
    columns = columns_of(of)
    for counts in itertools.product(range(most + 1), repeat=len(columns)):
        world = np.zeros(len(of.truth), dtype=np.int64)
        world[columns] = counts
        fixed = of.fixed.of(world)
        if (fixed >= of.fixed_low).all() and (fixed <= of.fixed_high).all():
            found.add(told(of, world))
    return found


def test_a_task_taken_together_has_the_same_worlds() -> None:
    whole = task_of(MEANS, rows_of({("1",): 3, ("2",): 20, ("3",): 30, ("4",): 9, ("5",): 4}, ["q"]))
    short = compact(whole)
    assert len(columns_of(short)) == len(columns_of(whole)) - 1
    assert told(short, short.truth) == told(whole, whole.truth)
    people = next(number for number, name in enumerate(whole.cells.identities) if name[1] == "")

    def few(of: Task, most: int) -> set[tuple[int, ...]]:
        return {values for values in all_told(of, most) if values[people] <= 2}

    # Two people of the middle make four steps at most.
    assert few(whole, 2) == few(short, 4)


def test_what_is_asked_for_apart_stays_apart() -> None:
    each = form([choice("q", "12345")], [("all", [], ["n", "distribution(q)", "mean(q)"])])
    whole = task_of(each, rows_of({("1",): 3, ("2",): 20, ("3",): 30}, ["q"]))
    assert columns_of(compact(whole)) == columns_of(whole)


def holds(known: Iterable[Known], counts: tuple[int, ...]) -> bool:
    return all(low <= sum(factor * counts[at] for at, factor in terms.items()) <= high for terms, low, high in known)


@settings(max_examples=40, deadline=None)
@given(st.integers(-3, 3), st.integers(-2, 2), st.integers(-1, 1), st.lists(ENDS, min_size=2, max_size=2))
def test_the_attacker_reaches_what_he_reached_before(
    start: int, step: int, other: int, ends: list[tuple[int, int]]
) -> None:
    lines = [{at: start + step * at for at in range(4)}, {at: 1 + other * at for at in range(4)}]
    known = [
        ({at: factor for at, factor in line.items() if factor}, float(low), float(low + wide))
        for line, (low, wide) in zip(lines, ends, strict=True)
    ]
    known = [row for row in known if row[0]]
    worlds = (counts for counts in itertools.product(range(MOST + 1), repeat=4) if holds(known, counts))
    before = {sum(counts) for counts in worlds if sum(counts) <= MOST}
    system = System(4, known=list(known))
    gone = bunch(system, [range(4)])
    assert gone == {1, 2, 3}
    steps = range(1 if 1 in system.values else 3 * MOST + 1)
    shortened = ((*counts, 0, 0) for counts in itertools.product(range(MOST + 1), steps))
    assert {counts[0] for counts in shortened if holds(system.known, counts)} == before


def test_who_is_asked_about_apart_stays_a_person() -> None:
    system = System(5, known=[({at: at + 1 for at in range(5)}, 10.0, 12.0)])
    gone = bunch(system, [[0], [1, 2, 3, 4]])
    assert gone == {2, 3, 4}
