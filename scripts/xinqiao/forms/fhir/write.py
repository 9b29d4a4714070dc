"""A form to a FHIR R4 Questionnaire: LOINC codes and scores where the form has them, English with Chinese beside it.

What FHIR says otherwise or not at all is told: nothing that decides who is asked what is left out in silence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from xinqiao.core.bounds import bounds
from xinqiao.core.expression import Expression, Node
from xinqiao.core.form import Form
from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.question import Choice, Group, Kind, Question
from xinqiao.core.text import Lang, Text
from xinqiao.forms.fhir.choices import CONSENT, INTRO, LOINC, TRANSLATION
from xinqiao.forms.fhir.total import CALCULATED, beyond_total, expression

BASE = "http://hl7.org/fhir/StructureDefinition/"
TYPES = {
    Kind.TEXT: "text", Kind.INTEGER: "integer", Kind.DECIMAL: "decimal", Kind.DATE: "date", Kind.TIME: "time",
    Kind.SELECT_ONE: "choice", Kind.SELECT_MULTIPLE: "choice", Kind.ACKNOWLEDGE: "boolean", Kind.NOTE: "display",
    Kind.RANGE: "decimal",
}  # fmt: skip
FORMAT = "FHIR Questionnaire"
COMPARED = {"=", "!=", "<", "<=", ">", ">="}
Json = dict[str, object]
CONTROL = "http://hl7.org/fhir/questionnaire-item-control"
HELP: Json = {
    "url": f"{BASE}questionnaire-itemControl",
    "valueCodeableConcept": {"coding": [{"system": CONTROL, "code": "help"}]},
}


def write_fhir(form: Form, file: str) -> tuple[str, tuple[Problem, ...]]:
    """The JSON of the Questionnaire, and notes on what it cannot hold.

    Raises XinqiaoError (export-unsupported) with every condition or question that FHIR has no words for.
    """
    writer = _Writer(form=form, file=file)
    items = [_item(CONSENT, "display", form.consent), *writer.items(), *totals(form)]
    if form.intro:
        items.insert(0, _item(INTRO, "display", form.intro))
    if writer.problems:
        raise XinqiaoError(writer.problems)
    made: Json = {
        "resourceType": "Questionnaire",
        "id": form.id.replace("_", "-"),
        "language": Lang.EN.tag,
        "version": str(form.version),
        "name": form.id,
        **_spoken("title", form.title),
        "status": "draft" if form.untranslated else "active",
        "subjectType": ["Person"],
        **({"code": [{"system": LOINC, "code": form.loinc}]} if form.loinc else {}),
        "item": items,
    }
    lost = {
        "scales": [scale for scale in form.scales if beyond_total(form, scale)],
        "derived": form.derived,
        "summaries": form.summaries,
        "cases": form.cases,
    }
    keys = [*(key for key, parts in lost.items() if parts), *sorted(writer.lost)]
    notes = [
        Problem(code="export-left-out", place=Place(file=file), params={"format": FORMAT, "keys": ", ".join(keys)})
    ]
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n", tuple(notes if keys else ())


@dataclass(slots=True, kw_only=True)
class _Writer:
    form: Form
    file: str
    problems: list[Problem] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)

    def items(self) -> list[Json]:
        """The items in order, those of a group within it."""
        made: list[Json] = []
        open_: dict[str, list[Json]] = {}
        for section in self.form.sections:
            into = made
            for group in section.groups:
                if group.name not in open_:
                    open_[group.name] = []
                    into.append(self.group(group, open_[group.name]))
                into = open_[group.name]
            into += [self.question(question) for question in section.questions]
        return made

    def group(self, group: Group, within: list[Json]) -> Json:
        item: Json = {"linkId": group.name, "type": "group"}
        if group.title:
            item |= _spoken("text", group.title)
        if group.note:
            within.append({**_item(f"{group.name}_note", "display", group.note), "extension": [HELP]})
        return {**item, **self.condition(group.relevant, group.name), "item": within}

    def question(self, question: Question) -> Json:
        if question.kind not in TYPES or question.choice_filter or question.calculation:
            feature = "choice_filter" if question.choice_filter else "calculation"
            self.refuse(question.name, feature)
        kind = TYPES.get(question.kind, "display")
        item = _item(question.name, "open-choice" if question.or_other else kind, question.label)
        if question.loinc:
            item["code"] = [{"system": LOINC, "code": question.loinc}]
        if question.kind is Kind.SELECT_MULTIPLE:
            item["repeats"] = True
        if question.required and question.answered:
            item["required"] = True
        if question.choices:
            item["answerOption"] = [_option(choice) for choice in question.choices]
        item |= self.condition(question.relevant, question.name)
        if limits := list(self.limits(question)):
            item["extension"] = limits
        if any("${" in words for text in (question.label, question.hint) if text for words in text):
            self.lost.add(f"{question.name}: ${{…}}")
        if question.hint:
            item["item"] = [{**_item(f"{question.name}_hint", "display", question.hint), "extension": [HELP]}]
        return item

    def limits(self, question: Question) -> Iterator[Json]:
        """Least and greatest answer; what a constraint asks beyond is told as lost."""
        if question.steps:
            yield {"url": f"{BASE}minValue", "valueDecimal": float(question.steps.start)}
            yield {"url": f"{BASE}maxValue", "valueDecimal": float(question.steps.end)}
        found = bounds(question.constraint)
        if question.kind is Kind.INTEGER:
            for url, limit in (("minValue", found.low), ("maxValue", found.high)):
                if limit is not None:
                    yield {"url": f"{BASE}{url}", "valueInteger": limit}
        said = sum(limit is not None for limit in (found.low, found.high)) if question.kind is Kind.INTEGER else 0
        rules = sum(node.op in COMPARED for node in question.constraint.tree().walk()) if question.constraint else 0
        if question.constraint and said < max(rules, 1):
            self.lost.add(f"{question.name}: constraint")

    def condition(self, relevant: Expression | None, name: str) -> Json:
        """enableWhen, where all its parts are joined alike."""
        if relevant is None:
            return {}
        if listed := self.listed(relevant):
            return {"enableWhen": listed, **({"enableBehavior": "any"} if len(listed) > 1 else {})}
        tree = relevant.tree()
        parts = list(_joined(tree, tree.op)) if tree.op in {"and", "or"} else [tree]
        made = [self.when(part) for part in parts]
        if None in made:
            self.refuse(name, "relevant")
            return {}
        behaviour: Json = {"enableBehavior": "any" if tree.op == "or" else "all"} if len(made) > 1 else {}
        return {"enableWhen": made, **behaviour}

    def listed(self, relevant: Expression) -> list[Json]:
        """The answers to one question with choices for which a condition holds; none where it is not so simple."""
        names = relevant.names()
        asked = next((question for question in self.form.questions if names == {question.name}), None)
        if asked is None or asked.kind is not Kind.SELECT_ONE:
            return []
        unanswered: Json = {"question": asked.name, "operator": "exists", "answerBoolean": False}
        held = [choice for choice in asked.choices if relevant.holds({asked.name: choice.name})]
        made: list[Json] = [unanswered] if relevant.holds({}) else []
        return made + [{"question": asked.name, "operator": "=", "answerCoding": _coding(choice)} for choice in held]

    def when(self, node: Node) -> Json | None:
        """One comparison of a question with a constant; None where it is something else."""
        if node.op == "selected" and node.parts[0].op == "name":
            node = Node("=", node.parts)
        if (
            node.op not in COMPARED
            or node.parts[0].op != "name"
            or node.parts[1].op not in {"text", "number", "figure"}
        ):
            return None
        name, value = str(node.parts[0].value), node.parts[1].value
        asked = {question.name: question for question in self.form.questions}.get(name)
        if asked is None or asked.kind not in TYPES or (node.op == "!=" and value != ""):
            # For who has not answered, `!=` holds here and not in FHIR.
            return None
        if value == "":
            return {"question": name, "operator": "exists", "answerBoolean": node.op == "!="}
        return _compared(asked, node.op, value)

    def refuse(self, name: str, feature: str) -> None:
        params: dict[str, str | int] = {"name": name, "feature": feature, "format": FORMAT}
        self.problems.append(
            Problem(code="export-unsupported", place=Place(file=self.file, question=name), params=params)
        )


def totals(form: Form) -> Iterator[Json]:
    """An item that nobody fills in for each scale whose score FHIRPath can work out."""
    for scale in form.scales:
        if path := expression(form, scale):
            said: Json = {"language": "text/fhirpath", "expression": path}
            worked_out: Json = {"url": CALCULATED, "valueExpression": said}
            yield {**_item(scale.name, "decimal", scale.title), "readOnly": True, "extension": [worked_out]}


def _compared(asked: Question, operator: str, value: str | float) -> Json | None:
    when: Json = {"question": asked.name, "operator": operator}
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if asked.choices:
        offered = {choice.name: choice for choice in asked.choices}
        return {**when, "answerCoding": _coding(offered[text])} if operator == "=" and text in offered else None
    match asked.kind:
        case Kind.INTEGER if text.lstrip("-").isdecimal():
            return {**when, "answerInteger": int(text)}
        case Kind.DECIMAL | Kind.RANGE | Kind.INTEGER if isinstance(value, float):
            return {**when, "answerDecimal": value}
        case Kind.TEXT if isinstance(value, str):
            return {**when, "answerString": value}
        case Kind.DATE if isinstance(value, str):
            return {**when, "answerDate": value}
    return None


def _joined(node: Node, op: str) -> Iterator[Node]:
    for part in node.parts:
        yield from _joined(part, op) if part.op == op else [part]


def _item(link: str, kind: str, text: Text) -> Json:
    return {"linkId": link, "type": kind, **_spoken("text", text)}


def _spoken(key: str, text: Text) -> Json:
    """The English words with the Chinese as FHIR writes translations."""
    parts: Sequence[Json] = [
        {"url": "lang", "valueCode": Lang.ZH.tag},
        {"url": "content", "valueString": text[Lang.ZH]},
    ]
    return {key: text[Lang.EN], f"_{key}": {"extension": [{"url": TRANSLATION, "extension": parts}]}}


def _coding(choice: Choice) -> Json:
    return {"code": choice.name}


def _option(choice: Choice) -> Json:
    score: Json = {} if choice.score is None else {
        "extension": [{"url": f"{BASE}ordinalValue", "valueDecimal": choice.score}]
    }  # fmt: skip
    system: Json = {"system": LOINC} if choice.loinc == choice.name else {}
    return {**score, "valueCoding": {**system, **_coding(choice), **_spoken("display", choice.label)}}
