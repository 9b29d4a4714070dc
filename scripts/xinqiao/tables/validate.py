"""Which rows can be used: frictionless judges by the Table Schema, check.py by the form's own logic.

frictionless quotes answers in its messages. Nothing of them leaves this module: of each fault only our
code, the row's number and the question's name are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from xinqiao.core.expression import Value
from xinqiao.core.form import Form
from xinqiao.core.problem import Problem
from xinqiao.core.question import BadAnswer, Kind, Question
from xinqiao.core.record import Row
from xinqiao.core.summary import WEEK
from xinqiao.tables.check import Logic
from xinqiao.tables.columns import NUMBER
from xinqiao.tables.day import weeks
from xinqiao.tables.finding import Finding, counts, problems, row_reasons
from xinqiao.tables.read import Answers, RawTable

if TYPE_CHECKING:
    import frictionless

# Whole numbers beyond this are no answer; browsers would not hold them exactly.
LARGEST = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """The rows that can be used, by their 1-based number, and what was found in all others.

    `days`: number → when a usable row was given, where the file tells.
    """

    form: str
    file: str
    rows: tuple[tuple[int, Row], ...] = field(repr=False)
    findings: tuple[Finding, ...]
    days: Mapping[int, date] = field(default_factory=dict, repr=False)

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
            "rows": len(self.rows) + self.quarantined,
            "valid": len(self.rows),
            "quarantined": self.quarantined,
            "problems": [finding.as_json() for finding in self.findings],
        }


def validate(form: Form, schema: Mapping[str, object], raw: RawTable) -> Validated:
    """Judges each row by the Table Schema `schema` and the form's logic, and adds the derived dimensions.

    One bad answer sets its whole row aside, unless its question says `on_bad_answer: cell`: then it alone
    is emptied and counted, and where it was a required one, the row goes on without it all the same; so
    does a row that lacks it. An answer to an irrelevant question is emptied and counted.
    Raises ValueError where the schema's fields are not the form's questions.
    """
    judge = _Judge.of(form)
    findings = list(raw.findings)
    kept: list[tuple[int, Answers]] = []
    for number, answers in raw.rows:
        relevant, emptied = judge.logic.keep_relevant(answers, raw.days.get(number))
        findings += [Finding(code="answer-irrelevant", row=number, field=name) for name in emptied]
        kept.append((number, relevant))
    rows: list[tuple[int, Row]] = []
    for (number, answers), judged in zip(kept, _judged(schema, tuple(judge.asked), kept), strict=True):
        values, seen = judge.row(answers, judged, raw.days.get(number))
        found = [Finding(code=code, row=number, field=name) for code, name in seen]
        findings += found
        if not any(finding.sets_aside for finding in found):
            levels: dict[str, Value] = {made.name: made.level(values[made.source]) for made in form.derived}
            if form.weekly:
                levels[WEEK] = weeks([raw.days[number]]) if number in raw.days else None
            rows.append((number, Row(values=values | levels)))
    return Validated(
        form=form.id,
        file=raw.file,
        rows=tuple(rows),
        findings=tuple(sorted(findings, key=lambda finding: finding.row)),
        days={number: raw.days[number] for number, _ in rows if number in raw.days},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """A form's questions and logic, prepared once for all rows."""

    asked: Mapping[str, Question]
    logic: Logic
    lenient: frozenset[str]

    @classmethod
    def of(cls, form: Form) -> _Judge:
        asked = {question.name: question for question in form.questions if question.answered}
        lenient = frozenset(name for name, each in asked.items() if each.on_bad_answer is BadAnswer.CELL)
        return cls(asked=asked, logic=Logic.of(form), lenient=lenient)

    def row(
        self, answers: Answers, judged: frictionless.Row, day: date | None
    ) -> tuple[dict[str, Value], Sequence[tuple[str, str]]]:
        """The typed values of a row, None for those that are none or cannot be used, and (code, question) of faults."""
        faults = list(dict.fromkeys(_schema_faults(judged)))
        bad = {name for _, name in faults}
        values = {
            name: None if name in bad else _typed(question, judged, answers) for name, question in self.asked.items()
        }
        strict = [fault for fault in faults if fault[1] not in self.lenient]
        spared = {name: code for code, name in faults if name in self.lenient}
        emptied: list[str] = []
        while True:
            if spared:
                # What an emptied answer made relevant is no longer so.
                emptied += (gone := self.logic.irrelevant(values, day))
                values |= dict.fromkeys(gone)
            found = [fault for fault in self.logic.faults(values, day) if fault[1] not in bad | spared.keys()]
            fresh = {name: code for code, name in found if name in self.lenient}
            if not fresh:
                break
            spared |= fresh
            values |= dict.fromkeys(fresh)
        told = [("answer-lacking" if code == "answer-required" else "answer-emptied", n) for n, code in spared.items()]
        return values, [*strict, *found, *told, *(("answer-irrelevant", name) for name in emptied)]


