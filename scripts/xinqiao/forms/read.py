"""A form file to a Form: all problems of the file in one run, each with file, line and column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from types import MappingProxyType

from xinqiao.core.form import Form, Purpose
from xinqiao.core.name import NAME
from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.core.question import Choice, Question, Section
from xinqiao.core.text import Text
from xinqiao.forms import build
from xinqiao.forms.shape import FormShape, RowShape, checked
from xinqiao.forms.yaml_lines import Document, Path, raise_all, read_yaml

NO_LISTS: Mapping[str, tuple[Choice, ...]] = MappingProxyType({})
GROUP = re.compile(r"(begin|end)[ _]group")
GROUP_NOT_YET = ("relevant", "required", "constraint")
NOT_A_MENTION = {"name", "label", "title", "hint", "type", "source", "licence"}


def read_form(path: FilePath, lists: Mapping[str, tuple[Choice, ...]] = NO_LISTS) -> Form:
    """The form that a file describes.

    lists: lists of choices that stand elsewhere, such as `units`. Raises XinqiaoError with every
    problem of the file, in its order, each with line and column.
    """
    document = read_yaml(path)
    shape = checked(FormShape, document, ())
    own = document.get(("choices",))
    offered = {name: build.choices(document, ("choices", name)) for name in (own if isinstance(own, dict) else ())}
    sections = _sections(document, {**lists, **offered})
    form = _form(document, shape, sections)
    raise_all(document.problems)
    if form is None:
        raise ValueError("a form was refused without a problem")
    return form


def _rows(document: Document, part: str) -> range:
    value = document.get((part,))
    return range(len(value)) if isinstance(value, list) else range(0)


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


def _sections(document: Document, lists: build.Lists) -> tuple[Section, ...]:
    groups = _Groups(document)
    for at in _rows(document, "survey"):
        path: Path = ("survey", at)
        shape = checked(RowShape, document, path)
        if shape is None:
            continue
        if group := GROUP.fullmatch(shape.type.strip()):
            groups.row(path, shape, group[1])
        elif question := build.question(document, path, shape, lists):
            groups.questions.append(question)
    if groups.open is not None:
        path, name, *_ = groups.open
        build.note(document, "group-open", (*path, "type"), name, name=name)
    groups.close()
    return tuple(groups.sections)


def _form(document: Document, shape: FormShape | None, sections: tuple[Section, ...]) -> Form | None:
    """The form; where parts are missing, stand-ins, so that what hangs together is still looked at."""
    scales = [build.scale(document, ("scales", at)) for at in _rows(document, "scales")]
    summaries = [build.summary(document, ("summaries", at)) for at in _rows(document, "summaries")]
    form_id = shape.settings.form_id if shape else "form"
    if not NAME.fullmatch(form_id):
        build.note(document, "name-unusable", ("settings", "form_id"), name=form_id)
        form_id = "form"
    try:
        return Form(
            id=form_id,
            version=shape.settings.version if shape else 1,
            purpose=shape.settings.purpose if shape else Purpose.SURVEY,
            title=shape.settings.title.text() if shape else build.NOWHERE,
            intro=build.text(shape.intro) if shape else None,
            consent=shape.consent.text() if shape else build.NOWHERE,
            sections=sections,
            scales=tuple(scale for scale in scales if scale),
            summaries=tuple(summary for summary in summaries if summary),
            seal_to=tuple(shape.seal_to) if shape else ("–",),
            retention_days=shape.retention.days if shape else 1,
        )
    except XinqiaoError as error:
        document.problems += _placed(document, error.problems)
    return None


def _placed(document: Document, problems: tuple[Problem, ...]) -> Iterator[Problem]:
    """The form's problems at their lines, without those that only follow from a part already refused."""
    parts: dict[str, list[Path]] = {}
    for part in ("survey", "scales", "summaries"):
        for at in _rows(document, part):
            parts.setdefault(str(document.get((part, at, "name"))), []).append((part, at))
    twice: Counter[str] = Counter()
    for problem in problems:
        name = str(problem.params.get("name", ""))
        match problem.code:
            case "name-unknown" if name in parts:
                continue
            case "item-unscored" if _faulty_choices(document, parts[name]):
                continue
            case "form-empty" if _rows(document, "survey"):
                if not document.problems:
                    yield replace(problem, place=document.place(("survey",)))
            case "form-empty" | "form-unsealed":
                path: Path = ("survey",) if problem.code == "form-empty" else ("seal_to",)
                yield replace(problem, place=document.place(path))
            case "name-twice":
                twice[name] += 1
                found = parts[name]
                place = document.place((*found[min(twice[name], len(found) - 1)], "name"), name)
                yield replace(problem, place=place)
            case _:
                yield _mentioned(document, problem, parts.get(problem.place.question, []))


def _faulty_choices(document: Document, questions: list[Path]) -> bool:
    """Whether a choice of one of these questions has been refused already, perhaps for how its score is written."""
    lists = {str(document.get((*path, "type"))).split()[-1] for path in questions}
    return any(path[:1] == ("choices",) and path[1] in lists for path in document.faulty)


def _mentioned(document: Document, problem: Problem, candidates: list[Path]) -> Problem:
    """A problem at the first mention of what it is about, within the parts of that name."""
    needle = str(problem.params.get("measure") or problem.params.get("name", ""))
    word = re.compile(rf"(?<![\w.-]){re.escape(needle)}(?![\w.-])")
    question = problem.place.question
    for part in candidates:
        for path in document.values:
            if path[: len(part)] != part or NOT_A_MENTION & {*path[2:]}:
                continue
            value = document.get(path)
            found = word.search(value) if isinstance(value, str) else None
            if found or (isinstance(value, str) and value.replace(" ", "") == needle):
                place = document.place(path, question, offset=found.start() if found else None)
                return replace(problem, place=place)
    path = (*candidates[0], "name") if candidates else ()
    return replace(problem, place=document.place(path, question))
