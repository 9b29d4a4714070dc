"""A sheet by its headers: which cell of a row stands under which column of XLSForm, in which language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xinqiao.core.problem import Place
from xinqiao.forms.draft import Draft
from xinqiao.forms.xlsform.grid import Sheet
from xinqiao.forms.xlsform.header import CHOICES, SETTINGS, SURVEY, Header, header

Said = Mapping[str, str]
Cells = Mapping[str, Said]
# What stands below so many blank rows is remarks; pyxform does not read it either.
GAP = 60
# Word processors bend the quotes of an expression.
QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})
NOTHING = Sheet(name="", rows=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`rows`: for each row its number and what it holds, by key and language ("" where none is named)."""

    file: str
    headers: tuple[Header, ...] = ()
    rows: tuple[tuple[int, Cells], ...] = ()

    def place(self, number: int, key: str = "", question: str = "") -> Place:
        """The place of a cell; of the first in its row where the column is not there."""
        column = next((each.at for each in self.headers if each.key == key), 1)
        return Place(file=self.file, line=number, column=column, question=question)


def table(sheet: Sheet, file: str, draft: Draft, name: str) -> Table:
    """A sheet as a table by what it is for; headers that stand twice and formulas without a value are noted."""
    aliases = {"survey": SURVEY, "settings": SETTINGS, "xinqiao": {}}.get(name, CHOICES)
    where = f"{file}#{sheet.name}"
    number, first = sheet.rows[0] if sheet.rows else (1, ())
    headers = tuple(header(words, at, aliases) for at, words in enumerate(first, start=1) if words)
    for at, each in enumerate(headers):
        if any((each.key, each.tag) == (other.key, other.tag) for other in headers[:at]):
            place = Place(file=where, line=number, column=each.at)
            draft.note("xlsform-header-twice", place, header=each.written)
    for line, column in sheet.unsaved:
        draft.note("xlsform-formula", Place(file=where, line=line, column=column))
    rows = []
    for line, cells in sheet.rows[1:]:
        if line - number > GAP:
            draft.note("import-rows-left-out", Place(file=where, line=line, column=1), rows=GAP)
            break
        rows.append((line, _cells(headers, cells)))
        number = line
    return Table(file=where, headers=headers, rows=tuple(rows))


def only(said: Said | None) -> str:
    """What a cell says that has no language."""
    return next(iter(said.values()), "") if said else ""


def _cells(headers: tuple[Header, ...], cells: tuple[str, ...]) -> Cells:
    found: dict[str, dict[str, str]] = {}
    for each in headers:
        text = cells[each.at - 1] if each.at <= len(cells) else ""
        if text:
            found.setdefault(each.key, {}).setdefault(each.tag, text)
    return found
