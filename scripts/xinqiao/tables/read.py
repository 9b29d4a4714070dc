"""Answers from a foreign file or from opened envelopes to one raw table; nothing is judged here but form.

What a row says is judged in validate.py. Every row of the file ends as a row, as a row set aside by a
finding, as one that `keep_if` leaves out, or, where it holds nothing at all, as dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from xinqiao.core.expression import Node, evaluate, truth
from xinqiao.core.form import Form
from xinqiao.core.problem import Place, Problem, refuse
from xinqiao.core.question import BadAnswer, Kind, Question
from xinqiao.core.record import Submission
from xinqiao.tables.columns import DAY, NUMBER, columns, header_findings, headers
from xinqiao.tables.day import day_of
from xinqiao.tables.file import Record, spelled
from xinqiao.tables.finding import Finding, problems
from xinqiao.tables.source import records_of
from xinqiao.tables.spelling import LONGEST_ANSWER, Spelling, unreadable

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """Answers before validation: 1-based data row number and, for each question, its text ("" is none).

    Row numbers count every row of the file after its header, blank ones too;
    for submissions they count these. `days`: row → when it was given, where the form file says how to know.
    `dropped` rows were blank. `records` are the file's own, the header first, for the person who asks to
    see what was set aside.
    """

    file: str
    rows: tuple[tuple[int, Answers], ...] = field(repr=False)
    findings: tuple[Finding, ...] = ()
    days: Mapping[int, date] = field(default_factory=dict, repr=False)
    dropped: int = 0
    records: tuple[Record, ...] = field(default=(), repr=False)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The findings with their counts, for people."""
        return problems(self.findings, self.file)


def read_file(path: Path, form: Form) -> RawTable:
    """A file of answers as `form.file` describes it: CSV, XLSX or Parquet.

    Where that says nothing: UTF-8, UTF-16 with its mark, or GB18030; comma, semicolon or tab; the first
    sheet. Columns are found by `question.column`, else by the question's name; our own CSV (written.py)
    holds names already. Rows for which `keep_if` does not hold are left out before anything of them is
    judged, and counted once. Raises XinqiaoError where the file as a whole cannot be used:
    answers-file-unreadable, file-*, workbook-*, sheet-unknown, columns-unknown, date-column-missing; or
    where the form cannot read it (item-unmirrored, item-unbounded).
    """
    file = str(path)
    asked = [question for question in form.questions if question.answered]
    stream, about = records_of(_bytes(path), file, form.file, {name for each in asked for name in headers(each)})
    header = next(stream, None)
    if header is None:
        raise refuse("file-empty", Place(file=file))
    if header.strange:
        raise refuse("file-undecodable", Place(file=file))
    reading = Reading.of(form, asked, header, file)
    written = (header, *stream)
    filled = [record for record in written[1:] if not record.blank]
    dropped = len(written) - 1 - len(filled)
    findings = [*reading.header_findings(asked), *about]
    rows: list[tuple[int, Answers]] = []
    left_out = 0
    for record in filled:
        answers, seen = reading.row(record)
        findings += seen
        if answers is not None:
            rows.append((record.number, answers))
        left_out += answers is None and not seen
    totals = {"row-blank": dropped, "row-not-kept": left_out}
    findings += [Finding(code=code, count=count) for code, count in totals.items() if count]
    days = {number: day for number, _ in rows if (day := reading.day(written[number]))}
    if form.file.date_column:
        findings += [Finding(code="date-unreadable", row=number) for number, _ in rows if number not in days]
    if not rows and not any(finding.sets_aside for finding in findings):
        findings.append(Finding(code="rows-none"))
    return RawTable(file=file, rows=tuple(rows), findings=tuple(findings), days=days, dropped=dropped, records=written)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one file is read by one form: where each question stands and how it is written there."""

    labels: tuple[str, ...]
    columns: Mapping[str, int]
    spellings: Mapping[str, Spelling]
    keep_if: Node | None
    day_at: int | None
    day_format: str

    @classmethod
    def of(cls, form: Form, asked: Sequence[Question], header: Record, file: str) -> Reading:
        """By a file's header. Raises XinqiaoError (columns-unknown, date-column-missing)."""
        labels = tuple(spelled(cell) for cell in header.written)
        own = labels[:1] == (NUMBER,)
        found = columns(asked, labels, own=own)
        if not found:
            raise refuse("columns-unknown", Place(file=file))
        dated = DAY if own else spelled(form.file.date_column)
        if dated and dated not in labels and not own:
            raise refuse("date-column-missing", Place(file=file), column=form.file.date_column)
        return cls(
            labels=labels,
            columns=found,
            spellings=_own(asked) if own else _foreign(form, asked),
            # Our own file holds only rows that were kept, perhaps without the column that told it.
            keep_if=form.file.keep_if.tree() if form.file.keep_if and not own else None,
            day_at=labels.index(dated) if dated and dated in labels else None,
            day_format="" if own else form.file.date_format,
        )

    def header_findings(self, asked: Sequence[Question]) -> Iterator[Finding]:
        """Which columns lack, stand there twice, or belong to no question."""
        used = (NUMBER,) if self.day_at is None else (NUMBER, self.labels[self.day_at])
        return header_findings(asked, self.labels, self.columns, used)

    def row(self, record: Record) -> tuple[Answers | None, Sequence[Finding]]:
        """The answers of a record, and what was seen in it; neither where `keep_if` leaves it out."""
        if fault := self._fault(record):
            return None, [Finding(code=fault, row=record.number)]
        cells = record.written
        faults: dict[str, str] = {}
        if record.unsaved or max(map(len, cells), default=0) > LONGEST_ANSWER:
            faults = {name: code for name, at in self.columns.items() if (code := _cell_fault(record, at))}
        places = {name: at for name, at in self.columns.items() if name not in faults}
        answers = {
            name: spelling.read(cells[places[name]]) if name in places else ""
            for name, spelling in self.spellings.items()
        }
        if self.keep_if and not truth(evaluate(self.keep_if, answers, None, None)):
            return None, ()
        seen = [_of_cell(self.spellings[name], record.number, code) for name, code in faults.items()]
        return None if any(finding.sets_aside for finding in seen) else answers, seen

    def day(self, record: Record) -> date | None:
        """The day on which a record was given, if it tells."""
        return None if self.day_at is None else day_of(record.written[self.day_at], self.day_format)

    def _fault(self, record: Record) -> str:
        """Why a record cannot be told into columns. One that is too long or short may be shifted: none is guessed."""
        if record.strange:
            return "row-encoding"
        if record.cells is None:
            return "row-unreadable"
        if len(record.cells) != len(self.labels):
            return "row-short" if len(record.cells) < len(self.labels) else "row-long"
        return ""


