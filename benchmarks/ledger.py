"""Twelve weekly cumulative releases of class × band, each gated by all before it.

    python benchmarks/ledger.py .../disclosure-cases/ledger_weekly_s5.json [WEEKS]

Recorded elsewhere: each release perfectly suppressed alone gives away 117 of 450 small weekly groups; gated by
all earlier releases none, with 297 of 624 cells still published.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / "safety")]

from making import HEALTH, USUAL, choice, form, row  # noqa: E402

from xinqiao.core.form import Form  # noqa: E402
from xinqiao.core.problem import XinqiaoError  # noqa: E402
from xinqiao.core.record import ScoredRow  # noqa: E402
from xinqiao.safety.release import Earlier, Release, safe_tables  # noqa: E402

Arrivals = list[list[list[int]]]  # week, band, class


def arrivals(path: Path) -> Arrivals:
    found: Arrivals = json.loads(path.read_text(encoding="utf-8"))["arrivals"]
    return found


def weekly_form(case: Arrivals) -> Form:
    bands, classes = len(case[0]), len(case[0][0])
    questions = [choice("unit", [f"c{n}" for n in range(classes)], dimension=True)]
    questions.append(choice("band", [f"b{n}" for n in range(bands)]))
    return form(questions, [("by-unit", ["unit"], ["n", "distribution(band)"])])


def releases(case: Arrivals, weeks: int) -> Iterator[Release | None]:
    """Each week's release; None where it was refused, so that its answers wait for the next."""
    of, rows, earlier = weekly_form(case), list[ScoredRow](), list[Earlier]()
    for week in case[:weeks]:
        for band, classes in enumerate(week):
            rows += [row(unit=f"c{n}", band=f"b{band}") for n, came in enumerate(classes) for _ in range(came)]
        try:
            made = safe_tables(
                of, rows, policy=USUAL, sensitive_policy=HEALTH, period="", quarantined={}, earlier=earlier
            )
        except XinqiaoError:
            yield None
            continue
        earlier.append(Earlier(rows=tuple(rows), tables=made.tables, quarantined={}))
        yield made


def main(path: str, weeks: str = "12") -> None:
    begun, cells, shown = time.process_time(), 0, 0
    for number, made in enumerate(releases(arrivals(Path(path)), int(weeks)), start=1):
        spent = time.process_time() - begun
        if made is None:
            print(f"week {number:2}: refused after {spent:.1f} s of CPU in all")
            continue
        cells += len(made.tables[0].cells)
        shown += len(made.tables[0].cells) - made.tables[0].suppressed
        tested = made.certificate["groups_tested"]
        print(f"week {number:2}: {shown} of {cells} cells shown, {tested} groups tested, {spent:.1f} s of CPU in all")


if __name__ == "__main__":
    main(*sys.argv[1:])
