"""The Table Schema of a form: what its answers look like as a table.

The words are Frictionless' (specs.frictionlessdata.io/table-schema); what they lack stands in custom
properties `xinqiao:…`.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from xinqiao.core.bounds import bounds
from xinqiao.core.derived import Derived
from xinqiao.core.form import Form
from xinqiao.core.question import ACKNOWLEDGED, BadAnswer, Choice, Kind, Question, Steps
from xinqiao.core.scale import Scale
from xinqiao.core.text import Lang


def table_schema(form: Form, lang: Lang) -> dict[str, object]:
    """The Frictionless Table Schema of a form's answers, titles in one language.

    A question with `relevant`, its own or its groups', is optional. The cells of a select_multiple are choice
    names joined by a space; a time is `HH:MM`. Derived dimensions and calculates are no fields: nobody answers
    them. What `file` says of files of others stands beside the fields and in none of them: codes that such a
    file writes for no answer are emptied as it is read, and in our own tables the same words may be an answer.
    """
    return {
        "title": form.title[lang],
        "fields": [_field(form, question, lang) for question in form.questions if question.answered],
        "missingValues": [""],
        "xinqiao:form": form.id,
        "xinqiao:version": form.version,
        "xinqiao:purpose": form.purpose.value,
        "xinqiao:scales": [_scale(scale, lang) for scale in form.scales],
        **({"xinqiao:calculated": made} if (made := _calculated(form, lang)) else {}),
        **({"xinqiao:derived": [_derived(made, lang) for made in form.derived]} if form.derived else {}),
        **({"xinqiao:file": settings} if (settings := _file(form)) else {}),
    }


def _field(form: Form, question: Question, lang: Lang) -> dict[str, object]:
    field: dict[str, object] = {"name": question.name, "type": _type(question), "title": question.label[lang]}
    if question.kind is Kind.TIME:
        field["format"] = "%H:%M"
    if question.hint:
        field["description"] = question.hint[lang]
    if constraints := _constraints(question):
        field["constraints"] = constraints
    if question.missing:
        field["missingValues"] = ["", *question.missing]
    rules = {
        "relevant": question.relevance,
        "constraint": question.constraint,
        "choice_filter": question.choice_filter,
    }
    return {
        **field,
        "xinqiao:kind": question.kind.value,
        "xinqiao:role": question.role.value,
        **({"xinqiao:sensitive": "health"} if question.sensitive else {}),
        **({"xinqiao:person": True} if question.person else {}),
        **({"xinqiao:column": question.column} if question.column else {}),
        **({"xinqiao:on_bad_answer": "cell"} if question.on_bad_answer is BadAnswer.CELL else {}),
        **{f"xinqiao:{name}": rule.source for name, rule in rules.items() if rule},
        **({"xinqiao:parameters": written_steps(question.steps)} if question.steps else {}),
        **({"xinqiao:choices": _choices(question, lang)} if question.choices else {}),
        **({"xinqiao:scales": scales} if (scales := scales_of(form, question)) else {}),
    }


def _type(question: Question) -> str:
    match question.kind:
        case Kind.INTEGER:
            return "integer"
        case Kind.DECIMAL:
            return "number"
        case Kind.RANGE:
            return "integer" if question.whole else "number"
        case Kind.DATE:
            return "date"
        case Kind.TIME:
            return "time"
        case Kind.TEXT | Kind.SELECT_ONE | Kind.SELECT_MULTIPLE | Kind.ACKNOWLEDGE:
            return "string"
        case Kind.NOTE | Kind.CALCULATE:
            raise ValueError("nobody answers this kind")
    assert_never(question.kind)


def _constraints(question: Question) -> dict[str, object]:
    found: dict[str, object] = {}
    if question.required and question.relevance is None:
        found["required"] = True
    names = [choice.name for choice in question.choices]
    if question.kind is Kind.SELECT_ONE:
        found["enum"] = names
    elif question.kind is Kind.SELECT_MULTIPLE:
        one = "|".join(name.replace(".", r"\.") for name in names)
        found["pattern"] = f"^({one})( ({one}))*$"
    elif question.kind is Kind.ACKNOWLEDGE:
        found["enum"] = [ACKNOWLEDGED]
    elif question.kind is Kind.INTEGER:
        limits = bounds(question.constraint)
        found |= {"minimum": limits.low} if limits.low is not None else {}
        found |= {"maximum": limits.high} if limits.high is not None else {}
    elif question.steps and question.whole:
        steps = [int(step) for step in question.steps]
        found |= {"minimum": steps[0], "maximum": steps[-1]}
    return found


def written_steps(steps: Steps) -> str:
    """The numbers of a range as XLSForm writes them under `parameters`."""
    return f"start={steps.start} end={steps.end} step={steps.step}"


def _choices(question: Question, lang: Lang) -> list[dict[str, object]]:
    return [_choice(choice, lang) for choice in question.choices]


def _choice(choice: Choice, lang: Lang) -> dict[str, object]:
    return {
        "name": choice.name,
        "label": choice.label[lang],
        **({} if choice.score is None else {"score": choice.score}),
        **({"column_value": list(choice.column_value)} if choice.column_value else {}),
        **{f"xinqiao:{name}": value for name, value in choice.attributes},
    }


def decimal(number: Fraction) -> str:
    """A number as people and every program read it."""
    return f"{Decimal(number.numerator) / Decimal(number.denominator):f}"


def scales_of(form: Form, question: Question) -> list[str]:
    """The scales that a question is an item of."""
    return [scale.name for scale in form.scales if question.name in scale.items]


def _scale(scale: Scale, lang: Lang) -> dict[str, object]:
    bands = [{"name": band.name, "low": decimal(band.low), "label": band.label[lang]} for band in scale.bands]
    return {
        "name": scale.name,
        "title": scale.title[lang],
        "items": list(scale.items),
        "reversed": list(scale.reversed_items),
        "method": scale.method.value,
        "factor": decimal(scale.factor),
        "missing_items": scale.missing_items,
        "sensitive": "health" if scale.sensitive else "none",
        "bands": bands,
        **({"danger": {"item": danger.item, "at_least": danger.at_least}} if (danger := scale.danger) else {}),
        **{key: words for key, words in (("source", scale.source), ("licence", scale.licence)) if words},
    }


def _calculated(form: Form, lang: Lang) -> list[dict[str, object]]:
    return [
        {"name": question.name, "title": question.label[lang], "calculation": question.calculation.source}
        for question in form.questions
        if question.calculation
    ]


def _derived(made: Derived, lang: Lang) -> dict[str, object]:
    levels = [
        {"name": level.name, "label": level.label[lang]}
        | (
            {"choices": list(level.choices)}
            if made.mapped
            else {"low": None if level.low is None else decimal(level.low)}
        )
        for level in made.levels
    ]
    return {"name": made.name, "title": made.label[lang], "from": made.source, "levels": levels}


def _file(form: Form) -> dict[str, object]:
    """What the form says of files of others, by the keys of a form file."""
    file = form.file
    said: dict[str, object] = {
        "encoding": file.encoding,
        "delimiter": file.delimiter,
        "sheet": file.sheet,
        "missing": list(file.missing),
        "date": {"column": file.date_column, "format": file.date_format} if file.date_column else {},
        "keep_if": file.keep_if.source if file.keep_if else "",
        "already_reversed": file.already_reversed,
        "id": file.id_column,
        "version": file.version_column,
    }
    return {key: value for key, value in said.items() if value}
