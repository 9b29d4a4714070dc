"""The first sheet of an XLSX workbook to records, each cell as a CSV export would write it."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, time
from decimal import Decimal

from xinqiao.core.problem import Place, refuse
from xinqiao.tables.file import Record, spelled

XLSX = b"PK\x03\x04"
# A workbook under a password is an OLE file with this stream; an old XLS is one without.
OLE, LOCKED = b"\xd0\xcf\x11\xe0", "EncryptedPackage".encode("utf-16-le")
# Unpacked bytes: some millions of cells. More is a mistake or an attack.
LARGEST = 512 * 2**20
MOST_ROWS = 2**20
# What openpyxl and the parsers below it raise on broken packages; each may quote what it read.
FAULTS = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ArithmeticError, AttributeError, LookupError,
    RuntimeError, SyntaxError, TypeError, ValueError,
)  # fmt: skip

Cells = tuple[str, ...]


def sheet(raw: bytes, file: str) -> tuple[Sequence[Cells], int]:
    """The rows of the first sheet without blank edges to the right and below, and the number of other sheets.

    A formula gives its stored value, a merged cell its value at its upper left, and nothing elsewhere.
    Raises XinqiaoError (workbook-broken, file-empty).
    """
    read = _read(raw)
    if read is None:
        raise refuse("workbook-broken", Place(file=file))
    rows, others = read
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise refuse("file-empty", Place(file=file))
    width = max(map(len, rows))
    return [row + ("",) * (width - len(row)) for row in rows], others


def sheet_records(rows: Sequence[Cells], known: Collection[str]) -> Iterator[Record]:
    """The rows, not all of them blank, as records from the header.

    A line above it that holds one text and no known header is a title.
    """
    filled = {at: set(filter(None, map(spelled, row))) for at, row in enumerate(rows)}
    started = [at for at, words in filled.items() if words]
    header = next((at for at in started if len(filled[at]) > 1 or filled[at] & set(known)), started[0])
    for number, cells in enumerate(rows[header:]):
        yield Record(number=number, cells=cells)


def _read(raw: bytes) -> tuple[list[Cells], int] | None:
    # Errors and warnings hold cells of the file: the first must not become the context of ours, the
    # second must not reach the screen.
    import openpyxl  # noqa: PLC0415  most runs read no workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as package:
                if sum(part.file_size for part in package.infolist()) > LARGEST:
                    return None
            book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
            first = book.worksheets[0]
            # What programs write of a sheet's extent is not to be relied on.
            first.reset_dimensions()
            rows = [_cells(row) for row in first.iter_rows(max_row=MOST_ROWS, values_only=True)]
        except FAULTS:
            return None
    return rows, len(book.worksheets) - 1


def _cells(row: Sequence[object]) -> Cells:
    cells = [_text(value) for value in row]
    while cells and not cells[-1].strip():
        cells.pop()
    return tuple(cells)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float():
            # Spreadsheets show 15 digits; further ones are how binary fractions are stored.
            text = format(Decimal(f"{value:.15g}"), "f")
            return text.rstrip("0").rstrip(".") if "." in text else text
        case datetime():
            return (value.date() if value.time() == time() else value).isoformat()
        case time():
            return value.isoformat()
    # Excel writes the first half of a Windows line break so.
    return re.sub("_x000D_", "\r", str(value))
