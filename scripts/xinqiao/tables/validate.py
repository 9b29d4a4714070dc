"""Which rows can be used: frictionless judges by the Table Schema, check.py by the form's own logic.

frictionless quotes answers in its messages. Nothing of them leaves this module: of each fault only our
code, the row's number and the question's name are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xinqiao.core.expression import Value
from xinqiao.core.form import Form
from xinqiao.core.problem import Problem
from xinqiao.core.question import Kind, Question
from xinqiao.core.record import Row
from xinqiao.tables.check import Logic
from xinqiao.tables.finding import Finding, counts, problems, row_reasons
from xinqiao.tables.read import NUMBER, Answers, RawTable

if TYPE_CHECKING:
    import frictionless

# Whole numbers beyond this are no answer; browsers would not hold them exactly.
LARGEST = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """The rows that can be used, by their 1-based number, and what was found in all others."""

    form: str
    file: str
    rows: tuple[tuple[int, Row], ...] = field(repr=False)
    findings: tuple[Finding, ...]

    @property
    def quarantined(self) -> int:
        """How many rows were set aside; with `rows` they are all rows of the file that were not blank."""
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
    """Judges each row by the Table Schema `schema` and the form's logic.

    One bad answer sets its whole row aside. An answer to an irrelevant question is emptied and counted.
    Raises ValueError where the schema's fields are not the form's questions.
    """
    asked = {question.name: question for question in form.questions if question.answered}
    logic = Logic.of(form)
    findings = list(raw.findings)
    kept: list[tuple[int, Answers]] = []
    for number, answers in raw.rows:
        relevant, emptied = logic.keep_relevant(answers)
        findings += [Finding(code="answer-irrelevant", row=number, field=name) for name in emptied]
        kept.append((number, relevant))
    rows: list[tuple[int, Row]] = []
    for (number, answers), judged in zip(kept, _judged(schema, tuple(asked), kept), strict=True):
        faults = dict.fromkeys(_schema_faults(judged))
        bad = {name for _, name in faults}
        values = {name: None if name in bad else _typed(asked[name], judged, answers) for name in asked}
        faults |= dict.fromkeys(fault for fault in logic.faults(values) if fault[1] not in bad)
        findings += [Finding(code=code, row=number, field=name) for code, name in faults]
        if not faults:
            rows.append((number, Row(values=values)))
    in_order = tuple(sorted(findings, key=lambda finding: finding.row))
    return Validated(form=form.id, file=raw.file, rows=tuple(rows), findings=in_order)


def _judged(
    schema: Mapping[str, object], asked: Sequence[str], rows: Sequence[tuple[int, Answers]]
) -> Iterator[frictionless.Row]:
    import frictionless  # noqa: PLC0415  it takes more than a second to start

    described = frictionless.Schema.from_descriptor(dict(schema))
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


def _schema_faults(judged: frictionless.Row) -> Iterator[tuple[str, str]]:
    """(code, question) for each error of a row, in the order of the schema, then for numbers too large."""
    for error in judged.errors:
        name = str(getattr(error, "field_name", ""))
        if error.type == "type-error":
            yield "answer-type", name
        else:
            yield "answer-required" if judged[name] is None else "answer-outside", name
    for name in judged.field_names:
        value = judged[name]
        if name != NUMBER and isinstance(value, int) and abs(value) > LARGEST:
            yield "answer-outside", name


def _typed(question: Question, judged: frictionless.Row, answers: Answers) -> Value:
    text = answers[question.name]
    if not text:
        return None
    match question.kind:
        case Kind.INTEGER:
            return int(judged[question.name])
        case Kind.SELECT_MULTIPLE:
            chosen = text.split(" ")
            known = [choice.name for choice in question.choices if choice.name in chosen]
            return (*known, *(name for name in chosen if name not in known))
    return text
