"""What the Table Schema says of single answers: frictionless is asked once for each text of a question.

A Table Schema of ours judges each cell by itself, so that a row's faults are those of its cells. What frictionless says
of one stays in this module: of each fault only our code is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from functools import cached_property
from typing import cast

from xinqiao.core.expression import Value
from xinqiao.core.question import Kind, Question

# What frictionless makes of a cell: its value, and what is wrong with it by constraint.
Reader = Callable[[object], tuple[object, Mapping[str, str] | None]]
# Whole numbers beyond this are no answer; browsers would not hold them exactly.
LARGEST = 10**15
# Texts of a question that are kept in mind at most; of free texts there are as many as rows.
MOST_KNOWN = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Of one answer: the code of its fault, empty where it has none, and its typed value, None where it has one."""

    fault: str = ""
    value: Value = field(default=None, repr=False)


class Verdicts:
    """The verdicts on answers to a form's questions by its Table Schema.

    asked: name → question. Raises ValueError where the schema's fields are not these questions.
    """

    def __init__(self, schema: Mapping[str, object], asked: Mapping[str, Question]) -> None:
        fields = cast(Sequence[Mapping[str, object]], schema["fields"])
        order = tuple(str(each["name"]) for each in fields)
        if sorted(order) != sorted(asked):
            raise ValueError("the schema is not this form's")
        self._schema, self._asked = schema, asked
        self._known: dict[str, dict[str, Verdict]] = {name: {} for name in order}

    def of(self, row: Mapping[str, str]) -> Iterator[tuple[str, Verdict]]:
        """(question, verdict) for each answer of a row, in the order of the schema."""
        for name, known in self._known.items():
            text = row[name]
            yield name, known.get(text) or self._keep(name, text)

    @property
    def order(self) -> tuple[str, ...]:
        """The questions as the schema has them."""
        return tuple(self._known)

    def fault(self, name: str, text: str) -> str:
        """The code of the fault of one answer, empty where it has none."""
        return (self._known[name].get(text) or self._keep(name, text)).fault

    def _keep(self, name: str, text: str) -> Verdict:
        known = self._known[name]
        if len(known) >= MOST_KNOWN:
            known.clear()
        verdict = known[text] = self._verdict(name, text)
        return verdict

    def _verdict(self, name: str, text: str) -> Verdict:
        cell, notes = self._readers[name](text)
        if notes and "type" in notes:
            return Verdict(fault="answer-type")
        if notes:
            return Verdict(fault="answer-required" if cell is None else "answer-outside")
        # To frictionless NaN is a number; here it is none.
        if isinstance(cell, int | Decimal) and not _kept(cell):
            return Verdict(fault="answer-outside")
        return Verdict(value=_typed(self._asked[name], text, cell))

    @cached_property
    def _readers(self) -> Mapping[str, Reader]:
        import frictionless  # noqa: PLC0415  it takes more than a second to start

        described = frictionless.Schema.from_descriptor(_without_codes(self._schema))
        return {each.name: each.create_cell_reader() for each in described.fields}


def _without_codes(schema: Mapping[str, object]) -> dict[str, object]:
    """The schema without codes of missing answers: reading has emptied those, and what is left are names.

    A file that writes 0 for "no answer" and 1–4 for what the form calls 0–3 would else lose every 0.
    """
    fields = [
        {key: value for key, value in each.items() if key != "missingValues"}
        for each in cast(Sequence[Mapping[str, object]], schema["fields"])
    ]
    return {**schema, "fields": fields}


def _kept(value: int | Decimal) -> bool:
    """Whether a number is one, and of a size that every browser holds exactly."""
    if isinstance(value, Decimal) and not value.is_finite():
        return False
    return -LARGEST <= value <= LARGEST


def _typed(question: Question, text: str, cell: object) -> Value:
    if not text:
        return None
    match question.kind:
        case Kind.INTEGER | Kind.DECIMAL | Kind.RANGE:
            number = cast(int | Decimal, cell)
            return int(number) if question.whole else float(number)
        case Kind.DATE:
            return cast(date, cell)
        case Kind.TIME:
            return cast(time, cell).isoformat("minutes")
        case Kind.SELECT_MULTIPLE:
            chosen = text.split(" ")
            known = [choice.name for choice in question.choices if choice.name in chosen]
            return (*known, *(name for name in chosen if name not in known))
    return text
