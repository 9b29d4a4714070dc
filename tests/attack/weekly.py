"""The recorded case of weekly releases, class × band × week: its form, arrivals, releases, and an intruder's view."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from intruder import Intruder, cells
from making import HEALTH, USUAL, choice, form, row

from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.summary import Attendance
from xinqiao.safety.release import Earlier, Release, safe_tables


class Weekly:
    """Twelve classes, five bands, eight weeks: arrivals[class][band][week]."""

    def __init__(self, path: Path, *, attendance: bool = False) -> None:
        case = json.loads(path.read_text(encoding="utf-8"))
        self.k: int = case["k"]
        self.arrivals: list[list[list[int]]] = case["arrivals"]
        self.units = [f"c{number}" for number in range(len(self.arrivals))]
        self.bands = [f"b{number}" for number in range(len(self.arrivals[0]))]
        self.weeks = len(self.arrivals[0][0])
        self.attendance = attendance

    @property
    def form(self) -> Form:
        """A summary by class, its attendance public or not."""
        questions = [choice("unit", self.units, dimension=True), choice("band", self.bands)]
        made = form(questions, [("by-unit", ["unit"], ["n", "distribution(band)"])])
        known = Attendance.PUBLIC if self.attendance else Attendance.PRIVATE
        return replace(made, summaries=tuple(replace(s, attendance=known) for s in made.summaries))

    def came(self, week: int) -> list[ScoredRow]:
        """The answers of a week."""
        return [
            row(unit=unit, band=band)
            for unit, bands in zip(self.units, self.arrivals, strict=True)
            for band, weeks in zip(self.bands, bands, strict=True)
            for _ in range(weeks[week])
        ]

    def releases(self, weeks: int) -> Iterator[tuple[Release | None, list[Earlier]]]:
        """Each week's release; None where it was refused, so that its answers wait for the next."""
        rows: list[ScoredRow] = []
        earlier: list[Earlier] = []
        for week in range(weeks):
            rows = [*rows, *self.came(week)]
            try:
                made = safe_tables(
                    self.form,
                    rows,
                    policy=USUAL,
                    sensitive_policy=HEALTH,
                    period="",
                    quarantined={},
                    earlier=earlier,
                )
            except XinqiaoError as refused:
                if refused.exit_code is not ExitCode.UNSAFE:
                    raise
                yield None, earlier
                continue
            earlier.append(Earlier(rows=rows, tables=made.tables, quarantined={}))
            yield made, earlier

    def found(self, releases: Sequence[Release]) -> list[str]:
        """What the intruder finds of releases one week after the other."""
        attacker = Intruder(levels=[self.units], answers={"band": self.bands}, counted=self.attendance)
        attacker.start(len(releases))
        for number, release in enumerate(releases):
            table = release.tables[0]
            attacker.believe(number, [0], cells(table), table.since)
            if self.attendance:
                for unit, bands in zip(self.units, self.arrivals, strict=True):
                    attacker.attend(number, (unit,), sum(weeks[number] for weeks in bands))
        return attacker.finds(self.k)


def shown(release: Release) -> int:
    """How many cells of its table are shown."""
    table = release.tables[0]
    return len(table.cells) - table.suppressed
