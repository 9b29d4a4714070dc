"""The bytes of a file of answers to records, as the form file says or as the file itself shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from xinqiao.core.foreign import ForeignFile
from xinqiao.core.problem import Place, refuse
from xinqiao.tables.encoding import GB18030, STRANGE, Decoded, decode, restored
from xinqiao.tables.file import Record, delimiter_of, records
from xinqiao.tables.finding import Finding
from xinqiao.tables.workbook import LOCKED, OLE, XLSX, sheet, sheet_records

PARQUET = b"PAR1"


def records_of(
    raw: bytes, file: str, about: ForeignFile, known: Collection[str]
) -> tuple[Iterator[Record], Sequence[Finding]]:
    """The records of a file from its header, and what is to be told of the file itself.

    `known` are the headers that the form knows. Raises XinqiaoError where the bytes are no such file.
    """
    if raw.startswith(XLSX):
        rows, others = sheet(raw, file, about.sheet)
        return sheet_records(rows, known), [Finding(code="sheets-extra", count=others)] if others else []
    if raw.startswith(PARQUET):
        # Slow to start, and most runs read none.
        from xinqiao.tables.parquet import ParquetFile  # noqa: PLC0415

        return ParquetFile(raw, file).records(), []
    if raw.startswith(OLE) and LOCKED in raw:
        raise refuse("workbook-locked", Place(file=file))
    delimiter = about.delimiter
    found = decode(raw, file, about.encoding, lambda text: _rows(text, delimiter or delimiter_of(text, known)))
    guessed = found.encoding == GB18030 and not about.encoding
    split = records(found.text, delimiter or delimiter_of(found.text, known))
    stream = _restored(split, found) if found.strange else split
    return stream, [Finding(code="encoding-guessed")] if guessed else []


def _rows(text: str, delimiter: str) -> int:
    """The number of the record in which a text breaks off, which may be within quotes."""
    lines = csv.reader(io.StringIO(f"{text.lstrip()}…", newline=""), delimiter=delimiter)
    return sum(1 for _ in lines) - 1


def _restored(split: Iterator[Record], found: Decoded) -> Iterator[Record]:
    for record in split:
        if any(map(STRANGE.search, record.written)):
            cells = record.cells and tuple(restored(cell, found.strange) for cell in record.cells)
            yield replace(record, cells=cells, line=restored(record.line, found.strange), strange=True)
        else:
            yield record
