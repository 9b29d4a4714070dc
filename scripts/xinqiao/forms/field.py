"""A question as a page shows it: its control, its words, and what the browser needs to decide like Python."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from xinqiao.core.bounds import bounds
from xinqiao.core.expression import Expression
from xinqiao.core.form import Form
from xinqiao.core.logic import REFERENCE
from xinqiao.core.question import ACKNOWLEDGED, Group, Kind, Question, Role, Section
from xinqiao.core.text import Lang, Text
from xinqiao.forms.condition import condition
from xinqiao.forms.page_words import WORDS

# What the browser takes a one-time code for.
CODE = Role.CODE.value
MOST_RADIOS = 12
MOST_IN_A_ROW = 7

# Words, and the question whose answer follows them ("" where none does).
Parts = tuple[tuple[str, str], ...]


class Control(StrEnum):
    """What a question looks like on the page."""

    RADIOS = "radios"
    NUMBERS = "numbers"
    CHECKBOXES = "checkboxes"
    SELECT = "select"
    NUMBER = "number"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    LINE = "line"
    LINES = "lines"
    NOTE = "note"
    CALCULATE = "calculate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing to choose, in one language; `columns` as JSON where a choice_filter asks about it."""

    value: str
    label: str
    columns: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A question as the template needs it, in one language.

    Expressions, `steps` and `danger` (the answers that show help at once) are JSON for the browser, empty where
    there is none. `step` names the page of a paged form that it stands on; `groups` are those around it.
    """

    id: str
    name: str
    kind: str
    control: Control
    label: Parts
    hint: Parts
    required: bool
    native_required: bool
    only_if: str
    relevant: str
    constraint: str
    calculation: str
    filter: str
    steps: str
    message: str
    required_message: str
    options: tuple[Option, ...]
    in_a_row: bool
    danger: str
    step: str
    groups: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The title of a group and the note below it; shown as long as one of its questions is."""

    id: str
    level: int
    title: Parts
    note: Parts
    group: str


def sections(form: Form, lang: Lang) -> list[dict[str, object]]:
    """The sections of a form with their headings and fields, as the templates need them."""
    made: list[dict[str, object]] = []
    open_groups: tuple[Group, ...] = ()
    for at, section in enumerate(form.sections, 1):
        groups = _groups(section)
        fresh = [(depth, group) for depth, group in enumerate(groups) if group not in open_groups[depth : depth + 1]]
        headings = [_heading(f"s-{at}-{depth}" if depth else f"s-{at}", depth, group, lang) for depth, group in fresh]
        fields = [_field(form, question, section, lang) for question in section.questions]
        made.append({"headings": headings, "fields": fields})
        open_groups = groups
    return made


def _groups(section: Section) -> tuple[Group, ...]:
    own = Group(name=section.name, title=section.title, note=section.note)
    return section.groups or ((own,) if section.title or section.note else ())


def _heading(id_: str, depth: int, group: Group, lang: Lang) -> Heading:
    title, note = parts(group.title, lang), parts(group.note, lang)
    return Heading(id=id_, level=min(2 + depth, 4), title=title, note=note, group=group.name)


def parts(text: Text | None, lang: Lang) -> Parts:
    """The words of a text, cut where a person's own answer is said (`${name}`)."""
    pieces = REFERENCE.split(text[lang]) if text else [""]
    names = [*pieces[1::2], ""]
    return tuple(pair for pair in zip(pieces[::2], names, strict=True) if any(pair))


def _field(form: Form, question: Question, section: Section, lang: Lang) -> Field:
    control, options = _control(question, lang)
    lists = [group.name for group in section.groups if "field-list" in group.appearance.split()]
    return Field(
        id=f"q-{question.name}",
        name=question.name,
        kind=CODE if question.role is Role.CODE else question.kind.value,
        control=control,
        label=parts(question.label, lang),
        hint=_hint(question, control, lang),
        required=question.required,
        native_required=question.required and question.relevance is None,
        only_if=condition(form, question, lang),
        relevant=_tree(question.relevance),
        constraint=_tree(question.constraint),
        calculation=_tree(question.calculation),
        filter=_tree(question.choice_filter),
        steps=json.dumps([str(n) for n in (s.start, s.end, s.step)]) if (s := question.steps) else "",
        message=_said(question.constraint_message, lang),
        required_message=_said(question.required_message, lang),
        options=options,
        in_a_row=_in_a_row(question),
        danger=json.dumps(sign) if (sign := alarming(form, question)) else "",
        step=lists[0] if lists else f"{question.of_other or question.name}",
        groups=" ".join(group.name for group in _groups(section)),
    )


