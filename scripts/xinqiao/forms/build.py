"""Questions, choices and summaries: from the shapes of a form file to core; every fault noted with its place."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TypeVar

from xinqiao.core.expression import Expression
from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.core.question import Choice
from xinqiao.core.summary import Measure, SummarySpec
from xinqiao.core.text import Text
from xinqiao.forms.fit import checked, keys
from xinqiao.forms.shape import ChoiceShape, LabelShape, Nonresponse, SummaryShape, as_text
from xinqiao.forms.yaml_lines import Document, Path

Lists = Mapping[str, tuple[Choice, ...]]
Made = TypeVar("Made")

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


def choices(document: Document, path: Path, asked: Collection[str] = ()) -> tuple[Choice, ...]:
    """One list of choices; a repeated name is noted at its second place.

    asked: the names that choice_filters ask about; those that a choice has beside its own keys are its attributes.
    """
    rows = document.get(path)
    written = {key for row in rows if isinstance(row, dict) for key in row} if isinstance(rows, list) else set()
    besides = {name for name in written.intersection(asked) if name not in keys(ChoiceShape)}
    made: dict[str, Choice] = {}
    spelt: dict[str, str] = {}
    for at in range(len(rows) if isinstance(rows, list) else 0):
        where = (*path, at)
        shape = checked(ChoiceShape, document, where, besides)
        if shape is None:
            continue
        attributes = _attributes(document, where, besides)
        choice = attempt(document, (*where, "name"), partial(_choice, shape, attributes), shape.name)
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


def _attributes(document: Document, path: Path, names: Collection[str]) -> tuple[tuple[str, str], ...]:
    """What a choice says beside its own keys, as text; one that it lacks is empty, as in a sheet."""
    found: dict[str, str] = {}
    for name in sorted(names):
        value = as_text(document.get((*path, name)))
        if value is not None and not isinstance(value, str):
            note(document, "value-not-text", (*path, name), key=name)
        found[name] = value if isinstance(value, str) else ""
    return tuple(found.items())


def compared(spelling: str) -> str:
    """A spelling as files are read: numbers in one form, so that `2`, `2.0` and `02` are the same."""
    spelling = spelling.strip()
    return str(Fraction(spelling)) if NUMBER.fullmatch(spelling) else spelling


def _choice(shape: ChoiceShape, attributes: tuple[tuple[str, str], ...]) -> Choice:
    return Choice(
        name=shape.name,
        label=shape.label.text(),
        score=shape.score,
        loinc=shape.loinc,
        column_value=tuple(shape.column_value),
        attributes=attributes,
    )


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
            ), attendance=shape.attendance, coarsen=shape.coarsen,
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
    if measure is None and MEASURES_NOT_YET.fullmatch(source.strip()):
        note(document, "not-yet", path, name, what=source)
    elif measure is None:
        note(document, "measure-unknown", path, name, summary=name, measure=source)
    return measure
