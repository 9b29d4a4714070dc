"""A large file of answers in batches of cells, read once from its start to its end, however long it is.

A CSV without quotes is split at its delimiters, one with quotes by Python's own reader, which is slower. What is
neither (two encodings in one file, broken quotes) is no file for this module: read.py reads it whole.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from xinqiao.core.foreign import ForeignFile
from xinqiao.tables.cells import PADDING, ArrowCells, ByteCells, Cells, encoded, split
from xinqiao.tables.encoding import BYTE_ORDER_MARKS, FIRST_OF_THREE_BYTES, GB18030, OTHER_KINDS, UTF_8, UTF_8_MARK
from xinqiao.tables.file import DELIMITERS, Record, delimiter_of, records
from xinqiao.tables.finding import Finding
from xinqiao.tables.numbers import Numbers
from xinqiao.tables.source import PARQUET
from xinqiao.tables.workbook import OLE, XLSX

CHUNK = 2**22
# A header without quotes is looked for in so many characters.
NEAR = 2**16
# Few enough lines to stay near the processor while their columns are read.
BLOCK = 2**19
ROWS = 50_000
ENDS = b"\r\n"
LONE = re.compile(rb"\r[^\n]")
CHINESE = frozenset({"gb18030", "gbk", "gb2312"})


class UnevenError(Exception):
    """A file is not as plain as it looked; it holds nothing of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows of a file: their numbers, their cells column by column, and records that do not fit into columns."""

    numbers: Numbers
    cells: Cells = field(repr=False)
    apart: tuple[Record, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file's header, what is told of it, and ways to read it, fastest first; each may raise UnevenError.

    `blank` rows stand at its end.
    """

    header: Record
    ways: tuple[Callable[[], Iterator[Batch]], ...]
    about: tuple[Finding, ...] = ()
    blank: int = 0


def source(path: Path, about: ForeignFile, known: Collection[str]) -> Source | None:
    """How a file is read in batches; None where it has to be read whole.

    `known` are the headers that the form knows.
    """
    with path.open("rb") as file:
        start = file.read(CHUNK)
    if start.startswith(PARQUET):
        return _parquet(path)
    if start.startswith((XLSX, OLE, *OTHER_KINDS)):
        return None
    seen = _Seen.of(path, about.encoding)
    return _csv(path, seen, about, known) if seen else None


def _csv(path: Path, seen: _Seen, about: ForeignFile, known: Collection[str]) -> Source | None:
    with path.open(encoding=seen.encoding, newline="") as file:
        start = file.read(CHUNK)
        whole = not file.read(1)
    # A record that is cut off is not the header.
    text = start if whole else start[: start.rfind("\n") + 1]
    if '"' not in (near := text[:NEAR]) and "\n" in near:
        text = near[: near.rfind("\n") + 1]
    delimiter = about.delimiter or delimiter_of(text, known)
    header = next(records(text, delimiter), None)
    if header is None or header.cells is None:
        return None
    width = len(header.cells)

    def by_python() -> Iterator[Batch]:
        return _by_python(path, seen.encoding, delimiter, width)

    def by_bytes() -> Iterator[Batch]:
        return _by_bytes(path, seen, delimiter, width)

    plain = (
        seen.plain
        and width > 1
        # Signs that are no part of another one in GB18030.
        and delimiter in DELIMITERS
        and not text.startswith(("\r", "\n"))
        and header.cells == tuple(text.partition("\n")[0].removesuffix("\r").split(delimiter))
    )
    told = (Finding(code="encoding-guessed"),) if seen.encoding == GB18030 and not about.encoding else ()
    if plain:
        return Source(header=header, ways=(by_bytes, by_python), about=told, blank=seen.blank)
    return Source(header=header, ways=(by_python,), about=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a first look over all bytes shows; `plain`: no quotes, and lines that end as lines do today.

    size: up to the end of the last line that holds something.
    """

    encoding: str
    size: int
    plain: bool
    blank: int

    @classmethod
    def of(cls, path: Path, given: str) -> _Seen | None:
        """None where the file is in no encoding that can be read in pieces."""
        encoding = _encoding(path, given)
        if not encoding:
            return None
        size, blank = _end(path)
        plain, before = True, b""
        for chunk in _chunks(path, size):
            if b"\0" in chunk:
                return None
            lone = b"\r" in before + chunk and LONE.search(before + chunk) is not None
            plain, before = plain and b'"' not in chunk and not lone, chunk[-1:]
        return cls(encoding=encoding, size=size, plain=plain, blank=blank)


def _encoding(path: Path, given: str) -> str:
    """UTF-8 or GB18030 where the whole file is one of them; else nothing."""
    with path.open("rb") as file:
        start = file.read(3)
    marked = start == UTF_8_MARK
    if not marked and start.startswith(tuple(BYTE_ORDER_MARKS)):
        return ""
    try:
        name = codecs.lookup(given or UTF_8).name
    except LookupError:
        return ""
    if name in {"utf-8", "utf-8-sig"} and _decodes(path, UTF_8):
        return "utf-8-sig" if marked else UTF_8
    if marked or name not in CHINESE | ({UTF_8} if not given else set()):
        return ""
    wanted = given or GB18030
    return wanted if _decodes(path, wanted) and (given or not _mixed(path)) else ""


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(path):
            if decoder.getstate()[0] or not chunk.isascii():
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _mixed(path: Path) -> bool:
    """Whether a line can only be UTF-8."""
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                try:
                    if max(line.decode(UTF_8)) >= FIRST_OF_THREE_BYTES:
                        return True
                except UnicodeDecodeError:
                    continue
    return False


def _chunks(path: Path, size: int = -1, length: int = CHUNK) -> Iterator[bytes]:
    with path.open("rb") as file:
        left = path.stat().st_size if size < 0 else size
        while left > 0 and (chunk := file.read(min(length, left))):
            left -= len(chunk)
            yield chunk


def _end(path: Path) -> tuple[int, int]:
    """Bytes up to the last line that holds something, and how many blank lines follow it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - CHUNK))
        tail = file.read()
    ending = tail[len(tail.rstrip(ENDS)) :]
    lines = len(ending.replace(b"\r\n", b"\n"))
    return size - len(ending), max(0, lines - 1)


