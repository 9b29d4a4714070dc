"""Columns of words to columns of codes, each different word once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xinqiao.tables.cells import MOST_WORDS, WORD, Cells, Column, encoded
from xinqiao.tables.day import day_of
from xinqiao.tables.expressions import DAY, ODD, ROW, Plan
from xinqiao.tables.faults import Told, fault_code
from xinqiao.tables.known import NOTHING, UNSURE
from xinqiao.tables.numbers import Numbers, numbers_of
from xinqiao.tables.reading import Reading
from xinqiao.tables.repeated import DAYS, Marks, identity, mark
from xinqiao.tables.spelling import LONGEST_ANSWER

# A word's code, and its mark where rows are compared.
Meaning = tuple[int, int]
NOT_ASKED = -100
MOST_HELD = 100_000
# Places in the table of known words; of two words with one place the later is kept.
BITS = 13
SPREAD = np.array([pow(0x9E3779B97F4A7C15, at, 2**64) for at in range(1, MOST_WORDS + 1)], dtype=np.uint64)
# Unknown words of a batch are looked at in rising numbers; where so many were all different, the rest will be too.
FEW, MANY = 64, 4096


@dataclass(slots=True)
class Coded:
    """What the words of one column mean, kept in mind from batch to batch."""

    meaning: Callable[[str], Meaning]
    type: str
    known: dict[str, Meaning] = field(default_factory=dict, repr=False)
    narrow: _Held | None = field(default=None, repr=False)
    wide: _Held | None = field(default=None, repr=False)

    def of(self, cells: Column) -> tuple[Numbers, Marks]:
        """The code of each cell, and its mark."""
        longest = int(cells.lengths.max(initial=0))
        return self._narrow(cells) if longest <= 1 else self._wide(cells, longest)

    def _narrow(self, cells: Column) -> tuple[Numbers, Marks]:
        """Cells of one sign at most: its byte is its place, 0 that of none."""
        held = self.narrow = self.narrow or _Held.of(256, self.type)
        places = cells.data[cells.starts]
        if not cells.lengths.all():
            places *= cells.lengths > 0
        codes = held.codes.take(places)
        if (unknown := codes == NOT_ASKED).any():
            for place in np.unique(places[unknown]).tolist():
                text = str(bytes([place]), cells.encoding) if place else ""
                held.codes[place], held.marks[place] = self._meaning(text)
            codes = held.codes.take(places)
        return codes, held.marks.take(places)

    def _wide(self, cells: Column, longest: int) -> tuple[Numbers, Marks]:
        held = self.wide = self.wide or _Held.of(2**BITS, self.type)
        words = cells.words(min(MOST_WORDS, -(-longest // WORD)))
        held.widen(len(words))
        places = np.zeros(len(cells.starts), dtype=np.uint64)
        for word, spread in zip(words, SPREAD, strict=False):
            places ^= word * spread
        places = (places >> np.uint64(64 - BITS)).astype(np.int64)
        codes, marks = held.codes.take(places), held.marks.take(places)
        unknown = np.flatnonzero(~held.have(places, cells.lengths, words))
        some = FEW
        while len(unknown):
            now, unknown = (unknown[:some], unknown[some:]) if some < MANY else (unknown, unknown[:0])
            for at, text in zip(now.tolist(), cells.texts(now), strict=True):
                codes[at], marks[at] = meaning = self._meaning(text)
                if some < MANY and cells.lengths[at] <= WORD * MOST_WORDS:
                    held.learn(places[at], cells.lengths[at], [word[at] for word in words], meaning)
            found = held.have(places[unknown], cells.lengths[unknown], [word[unknown] for word in words])
            told, unknown = unknown[found], unknown[~found]
            codes[told], marks[told] = held.codes.take(places[told]), held.marks.take(places[told])
            some *= 2
        return codes, marks

    def _meaning(self, text: str) -> Meaning:
        if text not in self.known:
            if len(self.known) > MOST_HELD:
                self.known.clear()
            self.known[text] = self.meaning(text)
        return self.known[text]


@dataclass(slots=True)
class _Held:
    """A table of words, at most one a place: how long each is, its bytes, and what it means."""

    codes: Numbers
    marks: Marks
    lengths: Numbers
    words: list[Marks]

    @classmethod
    def of(cls, size: int, kind: str) -> _Held:
        codes = np.full(size, NOT_ASKED, dtype=kind)
        return cls(codes, np.zeros(size, dtype=np.uint64), np.full(size, -1, dtype=np.int64), [])

    def widen(self, count: int) -> None:
        """Room for words of so many numbers."""
        self.words += [np.zeros(len(self.codes), dtype=np.uint64) for _ in range(count - len(self.words))]

    def have(self, places: Numbers, lengths: Numbers, words: list[Marks]) -> npt.NDArray[np.bool_]:
        """Whether the words at these places are these."""
        same: npt.NDArray[np.bool_] = self.lengths.take(places) == lengths
        for held, word in zip(self.words, words, strict=False):
            same &= held.take(places) == word
        return same

    def learn(self, place: int, length: int, word: list[np.uint64], meaning: Meaning) -> None:
        """Keeps a word at its place."""
        self.lengths[place] = length
        for at, held in enumerate(self.words):
            held[place] = word[at] if at < len(word) else 0
        self.codes[place], self.marks[place] = meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Rows as an engine gets them, the marks of what they say, where that is compared, and of who gave them."""

    table: pa.RecordBatch = field(repr=False)
    marks: Marks = field(repr=False)
    ids: Marks = field(repr=False)


