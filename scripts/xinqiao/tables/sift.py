"""A large file of answers, batch by batch: rows of which nothing is to be said are counted, all others judged.

The engine sorts out the rows whose answers are plainly sound, scores and counts them. What is left, a typing error or
an answer that nobody asked for, goes the way of every row of a small file, so that the verdicts cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from xinqiao.core.form import Form
from xinqiao.tables.batches import Batch, UnevenError, source
from xinqiao.tables.coding import Coder
from xinqiao.tables.columns import headers
from xinqiao.tables.engine import Engine
from xinqiao.tables.expressions import ROW, Plan, State
from xinqiao.tables.faults import Faults, alone, picked, places
from xinqiao.tables.file import Record
from xinqiao.tables.finding import Finding
from xinqiao.tables.known import known
from xinqiao.tables.numbers import Numbers, held_in, numbers_of
from xinqiao.tables.read import Reading
from xinqiao.tables.score import scorer
from xinqiao.tables.tally import Groups, Sifted, Tally, counted_names
from xinqiao.tables.validate import Judge

# Rows that the engine gets at once: enough for it to work in parallel, few enough to be held.
AT_ONCE = 100_000


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
    codes = [sieve.coder.table(batch.numbers, batch.cells) for batch in some]
    left = picked(codes, sieve.take(engine.told(codes)))
    wanted = sieve.tell(left, engine.faulty(left))
    sieve.judge(record for batch in some for record in _records(batch, wanted))


class Sieve:
    """What has been seen of one file so far: `coder` makes the codes of its cells, `plan` the expressions over them."""

    def __init__(self, form: Form, schema: Mapping[str, object], header: Record, file: str) -> None:
        self._asked = [question for question in form.questions if question.answered]
        self._reading = Reading.of(form, self._asked, header, file)
        self._form, self._file = form, file
        self._judge, self._score = Judge(form, schema), scorer(form)
        told = self._judge.verdicts.fault
        spellings = self._reading.spellings
        self.plan = Plan(form=form, known=known(form, spellings), counted=counted_names(form), alone=alone(form, told))
        self.coder = Coder(self.plan, self._reading.columns, self._reading.day_at, self._reading.day_format, told)
        self._faults = Faults(self.plan, self._judge.verdicts.order)
        self._groups = Groups(self.plan)
        self._tally = Tally(form, self.plan.counted)
        self._findings: list[Finding] = []
        self._valid = self._dropped = self._left_out = 0

    def take(self, groups: Iterable[tuple[Any, ...]]) -> list[int]:
        """Counts an engine's groups; the numbers of the rows of which something else is to be said."""
        left: list[int] = []
        for row, state, *rest in groups:
            *key, count, first, last = rest if self.plan.dated else (*rest, None, None)
            if state == State.JUDGE:
                left.append(row)
            elif state == State.LEAVE:
                self._left_out += count
            else:
                self._valid += count
                self._groups.add(tuple(key), count)
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
        rows = []
        days = {}
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
            if day := self._reading.day(record):
                days[record.number] = day
            elif self._form.file.date_column:
                self._findings.append(Finding(code="date-unreadable", row=record.number))
        for judged in self._judge.rows(rows, days):
            self._findings += judged.findings
            if judged.row:
                self._valid += 1
                self._tally.add(self._score(judged.row), days.get(judged.number))

    def told(self, about: Sequence[Finding] = (), blank: int = 0) -> Sifted:
        """The whole, with what was seen of the file itself and how many blank rows no engine got."""
        self._groups.into(self._tally)
        totals = {"row-blank": self._dropped + blank, "row-not-kept": self._left_out}
        told = [*self._reading.header_findings(self._asked), *about]
        told += [Finding(code=code, count=count) for code, count in totals.items() if count]
        if not self._valid and not any(finding.sets_aside for finding in self._findings):
            told.append(Finding(code="rows-none"))
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
    columns = (column.take(numbers_of(at)).to_pylist() for column in batch.cells.columns) if len(at) else ()
    for number, cells in zip(batch.numbers[at].tolist(), zip(*columns, strict=True), strict=True):
        yield Record(number=number, cells=cells)
    yield from batch.apart
