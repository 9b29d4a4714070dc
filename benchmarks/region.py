"""Ten generated colleges with 5,000 rows each: released, merged, and attacked with everything in one hand.

    python benchmarks/region.py [COLLEGES] [ROWS]

Prints how long each step takes, how much is shown, and how many groups the attacker of the tests finds.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS / "safety"), str(TESTS / "attack")]

from intruder import Intruder, cells  # noqa: E402
from making import choice, form, release, row, words  # noqa: E402

from xinqiao.core.policy import Policy  # noqa: E402
from xinqiao.core.safe import SafeTable  # noqa: E402
from xinqiao.safety.college import COLLEGE, College  # noqa: E402
from xinqiao.safety.region import merge  # noqa: E402

ROLES, ANSWERS, UNITS = ("class", "dormitory", "laboratory"), ("0", "1", "2", "3"), 12
SCORES = {"q": {answer: int(answer) for answer in ANSWERS}}
MEASURES = ["n", "distribution(q)", "mean(q)"]


def college(number: int, rows: int) -> College:
    """A college whose answers lean to one side, and in which one role and one answer are rare."""
    chance = random.Random(number)  # noqa: S311 - a repeatable invention
    name = f"c{number}"
    units = [f"{name}.{unit}" for unit in range(UNITS)]
    of = form(
        [choice("unit", units, dimension=True), choice("role", ROLES, dimension=True), choice("q", ANSWERS)],
        [("by-unit", ["unit"], MEASURES), ("by-role", ["role"], MEASURES)],
    )
    leaning = [8 + number, 5, 2, 0.02]
    answers = [
        row(
            unit=chance.choice(units),
            role=chance.choices(ROLES, (60, 30, 0.5))[0],
            q=chance.choices(ANSWERS, leaning)[0],
        )
        for _ in range(rows)
    ]
    return College(name=name, label=words(name), tables=release(of, answers).tables)


def attacked(colleges: list[College], merged: tuple[SafeTable, ...], rows: int) -> tuple[int, int]:
    """How many groups an attacker with all of it can ask about, and how many are found."""
    levels = [[one.name for one in colleges], [str(unit) for unit in range(UNITS)], ROLES]
    intruder = Intruder(levels=levels, answers={"q": ANSWERS}, scores=SCORES, most=rows)
    intruder.start(1)
    place = {COLLEGE: 0, "unit": 1, "role": 2}
    for one in colleges:
        for table in (known for known in one.tables if known.dimensions):
            seen = [((one.name, *(at.split(".")[-1] for at in levels)), *rest) for levels, *rest in cells(table)]
            intruder.believe(0, [0, *(place[known.name] for known in table.dimensions)], seen)
    for table in (one for one in merged if one.dimensions):
        intruder.believe(0, [place[known.name] for known in table.dimensions], cells(table))
    return sum(1 for _ in intruder.asked()), len(intruder.finds(5))


def main(number: int = 10, rows: int = 5_000) -> None:
    """Releases, merges, attacks."""
    begun = time.process_time()
    colleges = [college(at, rows) for at in range(number)]
    print(f"{number} colleges of {rows:,} rows released in {time.process_time() - begun:.1f} s")
    begun = time.process_time()
    merged = merge(colleges, {"unit"}, Policy(), SCORES)
    region = [cell for table in merged for cell in table.cells if cell.levels[:1] == ("*",)]
    beside = [cell for table in merged for cell in table.cells if cell.levels[:1] not in ((), ("*",))]
    print(f"merged in {time.process_time() - begun:.2f} s")
    for name, found in (("of the region", region), ("of colleges side by side", beside)):
        print(f"  {name}: {sum(cell.value is not None for cell in found)} of {len(found)} figures shown")
    begun = time.process_time()
    asked, found_groups = attacked(colleges, merged, rows)
    print(
        f"an attacker with everything: {found_groups} of {asked:,} groups found ({time.process_time() - begun:.0f} s)"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
