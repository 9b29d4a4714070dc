"""Questions: from the rows of a form file to core; every fault noted with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinqiao.core.expression import Expression
from xinqiao.core.name import NAME
from xinqiao.core.question import CHOOSING, OTHER, BadAnswer, Kind, Question, Role
from xinqiao.core.text import Text
from xinqiao.forms.build import Lists, attempt, expression, note, text
from xinqiao.forms.kind import FEATURES, Type, type_of
from xinqiao.forms.shape import LabelShape, RowShape, Sensitive
from xinqiao.forms.yaml_lines import Document, Path

EXPRESSIONS = ("relevant", "constraint", "calculation", "choice_filter")
# Which kinds a column of XLSForm makes sense for; elsewhere it would be passed over without a word.
MEANT_FOR: Mapping[str, frozenset[Kind]] = {
    "calculation": frozenset({Kind.CALCULATE}),
    "choice_filter": CHOOSING,
    "parameters": frozenset({Kind.RANGE}),
    "read_only": frozenset({Kind.NOTE}),
}
OTHER_LABEL = Text.of(zh="其他（写出来）", en="Other: say which")


def questions(
    document: Document,
    path: Path,
    shape: RowShape,
    lists: Lists,
    *,
    within: Expression | None = None,
    on_bad_answer: BadAnswer = BadAnswer.ROW,
) -> Sequence[Question]:
    """The question of a row, and the one that its `or_other` adds; none where type or name cannot be used.

    within: the condition of the groups around it; on_bad_answer: the form's default.
    """
    made = type_of(document, path, shape, lists)
    # A row of a kind that is refused need not be whole.
    refused = shape.type.split()[:1] and shape.type.split()[0] in FEATURES
    lacking = ["name"] if not shape.name and not refused else []
    if shape.label is None and not refused and not (made and made.kind is Kind.CALCULATE):
        lacking.append("label")
    for key in lacking:
        note(document, "form-key-missing", (*path, key), shape.name, key=key)
    for key, kinds in MEANT_FOR.items():
        if made and getattr(shape, key) and made.kind not in kinds:
            feature = f"{made.kind}: {key}"
            note(document, "feature-unsupported", (*path, key), shape.name, feature=feature)
            made = None
    rules = {key: expression(document, (*path, key), getattr(shape, key), shape.name) for key in EXPRESSIONS}
    if made is None or lacking or (shape.calculation and rules["calculation"] is None):
        return ()
    where = "type" if NAME.fullmatch(shape.name) else "name"
    question = attempt(
        document, (*path, where), lambda: _question(shape, made, rules, within, on_bad_answer), shape.name
    )
    if question is None:
        return ()
    return (question, _explained(question)) if question.or_other else (question,)


def _question(
    shape: RowShape, made: Type, rules: Mapping[str, Expression | None], within: Expression | None, bad: BadAnswer
) -> Question:
    return Question(
        name=shape.name, kind=made.kind, label=_label(shape.label, shape.name), hint=text(shape.hint),
        choices=made.choices, steps=made.steps, or_other=made.or_other, within=within,
        required=shape.required, required_message=text(shape.required_message), relevant=rules["relevant"],
        constraint=rules["constraint"], constraint_message=text(shape.constraint_message),
        calculation=rules["calculation"], choice_filter=rules["choice_filter"], appearance=shape.appearance,
        default=shape.default, loinc=shape.loinc, role=shape.role,
        sensitive=shape.sensitive is Sensitive.HEALTH, column=shape.column,
        missing=tuple(shape.missing), person=shape.person, on_bad_answer=shape.on_bad_answer or bad,
    )  # fmt: skip


def _label(label: LabelShape | None, name: str) -> Text:
    """A question's words; a calculate, which nobody is asked, may go without."""
    return label.text() if label else Text.of(zh=name, en=name)


def _explained(question: Question) -> Question:
    """The text that is asked for where `other` is chosen (XLSForm: or_other)."""
    return Question(
        name=f"{question.name}_{OTHER}",
        kind=Kind.TEXT,
        label=OTHER_LABEL,
        relevant=Expression(f"selected(${{{question.name}}}, '{OTHER}')"),
        within=question.within,
        of_other=question.name,
        role=Role.FREE_TEXT,
        sensitive=question.sensitive,
    )
