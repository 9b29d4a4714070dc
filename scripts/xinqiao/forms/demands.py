"""What a form file must hold besides sound parts: codes that cannot be confused, and what a self-check owes people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xinqiao.core.form import Purpose
from xinqiao.core.problem import Problem
from xinqiao.core.question import Question
from xinqiao.core.scale import Scale
from xinqiao.forms.build import compared
from xinqiao.forms.place import written
from xinqiao.forms.yaml_lines import Document, Path

# What an import writes where only the college can say something; a form that holds it is not accepted.
TO_FILL_IN = {"zh": "（待填写）", "en": "(to be filled in)"}


def demands(
    document: Document, purpose: Purpose, questions: Iterable[Question], scales: Iterable[Scale]
) -> Iterator[Problem]:
    """Every demand that the parts of a form file do not meet."""
    parts = written(document)
    yield from _placeholders(document)
    headed: dict[str, str] = {}
    for question in questions:
        if question.of_other:
            continue  # made by or_other, it stands nowhere in the file
        path = parts[question.name][0]
        yield from _codes(document, question, path)
        column = question.column.strip()
        if column and (other := headed.setdefault(column, question.name)) != question.name:
            params = {"name": question.name, "other": other}
            yield Problem(code="column-twice", place=document.place((*path, "column"), question.name), params=params)
    for scale in scales if purpose is Purpose.SELF_CHECK else ():
        yield from _owed(document, scale, parts[scale.name][0])


def _codes(document: Document, question: Question, path: Path) -> Iterator[Problem]:
    """A code that is no answer may not be how a choice is written: the choice would be lost without a word."""
    spellings = {compared(spelling) for choice in question.choices for spelling in (choice.name, *choice.column_value)}
    for where in ((*path, "missing"), ("file", "missing")):
        codes = document.get(where)
        for at, code in enumerate(codes if isinstance(codes, list) else [codes]):
            if code is not None and compared(str(code)) in spellings:
                place = document.place((*where, at), question.name)
                params = {"name": question.name, "code": str(code)}
                yield Problem(code="missing-is-choice", place=place, params=params)


def _owed(document: Document, scale: Scale, path: Path) -> Iterator[Problem]:
    """Who checks themselves reads where the scale comes from, and with every result what may help."""
    if not scale.bands:
        return
    lacking = [(path, key) for key in ("source", "licence") if not getattr(scale, key).strip()]
    lacking += [((*path, "bands", at), "advice") for at, band in enumerate(scale.bands) if band.advice is None]
    for where, key in lacking:
        params = {"scale": scale.name, "key": key}
        yield Problem(code="self-check-lacks", place=document.place(where, scale.name), params=params)


def _placeholders(document: Document) -> Iterator[Problem]:
    """What an import could not know and nobody has filled in yet."""
    for path in document.values:
        if document.get(path) in TO_FILL_IN.values():
            yield Problem(code="placeholder-left", place=document.place(path), params={"key": str(path[0])})
