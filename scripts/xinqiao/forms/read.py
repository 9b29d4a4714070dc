"""A form file to a Form: all problems of the file in one run, each with file, line and column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import TypeVar

from xinqiao.core.derived import Derived
from xinqiao.core.expression import Expression
from xinqiao.core.form import NO_FILE, Form, Purpose
from xinqiao.core.name import NAME
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.question import BadAnswer, Choice, Question, Role, Section
from xinqiao.forms import build
from xinqiao.forms.change import change
from xinqiao.forms.counts import by_persons
from xinqiao.forms.demands import demands
from xinqiao.forms.derived import derived
from xinqiao.forms.fit import checked
from xinqiao.forms.foreign import foreign
from xinqiao.forms.group import sections
from xinqiao.forms.pair import Others, earlier_form
from xinqiao.forms.place import in_file, rows
from xinqiao.forms.scale import cases
from xinqiao.forms.scale import scale as read_scale
from xinqiao.forms.shape import FormShape
from xinqiao.forms.yaml_lines import Document, Path, raise_all, read_yaml

Made = TypeVar("Made")

NO_LISTS: Mapping[str, tuple[Choice, ...]] = MappingProxyType({})
NO_STEPS: Mapping[str, Derived] = MappingProxyType({})


def read_form(
    path: FilePath,
    lists: Mapping[str, tuple[Choice, ...]] = NO_LISTS,
    steps: Mapping[str, Derived] = NO_STEPS,
    *,
    others: Others | None = None,
) -> Form:
    """The form that a file describes.

    lists: lists of choices that stand elsewhere, such as `units`; steps: list → its coarser levels there, such as
    `grade`, of which the form has those that its summaries name. others: reads the earlier
    form of a pair by its id, by default the one beside the file. Raises XinqiaoError with every
    problem of the file, in its order, each with line and column.
    """
    document = read_yaml(path)
    shape = checked(FormShape, document, ())
    own = document.get(("choices",))
    asked = _asked(document)
    offered = {
        name: build.choices(document, ("choices", name), asked.get(name, ()))
        for name in (own if isinstance(own, dict) else ())
    }
    made = sections(document, {**lists, **offered}, shape.on_bad_answer if shape else BadAnswer.ROW)
    if shape and shape.counts:
        made = by_persons(document, shape.counts, made)
    form = _form(document, shape, made, steps, others or others_in(path.parent, lists, steps))
    raise_all(document.problems)
    if form is None:
        raise ValueError("a form was refused without a problem")
    return form


def others_in(
    folder: FilePath, lists: Mapping[str, tuple[Choice, ...]] = NO_LISTS, steps: Mapping[str, Derived] = NO_STEPS
) -> Others:
    """Reads the forms of a folder by their ids, each without one before it: two may name each other."""

    def read(form_id: str) -> Form | None:
        file = folder / f"{form_id}.yml"
        return read_form(file, lists, steps, others=lambda _: None) if file.is_file() else None

    return read


def _asked(document: Document) -> Mapping[str, set[str]]:
    """For each list of choices the bare names in the choice_filters of the questions that offer it."""
    asked: dict[str, set[str]] = {}
    for at in rows(document, "survey"):
        kind, chosen = (document.get(("survey", at, key)) for key in ("type", "choice_filter"))
        if isinstance(kind, str) and isinstance(chosen, str) and len(kind.split()) > 1:
            try:
                columns = Expression(chosen).columns()
            except XinqiaoError:
                continue  # noted where the question is read
            asked.setdefault(kind.split()[1], set()).update(columns)
    return asked


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


def _id(document: Document, shape: FormShape | None) -> str:
    """The form's id; a stand-in where it is none that can be used."""
    form_id = shape.settings.form_id if shape else "form"
    if NAME.fullmatch(form_id):
        return form_id
    build.note(document, "name-unusable", ("settings", "form_id"), name=form_id)
    return "form"


def _form(
    document: Document,
    shape: FormShape | None,
    parts: tuple[Section, ...],
    steps: Mapping[str, Derived],
    others: Others,
) -> Form | None:
    """The form; where parts are missing, stand-ins, so that what hangs together is still looked at."""
    scales = _made(document, "scales", read_scale)
    dimensions = _made(document, "derived", derived)
    summaries = _made(document, "summaries", build.summary)
    questions = [question for section in parts for question in section.questions]
    named = {part.name for made_of in (questions, scales, dimensions) for part in made_of}
    wanted = {name for summary in summaries for name in summary.by} - named
    dimensions += [step for step in _coarser(document, questions, steps) if step.name in wanted]
    proofs = list(cases(document, rows(document, "cases"), questions, scales))
    file = foreign(document, shape.file) if shape and shape.file else NO_FILE
    form_id = _id(document, shape)
    earlier = earlier_form(document, form_id, named, others)
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
            sections=parts,
            scales=tuple(scales),
            derived=tuple(dimensions),
            summaries=tuple(summaries),
            cases=tuple(proofs),
            file=file,
            changes=tuple(_made(document, "versions", change)),
            paged=bool(shape and shape.settings.style),
            untranslated=tuple(shape.untranslated) if shape else (),
            loinc=shape.settings.loinc if shape else "",
            earlier=earlier,
            seal_to=tuple(shape.seal_to) if shape else ("–",),
            retention_days=shape.retention.days if shape else 1,
        )
    except XinqiaoError as error:
        made = named | {part.name for made_of in (dimensions, summaries) for part in made_of}
        made |= {group.name for section in parts for group in section.groups}
        document.problems += in_file(document, error.problems, made)
    return None
