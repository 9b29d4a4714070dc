"""A sheet of an XLSX workbook to records, each cell as a CSV export would write it."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from decimal import Decimal
from typing import Any

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
# A formula in a sheet's XML.
FORMULA = b"<f"

Cells = tuple[str, ...]
Table = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """The cells of one row; `unsaved` are the positions of formulas without a stored value."""

    cells: Cells = field(repr=False)
    unsaved: frozenset[int] = frozenset()

    @property
    def blank(self) -> bool:
        """Whether it holds nothing at all."""
        return not self.cells and not self.unsaved


def sheet(raw: bytes, file: str, name: str = "") -> tuple[Sequence[SheetRow], int]:
    """The rows of the named sheet, else of the first, without blank edges to the right and below.

    With it comes the number of other sheets where none was named. A formula gives its stored value (a
    program that is no spreadsheet may have stored none), a merged cell its value at its upper left, and
    nothing elsewhere. Raises XinqiaoError (workbook-broken, sheet-unknown, file-empty).
    """
    read = _read(raw, name)
    if read is None:
        raise refuse("workbook-broken", Place(file=file))
    rows, names = read
    if name and name not in names:
        raise refuse("sheet-unknown", Place(file=file), sheet=name, known=", ".join(names))
    while rows and rows[-1].blank:
        rows.pop()
    if not rows:
        raise refuse("file-empty", Place(file=file))
    width = max(max(len(row.cells), *(at + 1 for at in row.unsaved), 0) for row in rows)
    padded = [replace(row, cells=row.cells + ("",) * (width - len(row.cells))) for row in rows]
    return padded, 0 if name else len(names) - 1


def sheet_records(rows: Sequence[SheetRow], known: Collection[str]) -> Iterator[Record]:
    """The rows, not all of them blank, as records from the header.

    A line above it that holds one text and no known header is a title.
    """
    filled = {at: set(filter(None, map(spelled, row.cells))) for at, row in enumerate(rows)}
    started = [at for at, words in filled.items() if words] or [0]
    header = next((at for at in started if len(filled[at]) > 1 or filled[at] & set(known)), started[0])
    for number, row in enumerate(rows[header:]):
        yield Record(number=number, cells=row.cells, unsaved=row.unsaved)


def _read(raw: bytes, name: str) -> tuple[list[SheetRow], Sequence[str]] | None:
    # Errors and warnings hold cells of the file: the first must not become the context of ours, the
    # second must not reach the screen.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as package:
                if sum(part.file_size for part in package.infolist()) > LARGEST:
                    return None
                formulas = any(
                    FORMULA in package.read(part) for part in package.namelist() if part.startswith("xl/worksheets/")
                )
            names, rows = _table(raw, name, stored=True)
            unsaved = _unsaved(rows, _table(raw, name, stored=False)[1]) if formulas else {}
            cells = [_cut(tuple(_text(cell.value) for cell in row)) for row in rows]
        except FAULTS:
            return None
    return [SheetRow(cells=row, unsaved=unsaved.get(at, frozenset())) for at, row in enumerate(cells)], names


def _table(raw: bytes, name: str, *, stored: bool) -> tuple[Sequence[str], Table]:
    """The names of the sheets, and the cells of one; of a formula what it came to (`stored`) or itself."""
    import openpyxl  # noqa: PLC0415  most runs read no workbook

    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=stored, keep_links=False)
    names = [each.title for each in book.worksheets]
    if name and name not in names:
        return names, []
    chosen = book.worksheets[names.index(name) if name else 0]
    # What programs write of a sheet's extent is not to be relied on.
    chosen.reset_dimensions()
    return names, list(chosen.iter_rows(max_row=MOST_ROWS))


def _unsaved(stored: Table, written: Table) -> dict[int, frozenset[int]]:
    """Row → where a formula stands that has come to nothing; one that came to an empty text has (type `str`)."""
    found = {}
    for at, (row, source) in enumerate(zip(stored, written, strict=True)):
        pairs = enumerate(zip(row, source, strict=True))
        found[at] = frozenset(
            place
            for place, (cell, formula) in pairs
            if formula.data_type == "f" and cell.value is None and cell.data_type != "str"
        )
    return found


def _cut(cells: Cells) -> Cells:
    """The cells without the blank ones at their end."""
    end = next((at for at in range(len(cells), 0, -1) if cells[at - 1].strip()), 0)
    return cells[:end]


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
