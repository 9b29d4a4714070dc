"""enableWhen and the limits of an answer, as expressions of our form files (FHIR R4 Questionnaire.item)."""

from __future__ import annotations

from collections.abc import Mapping

from xinqiao.core.problem import refuse
from xinqiao.forms.json_source import Part
from xinqiao.forms.pattern import plainly

OPERATORS = {"=", "!=", ">", "<", ">=", "<="}
SAME = ("answerString", "answerDate", "answerTime")
LIMITS = {"minValue": ">=", "maxValue": "<="}


def relevant(item: Part, names: Mapping[str, str], several: frozenset[str]) -> str:
    """When an item is asked; empty where always.

    names: linkId → name; several: the names of questions with several answers. Raises XinqiaoError
    (fhir-question-unknown, feature-unsupported, json-shape).
    """
    conditions = item.parts("enableWhen")
    joined = " or " if item.text("enableBehavior") == "any" else " and "
    return joined.join(_condition(each, names, several) for each in conditions)


def _condition(condition: Part, names: Mapping[str, str], several: frozenset[str]) -> str:
    link, operator = condition.text("question"), condition.text("operator")
    if link not in names:
        raise refuse("fhir-question-unknown", condition.place, link=link)
    name = names[link]
    if operator == "exists":
        return f"${{{name}}} {'!=' if condition.flag('answerBoolean') else '='} ''"
    if operator not in OPERATORS:
        raise refuse("feature-unsupported", condition.place, feature=f"enableWhen: {operator}")
    answer = _answer(condition)
    if name in several and operator in {"=", "!="}:
        chosen = f"selected(${{{name}}}, {answer})"
        return chosen if operator == "=" else f"(${{{name}}} != '' and not({chosen}))"
    # Without an answer nothing differs from one, as FHIR has it.
    return (
        f"(${{{name}}} != '' and ${{{name}}} != {answer})" if operator == "!=" else f"${{{name}}} {operator} {answer}"
    )


def _answer(condition: Part) -> str:
    if "answerBoolean" in condition:
        return "'true'" if condition.flag("answerBoolean") else "'false'"
    for key in ("answerInteger", "answerDecimal"):
        if key in condition:
            return f"{condition.number(key)}"
    words = [condition.text(key) for key in SAME if key in condition]
    words += [choice_name(condition.part("answerCoding").text("code"))] if "answerCoding" in condition else []
    if not words or ("'" in words[0] and '"' in words[0]):
        raise refuse("feature-unsupported", condition.place, feature="enableWhen")
    return f'"{words[0]}"' if "'" in words[0] else f"'{words[0]}'"


def choice_name(code: str) -> str:
    """A code as the name of a choice: what no name holds becomes a hyphen."""
    kept = "".join(char if char.isascii() and (char.isalnum() or char in "_.-") else "-" for char in code.strip())
    return kept.strip("-") or "choice"


def constraint(item: Part) -> str:
    """Which answers can be used: least, greatest, longest, pattern."""
    rules = []
    for extension in item.parts("extension"):
        kind = extension.text("url").rsplit("/", 1)[-1]
        if kind in LIMITS:
            key = next((key for key in ("valueInteger", "valueDecimal") if key in extension), "")
            if not key:
                raise refuse("feature-unsupported", item.place, feature=kind)
            rules.append(f". {LIMITS[kind]} {extension.number(key)}")
        elif kind == "regex":
            pattern = extension.text("valueString")
            quote = '"' if "'" in pattern else "'"
            rules.append(plainly(f"regex(., {quote}{pattern}{quote})"))
    longest = item.number("maxLength")
    if longest is not None:
        rules.append(f"string-length(.) <= {longest}")
    return " and ".join(rules)