def _judged(
    schema: Mapping[str, object], asked: Sequence[str], rows: Sequence[tuple[int, Answers]]
) -> Iterator[frictionless.Row]:
    import frictionless  # noqa: PLC0415  it takes more than a second to start

    described = frictionless.Schema.from_descriptor(_without_codes(schema))
    if sorted(described.field_names) != sorted(asked):
        raise ValueError("the schema is not this form's")
    order = described.field_names
    # The row's number comes first: it names the row, and no row is blank to frictionless, which would
    # not judge it then.
    described.add_field(frictionless.Field.from_descriptor({"name": NUMBER, "type": "integer"}), position=1)

    def cells() -> Iterator[Sequence[object]]:
        yield [NUMBER, *order]
        for number, answers in rows:
            yield [number, *(answers[name] for name in order)]

    with frictionless.resources.TableResource(data=cells, schema=described) as table:
        yield from table.row_stream


def _without_codes(schema: Mapping[str, object]) -> dict[str, object]:
    """The schema without codes of missing answers: reading has emptied those, and what is left are names.

    A file that writes 0 for "no answer" and 1–4 for what the form calls 0–3 would else lose every 0.
    """
    fields = [
        {key: value for key, value in each.items() if key != "missingValues"}
        for each in cast(Sequence[Mapping[str, object]], schema["fields"])
    ]
    return {**schema, "fields": fields}


def _schema_faults(judged: frictionless.Row) -> Iterator[tuple[str, str]]:
    """(code, question) for each error of a row, in the order of the schema, then for numbers too large.

    To frictionless NaN is a number; here it is none.
    """
    for error in judged.errors:
        name = str(getattr(error, "field_name", ""))
        if error.type == "type-error":
            yield "answer-type", name
        else:
            yield "answer-required" if judged[name] is None else "answer-outside", name
    for name in judged.field_names:
        value = judged[name]
        if name != NUMBER and isinstance(value, int | Decimal) and not _kept(value):
            yield "answer-outside", name


def _kept(value: int | Decimal) -> bool:
    """Whether a number is one, and of a size that every browser holds exactly."""
    if isinstance(value, Decimal) and not value.is_finite():
        return False
    return -LARGEST <= value <= LARGEST


def _typed(question: Question, judged: frictionless.Row, answers: Answers) -> Value:
    text = answers[question.name]
    if not text:
        return None
    match question.kind:
        case Kind.INTEGER | Kind.DECIMAL | Kind.RANGE:
            number = judged[question.name]
            return int(number) if question.whole else float(number)
        case Kind.DATE:
            return cast(date, judged[question.name])
        case Kind.TIME:
            return cast(time, judged[question.name]).isoformat("minutes")
        case Kind.SELECT_MULTIPLE:
            chosen = text.split(" ")
            known = [choice.name for choice in question.choices if choice.name in chosen]
            return (*known, *(name for name in chosen if name not in known))
    return text
