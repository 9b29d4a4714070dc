"""A recorded case: weekly cumulative releases of class × band. `benchmarks/ledger.py` runs all twelve weeks."""

from __future__ import annotations

import json
from pathlib import Path

from intruder import Intruder, cells
from making import HEALTH, USUAL, choice, form, row

from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.safety.release import Earlier, safe_tables

WEEKS = 3


def test_weekly_releases_give_no_week_away(real_data: Path) -> None:
    case = json.loads((real_data / "disclosure-cases" / "ledger_weekly_s5.json").read_text(encoding="utf-8"))
    units = [f"c{number}" for number in range(len(case["arrivals"][0][0]))]
    bands = [f"b{number}" for number in range(len(case["arrivals"][0]))]
    questions = [choice("unit", units, dimension=True), choice("band", bands)]
    of = form(questions, [("by-unit", ["unit"], ["n", "distribution(band)"])])
    rows: list[ScoredRow] = []
    earlier: list[Earlier] = []
    for week in case["arrivals"][:WEEKS]:
        for band, came in zip(bands, week, strict=True):
            rows += [row(unit=unit, band=band) for unit, number in zip(units, came, strict=True) for _ in range(number)]
        made = safe_tables(of, rows, policy=USUAL, sensitive_policy=HEALTH, period="", quarantined={}, earlier=earlier)
        earlier.append(Earlier(rows=tuple(rows), tables=made.tables, quarantined={}))
    tables = [past.tables[0] for past in earlier]
    attacker = Intruder(levels=[units], answers={"band": bands})
    attacker.start(WEEKS)
    for number, table in enumerate(tables):
        attacker.believe(number, [0], cells(table))
    assert attacker.finds(case["k"]) == []
    assert sum(map(_shown, tables)) >= 65


def _shown(table: SafeTable) -> int:
    return len(table.cells) - table.suppressed
