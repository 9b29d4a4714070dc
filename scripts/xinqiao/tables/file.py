"""The bytes of a foreign file to its text, and the text to its records."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from xinqiao.core.problem import Place, refuse

DELIMITERS = (",", ";", "\t")
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
OTHER_KINDS = {b"\xd0\xcf\x11\xe0": "XLS", b"%PDF": "PDF"}
# The whole file is in memory already, so a long cell costs nothing more; read.py sets its row aside.
# The limit belongs to the csv module as a whole.
csv.field_size_limit(2**31 - 1)


def decode(raw: bytes, file: str) -> tuple[str, str]:
    """The text and its encoding: a byte order mark, else strict UTF-8, else GB18030.

    Windows-1252 and its like cannot be told from GB18030 for sure: most such files break off as
    undecodable, some come out as rare Chinese characters. So GB18030 is told as a finding.
    Raises XinqiaoError (file-empty, file-kind-unsupported, file-binary, file-undecodable).
    """
    for start, kind in OTHER_KINDS.items():
        if raw.startswith(start):
            raise refuse("file-kind-unsupported", Place(file=file), kind=kind)
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if raw.startswith(mark)), None)
    if marked is None and b"\0" in raw:
        raise refuse("file-binary", Place(file=file))
    for name in (marked,) if marked else ("utf-8", "gb18030"):
        text = _decoded(raw, name)
        if text is not None:
            break
    else:
        raise refuse("file-undecodable", Place(file=file))
    if "\0" in text:
        raise refuse("file-binary", Place(file=file))
    if not text.strip():
        raise refuse("file-empty", Place(file=file))
    return text, name


def _decoded(raw: bytes, encoding: str) -> str | None:
    # An error of the codec holds the whole file; it must not become the context of ours.
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of the file: `number` counts from 0 (the header); `cells` is None where it cannot be read.

    `line` is then what the file holds there.
    """

    number: int
    cells: tuple[str, ...] | None = field(repr=False)
    line: str = field(default="", repr=False)

    @property
    def written(self) -> tuple[str, ...]:
        """Its cells as the file has them; where it cannot be split into cells, the line as one."""
        return (self.line,) if self.cells is None else self.cells

    @property
    def blank(self) -> bool:
        """Whether it holds nothing at all."""
        return self.cells is not None and not any(cell.strip() for cell in self.cells)


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
