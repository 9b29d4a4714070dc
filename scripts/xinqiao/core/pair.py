"""Two forms that one person answers, joined by the code that the person makes: before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from xinqiao.core.problem import Place, Problem
from xinqiao.core.question import Kind, Question, Role, Section
from xinqiao.core.scale import Scale
from xinqiao.core.summary import MeasureKind, SummarySpec
from xinqiao.core.text import Lang, Text


class _Half(Protocol):
    """One form of a pair."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> Text: ...
    @property
    def questions(self) -> Sequence[Question]: ...
    @property
    def scales(self) -> Sequence[Scale]: ...
    @property
    def summaries(self) -> Sequence[SummarySpec]: ...
    @property
    def seal_to(self) -> Sequence[str]: ...
    def question(self, name: str) -> Question: ...


def match_code(form: _Half) -> Question | None:
    """The question for the code that joins; None where there is not just one that everybody must answer."""
    asked = [question for question in form.questions if question.role is Role.MATCH]
    sound = len(asked) == 1 and asked[0].kind is Kind.TEXT and asked[0].required and asked[0].relevance is None
    return asked[0] if sound else None


def named_in(earlier: _Half, name: str) -> str:
    """How the later form names a question or scale of the earlier one: `FORM.NAME`."""
    return f"{earlier.id}.{name}"


def asked_before(earlier: _Half) -> tuple[Section, tuple[Scale, ...]]:
    """The scales of the earlier form with their items, under the names that the later one has for them.

    Everybody may lack an answer to them: who did not take part then, or whose code joins with none.
    """
    items = dict.fromkeys(item for scale in earlier.scales for item in scale.items)
    questions = tuple(_question(earlier, earlier.question(item)) for item in items)
    scales = tuple(_scale(earlier, scale) for scale in earlier.scales)
    return Section(name=earlier.id, title=earlier.title, questions=questions), scales


def _question(earlier: _Half, question: Question) -> Question:
    limits = question.constraint if question.constraint and not question.constraint.names() else None
    return Question(
        name=named_in(earlier, question.name), kind=question.kind, label=_told(earlier, question.label),
        choices=question.choices, steps=question.steps, constraint=limits, sensitive=question.sensitive,
        role=Role.ANSWER,
    )  # fmt: skip


def _scale(earlier: _Half, scale: Scale) -> Scale:
    def renamed(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(named_in(earlier, name) for name in names)

    danger = replace(scale.danger, item=named_in(earlier, scale.danger.item)) if scale.danger else None
    return replace(
        scale,
        name=named_in(earlier, scale.name),
        title=_told(earlier, scale.title),
        items=renamed(scale.items),
        reversed_items=renamed(scale.reversed_items),
        danger=danger,
    )


def _told(earlier: _Half, text: Text) -> Text:
    marks = {Lang.ZH: "：", Lang.EN: ": "}
    return Text({lang: f"{earlier.title[lang]}{marks[lang]}{text[lang]}" for lang in Lang})


def pair_problems(form: _Half, earlier: _Half) -> Iterator[Problem]:
    """What keeps two forms from being a pair.

    The earlier form has no tables of its own: they would be about people of whom the pair's tables tell again, and
    what was told twice could be subtracted without any audit seeing it.
    """
    for half in (form, earlier):
        if match_code(half) is None:
            yield Problem(code="pair-code", params={"form": half.id})
    if earlier.summaries:
        yield Problem(code="pair-earlier-counted", params={"form": earlier.id})
    if {*form.seal_to} != {*earlier.seal_to}:
        yield Problem(code="pair-keys", params={"form": earlier.id})
    for summary in form.summaries:
        for measure in summary.measures:
            if measure.kind is MeasureKind.CHANGE and not _alike(form, earlier, measure.of, measure.then):
                params: dict[str, str | int] = {"summary": summary.name, "measure": str(measure)}
                yield Problem(code="pair-scales", place=Place(question=summary.name), params=params)


def _alike(form: _Half, earlier: _Half, before: str, after: str) -> bool:
    """Whether a change is one of this form's own, or one scale asked twice: first in the earlier form, then here."""
    first = {named_in(earlier, scale.name): scale for scale in earlier.scales}
    second = {scale.name: scale for scale in form.scales}
    if before not in first and after not in first:
        return True
    if before not in first or after not in second:
        return False
    return _read(earlier, first[before]) == _read(form, second[after])


def _read(form: _Half, scale: Scale) -> object:
    """What a score is made of: the same of two scales whose scores can be compared."""
    items = [[(choice.name, choice.score) for choice in form.question(item).choices] for item in scale.items]
    return scale.items, items, scale.method, scale.factor, scale.missing_items, scale.reversed_items
