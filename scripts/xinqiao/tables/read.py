"""Answers from a foreign file or from opened envelopes to one raw table; nothing is judged here but form.

What a row says is judged in validate.py. Every row of the file ends as a row, as a row set aside by a
finding, or, where it holds nothing at all, as dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xinqiao.core.form import Form
from xinqiao.core.problem import Place, Problem, refuse
from xinqiao.core.question import Kind, Question
from xinqiao.core.record import Submission
from xinqiao.tables.file import Record, decode, delimiter_of, records, spelled
from xinqiao.tables.finding import Finding, problems
from xinqiao.tables.spelling import LONGEST_ANSWER, Spelling, unreadable
from xinqiao.tables.workbook import LOCKED, OLE, XLSX, sheet, sheet_records

Answers = Mapping[str, str]
# The first header of our own CSV: the row's number in the file that it was made from. No question can have
# this name, so our file is known by it, and a row without any answer is no blank row.
NUMBER = "#row"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """Answers before validation: 1-based data row number and, for each question, its text ("" is none).

    Row numbers count every row of the file after its header, blank ones too;
    for submissions they count these. `dropped` rows were blank. `records` are the file's own, the header
    first, for the person who asks to see what was set aside.
    """

    file: str
    rows: tuple[tuple[int, Answers], ...] = field(repr=False)
    findings: tuple[Finding, ...] = ()
    dropped: int = 0
    records: tuple[Record, ...] = field(default=(), repr=False)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The findings with their counts, for people."""
        return problems(self.findings, self.file)


def read_file(path: Path, form: Form) -> RawTable:
    """A file of answers: CSV (comma, semicolon or tab; UTF-8, UTF-16 with its mark, or GB18030) or XLSX.

    Columns are found by `question.column`, else by the question's name; our own CSV (written.py) holds
    names already. Raises XinqiaoError where the file as a whole cannot be used: answers-file-unreadable,
    file-empty, file-binary, file-undecodable, file-kind-unsupported, workbook-broken, workbook-locked,
    columns-unknown.
    """
    asked = [question for question in form.questions if question.answered]
    stream, about = _source(_bytes(path), str(path), {name for question in asked for name in _headers(question)})
    header = next(stream, None)
    if header is None:
        raise refuse("file-empty", Place(file=str(path)))
    labels = [spelled(cell) for cell in header.cells or ()]
    own = labels[:1] == [NUMBER]
    columns = _columns(asked, labels, (-1,) if own else (0, -1))
    if not columns:
        raise refuse("columns-unknown", Place(file=str(path)))
    findings = [*_header_findings(asked, labels, columns), *about]
    spellings = {question.name: (Spelling.own if own else Spelling.foreign)(question) for question in asked}
    rows: list[tuple[int, Answers]] = []
    written = (header, *stream)
    for record in written[1:]:
        if record.blank:
            continue
        if faults := _record_faults(record, len(labels), columns):
            findings += faults
        else:
            rows.append((record.number, _answers(record, columns, spellings)))
    dropped = sum(record.blank for record in written[1:])
    if dropped:
        findings.append(Finding(code="row-blank", count=dropped))
    if not rows and not any(finding.sets_aside for finding in findings):
        findings.append(Finding(code="rows-none"))
    return RawTable(file=str(path), rows=tuple(rows), findings=tuple(findings), dropped=dropped, records=written)


def _source(raw: bytes, file: str, known: Collection[str]) -> tuple[Iterator[Record], Sequence[Finding]]:
    """The records of a file from its header, and what is to be told of the file itself."""
    if raw.startswith(XLSX):
        rows, others = sheet(raw, file)
        return sheet_records(rows, known), [Finding(code="sheets-extra", count=others)] if others else []
    if raw.startswith(OLE) and LOCKED in raw:
        raise refuse("workbook-locked", Place(file=file))
    text, encoding = decode(raw, file)
    guessed = [Finding(code="encoding-guessed")] if encoding == "gb18030" else []
    return records(text, delimiter_of(text, known)), guessed


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
    raise refuse("answers-file-unreadable", Place(file=str(path)), reason=reason)


