"""From a row of another system to the answers of a form: by the questions' names, nothing guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xinqiao.intake.imports.style import Part
from xinqiao.intake.pull.row import Cell, Row

# How a column of its own for each choice says that it was ticked: `topics[listen]` (LimeSurvey), `topics/listen`.
TICKED = frozenset({"y", "yes", "1", "true"})

Answers = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question of the form: its name here and there, whether it takes several choices, what choices are called.

    spellings: how a choice may be written there (its name, its labels) → its name here; empty for other questions.
    pieces: how one text comes apart that holds several choices, or words beside one; those words are found under
    `COLUMN_other`.
    """

    name: str
    column: str
    many: bool = False
    spellings: Mapping[str, str] = field(default_factory=dict)
    pieces: Callable[[str], Sequence[Part]] | None = None


def answers_of(asked: Sequence[Asked], row: Row) -> Answers:
    """The answers that a row gives to the questions; everything else in it is dropped."""
    cells = {**row.cells, **dict(_apart(asked, row.cells))}
    last = _by_last_part(cells)
    found: dict[str, str | Sequence[str]] = {}
    for question in asked:
        cell = cells.get(question.column) or last.get(question.column)
        if question.many:
            if chosen := _chosen(question, cell) or _ticked(question, cells, last):
                found[question.name] = chosen
        elif cell:
            text = cell if isinstance(cell, str) else " ".join(cell)
            text = text.replace("\r\n", "\n")
            if text.strip():
                found[question.name] = question.spellings.get(text.strip(), text)
    return found


def _apart(asked: Sequence[Asked], cells: Mapping[str, Cell]) -> Iterator[tuple[str, Cell]]:
    """The cells that come apart: their choices, and under a name of its own what was written beside them."""
    for question in asked:
        cell = cells.get(question.column)
        if question.pieces and isinstance(cell, str):
            parts = question.pieces(cell)
            yield question.column, tuple(part.text for part in parts)
            if beside := "；".join(part.beside for part in parts if part.beside):
                yield f"{question.column}_other", beside


def _by_last_part(cells: Mapping[str, Cell]) -> Mapping[str, Cell]:
    """`group/name` by `name`, where no two groups have one of that name."""
    names = [name.rpartition("/")[2] for name in cells]
    return {last: cell for last, cell in zip(names, cells.values(), strict=True) if names.count(last) == 1}


def _chosen(question: Asked, cell: Cell | None) -> list[str]:
    """The names of several choices: a list, or one text with blanks between names (XLSForm)."""
    if not cell:
        return []
    parts = [cell] if isinstance(cell, str) else list(cell)
    # A label may read like several names; who writes blanks between answers writes names.
    if isinstance(cell, str) and (
        cell.strip() not in question.spellings or set(cell.split()) <= set(question.spellings.values())
    ):
        parts = cell.split()
    return [question.spellings.get(part.strip(), part.strip()) for part in parts if part.strip()]


def _ticked(question: Asked, cells: Mapping[str, Cell], last: Mapping[str, Cell]) -> list[str]:
    names = dict.fromkeys(question.spellings.values())
    forms = {name: (f"{question.column}[{name}]", f"{question.column}/{name}") for name in names}
    told = {name: [cells.get(form) or last.get(form) for form in forms[name]] for name in names}
    return [name for name in names if any(str(cell).strip().lower() in TICKED for cell in told[name] if cell)]
