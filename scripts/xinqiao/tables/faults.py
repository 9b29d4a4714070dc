"""Faults of single answers, told by their codes: what is wrong with a row, without judging it word by word.

Where no expression of the form hears of a question, a faulty answer to it changes nothing else of its row. So a row
whose other answers are sound has these faults and no more, in the order of the schema, as the judge would tell them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from operator import itemgetter

import numpy as np
import pyarrow as pa

from xinqiao.core.form import Form
from xinqiao.core.logic import mentions
from xinqiao.core.question import BadAnswer
from xinqiao.tables.expressions import ROW, Plan
from xinqiao.tables.finding import Finding
from xinqiao.tables.known import FAULTY, NOTHING, UNSURE
from xinqiao.tables.numbers import Numbers, held_in, numbers_of

# Codes of what the schema says of an answer, from FAULTY downwards.
FAULTS: Mapping[str, int] = {"answer-type": FAULTY, "answer-outside": FAULTY - 1}
CODES: Mapping[int, str] = {code: fault for fault, code in FAULTS.items()}
LACKS = "answer-required"
# Question and text → the code of the fault that the schema finds, empty where it finds none.
Told = Callable[[str, str], str]


def alone(form: Form, told: Told) -> tuple[str, ...]:
    """The questions of whose answers nothing else of a row depends, nor on whom they themselves depend."""
    heard = {name for question in form.questions for name in mentions(question) - {question.name}}
    heard |= {name for question in form.questions if question.relevance for name in question.relevance.names()}
    if form.file.keep_if:
        nodes = form.file.keep_if.tree().walk()
        heard |= {str(node.value) for node in nodes if node.op in {"name", "column"}}
    return tuple(
        question.name
        for question in form.questions
        if question.answered
        and question.name not in heard
        and question.on_bad_answer is BadAnswer.ROW
        and question.relevance is None
        and question.choice_filter is None
        and (told(question.name, "") == LACKS if question.required else True)
    )


def fault_code(fault: str) -> int:
    """The code of a fault that the schema found in an answer; UNSURE for any other."""
    return FAULTS.get(fault, UNSURE)


class Faults:
    """Reads what is wrong with rows from their codes. order: the questions as the schema has them."""

    def __init__(self, plan: Plan, order: Iterable[str]) -> None:
        self._plan = plan
        self._read = [name for name in order if name in plan.alone]

    def of(self, left: pa.RecordBatch, faulty: Sequence[int]) -> tuple[Numbers, Sequence[Finding]]:
        """Which of the faulty rows their codes tell of, and their findings; a row without any answer may be blank."""
        at = places(held_in(left.column(ROW)), np.sort(np.fromiter(faulty, dtype=np.int64)))
        codes = {name: held_in(left.column(self._plan.column(name)))[at] for name in self._plan.known}
        given = reduce(np.logical_or, (code != NOTHING for code in codes.values()), np.zeros(len(at), dtype=bool))
        rows = held_in(left.column(ROW))[at]
        found: list[tuple[int, str, str]] = []
        for name in self._read:
            code = codes[name]
            lacks = (code == NOTHING) & self._plan.known[name].question.required
            bad = np.flatnonzero(given & ((code <= FAULTY) | lacks))
            said = (LACKS if each == NOTHING else CODES[each] for each in code[bad].tolist())
            found += [(row, name, fault) for row, fault in zip(rows[bad].tolist(), said, strict=True)]
        # The order within a row stays.
        found.sort(key=itemgetter(0))
        return rows[given], [Finding(code=code, row=row, field=name) for row, name, code in found]


def places(numbers: Numbers, wanted: Numbers) -> Numbers:
    """Where among these numbers the wanted ones stand that are there; both rise."""
    at = np.searchsorted(numbers, wanted)
    inside = at < len(numbers)
    at, wanted = at[inside], wanted[inside]
    found: Numbers = at[numbers[at] == wanted]
    return found


def picked(batches: Sequence[pa.RecordBatch], rows: Sequence[int]) -> pa.RecordBatch:
    """Some rows of batches as one, in the order of their numbers."""
    wanted = np.sort(np.fromiter(rows, dtype=np.int64))
    parts = [batch.take(numbers_of(places(held_in(batch.column(ROW)), wanted))) for batch in batches]
    return pa.Table.from_batches(parts).combine_chunks().to_batches(max_chunksize=None)[0] if rows else parts[0]