def _headers(question: Question) -> tuple[str, ...]:
    return tuple(spelled(name) for name in (question.column, question.name) if name)


def _columns(asked: Sequence[Question], labels: Sequence[str], attempts: Sequence[int]) -> dict[str, int]:
    """Question name → position of its column, looked for by each attempt's header; of repeated ones the first."""
    columns: dict[str, int] = {}
    taken: set[int] = set()
    for attempt in attempts:
        for question in asked:
            label = _headers(question)[attempt]
            if question.name not in columns and label in labels and labels.index(label) not in taken:
                columns[question.name] = labels.index(label)
                taken.add(columns[question.name])
    return columns


def _header_findings(asked: Sequence[Question], labels: Sequence[str], columns: Mapping[str, int]) -> Iterator[Finding]:
    repeated = {
        question.name: labels.count(labels[columns[question.name]]) - 1
        for question in asked
        if question.name in columns
    }
    for question in asked:
        if question.name not in columns:
            yield Finding(code="column-missing" if question.required else "column-absent", field=question.name)
        elif repeated[question.name]:
            yield Finding(code="column-repeated", field=question.name, count=repeated[question.name])
    extra = sum(label != NUMBER for label in labels) - len(columns) - sum(repeated.values())
    if extra:
        yield Finding(code="columns-extra", count=extra)


def _record_faults(record: Record, width: int, columns: Mapping[str, int]) -> list[Finding]:
    """Why a record cannot be told into columns. A row that is too long or short may be shifted: none is guessed."""
    if record.cells is None:
        return [Finding(code="row-unreadable", row=record.number)]
    if len(record.cells) != width:
        return [Finding(code="row-short" if len(record.cells) < width else "row-long", row=record.number)]
    return [
        Finding(code="answer-too-long", row=record.number, field=name)
        for name, at in columns.items()
        if len(record.cells[at]) > LONGEST_ANSWER
    ]


def _answers(record: Record, columns: Mapping[str, int], spellings: Mapping[str, Spelling]) -> Answers:
    cells = record.cells or ()
    return {
        name: spelling.read(cells[columns[name]]) if name in columns else "" for name, spelling in spellings.items()
    }


def from_submissions(form: Form, submissions: Sequence[Submission]) -> RawTable:
    """Opened envelopes as a raw table; row n is submission n.

    Set aside: another form's, answers to questions that the form does not have (their names come from
    outside and are not repeated), several answers to a question that takes one, unreadable characters.
    Another version of the form is counted, and its answers are judged by the present one.
    """
    spellings = {question.name: Spelling.own(question) for question in form.questions if question.answered}
    rows: list[tuple[int, Answers]] = []
    findings: list[Finding] = []
    for number, submission in enumerate(submissions, start=1):
        seen = list(_submission_findings(form, spellings, submission, number))
        findings += seen
        if not any(finding.sets_aside for finding in seen):
            rows.append((number, _sent(submission, spellings)))
    return RawTable(file="", rows=tuple(rows), findings=tuple(findings))


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
    for name, spelling in spellings.items():
        answer = submission.answers.get(name, "")
        texts = (answer,) if isinstance(answer, str) else answer
        if not isinstance(answer, str) and spelling.question.kind is not Kind.SELECT_MULTIPLE:
            yield Finding(code="answer-type", row=number, field=name)
        elif unreadable(texts):
            yield Finding(code="answer-unreadable", row=number, field=name)
        elif sum(map(len, texts)) > LONGEST_ANSWER:
            yield Finding(code="answer-too-long", row=number, field=name)


def _sent(submission: Submission, spellings: Mapping[str, Spelling]) -> Answers:
    answers: dict[str, str] = {}
    for name, spelling in spellings.items():
        answer = submission.answers.get(name, "")
        answers[name] = spelling.read(answer if isinstance(answer, str) else " ".join(answer))
    return answers
