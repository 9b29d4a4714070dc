"""Answers from a foreign file or from opened envelopes to one raw table; nothing is judged here but form.

What a row says is judged in validate.py. Every row of the file ends as a row, as a row set aside by a
finding, as one that `keep_if` leaves out, or, where it holds nothing at all, as dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from xinqiao.core.form import Form
from xinqiao.core.problem import Place, Problem, refuse
from xinqiao.core.question import Kind
from xinqiao.core.record import Submission
from xinqiao.tables.columns import headers
from xinqiao.tables.file import Record
from xinqiao.tables.finding import Finding, problems
from xinqiao.tables.reading import Answers, Reading, of_cell, own_spellings
from xinqiao.tables.source import records_of
from xinqiao.tables.spelling import LONGEST_ANSWER, Spelling, unreadable
from xinqiao.tables.versions import version_findings

# What a browser sent for one question.
Sent = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """Answers before validation: 1-based data row number and, for each question, its text ("" is none).

    Row numbers count every row of the file after its header, blank ones too;
    for submissions they count these. `days`: row → when it was given, where the form file says how to know.
    `ids`: row → the mark of who gave it, where the file tells; `older`: rows that answer an earlier version.
    `dropped` rows were blank. `records` are the file's own, the header first, for the person who asks to
    see what was set aside.
    """

    file: str
    rows: tuple[tuple[int, Answers], ...] = field(repr=False)
    findings: tuple[Finding, ...] = ()
    days: Mapping[int, date] = field(default_factory=dict, repr=False)
    ids: Mapping[int, int] = field(default_factory=dict, repr=False)
    older: frozenset[int] = frozenset()
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
    answers-file-unreadable, file-*, workbook-*, sheet-unknown, columns-unknown, date-, id-, version-column-missing; or
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
    return RawTable(
        file=file,
        rows=tuple(rows),
        findings=tuple(findings),
        days=days,
        ids={number: who for number, _ in rows if (who := reading.who(written[number]))},
        older=frozenset(number for number, _ in rows if reading.earlier(written[number])),
        dropped=dropped,
        records=written,
    )


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
    Answers to an earlier version of the form are read by what its later versions changed, and counted.
    """
    spellings = own_spellings([question for question in form.questions if question.answered])
    rows: list[tuple[int, Answers]] = []
    findings: list[Finding] = []
    for number, submission in enumerate(submissions, start=1):
        if submission.form != form.id:
            findings.append(Finding(code="form-other", row=number))
            continue
        given, seen = _given(form, spellings, submission, number)
        faults = {name: code for name, each in spellings.items() if (code := _sent_fault(each, given.get(name, "")))}
        seen += [of_cell(spellings[name], number, code) for name, code in faults.items()]
        findings += seen
        if not any(finding.sets_aside for finding in seen):
            answers = {name: each.read(" ".join(_sent(given.get(name, "")))) for name, each in spellings.items()}
            rows.append((number, answers | dict.fromkeys(faults, "")))
    days = {number: submissions[number - 1].received for number, _ in rows}
    older = frozenset(number for number, _ in rows if submissions[number - 1].form_version < form.version)
    return RawTable(file="", rows=tuple(rows), findings=tuple(findings), days=days, older=older)


def _given(
    form: Form, spellings: Mapping[str, Spelling], submission: Submission, number: int
) -> tuple[Mapping[str, Sent], list[Finding]]:
    """What was answered, by the names of today's questions, and what is told of a submission's version."""
    version, answers = submission.form_version, submission.answers
    if version >= form.version:
        strange = version == form.version and not answers.keys() <= spellings.keys()
        told = [Finding(code="question-unknown", row=number)] if strange else []
        return answers, [*version_findings(form, version, number, {}), *told]
    then = form.since(version)
    given = {name: answers[old] for name in spellings if (old := then.then(name)) in answers}
    gone = answers.keys() - {then.then(name) for name in given}
    told = [Finding(code="question-removed", row=number)] if gone else []
    joined = {name: " ".join(_sent(answer)) for name, answer in given.items()}
    return given, [*version_findings(form, version, number, joined), *told]


def _sent(answer: Sent) -> tuple[str, ...]:
    return (answer,) if isinstance(answer, str) else answer


def _sent_fault(spelling: Spelling, answer: Sent) -> str:
    """Why what was sent cannot be an answer."""
    texts = _sent(answer)
    if not isinstance(answer, str) and spelling.question.kind is not Kind.SELECT_MULTIPLE:
        return "answer-type"
    if unreadable(texts):
        return "answer-unreadable"
    return "answer-too-long" if sum(map(len, texts)) > LONGEST_ANSWER else ""
