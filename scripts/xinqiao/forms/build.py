"""Questions, choices and summaries: from the shapes of a form file to core; every fault noted with its place."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TypeVar

from xinqiao.core.expression import Expression
from xinqiao.core.name import NAME
from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.core.question import BadAnswer, Choice, Kind, Question
from xinqiao.core.summary import Measure, SummarySpec
from xinqiao.core.text import Text
from xinqiao.forms.fit import checked, nearest
from xinqiao.forms.shape import ChoiceShape, LabelShape, Nonresponse, RowShape, Sensitive, SummaryShape
from xinqiao.forms.yaml_lines import Document, Path

Lists = Mapping[str, tuple[Choice, ...]]
Made = TypeVar("Made")

CHOOSING = {Kind.SELECT_ONE.value, Kind.SELECT_MULTIPLE.value}
TYPES_NOT_YET = {
    "acknowledge", "audio", "barcode", "begin_repeat", "calculate", "date", "dateTime", "decimal", "end_repeat",
    "file", "geopoint", "geoshape", "geotrace", "hidden", "image", "range", "rank", "select_one_from_file",
    "time", "video",
}  # fmt: skip
MEASURES_NOT_YET = re.compile(r"change\(.*\)|n\(.*\).*")
# What Python's and every browser's regular expressions read alike; anything else is refused.
REGEX = re.compile(r"(?:[^\\(]|\((?!\?)|\(\?:|\\[dwDW]|\\[^A-Za-z0-9])*")
REGEX_APART = re.compile(r"[*+?}]\+|\{,|\[\^?\]")
NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{0,30})?")
NOWHERE = Text.of(zh="–", en="–")


def note(document: Document, code: str, path: Path, question: str = "", **params: str | int) -> None:
    """Notes a problem at a path of the document."""
    document.problems.append(Problem(code=code, place=document.place(path, question), params=params))


def attempt(document: Document, path: Path, make: Callable[[], Made], question: str = "") -> Made | None:
    """What `make` makes; None where core refuses it, with its problems noted at the path."""
    try:
        return make()
    except XinqiaoError as error:
        for problem in error.problems:
            # An expression's problem says which character; the line's column follows from it.
            offset = int(problem.params["column"]) - 1 if "column" in problem.params else None
            place = document.place(path, question, offset=offset)
            document.problems.append(replace(problem, place=place))
    return None


def text(shape: LabelShape | None) -> Text | None:
    """The text of a label, if there is one."""
    return shape.text() if shape else None


def choices(document: Document, path: Path) -> tuple[Choice, ...]:
    """One list of choices; a repeated name is noted at its second place."""
    rows = document.get(path)
    made: dict[str, Choice] = {}
    spelt: dict[str, str] = {}
    for at in range(len(rows) if isinstance(rows, list) else 0):
        where = (*path, at)
        shape = checked(ChoiceShape, document, where)
        if shape is None:
            continue
        choice = attempt(document, (*where, "name"), partial(_choice, shape), shape.name)
        if choice and choice.name in made:
            note(document, "name-twice", (*where, "name"), choice.name, name=choice.name)
        elif choice:
            made[choice.name] = choice
            for spelling in choice.column_value:
                if (other := spelt.setdefault(compared(spelling), choice.name)) != choice.name:
                    params = {"name": choice.name, "other": other, "spelling": spelling}
                    place = document.place((*where, "column_value"), choice.name)
                    document.problems.append(Problem(code="column-value-twice", place=place, params=params))
    return tuple(made.values())


def compared(spelling: str) -> str:
    """A spelling as files are read: numbers in one form, so that `2`, `2.0` and `02` are the same."""
    spelling = spelling.strip()
    return str(Fraction(spelling)) if NUMBER.fullmatch(spelling) else spelling


def _choice(shape: ChoiceShape) -> Choice:
    spellings = tuple(shape.column_value)
    return Choice(name=shape.name, label=shape.label.text(), score=shape.score, column_value=spellings)


def question(
    document: Document, path: Path, shape: RowShape, lists: Lists, on_bad_answer: BadAnswer = BadAnswer.ROW
) -> Question | None:
    """One question of the survey; None where its type or name cannot be used. `on_bad_answer`: the form's default."""
    kind = _kind(document, path, shape, lists)
    missing = [key for key in ("name", "label") if not getattr(shape, key)]
    for key in missing:
        note(document, "form-key-missing", (*path, key), shape.name, key=key)
    relevant = expression(document, (*path, "relevant"), shape.relevant, shape.name)
    constraint = expression(document, (*path, "constraint"), shape.constraint, shape.name)
    if kind is None or missing or shape.label is None:
        return None
    label, list_name = shape.label.text(), shape.type.split()[-1]
    offered = lists.get(list_name, ()) if kind.value in CHOOSING else ()
    if kind.value in CHOOSING and not offered and list_name in lists and document.get(("choices", list_name)):
        return None  # every choice of the list is wrong and has been noted
    return attempt(
        document,
        (*path, "name") if NAME.fullmatch(shape.name) is None else (*path, "type"),
        lambda: Question(
            name=shape.name, kind=kind, label=label, hint=text(shape.hint), choices=offered, required=shape.required,
            relevant=relevant, constraint=constraint, constraint_message=text(shape.constraint_message),
            role=shape.role, sensitive=shape.sensitive is Sensitive.HEALTH, column=shape.column,
            missing=tuple(shape.missing), person=shape.person, on_bad_answer=shape.on_bad_answer or on_bad_answer,
        ),
        shape.name,
    )  # fmt: skip


