"""A file's rows to what is asked of each: its answers, its day, and what it is known by when it comes again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from xinqiao.core.expression import Expression, evaluate, truth
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.question import Question
from xinqiao.core.source import Source
from xinqiao.intake.called import NUMBERED, numbered
from xinqiao.intake.imports.answer import WHOLE, Answer, Reader
from xinqiao.intake.imports.moment import AmbiguousDayError, Moment, moment_of
from xinqiao.intake.imports.plan import Plan, absent, plan
from xinqiao.intake.imports.style import Style
from xinqiao.intake.imports.styles import STYLES, style_of
from xinqiao.intake.imports.ties import Ties
from xinqiao.intake.imports.words import same

UNFINISHED = frozenset({"", "no"})


class _Record(Protocol):
    """One record of a file, as the room that reads files has it; `cells` is None where it cannot be read."""

    @property
    def number(self) -> int: ...
    @property
    def cells(self) -> tuple[str, ...] | None: ...
    @property
    def written(self) -> tuple[str, ...]: ...
    @property
    def strange(self) -> bool: ...
    @property
    def unsaved(self) -> frozenset[int]: ...
    @property
    def blank(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a file that can be told into answers; `known_by` and `called` are hashed before they go anywhere.

    known_by: any of these makes it the same row. called: what a pull of the same source calls it; empty where no
    source is named.
    """

    number: int
    day: date | None
    answers: dict[str, Answer] = field(repr=False)
    known_by: tuple[str, ...] = field(repr=False)
    called: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What came in one file: every record after the header is a row, set aside (number → code), or dropped (code → n).

    columns: how many were known and not taken.
    """

    system: str
    rows: tuple[Row, ...] = field(repr=False)
    aside: dict[int, str]
    dropped: dict[str, int]
    problems: tuple[Problem, ...]
    columns: int


def incoming(
    asked: Sequence[Question],
    records: Iterable[_Record],
    ties: Ties,
    file: str,
    keep_if: Expression | None = None,
    source: Source | None = None,
) -> Incoming:
    """The rows of a file, its header first; those for which `keep_if` does not hold are dropped.

    source: the one that the file was exported from; its rows are then known by the same names as in a pull. Raises
    XinqiaoError where the file as a whole cannot be used: file-empty, import-day-ambiguous, import-day-unreadable,
    import-words-left, import-rows-nameless, and as `plan` does.
    """
    stream = iter(records)
    header = next(stream, None)
    if header is None:
        raise refuse("file-empty", Place(file=file))
    style = STYLES[ties.system] if ties.system else style_of(header.written)
    made = plan(asked, header.written, style, ties, file, source)
    whole, aside, dropped = _sifted(stream, made)
    _check_nameless(made, whole, file)
    rows, left = _rows(asked, whole, style, ties, made, file)
    if source:
        rows = _called(rows, whole, ties, made, source, file)
    kept = tuple(row for row in rows if keep_if is None or truth(evaluate(keep_if.tree(), row.answers, None, row.day)))
    if len(kept) < len(rows):
        dropped["row-not-kept"] = len(rows) - len(kept)
    told = [*_told(asked, ties, made, file), *_left(left, ties, file)]
    told += [_count(code, count, file) for code, count in dropped.items()]
    return Incoming(
        system=style.name, rows=kept, aside=aside, dropped=dict(dropped), problems=tuple(told), columns=len(made.about)
    )


def _sifted(
    stream: Iterator[_Record], made: Plan
) -> tuple[list[tuple[int, tuple[str, ...]]], dict[int, str], Counter[str]]:
    """The records that can be read, those set aside, and how many are left out."""
    aside: dict[int, str] = {}
    dropped: Counter[str] = Counter()
    whole: list[tuple[int, tuple[str, ...]]] = []
    for record in stream:
        fault = _fault(record, made)
        if record.blank or (not fault and _unfinished(record.written, made)):
            dropped["row-blank" if record.blank else "row-unfinished"] += 1
        elif fault:
            aside[record.number] = fault
        else:
            whole.append((record.number, record.written))
    return whole, aside, dropped


def _rows(
    asked: Sequence[Question],
    whole: Sequence[tuple[int, tuple[str, ...]]],
    style: Style,
    ties: Ties,
    made: Plan,
    file: str,
) -> tuple[tuple[Row, ...], Counter[str]]:
    reader = Reader(asked, style, ties, made)
    moments = _moments(whole, ties, made, file)
    seen: Counter[str] = Counter()
    left: Counter[str] = Counter()
    rows = []
    for (number, cells), moment in zip(whole, moments, strict=True):
        read = reader.read(cells)
        left.update(read.left)
        known_by = _known_by(cells, moment, style, ties, made)
        if not _numbered(cells, made):
            # Rows that are alike in everything are different people's; what a system has numbered is one.
            seen.update(known_by)
            known_by = tuple(f"{name} {seen[name]}" for name in known_by)
        day = moment.day if moment else None
        rows.append(Row(number=number, day=day, answers=dict(read.answers), known_by=known_by))
    return tuple(rows), left


def _called(
    rows: Sequence[Row],
    whole: Sequence[tuple[int, tuple[str, ...]]],
    ties: Ties,
    made: Plan,
    source: Source,
    file: str,
) -> tuple[Row, ...]:
    """The rows with the names by which a pull of the source knows them. Raises XinqiaoError (import-rows-nameless)."""
    found = []
    for row, (_, cells) in zip(rows, whole, strict=True):
        name = "" if made.called is None else cells[made.called].strip()
        if written := WHOLE.fullmatch(name):
            # As a workbook may hold a number.
            name = written[1]
        if name and source.system in NUMBERED:
            moment = None if made.day is None else moment_of(cells[made.day], ties.order)
            name = numbered(name, moment.day, moment.clock) if moment else ""
        if not name:
            raise refuse("import-rows-nameless", Place(file=file), row=row.number, source=source.name)
        found.append(replace(row, called=name))
    return tuple(found)


def _moments(whole: Sequence[tuple[int, tuple[str, ...]]], ties: Ties, made: Plan, file: str) -> list[Moment | None]:
    if made.day is None:
        return [None] * len(whole)
    found: list[Moment | None] = []
    for number, cells in whole:
        try:
            moment = moment_of(cells[made.day], ties.order)
        except AmbiguousDayError:
            raise refuse("import-day-ambiguous", Place(file=file), row=number, column=made.day + 1) from None
        if moment is None:
            raise refuse("import-day-unreadable", Place(file=file), row=number, column=made.day + 1)
        found.append(moment)
    return found


def _known_by(cells: Sequence[str], moment: Moment | None, style: Style, ties: Ties, made: Plan) -> tuple[str, ...]:
    """What makes a row the same when it comes again, in whatever encoding and with whatever mapping file.

    A system's own number where it has one, with the moment unless no two forms share a number. Else all that stands
    in the row, and, so that a question may be worded anew, its moment with its answers in their order.
    """
    at = [moment.day.isoformat(), moment.clock] if moment else []
    content = _content(cells, made)
    if made.number is not None and _numbered(cells, made):
        also = [] if style.everywhere or ties.number else at or content
        return (_hashed([cells[made.number].strip(), *also]),)
    if not (moment and moment.clock):
        return (_hashed(content),)
    return _hashed(content), _hashed([*at, *_answers(cells, made)])


def _numbered(cells: Sequence[str], made: Plan) -> bool:
    return made.number is not None and bool(cells[made.number].strip())


def _hashed(parts: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _content(cells: Sequence[str], made: Plan) -> list[str]:
    pairs = zip(map(same, made.labels), cells, strict=True)
    return [part for pair in sorted((label, cell.strip()) for label, cell in pairs if cell.strip()) for part in pair]


def _answers(cells: Sequence[str], made: Plan) -> list[str]:
    own = {at for options in made.options.values() for at in options.values()}
    return [cells[at].strip() for at in sorted({*made.columns.values(), *own}) if cells[at].strip()]


def _unfinished(cells: Sequence[str], made: Plan) -> bool:
    """Whether somebody has left the form before its end, as far as the system tells."""
    return made.finished is not None and same(cells[made.finished]) in UNFINISHED


def _fault(record: _Record, made: Plan) -> str:
    if record.strange:
        return "row-encoding"
    if record.cells is None:
        return "row-unreadable"
    if len(record.cells) != len(made.labels):
        return "row-short" if len(record.cells) < len(made.labels) else "row-long"
    return "answer-formula" if record.unsaved - set(made.about) else ""


def _told(asked: Sequence[Question], ties: Ties, made: Plan, file: str) -> Iterator[Problem]:
    # What people write beside a choice has no column of its own.
    beside = {one.name for one in asked if one.of_other} | {tie.other for tie in ties.questions.values()}
    if lacking := [name for name in absent(asked, made) if name not in beside]:
        yield Problem(code="import-question-absent", place=Place(file=file), params={"field": ", ".join(lacking)})
    if made.day is None:
        yield Problem(code="import-day-none", place=Place(file=file))


def _check_nameless(made: Plan, whole: Sequence[tuple[int, tuple[str, ...]]], file: str) -> None:
    """A column without a header may be blank; one that holds something is of no question."""
    nameless = [at for at, label in enumerate(made.labels) if not label.strip()]
    held = [str(at + 1) for at in nameless if any(cells[at].strip() for _, cells in whole)]
    if held:
        raise refuse("import-columns-unknown", Place(file=file), count=len(held), columns=", ".join(held))


def _left(left: Counter[str], ties: Ties, file: str) -> Iterator[Problem]:
    """What was written beside choices and is not taken: as the mapping file says, or else nothing of the file is."""
    unsaid = [name for name in left if ties.of(name).other is None]
    if unsaid:
        params: dict[str, str | int] = {"count": sum(left[name] for name in unsaid), "field": ", ".join(unsaid)}
        raise XinqiaoError([Problem(code="import-words-left", place=Place(file=file), params=params)])
    if left:
        yield _count("import-words-dropped", left.total(), file)


def _count(code: str, count: int, file: str) -> Problem:
    return Problem(code=code, place=Place(file=file), params={"count": count})