def _own(asked: Sequence[Question]) -> Mapping[str, Spelling]:
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


def _of_cell(spelling: Spelling, row: int, code: str) -> Finding:
    """A finding of one answer, which alone is emptied where the form's author wants no more lost."""
    lenient = spelling.question.on_bad_answer is BadAnswer.CELL
    return Finding(code="answer-emptied" if lenient else code, row=row, field=spelling.question.name)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
    raise refuse("answers-file-unreadable", Place(file=str(path)), reason=reason)


def from_submissions(form: Form, submissions: Sequence[Submission]) -> RawTable:
    """Opened envelopes as a raw table; row n is submission n.

    Set aside: another form's, answers to questions that the form does not have (their names come from
    outside and are not repeated), several answers to a question that takes one, unreadable characters.
    Another version of the form is counted, and its answers are judged by the present one.
    """
    spellings = _own([question for question in form.questions if question.answered])
    rows: list[tuple[int, Answers]] = []
    findings: list[Finding] = []
    for number, submission in enumerate(submissions, start=1):
        faults = {name: code for name, each in spellings.items() if (code := _sent_fault(each, submission))}
        seen = list(_submission_findings(form, spellings, submission, number))
        if not any(finding.code == "form-other" for finding in seen):
            seen += [_of_cell(spellings[name], number, code) for name, code in faults.items()]
        findings += seen
        if not any(finding.sets_aside for finding in seen):
            answers = {name: each.read(" ".join(_sent(each, submission))) for name, each in spellings.items()}
            rows.append((number, answers | dict.fromkeys(faults, "")))
    days = {number: submissions[number - 1].received for number, _ in rows}
    return RawTable(file="", rows=tuple(rows), findings=tuple(findings), days=days)


def _submission_findings(
    form: Form, spellings: Mapping[str, Spelling], submission: Submission, number: int
) -> Iterator[Finding]:
    if submission.form != form.id:
        yield Finding(code="form-other", row=number)
        return
    if submission.form_version != form.version:
        yield Finding(code="version-other", row=number)
    if not submission.answers.keys() <= spellings.keys():
        yield Finding(code="question-unknown", row=number)


def _sent(spelling: Spelling, submission: Submission) -> tuple[str, ...]:
    answer = submission.answers.get(spelling.question.name, "")
    return (answer,) if isinstance(answer, str) else answer


def _sent_fault(spelling: Spelling, submission: Submission) -> str:
    """Why what was sent cannot be an answer."""
    answer = submission.answers.get(spelling.question.name, "")
    texts = _sent(spelling, submission)
    if not isinstance(answer, str) and spelling.question.kind is not Kind.SELECT_MULTIPLE:
        return "answer-type"
    if unreadable(texts):
        return "answer-unreadable"
    return "answer-too-long" if sum(map(len, texts)) > LONGEST_ANSWER else ""
