"""Careless answering: long runs of the same answer down a list of questions with the same choices.

The longest run is the usual first sign (Johnson 2005, doi:10.1016/j.jrp.2004.09.009; Yentes & Wilhelm, R package
careless). It is told and counted, and never sets a row aside: somebody may mean it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from xinqiao.core.expression import Value
from xinqiao.core.form import Form
from xinqiao.core.question import Kind, Question

# So many equal answers one after the other are told, in lists of at least twice as many: "not at all" to each of ten
# symptoms is what a healthy person answers (in NHANES, where there are ten, it is one in four).
LONG_RUN = 10
LONG_LIST = 2 * LONG_RUN
# A list of questions: those of one kind that can be answered alike.
LIKERT = frozenset({Kind.SELECT_ONE, Kind.INTEGER})


def lists(form: Form) -> Sequence[tuple[str, ...]]:
    """The questions that stand one after the other with the same choices, where they are enough for a run to be odd."""
    asked = (question for question in form.questions if question.answered)
    alike = (tuple(question.name for question in group) for key, group in groupby(asked, _offered) if key)
    return tuple(names for names in alike if len(names) >= LONG_LIST)


def straight(questions: Sequence[tuple[str, ...]], values: Mapping[str, Value]) -> bool:
    """Whether a row has a long run in one of these lists; an answer that lacks ends a run."""
    return any(max(_runs(values.get(name) for name in names), default=0) >= LONG_RUN for names in questions)


def _runs(answers: Iterator[Value]) -> Iterator[int]:
    for value, run in groupby(answers):
        if value is not None:
            yield sum(1 for _ in run)


def _offered(question: Question) -> tuple[str, ...]:
    """What can be answered; empty for a question that is in no such list."""
    if question.kind not in LIKERT:
        return ()
    if question.choices:
        return tuple(choice.name for choice in question.choices)
    return (question.constraint.source,) if question.constraint else ()
