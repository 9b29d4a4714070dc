"""The text of a foreign file to its records."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

DELIMITERS = (",", ";", "\t")
# The whole file is in memory already, so a long cell costs nothing more; read.py sets its row aside.
# The limit belongs to the csv module as a whole.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of the file: `number` counts from 0 (the header); `cells` is None where it cannot be read.

    `line` is then what the file holds there. `strange`: not in the encoding of the file. `unsaved`: where
    cells are formulas of a workbook that has not stored what they come to.
    """

    number: int
    cells: tuple[str, ...] | None = field(repr=False)
    line: str = field(default="", repr=False)
    strange: bool = False
    unsaved: frozenset[int] = frozenset()

    @property
    def written(self) -> tuple[str, ...]:
        """Its cells as the file has them; where it cannot be split into cells, the line as one."""
        return (self.line,) if self.cells is None else self.cells

    @property
    def blank(self) -> bool:
        """Whether it holds nothing at all."""
        return self.cells is not None and not self.unsaved and not any(cell.strip() for cell in self.cells)


def records(text: str, delimiter: str) -> Iterator[Record]:
    """The records of a CSV text, from the first that is not blank; quoted line breaks do not end one.

    Where quotes are broken, each line that is lost with them counts as a record of its own: what such
    lines hold is not guessed.
    """
    # utf-8 text of other systems may hold lone CR; newline="" leaves all three kinds to the csv reader.
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        line = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            for lost in lines[line : reader.line_num]:
                yield Record(number=number, cells=None, line=lost.rstrip("\r\n"))
                number += 1
            continue
        record = Record(number=number, cells=tuple(cells))
        if number or not record.blank:
            yield record
            number += 1


def delimiter_of(text: str, known: Collection[str]) -> str:
    """The delimiter under which most headers are known, then the one that gives most columns."""

    def fit(delimiter: str) -> tuple[int, int]:
        header = next(records(text, delimiter), None)
        cells = header.cells if header and header.cells else ()
        return sum(spelled(cell) in known for cell in cells), len(cells)

    return max(DELIMITERS, key=fit)


def spelled(text: str) -> str:
    """A text as it is compared: trimmed, every run of blanks (no-break and full-width ones too) one space."""
    return " ".join(text.split())
