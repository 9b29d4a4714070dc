"""What questions have to do with each other: whom they speak of, and calculates made of other answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from xinqiao.core.expression import Node, Value, evaluate, truth, words
from xinqiao.core.problem import Place, Problem
from xinqiao.core.question import Question
from xinqiao.core.text import Lang, Text

REFERENCE = re.compile(r"\$\{([A-Za-z_][\w.-]*)\}")


def mentions(question: Question) -> frozenset[str]:
    """The questions that its expressions and its words speak of (`${name}`); attributes of its choices are none."""
    rules = (question.relevant, question.constraint, question.calculation)
    found = {name for rule in rules if rule for name in rule.names()} | set(references(*_texts(question)))
    if question.choice_filter:
        own = {name for choice in question.choices for name in choice.columns}
        nodes = question.choice_filter.tree().walk()
        found |= {str(n.value) for n in nodes if n.op == "name" or (n.op == "column" and n.value not in own)}
    return frozenset(found)


def references(*texts: Text | None) -> Iterator[str]:
    """The questions whose answers stand in these texts as `${name}`."""
    for text in texts:
        for lang in Lang if text else ():
            yield from REFERENCE.findall(text[lang] if text else "")


def _texts(question: Question) -> tuple[Text | None, ...]:
    return question.label, question.hint, question.constraint_message, question.required_message


def cycles(questions: Iterable[Question]) -> Iterator[Problem]:
    """A problem (calculation-cycle) for each calculate that needs its own value."""
    needs = {
        question.name: {name for rule in (question.calculation, question.relevance) if rule for name in rule.names()}
        for question in questions
        if question.calculation
    }
    for name in needs:
        seen: set[str] = set()
        todo = [name]
        while todo:
            fresh = (needs[todo.pop()] & needs.keys()) - seen
            seen |= fresh
            todo += fresh
        if name in seen:
            yield Problem(code="calculation-cycle", place=Place(question=name), params={"name": name})


class Calculations:
    """The calculates of a form, parsed once for all rows."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self.rules: Mapping[str, tuple[Node | None, Node]] = {
            question.name: (question.relevance.tree() if question.relevance else None, question.calculation.tree())
            for question in questions
            if question.calculation
        }

    def over(self, values: Mapping[str, Value], today: date | None = None) -> Mapping[str, Value]:
        """The answers as they are whenever they are asked for, and the calculates that follow from them.

        A calculate is a text, as ODK stores it, and empty where it is not relevant.
        """
        return _Over(self, values, today) if self.rules else values


class _Over(Mapping[str, Value]):
    def __init__(self, calculations: Calculations, values: Mapping[str, Value], today: date | None) -> None:
        self.rules, self.values_of, self.today = calculations.rules, values, today

    def __getitem__(self, name: str) -> Value:
        if name not in self.rules:
            return self.values_of[name]
        relevance, calculation = self.rules[name]
        if relevance and not truth(evaluate(relevance, self, None, self.today)):
            return ""
        return words(evaluate(calculation, self, None, self.today))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.values_of, *self.rules)))
