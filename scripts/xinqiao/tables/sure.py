"""Expressions of a form over codes: where they surely hold and where they surely do not.

An expression is not translated but tabled: where its questions have few answers together, each combination is decided
by the same evaluation as a single row's, and what remains for the engine is whether a row's codes are among them. So an
engine needs no XPath, and cannot disagree. What cannot be tabled (today(), free answers) is neither sure nor ruled out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING

from xinqiao.core.expression import Expression, Node, Value, evaluate, truth, words
from xinqiao.core.form import Form
from xinqiao.core.logic import Calculations
from xinqiao.core.question import Question
from xinqiao.tables.known import NOTHING, Known

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue

Test = Callable[[Mapping[str, Value]], bool]
# Combinations of answers that are decided beforehand, and runs of codes that are compared one by one.
MOST_CASES = 5000
MOST_RUNS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Sure:
    """Where something surely holds, and where it surely does not: columns, or the same for every row."""

    yes: BooleanValue | bool
    no: BooleanValue | bool


ALWAYS, UNKNOWN = Sure(yes=True, no=False), Sure(yes=False, no=False)


def both(left: BooleanValue | bool, right: BooleanValue | bool) -> BooleanValue | bool:
    """`and` that leaves constants out of what the engine computes."""
    if isinstance(left, bool):
        return right if left else False
    if isinstance(right, bool):
        return left if right else False
    return left & right


def either(left: BooleanValue | bool, right: BooleanValue | bool) -> BooleanValue | bool:
    """`or` that leaves constants out of what the engine computes."""
    if isinstance(left, bool):
        return True if left else right
    if isinstance(right, bool):
        return True if right else left
    return left | right


class Deciding:
    """What is sure of a form's expressions by the codes of answers: question → column of codes."""

    def __init__(self, form: Form, known: Mapping[str, Known], codes: Mapping[str, IntegerValue]) -> None:
        self._known, self._codes = known, codes
        self._calculations = Calculations(form.questions)

    def holds(self, rule: Expression | None, current: str = "") -> Sure:
        """Where an expression holds; `current` names the question that `.` stands for. None always holds."""
        return self._node(rule.tree(), current) if rule else ALWAYS

    def allowed(self, question: Question) -> Sure:
        """Where an answer meets its constraint; one that speaks of nothing else decides which answers are plain."""
        return ALWAYS if self._known[question.name].constrained else self.holds(question.constraint, question.name)

    def offered(self, question: Question) -> Sure:
        """Where what was chosen is among the choices that the choice_filter leaves."""
        if question.choice_filter is None:
            return ALWAYS
        attributes = {name for choice in question.choices for name in choice.columns}
        tree = question.choice_filter.tree()
        asked = {
            str(n.value) for n in tree.walk() if n.op == "name" or (n.op == "column" and n.value not in attributes)
        }

        def test(values: Mapping[str, Value]) -> bool:
            value = values[question.name]
            chosen = {value} if isinstance(value, str) else set(value) if isinstance(value, tuple) else set()
            told = self._calculations.over(values)
            return chosen <= {choice.name for choice in question.offered(told)}

        if not self._all_timeless(tree, asked):
            return UNKNOWN
        return self._tabled(self._behind(asked | {question.name}), test, texts=False)

    def _node(self, node: Node, current: str) -> Sure:
        if node.op in {"and", "or", "not"}:
            parts = [self._node(part, current) for part in node.parts]
            if node.op == "not":
                return Sure(yes=parts[0].no, no=parts[0].yes)
            joined, other = (both, either) if node.op == "and" else (either, both)
            return Sure(yes=joined(parts[0].yes, parts[1].yes), no=other(parts[0].no, parts[1].no))
        asked = {str(each.value) for each in node.walk() if each.op in {"name", "column"}}
        if any(each.op == "current" for each in node.walk()):
            if not current:
                return UNKNOWN
            asked.add(current)

        def test(values: Mapping[str, Value]) -> bool:
            return truth(evaluate(node, self._calculations.over(values), values.get(current), None))

        return self._tabled(self._behind(asked), test) if self._all_timeless(node, asked) else UNKNOWN

    def _all_timeless(self, node: Node, asked: set[str]) -> bool:
        rules = [rule for name in self._over(asked) for rule in self._calculations.rules[name] if rule]
        return all(map(_timeless, (node, *rules)))

    def _over(self, asked: set[str]) -> set[str]:
        """The calculates among these names, and those that they rest on."""
        seen: set[str] = set()
        todo = [name for name in asked if name in self._calculations.rules]
        while todo:
            seen.add(name := todo.pop())
            parts = (rule.walk() for rule in self._calculations.rules[name] if rule)
            named = {str(node.value) for walk in parts for node in walk if node.op in {"name", "column"}}
            todo += [other for other in named if other in self._calculations.rules and other not in seen]
        return seen

    def _behind(self, asked: set[str]) -> list[str]:
        """The questions whose answers decide, calculates replaced by what they are made of."""
        made = self._over(asked)
        rules = [rule for name in made for rule in self._calculations.rules[name] if rule]
        named = {str(n.value) for rule in rules for n in rule.walk() if n.op in {"name", "column"}}
        return sorted(name for name in asked | named if name in self._known)

    def _tabled(self, names: Sequence[str], test: Test, *, texts: bool = True) -> Sure:
        """Where a test holds, by every combination of plain answers to the questions that it needs."""
        listed = [self._answers(name) for name in names]
        if math.prod(map(len, listed)) > MOST_CASES:
            return UNKNOWN
        found: dict[bool, list[int]] = {True: [], False: []}
        for at, values in enumerate(product(*listed)):
            typed = dict(zip(names, values, strict=True))
            holds = test(typed)
            # Relevance is decided by the words of an answer, constraints by its value.
            if not texts or holds == test({name: words(value) for name, value in typed.items()}):
                found[holds].append(at)
        number = self._numbered(names, [len(each) for each in listed])
        whole = self._all_listed(names)
        if number is None:
            return Sure(yes=both(whole, bool(found[True])), no=both(whole, bool(found[False])))
        return Sure(yes=both(whole, among(number, found[True])), no=both(whole, among(number, found[False])))

    def _answers(self, name: str) -> list[Value]:
        """No answer, then every plain one; of an open question only the first can be tabled."""
        known = self._known[name]
        most = len(known.values) if known.closed else 2 ** len(known.question.choices) - 1 if known.several else 0
        if most > MOST_CASES:
            return [None]
        # The code of a set of choices is one more than its bits, so that 1 is the empty set, which no answer has.
        return [known.value(code) for code in range(NOTHING, most + (2 if known.several else 1))]

    def _numbered(self, names: Sequence[str], sizes: Sequence[int]) -> IntegerValue | None:
        """The number of a row's combination; None where there is but one."""
        number: IntegerValue | None = None
        for name, size in zip(names, sizes, strict=True):
            if size > 1:
                code = self._codes[name].cast("int32")
                number = code if number is None else number * size + code
        return number

    def _all_listed(self, names: Sequence[str]) -> BooleanValue | bool:
        """Where each of these answers is one that was tabled."""
        found: BooleanValue | bool = True
        for name in names:
            last = len(self._answers(name)) - 1
            found = both(found, self._codes[name].between(NOTHING, last))
        return found


def among(number: IntegerValue, wanted: Sequence[int]) -> BooleanValue | bool:
    """Whether a number is one of these, in rising order: runs of them are compared by their ends."""
    if not wanted:
        return False
    runs = list(_runs(wanted))
    if len(runs) > MOST_RUNS:
        return number.isin(list(wanted))
    found: BooleanValue | bool = False
    for first, last in runs:
        found = either(found, number == first if first == last else number.between(first, last))
    return found


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = numbers[0]
    for before, after in pairwise((*numbers, numbers[-1] + 2)):
        if after != before + 1:
            yield first, before
            first = after


def _timeless(node: Node) -> bool:
    return not any(each.op == "today" for each in node.walk())
