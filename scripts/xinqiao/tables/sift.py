"""A large file of answers, batch by batch: rows of which nothing is to be said are counted, all others judged.

The engine sorts out the rows whose answers are plainly sound, scores and counts them. What is left, a typing error or
an answer that nobody asked for, goes the way of every row of a small file, so that the verdicts cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from xinqiao.core.form import Form
from xinqiao.tables.batches import Batch, UnevenError, source
from xinqiao.tables.coding import Coder, Codes
from xinqiao.tables.columns import headers
from xinqiao.tables.engine import Engine
from xinqiao.tables.expressions import ROW, Plan, State
from xinqiao.tables.faults import Faults, alone, picked, places
from xinqiao.tables.file import Record
from xinqiao.tables.finding import Finding
from xinqiao.tables.known import known
from xinqiao.tables.numbers import Numbers, held_in
from xinqiao.tables.reading import Answers, Reading
from xinqiao.tables.repeated import Met, compared, row_mark
from xinqiao.tables.score import scorer
from xinqiao.tables.tally import Groups, Sifted, Tally, counted_names
from xinqiao.tables.validate import Judge

# Rows that the engine gets at once: enough for it to work in parallel, few enough to be held.
AT_ONCE = 200_000


@dataclass(slots=True)
class Told:
    """Rows that an engine tells of by their numbers: those to be judged, those that `keep_if` leaves out."""

    judge: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)


def sift(path: Path, form: Form, schema: Mapping[str, object]) -> Sifted | None:
    """Validates, scores and counts a file in about the memory of one batch; None where it must be read whole.

    Raises XinqiaoError as `read_file` does.
    """
    asked = [question for question in form.questions if question.answered]
    found = source(path, form.file, {name for each in asked for name in headers(each)})
    if found is None:
        return None
    for way in found.ways:
        sieve = Sieve(form, schema, found.header, str(path))
        try:
            _through(sieve, way())
        except UnevenError:
            continue
        return sieve.told(found.about, found.blank)
    return None


def _through(sieve: Sieve, batches: Iterator[Batch]) -> None:
    """Every batch in turn through DuckDB, and what it leaves to be judged."""
    engine = Engine(sieve.plan)
    try:
        for some in _together(batches):
            _batch(sieve, engine, some)
            # Else they would be held while the next are read.
            some.clear()
        sieve.take(engine.groups())
    finally:
        engine.close()


def _batch(sieve: Sieve, engine: Engine, some: Sequence[Batch]) -> None:
    coded = sieve.coded(some)
    tables = [codes.table for codes in coded]
    told = sieve.take(engine.told(tables))
    left = picked(tables, told.judge)
    wanted = sieve.tell(left, engine.faulty(left))
    sieve.judge(record for batch in some for record in _records(batch, wanted))
    sieve.counted(coded, told)


class Sieve:
    """What has been seen of one file so far: `coder` makes the codes of its cells, `plan` the expressions over them."""

    def __init__(self, form: Form, schema: Mapping[str, object], header: Record, file: str) -> None:
        self._asked = [question for question in form.questions if question.answered]
        self._reading = reading = Reading.of(form, self._asked, header, file)
        self._form, self._file = form, file
        self._judge, self._score = Judge(form, schema), scorer(form)
        told = self._judge.verdicts.fault
        self.plan = Plan(
            form=form,
            known=known(form, reading.spellings),
            counted=counted_names(form),
            alone=alone(form, told),
            minded=reading.minded,
            compared=compared(form),
        )
        self.coder = Coder(self.plan, reading, told)
        self._faults = Faults(self.plan, self._judge.verdicts.order)
        self._groups = Groups(self.plan)
        self._tally = Tally(form, self.plan.counted)
        self._findings: list[Finding] = []
        self._valid = self._dropped = self._left_out = 0
        self._met = Met()
        self._repeats: int | None = None

    def coded(self, batches: Sequence[Batch]) -> Sequence[Codes]:
        """The codes of batches; rows that may not be their respondent's first are to be judged."""
        ids = [self.coder.ids(batch.cells) for batch in batches]
        together = np.concatenate(ids)
        again = self._met.again(together) if together.any() else np.zeros(len(together), dtype=bool)
        self._judge.used |= self._met.known(together[again])
        parts = np.split(again, np.cumsum([len(each) for each in ids])[:-1])
        return [
            self.coder.codes(batch.numbers, batch.cells, who, part)
            for batch, who, part in zip(batches, ids, parts, strict=True)
        ]

    def counted(self, coded: Sequence[Codes], told: Told) -> None:
        """Keeps in mind what the rows say that an engine has counted, and who gave usable ones."""
        gone = np.sort(np.array([*told.judge, *told.left_out], dtype=np.int64))
        for codes in coded if self.plan.compared or self.plan.minded else ():
            rest = np.ones(len(codes.ids), dtype=bool)
            rest[places(held_in(codes.table.column(ROW)), gone)] = False
            self._met.add(codes.ids[rest], codes.marks[rest])
        self._met.add(np.fromiter(self._judge.used, dtype=np.uint64), np.zeros(0, dtype=np.uint64))
        self._judge.used.clear()

    def take(self, groups: Iterable[tuple[Any, ...]]) -> Told:
        """Counts an engine's groups; the numbers of the rows that it tells of."""
        left = Told()
        for row, state, *rest in groups:
            if state == State.JUDGE:
                left.judge.append(row)
                continue
            *key, count, first, last = rest if self.plan.dated else (*rest, None, None)
            if state == State.LEAVE:
                self._left_out += count
                left.left_out += [row] if row is not None else []
                continue
            self._valid += count
            self._groups.add(tuple(key), count)
            if first is not None:
                self._tally.span(first, last)
            if state == State.STRAIGHT:
                self._findings.append(Finding(code="row-straight", row=row))
        return left

    def tell(self, left: pa.RecordBatch, faulty: Sequence[int]) -> Numbers:
        """Tells of the rows that are left what their codes tell; the others have to be judged."""
        told, found = self._faults.of(left, faulty)
        self._findings += found
        return np.setdiff1d(held_in(left.column(ROW)), told)

    def judge(self, records: Iterable[Record]) -> None:
        """Judges rows as those of a small file are."""
        rows: list[tuple[int, Answers]] = []
        days: dict[int, date] = {}
        ids: dict[int, int] = {}
        older: set[int] = set()
        for record in records:
            if record.blank:
                self._dropped += 1
                continue
            answers, seen = self._reading.row(record)
            self._findings += seen
            if answers is None:
                self._left_out += not seen
                continue
            rows.append((record.number, answers))
            ids[record.number] = self._reading.who(record)
            if self._reading.earlier(record):
                older.add(record.number)
            if day := self._reading.day(record):
                days[record.number] = day
            elif self._form.file.date_column:
                self._findings.append(Finding(code="date-unreadable", row=record.number))
        said = dict(rows) if self.plan.compared else {}
        marks = []
        for judged in self._judge.rows(rows, days, ids, older):
            self._findings += judged.findings
            if judged.row:
                self._valid += 1
                self._tally.add(self._score(judged.row), days.get(judged.number))
                marks += [row_mark(said[judged.number], days.get(judged.number))] if said else []
        self._met.add(np.zeros(0, dtype=np.uint64), np.array(marks, dtype=np.uint64))

    @property
    def marks(self) -> Sequence[int]:
        """What the usable rows say that were judged here, as whole numbers with a sign."""
        return [int(mark) for mark in self._met.rows.view(np.int64)]

    def repeats(self, number: int) -> None:
        """How many usable rows say what another one says, where that was counted on a cluster."""
        self._repeats = number

    def told(self, about: Sequence[Finding] = (), blank: int = 0) -> Sifted:
        """The whole, with what was seen of the file itself and how many blank rows no engine got."""
        self._groups.into(self._tally)
        totals = {"row-blank": self._dropped + blank, "row-not-kept": self._left_out}
        told = [*self._reading.header_findings(self._asked), *about]
        told += [Finding(code=code, count=count) for code, count in totals.items() if count]
        if not self._valid and not any(finding.sets_aside for finding in self._findings):
            told.append(Finding(code="rows-none"))
        again = self._met.repeats() if self._repeats is None else self._repeats
        if self.plan.compared and again:
            told.append(Finding(code="row-repeated", count=again))
        findings = (*told, *sorted(self._findings, key=lambda finding: finding.row))
        return Sifted(form=self._form.id, file=self._file, valid=self._valid, findings=findings, tally=self._tally)


def _together(batches: Iterator[Batch]) -> Iterator[list[Batch]]:
    """Small batches together, so that the engine is asked seldom."""
    held: list[Batch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += len(batch.numbers)
        if rows >= AT_ONCE:
            yield held
            held, rows = [], 0
    if held:
        yield held


def _records(batch: Batch, wanted: Numbers) -> Iterator[Record]:
    """The rows of a batch that are wanted, as records, and those that stand apart."""
    at = places(batch.numbers, wanted)
    for number, cells in zip(batch.numbers[at].tolist(), batch.cells.rows(at), strict=True):
        yield Record(number=number, cells=cells)
    yield from batch.apart