def _kind(document: Document, path: Path, shape: RowShape, lists: Lists) -> Kind | None:
    """The kind of a row's `type`; a list of choices that does not exist is noted."""
    word, *rest = shape.type.split() or [""]
    where = (*path, "type")
    if word in TYPES_NOT_YET or "or_other" in rest:
        note(document, "not-yet", where, shape.name, what=shape.type)
    elif word not in [kind.value for kind in Kind] or len(rest) > (word in CHOOSING):
        allowed = ", ".join([*(kind.value for kind in Kind), "begin_group", "end_group"])
        note(document, "type-unknown", where, shape.name, type=shape.type, allowed=allowed)
    elif word in CHOOSING and not rest:
        note(document, "type-without-list", where, shape.name, type=word)
    elif word in CHOOSING and rest[0] not in lists:
        note(document, "list-unknown", where, shape.name, name=rest[0], nearest=nearest(rest[0], list(lists)))
    else:
        return Kind(word)
    return None


def expression(document: Document, path: Path, source: str, name: str = "") -> Expression | None:
    """The expression that stands at a path; None where there is none or it cannot be used."""
    if not source:
        return None
    made = attempt(document, path, lambda: Expression(source), name)
    for node in made.tree().walk() if made else ():
        if node.op == "regex":
            pattern = str(node.parts[1].value) if node.parts[1].op == "text" else "…"
            if node.parts[1].op != "text" or not _same_everywhere(pattern):
                note(document, "regex-unusable", path, name, pattern=pattern)
    return made


def _same_everywhere(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return bool(REGEX.fullmatch(pattern)) and not REGEX_APART.search(pattern)


def summary(document: Document, path: Path) -> SummarySpec | None:
    """One summary; measures that cannot be read are noted and left out."""
    shape = checked(SummaryShape, document, path)
    if shape is None:
        return None
    by = [_dimensions(document, (*path, "by", at), shape.name) for at in range(len(shape.by))]
    measures = [
        _measure(document, (*path, "measures", at), source, shape.name) for at, source in enumerate(shape.measures)
    ]
    return attempt(
        document,
        (*path, "name"),
        lambda: SummarySpec(
            name=shape.name, title=shape.title.text(), by=tuple(itertools.chain(*by)),
            measures=tuple(measure for measure in measures if measure), audience=shape.audience,
            nonresponse=shape.nonresponse is Nonresponse.SENSITIVE,
            hierarchies=tuple(
                steps for at, steps in enumerate(by) if isinstance(shape.by[at], list)
            ), attendance=shape.attendance,
            strategy=shape.strategy, base=shape.base, epsilon=Fraction(shape.epsilon),
        ),
        shape.name,
    )  # fmt: skip


def _dimensions(document: Document, path: Path, name: str) -> tuple[str, ...]:
    """An entry of `by`: one dimension, or the steps of a hierarchy from coarse to fine."""
    value = document.get(path)
    places = [(*path, at) for at in range(len(value))] if isinstance(value, list) else [path]
    return tuple(one for place in places if (one := _dimension(document, place, name)) is not None)


def _dimension(document: Document, path: Path, name: str) -> str | None:
    value = document.get(path)
    if isinstance(value, str) and value.startswith("band("):
        note(document, "not-yet", path, name, what=value)
        return None
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        return str(value)
    note(document, "value-not-text", path, name, key="by")
    return None


def _measure(document: Document, path: Path, source: str, name: str) -> Measure | None:
    measure = Measure.parse(source)
    if measure and measure.then and not _one_row(document, measure):
        note(document, "not-yet", path, name, what=source)
        return None
    if measure is None and MEASURES_NOT_YET.fullmatch(source.strip()):
        note(document, "not-yet", path, name, what=source)
    elif measure is None:
        note(document, "measure-unknown", path, name, summary=name, measure=source)
    return measure


def _one_row(document: Document, measure: Measure) -> bool:
    """Whether a change speaks of one row: `form.scale` would be a scale of another form, unless it is a name here."""
    lists = [document.get((part,)) for part in ("survey", "scales")]
    parts = [row for rows in lists if isinstance(rows, list) for row in rows]
    here = {str(row["name"]) for row in parts if isinstance(row, dict) and "name" in row}
    return all("." not in name or name in here for name in measure.names)
