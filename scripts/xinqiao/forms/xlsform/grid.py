"""Workbooks to cells of text, within limits; nothing outside of the file is ever opened.

`.xlsx` (ECMA-376) by openpyxl, `.xls` (BIFF) by xlrd. A formula gives its stored value, a merged cell its
value at its upper left.
"""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from xinqiao.core.problem import Place, refuse

XLSX, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
LARGEST, LARGEST_UNPACKED, MOST_PARTS = 16 * 2**20, 128 * 2**20, 2_000
MOST_ROWS, MOST_CELLS, WIDEST = 20_000, 1_000_000, 500
FORMULA = b"<f"
# What the parsers raise on broken files; each may quote what it read.
FAULTS = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ArithmeticError, AttributeError, LookupError, AssertionError,
    RuntimeError, SyntaxError, TypeError, ValueError, struct.error, NotImplementedError, MemoryError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A worksheet: its rows that hold something, each with its number from 1, without blank cells at the end.

    `unsaved`: the rows and columns of formulas that have no stored value.
    """

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    unsaved: tuple[tuple[int, int], ...] = ()


Row = Iterable[object]


def workbook(raw: bytes, file: str) -> tuple[Sheet, ...]:
    """The sheets of a workbook. Raises XinqiaoError (import-not-workbook, import-too-large)."""
    place = Place(file=file)
    if len(raw) > LARGEST:
        raise refuse("import-too-large", place)
    if raw[:4] not in {XLSX, OLE}:
        raise refuse("import-not-workbook", place)
    # Warnings and errors of the parsers quote cells: neither may reach the screen.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            sheets = _xlsx(raw) if raw[:4] == XLSX else _xls(raw)
        except _TooLargeError:
            sheets = None
        except FAULTS:
            sheets = ()
    if sheets is None:
        raise refuse("import-too-large", place)
    if not sheets:
        raise refuse("import-not-workbook", place)
    return sheets


class _TooLargeError(Exception):
    pass


def _xlsx(raw: bytes) -> tuple[Sheet, ...]:
    import openpyxl  # noqa: PLC0415  most runs read no workbook

    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        parts = package.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
            raise _TooLargeError
        formulas = any(FORMULA in package.read(part) for part in parts if part.filename.startswith("xl/worksheets/"))
    stored, written = (
        openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=data_only, keep_links=False)
        for data_only in (True, False)
    )
    found = []
    for sheet in stored.worksheets:
        # What programs write of a sheet's extent is not to be relied on.
        sheet.reset_dimensions()
        rows = tuple(_filled(sheet.iter_rows(values_only=True)))
        unsaved: tuple[tuple[int, int], ...] = ()
        if formulas:
            written[sheet.title].reset_dimensions()
            unsaved = tuple(_unsaved(dict(rows), written[sheet.title].iter_rows()))
        found.append(Sheet(name=sheet.title, rows=rows, unsaved=unsaved))
    return tuple(found)


def _unsaved(stored: dict[int, tuple[str, ...]], rows: Iterable[Iterable[object]]) -> Iterator[tuple[int, int]]:
    for number, row in enumerate(rows, start=1):
        for at, cell in enumerate(row):
            cells = stored.get(number, ())
            if getattr(cell, "data_type", "") == "f" and (at >= len(cells) or not cells[at]):
                yield number, at + 1


def _xls(raw: bytes) -> tuple[Sheet, ...]:
    import xlrd  # noqa: PLC0415  most runs read no workbook

    try:
        book = xlrd.open_workbook(file_contents=raw, logfile=io.StringIO(), on_demand=False)
    except xlrd.XLRDError:
        return ()
    found = []
    for sheet in book.sheets():
        rows = (
            # Most rows of an old sheet are blank to its very end.
            tuple(_value(cell.ctype, cell.value, book.datemode) for cell in sheet.row(at)) if filled else ()
            for at in range(sheet.nrows)
            for filled in [{*sheet.row_values(at)} - {""}]
        )
        found.append(Sheet(name=sheet.name, rows=tuple(_filled(rows))))
    return tuple(found)


def _value(kind: int, value: object, datemode: int) -> object:
    """The value of an XLS cell by its kind: 3 is a date, 4 a truth value, 5 an error."""
    import xlrd  # noqa: PLC0415  most runs read no workbook

    if kind == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(value, datemode)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    return None if kind == xlrd.XL_CELL_ERROR else value


def _filled(rows: Iterable[Row]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows that hold something, numbered."""
    kept = cells = 0
    for number, row in enumerate(rows, start=1):
        texts = [_text(value) for value in row]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        kept, cells = kept + 1, cells + len(texts)
        if kept > MOST_ROWS or cells > MOST_CELLS or len(texts) > WIDEST:
            raise _TooLargeError
        yield number, tuple(texts)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            # Spreadsheets show 15 digits; further ones are how binary fractions are stored.
            text = format(Decimal(f"{value:.15g}"), "f")
            return text.rstrip("0").rstrip(".") if "." in text else text
        case datetime():
            return (value.date() if value.time() == time() else value).isoformat()
        case date() | time():
            return value.isoformat()
    # Excel writes the first half of a Windows line break so, and a hard space where one was pasted.
    return str(value).replace("_x000D_", "").replace("\xa0", " ").strip()
