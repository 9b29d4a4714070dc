"""The figures of tables of others: read from CSV, every fault with its file and line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.safety.others.descriptor import Described, Sheet

COUNT = re.compile(r"[0-9]{1,9}")
MOST_TOLD = 20  # problems of one file: a wrong column makes one in each row

Codes = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One cell of a file: its codes in the order of the dimensions, its value (None where hidden), its place."""

    codes: Codes
    release: int
    value: int | None = field(repr=False)
    file: str
    place: Place


def read_figures(described: Described) -> list[Figure]:
    """All cells of all files. Raises XinqiaoError with the problems of every file (exit UNSAFE)."""
    figures: list[Figure] = []
    problems: list[Problem] = []
    for sheet in described.sheets:
        try:
            found = list(_cells(described, sheet))
        except XinqiaoError as error:
            problems += error.problems
            continue
        wrong = [problem for problem in found if isinstance(problem, Problem)]
        problems += wrong[:MOST_TOLD]
        if len(wrong) > MOST_TOLD:
            more = {"more": len(wrong) - MOST_TOLD}
            problems.append(Problem(code="audit-rows-more", place=Place(file=str(sheet.path)), params=more))
        figures += [figure for figure in found if isinstance(figure, Figure)]
    if problems:
        raise XinqiaoError(problems)
    return figures


def _cells(described: Described, sheet: Sheet) -> Iterator[Figure | Problem]:
    rows = _rows(sheet)
    first = next(rows, None)
    if first is None:
        raise refuse("audit-file-empty", Place(file=str(sheet.path)))
    header = [name.strip() for name in first[1]]
    at = _columns(sheet, header, first[0])
    seen: dict[Codes, int] = {}
    for line, row in rows:
        place = Place(file=str(sheet.path), line=line)
        if len(row) != len(header):
            yield Problem(code="audit-row-length", place=place, params={"found": len(row), "wanted": len(header)})
            continue
        found = _cell(described, sheet, {name: row[number].strip() for name, number in at.items()}, place)
        if isinstance(found, Figure) and (before := seen.setdefault(found.codes, line)) != line:
            yield Problem(code="audit-row-repeated", place=place, params={"before": before})
        elif found is not None:
            yield found
    if not seen:
        raise refuse("audit-file-empty", Place(file=str(sheet.path)))


def _cell(described: Described, sheet: Sheet, row: dict[str, str], place: Place) -> Figure | Problem | None:
    """A row's cell; None for a total that the description says adds up only what is shown."""
    codes = []
    for dimension in described.dimensions:
        if dimension.name in sheet.columns:
            code = row[sheet.columns[dimension.name]]
            if not dimension.knows(code):
                return Problem(code="audit-code-unknown", place=place, params={"name": dimension.name})
            if not sheet.totals and code == dimension.total:
                return None
        else:
            code = sheet.levels.get(dimension.name, dimension.total)
        codes.append(code)
    is_hidden = row[sheet.status or sheet.value] in sheet.hidden
    value = row[sheet.value]
    if not is_hidden and not COUNT.fullmatch(value):
        return Problem(code="audit-figure", place=place, params={"column": sheet.value})
    return Figure(
        codes=tuple(codes),
        release=sheet.release,
        value=None if is_hidden else int(value),
        file=sheet.file,
        place=place,
    )


def _columns(sheet: Sheet, header: list[str], line: int) -> dict[str, int]:
    """The places of the columns that the description names. Raises XinqiaoError where one lacks or stands twice."""
    wanted = [sheet.value, *([sheet.status] if sheet.status else []), *sheet.columns.values()]
    place = Place(file=str(sheet.path), line=line)
    problems = [
        Problem(
            code="audit-column-missing" if header.count(name) == 0 else "audit-column-twice",
            place=place,
            params={"column": name},
        )
        for name in dict.fromkeys(wanted)
        if header.count(name) != 1
    ]
    if problems:
        raise XinqiaoError(problems)
    return {name: header.index(name) for name in wanted}


def _rows(sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, each with the line on which it ends."""
    name = str(sheet.path)
    reader = csv.reader(io.StringIO(_text(sheet), newline=""), delimiter=sheet.delimiter, strict=True)
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            raise refuse("audit-csv-unreadable", Place(file=name, line=reader.line_num)) from None
        if row is None:
            return
        if any("\0" in part for part in row):
            raise refuse("audit-csv-unreadable", Place(file=name, line=reader.line_num))
        if any(part.strip() for part in row):
            yield reader.line_num, row


def _text(sheet: Sheet) -> str:
    place = Place(file=str(sheet.path))
    try:
        # UTF-8 by its usual name may begin with a mark, as spreadsheets write it.
        encoding = "utf-8-sig" if sheet.encoding.lower() in {"utf-8", "utf8"} else sheet.encoding
        return sheet.path.read_bytes().decode(encoding)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except UnicodeError:
        raise refuse("audit-encoding", place, encoding=sheet.encoding) from None
    except ValueError:
        reason = "ValueError"
    raise refuse("audit-file-unreadable", place, reason=reason)
