"""Columns of words to columns of codes, each different word once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xinqiao.tables.day import day_of
from xinqiao.tables.expressions import DAY, ROW, Plan
from xinqiao.tables.faults import Told, fault_code
from xinqiao.tables.known import NOTHING, UNSURE
from xinqiao.tables.numbers import Numbers, numbers_of
from xinqiao.tables.spelling import LONGEST_ANSWER

Code = Callable[[str], int]
# Words of two bytes are told apart by their bytes alone; so are nearly all answers.
SHORT = 2
NOT_ASKED = -100
MOST_WORDS = 100_000


@dataclass(slots=True)
class Coded:
    """The codes of one column's words, kept in mind from batch to batch."""

    code: Code
    type: str
    words: dict[str, int] = field(default_factory=dict, repr=False)
    short: Numbers | None = field(default=None, repr=False)

    def of(self, cells: pa.StringArray) -> Numbers:
        """The code of each cell."""
        offsets = np.frombuffer(cells.buffers()[1], dtype=np.int32)[cells.offset : cells.offset + len(cells) + 1]
        lengths = np.diff(offsets)
        if lengths.max(initial=0) <= SHORT:
            return self._of_short(cells, offsets, lengths)
        listed = cells.dictionary_encode()
        codes = np.fromiter(map(self._of_word, listed.dictionary.to_pylist()), dtype=self.type)
        # Arrow's own way to NumPy starts pandas.
        return codes[np.frombuffer(listed.indices.buffers()[1], dtype=np.int32)[: len(cells)]]

    def _of_short(
        self, cells: pa.StringArray, offsets: npt.NDArray[np.int32], lengths: npt.NDArray[np.int32]
    ) -> Numbers:
        if self.short is None:
            self.short = np.full(256**SHORT, NOT_ASKED, dtype=self.type)
        data = cells.buffers()[2]
        held = np.frombuffer(data, dtype=np.uint8)[: offsets[-1]] if data else np.zeros(0, dtype=np.uint8)
        longest = lengths.max(initial=0)
        if longest < SHORT:
            keys = np.zeros(len(lengths), dtype=np.uint8)
            keys[lengths > 0] = held[offsets[0] :]
        else:
            held = np.concatenate([held, np.zeros(SHORT, dtype=np.uint8)])
            first, second = held[offsets[:-1]], held[offsets[:-1] + 1]
            keys = (second * (lengths == SHORT)).astype(np.uint16) << 8
            keys |= first * (lengths > 0)
        codes = self.short.take(keys)
        for key in np.unique(keys[codes == NOT_ASKED]).tolist():
            self.short[key] = self._of_word(int(key).to_bytes(SHORT, "little").rstrip(b"\0").decode())
        return self.short[keys] if (codes == NOT_ASKED).any() else codes

    def _of_word(self, word: str) -> int:
        if word not in self.words:
            if len(self.words) > MOST_WORDS:
                self.words.clear()
            self.words[word] = self.code(word)
        return self.words[word]


class Coder:
    """The table of codes of a plan, made from the cells of a file.

    places: question → number of its column; one that a file lacks has no answer. day: a cell → its day, 0 where it
    tells none. told: what the schema says of an answer.
    """

    def __init__(self, plan: Plan, places: Mapping[str, int], day_at: int | None, day_format: str, told: Told) -> None:
        self._plan, self._places, self._day_at, self._told = plan, places, day_at, told
        self._codes = {name: Coded(self._code(name), plan.columns[plan.column(name)]) for name in plan.known}
        self._days = Coded(lambda cell: ((day := day_of(cell, day_format)) and day.toordinal()) or NOTHING, "int32")

    def table(self, numbers: Numbers, cells: pa.RecordBatch) -> pa.RecordBatch:
        """The codes of cells whose rows have these numbers."""
        plan = self._plan
        columns: dict[str, pa.Array] = {ROW: numbers_of(numbers)}
        for name in plan.known:
            columns[plan.column(name)] = numbers_of(self._of(self._codes[name], self._places.get(name), cells))
        for name in plan.typed:
            columns[plan.words(name)] = self._typed(name, cells)
        if plan.dated:
            columns[DAY] = numbers_of(self._of(self._days, self._day_at, cells))
        return pa.RecordBatch.from_arrays(list(columns.values()), list(columns))

    def _code(self, name: str) -> Code:
        known = self._plan.known[name]

        def code(cell: str) -> int:
            found = known.code(cell)
            if found != UNSURE or len(cell) > LONGEST_ANSWER:
                return found
            return fault_code(self._told(name, known.text(cell)))

        return code if name in self._plan.alone else known.code

    def _of(self, coded: Coded, at: int | None, cells: pa.RecordBatch) -> Numbers:
        return np.zeros(len(cells), coded.type) if at is None else coded.of(cells.column(at))

    def _typed(self, name: str, cells: pa.RecordBatch) -> pa.Array:
        at = self._places.get(name)
        if at is None:
            return pa.nulls(len(cells), pa.string())
        listed = cells.column(at).dictionary_encode()
        words = [self._plan.known[name].text(word) for word in listed.dictionary.to_pylist()]
        return words_of(words).take(listed.indices)


def words_of(words: Sequence[str]) -> pa.StringArray:
    """Texts as a column."""
    held = [word.encode() for word in words]
    offsets = np.zeros(len(held) + 1, dtype=np.int32)
    np.cumsum([len(word) for word in held], out=offsets[1:])
    return pa.StringArray.from_buffers(len(held), pa.py_buffer(offsets), pa.py_buffer(b"".join(held)))
