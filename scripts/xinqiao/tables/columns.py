"""The header of a file to the questions whose answers stand below it.

A header is never quoted: where a file has lost its first line, its headers are a person's answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xinqiao.core.question import Question
from xinqiao.tables.file import spelled
from xinqiao.tables.finding import Finding

# The first headers of our own CSV: the row's number in the file that it was made from, and its day. No
# question can have such a name, so our file is known by it, and a row without any answer is no blank row.
NUMBER, DAY = "#row", "#day"


def headers(question: Question) -> tuple[str, ...]:
    """How a file may head a question: by its `column`, by its name."""
    return tuple(spelled(name) for name in (question.column, question.name) if name)


def columns(asked: Sequence[Question], labels: Sequence[str], *, own: bool) -> dict[str, int]:
    """Question name → position of its column; of repeated ones the first.

    Every `column` is looked for before any name, so that a question's name does not take another's column;
    `own`: our own CSV holds names.
    """
    found: dict[str, int] = {}
    taken: set[int] = set()
    for attempt in (-1,) if own else (0, -1):
        for question in asked:
            label = headers(question)[attempt]
            if question.name not in found and label in labels and labels.index(label) not in taken:
                found[question.name] = labels.index(label)
                taken.add(found[question.name])
    return found


def header_findings(
    asked: Sequence[Question], labels: Sequence[str], found: Mapping[str, int], others: Sequence[str]
) -> Iterator[Finding]:
    """Which questions have no column or several, and how many columns belong to none; `others` are used otherwise."""
    repeated = {
        question.name: labels.count(labels[found[question.name]]) - 1 for question in asked if question.name in found
    }
    for question in asked:
        if question.name not in found:
            yield Finding(code="column-missing" if question.required else "column-absent", field=question.name)
        elif repeated[question.name]:
            yield Finding(code="column-repeated", field=question.name, count=repeated[question.name])
    used = {labels[at] for at in found.values()}
    extra = sum(label not in used and label not in others for label in labels)
    if extra:
        yield Finding(code="columns-extra", count=extra)
