"""Which rows can be used: frictionless judges by the Table Schema (verdict.py), check.py by the form's own logic."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from xinqiao.core.expression import Value
from xinqiao.core.form import Form
from xinqiao.core.problem import Problem
from xinqiao.core.question import BadAnswer
from xinqiao.core.record import Row
from xinqiao.core.summary import WEEK
from xinqiao.tables.careless import lists, straight
from xinqiao.tables.check import Logic
from xinqiao.tables.day import weeks
from xinqiao.tables.finding import Finding, counts, problems, row_reasons
from xinqiao.tables.read import RawTable
from xinqiao.tables.reading import Answers
from xinqiao.tables.repeated import compared
from xinqiao.tables.verdict import Verdict, Verdicts
from xinqiao.tables.versions import DIFFERS, OUTDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(ABC):
    """How many rows of a file can be used, and what was found in all others."""

    form: str
    file: str
    findings: tuple[Finding, ...]

    @property
    @abstractmethod
    def usable(self) -> int:
        """How many rows can be used."""

    @property
    def quarantined(self) -> int:
        """How many rows were set aside; with `rows` they are all that were neither blank nor left out by `keep_if`."""
        return len(self.row_reasons)

    @property
    def reasons(self) -> Mapping[str, int]:
        """Problem code → rows set aside, each row once, under the first code found; sums to `quarantined`."""
        return Counter(self.row_reasons.values())

    @property
    def row_reasons(self) -> Mapping[int, str]:
        """Row number → the first problem code found in a row that was set aside."""
        return row_reasons(self.findings)

    @property
    def counts(self) -> Mapping[tuple[str, str], int]:
        """(problem code, question) → how often; the question is empty where it is the row or the file."""
        return counts(self.findings)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The same for people: one problem a code and question."""
        return problems(self.findings, self.file)

    def as_json(self) -> dict[str, object]:
        """The document of `validate --json`; no answers."""
        return {
            "form": self.form,
            "rows": self.usable + self.quarantined,
            "valid": self.usable,
            "quarantined": self.quarantined,
            "problems": [finding.as_json() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated(Checked):
    """The rows that can be used, by their 1-based number, and what was found in all others.

    `days`: number → when a usable row was given, where the file tells.
    """

    rows: tuple[tuple[int, Row], ...] = field(repr=False)
    days: Mapping[int, date] = field(default_factory=dict, repr=False)

    @property
    def usable(self) -> int:
        """How many rows can be used."""
        return len(self.rows)


def validate(form: Form, schema: Mapping[str, object], raw: RawTable) -> Validated:
    """Judges each row by the Table Schema `schema` and the form's logic, and adds the derived dimensions.

    One bad answer sets its whole row aside, unless its question says `on_bad_answer: cell`: then it alone
    is emptied and counted, and where it was a required one, the row goes on without it all the same; so
    does a row that lacks it. An answer to an irrelevant question is emptied and counted. Of rows with one id the
    first that can be used counts; rows that say the same from end to end are told in long forms, and all used.
    Raises ValueError where the schema's fields are not the form's questions.
    """
    findings = list(raw.findings)
    rows: list[tuple[int, Row]] = []
    for judged in Judge(form, schema).rows(raw.rows, raw.days, raw.ids, raw.older):
        findings += judged.findings
        if judged.row:
            rows.append((judged.number, judged.row))
    if compared(form) and (again := _again(raw, {number for number, _ in rows})):
        findings.append(Finding(code="row-repeated", count=again))
    return Validated(
        form=form.id,
        file=raw.file,
        rows=tuple(rows),
        findings=tuple(sorted(findings, key=lambda finding: finding.row)),
        days={number: raw.days[number] for number, _ in rows if number in raw.days},
    )


def _again(raw: RawTable, usable: Collection[int]) -> int:
    """How many usable rows say what another one of the same day says."""
    said = [(raw.days.get(number), *texts.values()) for number, texts in raw.rows if number in usable]
    return len(said) - len(set(said))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One row's number, what was found in it, and its values; None where it is set aside."""

    number: int
    findings: tuple[Finding, ...]
    row: Row | None = field(repr=False)


class Judge:
    """A form's questions, logic and schema, prepared once for all rows; `verdicts` are those on single answers.

    `used` are the marks of respondents who have a usable row.

    Raises ValueError where the schema's fields are not the form's questions.
    """

    def __init__(self, form: Form, schema: Mapping[str, object]) -> None:
        asked = {question.name: question for question in form.questions if question.answered}
        self._form, self._logic = form, Logic.of(form)
        self.verdicts = Verdicts(schema, asked)
        self._lists = lists(form)
        self.used: set[int] = set()
        self._lenient = {name for name, each in asked.items() if each.on_bad_answer is BadAnswer.CELL}

    def rows(
        self,
        given: Iterable[tuple[int, Answers]],
        days: Mapping[int, date],
        ids: Mapping[int, int],
        older: Collection[int],
    ) -> Iterator[Judged]:
        """Each (number, answers) judged; days: number → when it was given, where that is known, ids: by whom.

        older: rows that answer an earlier version of the form, whose faults come of that.
        """
        for number, texts in given:
            day = days.get(number)
            answers, emptied = self._logic.keep_relevant(texts, day)
            values, seen = self._row(self.verdicts.of(answers), day)
            if number in older:
                seen = [(DIFFERS if code in OUTDATED else code, name) for code, name in seen]
            told = [("answer-irrelevant", name) for name in emptied]
            findings = tuple(Finding(code=code, row=number, field=name) for code, name in (*told, *seen))
            aside = any(finding.sets_aside for finding in findings)
            if not aside and (who := ids.get(number)):
                if aside := who in self.used:
                    findings += (Finding(code="id-repeated", row=number),)
                self.used.add(who)
            if not aside and straight(self._lists, values):
                findings += (Finding(code="row-straight", row=number),)
            row = None if aside else Row(values=values | self._levels(values, day))
            yield Judged(number=number, findings=findings, row=row)

    def _levels(self, values: Mapping[str, Value], day: date | None) -> dict[str, Value]:
        levels: dict[str, Value] = {made.name: made.level(values[made.source]) for made in self._form.derived}
        if self._form.weekly:
            levels[WEEK] = weeks([day]) if day else None
        return levels

    def _row(
        self, verdicts: Iterable[tuple[str, Verdict]], day: date | None
    ) -> tuple[dict[str, Value], Sequence[tuple[str, str]]]:
        """The typed values of a row, None for those that are none or cannot be used, and (code, question) of faults."""
        judged = dict(verdicts)
        values = {name: verdict.value for name, verdict in judged.items()}
        faults = [(verdict.fault, name) for name, verdict in judged.items() if verdict.fault]
        bad = {name for _, name in faults}
        strict = [fault for fault in faults if fault[1] not in self._lenient]
        spared = {name: code for code, name in faults if name in self._lenient}
        emptied: list[str] = []
        while True:
            if spared:
                # What an emptied answer made relevant is no longer so.
                emptied += (gone := self._logic.irrelevant(values, day))
                values |= dict.fromkeys(gone)
            found = [fault for fault in self._logic.faults(values, day) if fault[1] not in bad | spared.keys()]
            fresh = {name: code for code, name in found if name in self._lenient}
            if not fresh:
                break
            spared |= fresh
            values |= dict.fromkeys(fresh)
        told = [("answer-lacking" if code == "answer-required" else "answer-emptied", n) for n, code in spared.items()]
        return values, [*strict, *found, *told, *(("answer-irrelevant", name) for name in emptied)]
