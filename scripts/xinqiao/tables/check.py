"""What the Table Schema cannot say of a row: relevance, questions that must be answered then, constraints,
which choices a choice_filter leaves, steps of a range.

As ODK has it, the answer to a question that is not relevant is not kept: it is emptied before
anything is judged, counted, and the row goes on. Relevance is decided in the order of the form,
so that an emptied answer counts as none for the questions after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xinqiao.core.expression import Node, Value, evaluate, truth
from xinqiao.core.form import Form
from xinqiao.core.logic import Calculations
from xinqiao.core.question import CHOOSING, Question

# A question with its parsed relevance and constraint.
Rule = tuple[Question, Node | None, Node | None]


@dataclass(frozen=True, slots=True)
class Logic:
    """A form's questions with their expressions, parsed once for all rows; `judged` can be at fault."""

    conditional: tuple[Rule, ...]
    judged: tuple[Rule, ...]
    calculations: Calculations

    @classmethod
    def of(cls, form: Form) -> Logic:
        """The logic of every question that can be answered, in order."""
        rules = tuple(
            (
                question,
                relevance.tree() if (relevance := question.relevance) else None,
                question.constraint.tree() if question.constraint else None,
            )
            for question in form.questions
            if question.answered
        )
        judged = tuple(rule for rule in rules if rule[0].required or rule[2] or rule[0].choice_filter or rule[0].steps)
        return cls(tuple(rule for rule in rules if rule[1]), judged, Calculations(form.questions))

    def keep_relevant(
        self, answers: Mapping[str, str], today: date | None = None
    ) -> tuple[dict[str, str], tuple[str, ...]]:
        """The answers (question → text) without those to irrelevant questions, and whose were emptied.

        today: the day on which they were given, where it is known.
        """
        emptied = self.irrelevant(answers, today)
        return {**answers, **dict.fromkeys(emptied, "")}, emptied

    def irrelevant(self, values: Mapping[str, Value], today: date | None = None) -> tuple[str, ...]:
        """The questions that have an answer, texts or typed, and were not to be asked."""
        kept: dict[str, Value] = dict(values)
        told = self.calculations.over(kept, today)
        emptied: list[str] = []
        for question, relevant, _ in self.conditional:
            if relevant and not truth(evaluate(relevant, told, kept.get(question.name), today)):
                if kept.get(question.name) not in {None, ""}:
                    emptied.append(question.name)
                kept[question.name] = None
        return tuple(emptied)

    def faults(self, values: Mapping[str, Value], today: date | None = None) -> Iterator[tuple[str, str]]:
        """(code, question) for each typed value that breaks a rule of its question."""
        told = self.calculations.over(values, today)
        for question, relevant, constraint in self.judged:
            value = values.get(question.name)
            if value is None:
                if question.required and (relevant is None or truth(evaluate(relevant, told, None, today))):
                    yield "answer-required", question.name
            elif (question.choice_filter or question.steps) and _outside(question, value, told):
                yield "answer-outside", question.name
            elif constraint and not truth(evaluate(constraint, told, value, today)):
                yield "answer-constraint", question.name


def _outside(question: Question, value: Value, values: Mapping[str, Value]) -> bool:
    if question.kind in CHOOSING:
        chosen = {value} if isinstance(value, str) else set(value) if isinstance(value, tuple) else set()
        return not chosen <= {choice.name for choice in question.offered(values)}
    return question.steps is not None and Decimal(str(value)) not in question.steps
