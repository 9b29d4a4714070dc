"""`counts: COLUMN`: the question whose answers tell persons apart, where rows of a file are not persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xinqiao.core.name import nearest
from xinqiao.core.question import Kind, Role, Section
from xinqiao.forms.build import note
from xinqiao.forms.yaml_lines import Document


def by_persons(document: Document, counts: str, sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections with that question as a match code; it is named by its column, or as the form names it.

    Notes `name-unknown` and `counts-unfit`.
    """
    questions = [question for section in sections for question in section.questions]
    chosen = [question for question in questions if counts in (question.column, question.name)][:1]
    if not chosen:
        known = [name for question in questions for name in (question.column, question.name) if name]
        note(document, "name-unknown", ("counts",), name=counts, nearest=nearest(counts, known))
    for question in chosen:
        if question.kind is not Kind.TEXT or question.role not in (Role.ANSWER, Role.FREE_TEXT, Role.MATCH):
            note(document, "counts-unfit", ("counts",), name=counts)
            return tuple(sections)
    return tuple(
        replace(
            section,
            questions=tuple(replace(q, role=Role.MATCH) if q in chosen else q for q in section.questions),
        )
        for section in sections
    )
