"""Eight weekly releases of 12 classes × 5 bands, each gated by all before it: cumulative, then in blocks of weeks.

    python benchmarks/ledger.py .../disclosure-cases/ledger_weekly_s5.json [WEEKS] [--intruder]

Prints how many of 78 cells a week are shown, then how many could be at most: a bound that no way of hiding gets
past, even one that knows all weeks beforehand. `--intruder` lets the attacker of the tests loose on all weeks.
Recorded elsewhere: each release perfectly suppressed alone gives away 117 of 450 small groups; gated by all
earlier ones none, with 297 of 624 cells still published, 92 where attendance is public. That gate asked about
each single week and about everybody so far, ours about every span of weeks.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import highspy
import numpy as np
import numpy.typing as npt

TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS / "safety"), str(TESTS / "attack")]

from weekly import Weekly, shown  # noqa: E402

Counts = npt.NDArray[np.int64]
Cell = tuple[int, int, int]


def tables(case: Weekly, weeks: int) -> Counts:
    """The true cumulative tables, week × class × band, totals last."""
    inner = np.array(case.arrivals).transpose(2, 0, 1)[:weeks].cumsum(axis=0)
    rows = np.concatenate([inner, inner.sum(axis=1, keepdims=True)], axis=1)
    return np.concatenate([rows, rows.sum(axis=2, keepdims=True)], axis=2)


def most(counts: Counts, k: int, *, small_classes: bool, one_week: bool) -> int:
    """The most cells that can be shown by necessary conditions alone.

    No cell tells of 1 … k − 1 people, nor two of them by their difference; no cell is alone in being hidden in
    its row or column. small_classes: classes below k may show zeros; one_week: only newcomers of one week count.
    """
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("time_limit", 120.0)
    small: Callable[[int], bool] = lambda number: 1 <= number < k  # noqa: E731
    weeks, classes, bands = counts.shape
    cells: dict[Cell, highspy.highs_var | None] = {}
    for at in itertools.product(range(weeks), range(classes), range(bands)):
        whole = int(counts[at[0], at[1], -1])
        hidden = small(int(counts[at])) or (not small_classes and at[1] < classes - 1 and small(whole))
        cells[at] = None if hidden else solver.addBinary()
    for (week, *place), cell in cells.items():
        for before in range(week - 1 if one_week else 0, week) if week else ():
            other = cells[before, place[0], place[1]]
            newcomers = int(counts[week, place[0], place[1]] - counts[before, place[0], place[1]])
            if cell is not None and other is not None and small(newcomers):
                solver.addConstr(cell + other <= 1)
    for line in _lines(weeks, classes, bands):
        for at in line:
            others = [cell for other in line if other != at and (cell := cells[other]) is not None]
            if len(others) == len(line) - 1:
                cell = cells[at]
                solver.addConstr(sum(others[1:], others[0] + 0) <= len(others) - (1 if cell is None else 1 - cell))
    known = [cell for cell in cells.values() if cell is not None]
    solver.maximize(sum(known[1:], known[0] + 0))
    return int(solver.getInfo().mip_dual_bound + 1e-6)


def _lines(weeks: int, classes: int, bands: int) -> Iterator[list[Cell]]:
    for week in range(weeks):
        yield from ([(week, unit, band) for band in range(bands)] for unit in range(classes))
        yield from ([(week, unit, band) for unit in range(classes)] for band in range(bands))


def run(case: Weekly, weeks: int, *, intruder: bool) -> None:
    """Releases week after week and prints what each shows."""
    begun, cells, known, releases = time.process_time(), 0, 0, []
    for week, (made, _) in enumerate(case.releases(weeks), start=1):
        spent = time.process_time() - begun
        cells += len(case.form.summaries) * (len(case.units) + 1) * (len(case.bands) + 1)
        if made is None:
            print(f"week {week}: refused after {spent:.1f} s of CPU in all")
            continue
        releases.append(made)
        known += shown(made)
        block = f", begins after release {made.tables[0].since}" if case.attendance else ""
        tested = made.certificate["groups_tested"]
        print(f"week {week}: {known} of {cells} cells shown, {tested} groups tested, {spent:.1f} s of CPU{block}")
    if intruder and len(releases) == weeks:
        begun = time.process_time()
        found = case.found(releases)
        print(
            f"intruder: {len(found)} groups found, {time.process_time() - begun:.0f} s of CPU", *found[:5], sep="\n  "
        )


def main(path: str, *options: str) -> None:
    """Both cases."""
    case = Weekly(Path(path))
    weeks = next((int(option) for option in options if option.isdecimal()), case.weeks)
    print("cumulative")
    run(case, weeks, intruder="--intruder" in options)
    for one_week, small_classes in itertools.product((False, True), repeat=2):
        bound = most(tables(case, weeks), case.k, small_classes=small_classes, one_week=one_week)
        asked = "each week alone" if one_week else "every span of weeks"
        print(
            f"at most {bound} cells: {asked} asked about, small classes show {'zeros' if small_classes else 'nothing'}"
        )
    print("blocks of weeks, attendance public")
    run(Weekly(Path(path), attendance=True), weeks, intruder="--intruder" in options)


if __name__ == "__main__":
    main(*sys.argv[1:])
