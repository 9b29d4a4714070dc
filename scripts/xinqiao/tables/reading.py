"""How one file is read by one form: where each question stands, how it is written, what tells of its rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from xinqiao.core.expression import Node, evaluate, truth
from xinqiao.core.form import Form
from xinqiao.core.problem import Place, refuse
from xinqiao.core.question import BadAnswer, Question
from xinqiao.tables.columns import DAY, NUMBER, columns, header_findings
from xinqiao.tables.day import day_of
from xinqiao.tables.file import Record, spelled
from xinqiao.tables.finding import Finding
from xinqiao.tables.repeated import identity
from xinqiao.tables.spelling import LONGEST_ANSWER, Spelling
from xinqiao.tables.versions import version_findings

Answers = Mapping[str, str]
LACKING = {"date": "date-column-missing", "id": "id-column-missing", "version": "version-column-missing"}
VERSION = re.compile(r"[0-9]{1,9}(\.0*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one file is read by one form: where each question stands and how it is written there."""

    labels: tuple[str, ...]
    columns: Mapping[str, int]
    spellings: Mapping[str, Spelling]
    keep_if: Node | None
    day_at: int | None
    day_format: str
    form: Form = field(repr=False)
    id_at: int | None = None
    version_at: int | None = None

    @classmethod
    def of(cls, form: Form, asked: Sequence[Question], header: Record, file: str) -> Reading:
        """By a file's header. Raises XinqiaoError (columns-unknown, date-, id-, version-column-missing)."""
        labels = tuple(spelled(cell) for cell in header.written)
        own = labels[:1] == (NUMBER,)
        found = columns(asked, labels, own=own)
        if not found:
            raise refuse("columns-unknown", Place(file=file))
        dated = DAY if own else spelled(form.file.date_column)
        about = {"date": dated, "id": spelled(form.file.id_column), "version": spelled(form.file.version_column)}
        for what, label in about.items() if not own else ():
            if label and label not in labels:
                raise refuse(LACKING[what], Place(file=file), column=label)
        at = {what: labels.index(label) for what, label in about.items() if label and label in labels}
        coded = found.get(form.code.name) if form.code else None
        return cls(
            labels=labels,
            columns=found,
            spellings=own_spellings(asked) if own else _foreign(form, asked),
            # Our own file holds only rows that were kept, perhaps without the column that told it.
            keep_if=form.file.keep_if.tree() if form.file.keep_if and not own else None,
            day_at=at.get("date"),
            day_format="" if own else form.file.date_format,
            form=form,
            # Our own file holds each respondent once, and only what the present version asks.
            id_at=None if own else at.get("id", coded),
            version_at=None if own else at.get("version"),
        )

    def header_findings(self, asked: Sequence[Question]) -> Iterator[Finding]:
        """Which columns lack, stand there twice, or belong to no question."""
        about = (self.labels[at] for at in (self.day_at, self.id_at, self.version_at) if at is not None)
        earlier = {
            spelled(old): self.form.since(change.since - 1).renamed[old]
            for change in (self.form.changes if self.version_at is not None else ())
            for old in change.renamed
        }
        found = {old: new for old, new in earlier.items() if old in self.labels}
        asked = [each for each in asked if each.name in self.columns or each.name not in found.values()]
        return header_findings(asked, self.labels, self.columns, (NUMBER, *about, *found))

    @property
    def minded(self) -> bool:
        """Whether the file tells of a row who gave it, or to which version of the form."""
        return self.id_at is not None or self.version_at is not None

    def version(self, cell: str) -> int:
        """The version that a cell names; the present one where it is empty, a later one where it is no number."""
        text = unicodedata.normalize("NFKC", spelled(cell))
        if not text:
            return self.form.version
        return int(text.partition(".")[0]) if VERSION.fullmatch(text) else self.form.version + 1

    def who(self, record: Record) -> int:
        """The mark of who gave a record; 0 where it does not tell."""
        return 0 if self.id_at is None else identity(record.written[self.id_at])

    def earlier(self, record: Record) -> bool:
        """Whether a record answers an earlier version of the form."""
        return self._version(record) < self.form.version

    def row(self, record: Record) -> tuple[Answers | None, Sequence[Finding]]:
        """The answers of a record, and what was seen in it; neither where `keep_if` leaves it out."""
        if fault := self._fault(record):
            return None, [Finding(code=fault, row=record.number)]
        cells = record.written
        version = self._version(record)
        columns = self._columns(version)
        faults: dict[str, str] = {}
        if record.unsaved or max(map(len, cells), default=0) > LONGEST_ANSWER:
            faults = {name: code for name, at in columns.items() if (code := _cell_fault(record, at))}
        places = {name: at for name, at in columns.items() if name not in faults}
        answers = {
            name: spelling.read(cells[places[name]]) if name in places else ""
            for name, spelling in self.spellings.items()
        }
        if self.keep_if and not truth(evaluate(self.keep_if, answers, None, None)):
            return None, ()
        seen = list(version_findings(self.form, version, record.number, answers))
        seen += [of_cell(self.spellings[name], record.number, code) for name, code in faults.items()]
        return None if any(finding.sets_aside for finding in seen) else answers, seen

    def day(self, record: Record) -> date | None:
        """The day on which a record was given, if it tells."""
        return None if self.day_at is None else day_of(record.written[self.day_at], self.day_format)

    def _version(self, record: Record) -> int:
        return self.form.version if self.version_at is None else self.version(record.written[self.version_at])

    def _columns(self, version: int) -> Mapping[str, int]:
        """Where each question stands for a row of that version of the form."""
        if version >= self.form.version:
            return self.columns
        then = self.form.since(version)
        labels = {name: spelled(then.then(name)) for name in self.spellings}
        found = {name: self.labels.index(label) for name, label in labels.items() if label in self.labels}
        kept = {name: at for name, at in self.columns.items() if labels[name]}
        renamed = {name: at for name, at in found.items() if name in then.renamed.values()}
        return {**kept, **renamed}

    def _fault(self, record: Record) -> str:
        """Why a record cannot be told into columns. One that is too long or short may be shifted: none is guessed."""
        if record.strange:
            return "row-encoding"
        if record.cells is None:
            return "row-unreadable"
        if len(record.cells) != len(self.labels):
            return "row-short" if len(record.cells) < len(self.labels) else "row-long"
        return ""


def own_spellings(asked: Sequence[Question]) -> Mapping[str, Spelling]:
    """How our own pages and files write answers, by question."""
    return {question.name: Spelling.own(question) for question in asked}


def _foreign(form: Form, asked: Sequence[Question]) -> Mapping[str, Spelling]:
    turned = {name for scale in form.scales for name in scale.reversed_items} if form.file.already_reversed else ()
    return {
        question.name: Spelling.foreign(question, form.file.missing, turn=question.name in turned) for question in asked
    }


def _cell_fault(record: Record, at: int) -> str:
    """Why a cell cannot be an answer."""
    if at in record.unsaved:
        return "answer-formula"
    return "answer-too-long" if len(record.written[at]) > LONGEST_ANSWER else ""


def of_cell(spelling: Spelling, row: int, code: str) -> Finding:
    """A finding of one answer, which alone is emptied where the form's author wants no more lost."""
    lenient = spelling.question.on_bad_answer is BadAnswer.CELL
    return Finding(code="answer-emptied" if lenient else code, row=row, field=spelling.question.name)
