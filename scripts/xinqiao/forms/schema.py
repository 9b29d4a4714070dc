"""The Table Schema and the codebook of a form: what its answers look like as a table.

The words are Frictionless' (specs.frictionlessdata.io/table-schema); what they lack stands in custom
properties `xinqiao:…`.
"""

from __future__ import annotations

from typing import assert_never

from xinqiao.core.bounds import bounds
from xinqiao.core.form import Form
from xinqiao.core.question import Kind, Question
from xinqiao.core.scale import Scale
from xinqiao.core.text import Lang


def table_schema(form: Form, lang: Lang) -> dict[str, object]:
    """The Frictionless Table Schema of a form's answers, titles in one language.

    A question with `relevant` is optional. The cells of a select_multiple are choice names joined by a space.
    """
    return {
        "title": form.title[lang],
        "fields": [_field(form, question, lang) for question in form.questions if question.answered],
        "missingValues": [""],
        "xinqiao:form": form.id,
        "xinqiao:version": form.version,
        "xinqiao:purpose": form.purpose.value,
        "xinqiao:scales": [_scale(scale, lang) for scale in form.scales],
    }


def _field(form: Form, question: Question, lang: Lang) -> dict[str, object]:
    field: dict[str, object] = {"name": question.name, "type": _type(question.kind), "title": question.label[lang]}
    if question.hint:
        field["description"] = question.hint[lang]
    if constraints := _constraints(question):
        field["constraints"] = constraints
    if question.missing:
        field["missingValues"] = ["", *question.missing]
    rules = {"relevant": question.relevant, "constraint": question.constraint}
    return {
        **field,
        "xinqiao:kind": question.kind.value,
        "xinqiao:role": question.role.value,
        **({"xinqiao:sensitive": "health"} if question.sensitive else {}),
        **{f"xinqiao:{name}": rule.source for name, rule in rules.items() if rule},
        **({"xinqiao:choices": _choices(question, lang)} if question.choices else {}),
        **({"xinqiao:scales": scales} if (scales := _scales_of(form, question)) else {}),
    }


def _type(kind: Kind) -> str:
    match kind:
        case Kind.INTEGER:
            return "integer"
        case Kind.TEXT | Kind.SELECT_ONE | Kind.SELECT_MULTIPLE:
            return "string"
        case Kind.NOTE:
            raise ValueError("a note has no answers")
    assert_never(kind)


def _constraints(question: Question) -> dict[str, object]:
    found: dict[str, object] = {}
    if question.required and question.relevant is None:
        found["required"] = True
    names = [choice.name for choice in question.choices]
    if question.kind is Kind.SELECT_ONE:
        found["enum"] = names
    elif question.kind is Kind.SELECT_MULTIPLE:
        one = "|".join(name.replace(".", r"\.") for name in names)
        found["pattern"] = f"^({one})( ({one}))*$"
    elif question.kind is Kind.INTEGER:
        limits = bounds(question.constraint)
        found |= {"minimum": limits.low} if limits.low is not None else {}
        found |= {"maximum": limits.high} if limits.high is not None else {}
    return found


def _choices(question: Question, lang: Lang) -> list[dict[str, object]]:
    return [
        {"name": choice.name, "label": choice.label[lang]} | ({} if choice.score is None else {"score": choice.score})
        for choice in question.choices
    ]


def _scales_of(form: Form, question: Question) -> list[str]:
    return [scale.name for scale in form.scales if question.name in scale.items]


def _scale(scale: Scale, lang: Lang) -> dict[str, object]:
    bands = [{"name": band.name, "low": str(band.low), "label": band.label[lang]} for band in scale.bands]
    return {
        "name": scale.name,
        "title": scale.title[lang],
        "items": list(scale.items),
        "reversed": list(scale.reversed_items),
        "method": scale.method.value,
        "factor": str(scale.factor),
        "missing_items": scale.missing_items,
        "sensitive": "health" if scale.sensitive else "none",
        "bands": bands,
    }


def codebook(form: Form, lang: Lang) -> list[dict[str, object]]:
    """One row a question and choice, then one a scale and band; every row has the same columns.

    `value` is a choice's or band's name, `score` a choice's score or a band's lower end.
    """
    rows: list[dict[str, object]] = []
    for question in form.questions:
        if not question.answered:
            continue
        base: dict[str, object] = {
            "name": question.name,
            "kind": question.kind.value,
            "label": question.label[lang],
            "role": question.role.value,
            "required": question.required,
            "relevant": question.relevant.source if question.relevant else "",
            "constraint": question.constraint.source if question.constraint else "",
            "scales": " ".join(_scales_of(form, question)),
        }
        parts = [_part(choice.name, choice.label[lang], choice.score) for choice in question.choices]
        rows += [{**base, **part} for part in parts or [_part("", "", None)]]
    for scale in form.scales:
        base = {
            **dict.fromkeys(rows[0], ""),
            "name": scale.name,
            "kind": f"scale ({scale.method.value})",
            "label": scale.title[lang],
            "scales": " ".join(scale.items),
        }
        bands = [_part(band.name, band.label[lang], str(band.low)) for band in scale.bands]
        rows += [{**base, **part} for part in bands or [_part("", "", None)]]
    return rows


def _part(value: str, label: str, score: int | str | None) -> dict[str, object]:
    return {"value": value, "value_label": label, "score": "" if score is None else score}