class Coder:
    """The table of codes of a plan, made from the cells of a file; told: what the schema says of an answer."""

    def __init__(self, plan: Plan, reading: Reading, told: Told) -> None:
        self._plan, self._reading, self._told = plan, reading, told
        self._codes = {name: Coded(self._of_word(name), plan.columns[plan.column(name)]) for name in plan.known}
        self._levels: dict[str, dict[str, int]] = {name: {} for name in plan.typed}
        self._words = {name: Coded(self._of_level(name), "int32") for name in plan.typed}
        self._days = Coded(self._of_day, "int32")
        self._versions = Coded(lambda cell: (reading.version(cell) != plan.form.version, 0), "int8")
        self._ids = Coded(lambda cell: (0, identity(cell)), "int8")

    def ids(self, cells: Cells) -> Marks:
        """What tells the respondent of each row from others, 0 where nothing does."""
        at = self._reading.id_at
        return np.zeros(len(cells), np.uint64) if at is None else self._ids.of(cells.column(at))[1]

    def codes(self, numbers: Numbers, cells: Cells, ids: Marks, again: npt.NDArray[np.bool_]) -> Codes:
        """The codes of cells whose rows have these numbers; again: rows that may not be their respondent's first."""
        plan, reading = self._plan, self._reading
        columns: dict[str, pa.Array] = {ROW: numbers_of(numbers)}
        marks = np.zeros(len(cells), dtype=np.uint64)
        for name in plan.known:
            codes, more = self._of(self._codes[name], reading.columns.get(name), cells)
            columns[plan.column(name)] = numbers_of(codes)
            if plan.compared:
                marks += more
        for name in plan.typed:
            codes, _ = self._of(self._words[name], reading.columns.get(name), cells)
            columns[plan.words(name)] = encoded(list(self._levels[name]) or [""]).take(numbers_of(codes))
        if plan.dated:
            codes, more = self._of(self._days, reading.day_at, cells)
            columns[DAY] = numbers_of(codes)
            marks += more
        if plan.minded:
            odd, _ = self._of(self._versions, reading.version_at, cells)
            columns[ODD] = numbers_of(odd | again.astype("int8"))
        table = pa.RecordBatch.from_arrays(list(columns.values()), list(columns))
        return Codes(table=table, marks=marks, ids=ids)

    def _of(self, coded: Coded, at: int | None, cells: Cells) -> tuple[Numbers, Marks]:
        if at is None:
            return np.zeros(len(cells), coded.type), np.zeros(len(cells), np.uint64)
        return coded.of(cells.column(at))

    def _of_word(self, name: str) -> Callable[[str], Meaning]:
        known, alone = self._plan.known[name], name in self._plan.alone

        def meaning(cell: str) -> Meaning:
            found = known.code(cell)
            if len(cell) > LONGEST_ANSWER:
                return found, 0
            text = known.text(cell)
            if alone and found == UNSURE:
                found = fault_code(self._told(name, text))
            return found, mark(name, text) if self._plan.compared else 0

        return meaning

    def _of_level(self, name: str) -> Callable[[str], Meaning]:
        known, levels = self._plan.known[name], self._levels[name]
        return lambda cell: (levels.setdefault(known.text(cell), len(levels)), 0)

    def _of_day(self, cell: str) -> Meaning:
        day = day_of(cell, self._reading.day_format)
        return (day.toordinal(), mark(DAYS, day.isoformat())) if day else (NOTHING, 0)
