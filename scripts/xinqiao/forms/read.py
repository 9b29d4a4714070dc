"""A form file to a Form: all problems of the file in one run, each with file, line and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import TypeVar

from xinqiao.core.derived import Derived
from xinqiao.core.form import NO_FILE, Form, Purpose
from xinqiao.core.name import NAME
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.question import BadAnswer, Choice, Question, Role, Section
from xinqiao.core.text import Text
from xinqiao.forms import build
from xinqiao.forms.demands import demands
from xinqiao.forms.derived import derived
from xinqiao.forms.fit import checked
from xinqiao.forms.foreign import foreign
from xinqiao.forms.place import in_file, rows
from xinqiao.forms.scale import cases
from xinqiao.forms.scale import scale as read_scale
from xinqiao.forms.shape import FormShape, RowShape
from xinqiao.forms.yaml_lines import Document, Path, raise_all, read_yaml

Made = TypeVar("Made")

NO_LISTS: Mapping[str, tuple[Choice, ...]] = MappingProxyType({})
NO_STEPS: Mapping[str, Derived] = MappingProxyType({})
GROUP = re.compile(r"(begin|end)[ _]group")
GROUP_NOT_YET = ("relevant", "required", "constraint")


def read_form(
    path: FilePath, lists: Mapping[str, tuple[Choice, ...]] = NO_LISTS, steps: Mapping[str, Derived] = NO_STEPS
) -> Form:
    """The form that a file describes.

    lists: lists of choices that stand elsewhere, such as `units`; steps: list → its coarser levels there, such as
    `grade`, of which the form has those that its summaries name. Raises XinqiaoError with every
    problem of the file, in its order, each with line and column.
    """
    document = read_yaml(path)
    shape = checked(FormShape, document, ())
    own = document.get(("choices",))
    offered = {name: build.choices(document, ("choices", name)) for name in (own if isinstance(own, dict) else ())}
    sections = _sections(document, {**lists, **offered}, shape.on_bad_answer if shape else BadAnswer.ROW)
    form = _form(document, shape, sections, steps)
    raise_all(document.problems)
    if form is None:
        raise ValueError("a form was refused without a problem")
    return form


class _Groups:
    """The sections as the rows come: questions outside of a group make a section without a title."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.sections: list[Section] = []
        self.questions: list[Question] = []
        self.open: tuple[Path, str, Text | None, Text | None] | None = None

    def close(self) -> None:
        """Ends the present section, if it holds a question."""
        _, name, title, hint = self.open or ((), "", None, None)
        if self.questions:
            section = Section(name=name, title=title, note=hint, questions=tuple(self.questions))
            self.sections.append(section)
        self.questions, self.open = [], None

    def row(self, path: Path, shape: RowShape, word: str) -> None:
        """Takes a row that begins or ends a group."""
        if word == "end":
            if self.open is None:
                build.note(self.document, "group-end-alone", (*path, "type"))
            self.close()
            return
        if not shape.name:
            build.note(self.document, "form-key-missing", path, key="name")
        for key in GROUP_NOT_YET:
            if getattr(shape, key):
                build.note(self.document, "not-yet", (*path, key), shape.name, what=f"begin_group: {key}")
        if self.open is not None:
            build.note(self.document, "not-yet", (*path, "type"), shape.name, what="begin_group, begin_group")
        self.close()
        self.open = (path, shape.name, build.text(shape.label), build.text(shape.hint))


def _sections(document: Document, lists: build.Lists, on_bad_answer: BadAnswer) -> tuple[Section, ...]:
    groups = _Groups(document)
    for at in rows(document, "survey"):
        path: Path = ("survey", at)
        shape = checked(RowShape, document, path)
        if shape is None:
            continue
        if group := GROUP.fullmatch(shape.type.strip()):
            groups.row(path, shape, group[1])
        elif question := build.question(document, path, shape, lists, on_bad_answer):
            groups.questions.append(question)
    if groups.open is not None:
        path, name, *_ = groups.open
        build.note(document, "group-open", (*path, "type"), name, name=name)
    groups.close()
    return tuple(groups.sections)


def _made(document: Document, part: str, make: Callable[[Document, Path], Made | None]) -> list[Made]:
    """What of a list of the file can be used."""
    made = [make(document, (part, at)) for at in rows(document, part)]
    return [one for one in made if one is not None]


def _coarser(document: Document, questions: Sequence[Question], steps: Mapping[str, Derived]) -> Iterator[Derived]:
    """The coarser levels of the lists that stand elsewhere, each made of the first dimension that offers its list."""
    own = document.get(("choices",))
    for name, step in steps.items():
        if isinstance(own, dict) and name in own:
            continue
        held = {choice for level in step.levels for choice in level.choices}
        for question in questions:
            if question.role is Role.DIMENSION and {choice.name for choice in question.choices} == held:
                yield replace(step, source=question.name)
                break


def _form(
    document: Document, shape: FormShape | None, sections: tuple[Section, ...], steps: Mapping[str, Derived]
) -> Form | None:
    """The form; where parts are missing, stand-ins, so that what hangs together is still looked at."""
    scales = _made(document, "scales", read_scale)
    dimensions = _made(document, "derived", derived)
    summaries = _made(document, "summaries", build.summary)
    questions = [question for section in sections for question in section.questions]
    named = {part.name for parts in (questions, scales, dimensions) for part in parts}
    wanted = {name for summary in summaries for name in summary.by} - named
    dimensions += [step for step in _coarser(document, questions, steps) if step.name in wanted]
    proofs = list(cases(document, rows(document, "cases"), questions, scales))
    file = foreign(document, shape.file) if shape and shape.file else NO_FILE
    form_id = shape.settings.form_id if shape else "form"
    if not NAME.fullmatch(form_id):
        build.note(document, "name-unusable", ("settings", "form_id"), name=form_id)
        form_id = "form"
    purpose = shape.settings.purpose if shape else Purpose.SURVEY
    document.problems += demands(document, purpose, questions, scales)
    try:
        return Form(
            id=form_id,
            version=shape.settings.version if shape else 1,
            purpose=purpose,
            title=shape.settings.title.text() if shape else build.NOWHERE,
            intro=build.text(shape.intro) if shape else None,
            consent=shape.consent.text() if shape else build.NOWHERE,
            sections=sections,
            scales=tuple(scales),
            derived=tuple(dimensions),
            summaries=tuple(summaries),
            cases=tuple(proofs),
            file=file,
            seal_to=tuple(shape.seal_to) if shape else ("–",),
            retention_days=shape.retention.days if shape else 1,
        )
    except XinqiaoError as error:
        made = {question.name for question in questions} | {scale.name for scale in scales}
        made |= {dimension.name for dimension in dimensions} | {summary.name for summary in summaries}
        document.problems += in_file(document, error.problems, made)
    return None
