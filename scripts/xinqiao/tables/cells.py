"""Cells of many rows as places in bytes: nothing becomes a text of its own before somebody has to read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xinqiao.tables.encoding import UTF_8
from xinqiao.tables.numbers import Numbers, numbers_of

Bytes = npt.NDArray[np.uint8]
# Cells are compared eight bytes at a time, so that this many may stand behind the last one.
WORD, MOST_WORDS = 8, 8
PADDING = bytes(WORD * MOST_WORDS)
MASKS = np.array([2 ** (8 * held) - 1 for held in range(WORD + 1)], dtype=np.uint64)
RETURN = ord("\r")
# Places in so many bytes are held in four.
SHORT, LONGEST = np.int32, 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One cell a row: where it starts in the bytes, which end with PADDING, and how long it is."""

    data: Bytes = field(repr=False)
    starts: Numbers
    lengths: Numbers
    encoding: str = UTF_8

    @classmethod
    def of(cls, cells: pa.StringArray) -> Column:
        """An Arrow column of words without nulls."""
        _, offsets, held = cells.buffers()
        ends = np.frombuffer(offsets, dtype=np.int32)[cells.offset : cells.offset + len(cells) + 1].astype(np.int64)
        data = held.to_pybytes() if held else b""
        return cls(data=np.frombuffer(data + PADDING, dtype=np.uint8), starts=ends[:-1], lengths=np.diff(ends))

    def words(self, count: int) -> list[npt.NDArray[np.uint64]]:
        """The first bytes of each cell as so many numbers of eight bytes, 0 behind its end."""
        view = np.ndarray((len(self.data) - WORD + 1,), dtype="<u8", buffer=self.data, strides=(1,))
        left = (np.clip(self.lengths - WORD * at, 0, WORD) for at in range(count))
        return [view[self.starts + WORD * at] & MASKS.take(held) for at, held in enumerate(left)]

    def texts(self, at: Numbers) -> list[str]:
        """What some of the cells say."""
        held = self.data.data
        spans = zip(self.starts[at].tolist(), self.lengths[at].tolist(), strict=True)
        return [str(held[start : start + length], self.encoding) for start, length in spans]


class Cells(Protocol):
    """The cells of many rows."""

    def __len__(self) -> int:
        """How many rows."""

    def column(self, at: int) -> Column:
        """One column."""

    def rows(self, at: Numbers) -> Iterator[tuple[str, ...]]:
        """The cells of some rows as texts."""


@dataclass(frozen=True, slots=True)
class ArrowCells:
    """Columns of words as Arrow has them."""

    held: pa.RecordBatch = field(repr=False)

    def __len__(self) -> int:
        """How many rows."""
        return len(self.held)

    def column(self, at: int) -> Column:
        """One column."""
        return Column.of(self.held.column(at))

    def rows(self, at: Numbers) -> Iterator[tuple[str, ...]]:
        """The cells of some rows as texts."""
        columns = (column.take(numbers_of(at)).to_pylist() for column in self.held.columns) if len(at) else ()
        return zip(*columns, strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteCells:
    """Lines of a file without quotes; ends: column × row → where its cell ends, the sign behind it left out."""

    data: Bytes = field(repr=False)
    ends: Numbers = field(repr=False)
    delimiter: str
    encoding: str

    def __len__(self) -> int:
        """How many rows."""
        return int(self.ends.shape[1])

    def column(self, at: int) -> Column:
        """One column."""
        ends = self.ends[at]
        starts = self.ends[at - 1] + 1 if at else np.concatenate(([0], self.ends[-1, :-1] + 1))
        lengths = ends - starts
        if at == len(self.ends) - 1:
            lengths -= (lengths > 0) & (self.data[ends - 1] == RETURN)
        return Column(data=self.data, starts=starts, lengths=lengths, encoding=self.encoding)

    def rows(self, at: Numbers) -> Iterator[tuple[str, ...]]:
        """The cells of some rows as texts."""
        held = self.data.data
        for row in at.tolist():
            start = self.ends[-1, row - 1] + 1 if row else 0
            line = str(held[start : self.ends[-1, row]], self.encoding).removesuffix("\r")
            yield tuple(line.split(self.delimiter))


def split(data: bytes, delimiter: str, width: int) -> Numbers | None:
    """Where the cells of whole lines end, column × row; None where a line has more or fewer cells."""
    signs = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero((signs == ord(delimiter)) | (signs == ord("\n")))
    lines, odd = divmod(len(ends), width)
    if odd:
        return None
    # Half as wide as they come, as many rows of them are held.
    found: Numbers = np.ascontiguousarray(ends.reshape(lines, width).T, dtype=SHORT if len(data) <= LONGEST else None)
    closed = bool((signs[found[-1]] == ord("\n")).all())
    return found if closed and data.count(b"\n") == lines else None


def encoded(texts: Sequence[str]) -> pa.StringArray:
    """Texts as a column."""
    held = [text.encode() for text in texts]
    offsets = np.zeros(len(held) + 1, dtype=np.int32)
    np.cumsum([len(text) for text in held], out=offsets[1:])
    return pa.StringArray.from_buffers(len(held), pa.py_buffer(offsets), pa.py_buffer(b"".join(held)))