def _by_bytes(path: Path, seen: _Seen, delimiter: str, width: int) -> Iterator[Batch]:
    """Lines of as many cells as the header has, split where the delimiter stands."""
    number = 1
    for lines in _lines(path, seen.size):
        ends = split(lines, delimiter, width)
        if ends is None:
            raise UnevenError
        data = np.frombuffer(lines + PADDING, dtype=np.uint8)
        cells = ByteCells(data=data, ends=ends, delimiter=delimiter, encoding=seen.encoding)
        yield Batch(numbers=np.arange(number, number + len(cells)), cells=cells)
        number += len(cells)


def _lines(path: Path, size: int) -> Iterator[bytes]:
    """The lines below the header, many whole ones at a time."""
    rest, header = b"", True
    for chunk in _chunks(path, size, BLOCK):
        held = rest + chunk
        if header:
            _, end, below = held.partition(b"\n")
            held, header = (below, False) if end else (held, True)
        cut = 0 if header else held.rfind(b"\n") + 1
        rest = held[cut:]
        if cut:
            yield held[:cut]
    if rest and not header:
        yield rest + b"\n"


def _by_python(path: Path, encoding: str, delimiter: str, width: int) -> Iterator[Batch]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            rows = csv.reader(file, delimiter=delimiter, strict=True)
            next(row for row in rows if any(cell.strip() for cell in row))
            number = 1
            while read := list(islice(rows, ROWS)):
                yield _batch(number, read, width)
                number += len(read)
        return
    except (csv.Error, StopIteration):
        pass
    raise UnevenError


def _batch(number: int, rows: Sequence[list[str]], width: int) -> Batch:
    fits = [len(row) == width for row in rows]
    columns = zip(*(row for row, fit in zip(rows, fits, strict=True) if fit), strict=True)
    arrays = [encoded(column) for column in columns] or [encoded(())] * width
    apart = (Record(number=number + at, cells=tuple(rows[at])) for at, fit in enumerate(fits) if not fit)
    return Batch(
        numbers=number + np.flatnonzero(fits),
        cells=ArrowCells(pa.RecordBatch.from_arrays(arrays, [f"c{at}" for at in range(width)])),
        apart=tuple(apart),
    )


def _parquet(path: Path) -> Source:
    from xinqiao.tables.parquet import ParquetFile  # noqa: PLC0415 - start-up time

    opened = ParquetFile(path, str(path))

    def by_column() -> Iterator[Batch]:
        number = 1
        for cells in opened.batches():
            yield Batch(numbers=np.arange(number, number + len(cells)), cells=ArrowCells(cells))
            number += len(cells)

    return Source(header=opened.header, ways=(by_column,))