def _tree(expression: Expression | None) -> str:
    return json.dumps(expression.tree().as_json()) if expression else ""


def _said(text: Text | None, lang: Lang) -> str:
    return text[lang] if text else ""


def _hint(question: Question, control: Control, lang: Lang) -> Parts:
    """The hint, and how a date, a time or a number of a range is to be written."""
    told: Sequence[str] = ()
    if control in {Control.DATE, Control.TIME}:
        told = (WORDS[f"format_{control.value}"][lang],)
    elif question.steps and control is not Control.NUMBERS:
        steps = question.steps
        told = (WORDS["format_range"][lang].format(low=steps.start, high=steps.end, step=steps.step),)
    own = parts(question.hint, lang)
    return (*own, *((f" {words}" if own else words, "") for words in told))


def _in_a_row(question: Question) -> bool:
    likert = "likert" in question.appearance.split()
    return (question.scored or likert) and 0 < len(question.choices) <= MOST_IN_A_ROW


def alarming(form: Form, question: Question) -> dict[str, object]:
    """The answers to a question that are a sign of danger, whatever the scale's total: as they score, unreversed.

    `{"answers": [choice, …]}`, or `{"least": number}` where numbers are answered; empty where none is.
    """
    signs = [scale.danger for scale in form.scales if scale.danger and scale.danger.item == question.name]
    if not signs:
        return {}
    least = min(sign.at_least for sign in signs)
    found = [choice.name for choice in question.choices if choice.score is not None and choice.score >= least]
    return {"answers": found} if question.choices else {"least": least}


def _control(question: Question, lang: Lang) -> tuple[Control, tuple[Option, ...]]:
    offered = tuple(_options(question, lang))
    match question.kind:
        case Kind.SELECT_ONE:
            listed = len(offered) > MOST_RADIOS or "minimal" in question.appearance.split()
            return (Control.SELECT if listed else Control.RADIOS), offered
        case Kind.SELECT_MULTIPLE:
            return Control.CHECKBOXES, offered
        case Kind.ACKNOWLEDGE:
            return Control.CHECKBOXES, (Option(value=ACKNOWLEDGED, label=WORDS["acknowledge"][lang]),)
        case Kind.INTEGER:
            numbers = _numbers(question)
            return (Control.NUMBERS if numbers else Control.NUMBER), numbers
        case Kind.RANGE:
            steps = [str(step) for step in question.steps or ()]
            few = len(steps) <= MOST_RADIOS
            return (Control.NUMBERS, tuple(Option(value=s, label=s) for s in steps)) if few else (Control.DECIMAL, ())
        case Kind.TEXT:
            long = question.role is Role.FREE_TEXT or "multiline" in question.appearance.split()
            return (Control.LINES if long and not question.of_other else Control.LINE), ()
        case Kind.DECIMAL | Kind.DATE | Kind.TIME | Kind.NOTE | Kind.CALCULATE:
            return Control(question.kind.value), ()
    assert_never(question.kind)


def _options(question: Question, lang: Lang) -> Iterator[Option]:
    for choice in question.choices:
        columns = json.dumps(dict(choice.columns)) if question.choice_filter else ""
        yield Option(value=choice.name, label=choice.label[lang], columns=columns)


def _numbers(question: Question) -> tuple[Option, ...]:
    """The whole numbers that a constraint allows, where they are few enough to be shown."""
    limits = bounds(question.constraint)
    if limits.low is None or not limits.count or limits.count > MOST_RADIOS:
        return ()
    return tuple(Option(value=str(n), label=str(n)) for n in range(limits.low, limits.low + limits.count))
