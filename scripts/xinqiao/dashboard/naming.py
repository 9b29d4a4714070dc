"""What a figure's measure and categories are called on a page, in every language; what is gone keeps its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xinqiao.core.form import Form
from xinqiao.core.question import NO_ANSWER, Kind, Question
from xinqiao.core.summary import Measure
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.words import Words, text


def question_of(form: Form, name: str) -> Question | None:
    """The question of that name; None for a scale or where an older version's is gone."""
    return next((question for question in form.questions if question.name == name), None)


def is_several(form: Form, name: str) -> bool:
    """Whether a question takes several answers at once."""
    question = question_of(form, name)
    return question is not None and question.kind is Kind.SELECT_MULTIPLE


def measure_label(form: Form, name: str) -> Text:
    """A question's label, a scale's title, of a change both; the name itself where the form no longer has it."""
    if (change := Measure.parse(name)) and change.then:
        before, after = (measure_label(form, part) for part in change.names)
        return Text({lang: Words(lang)("measure.change_of", before=before[lang], after=after[lang]) for lang in Lang})
    if form.is_scale(name):
        return form.scale(name).title
    question = question_of(form, name)
    return question.label if question else plain(name)


def category_label(form: Form, measure: Measure, name: str) -> Text:
    """A choice's or band's label, the words for no answer, or the name itself."""
    if name == NO_ANSWER:
        return text("table.unanswered")
    return dict(_categories(form, measure)).get(name, plain(name))


def category_order(form: Form, measure: Measure) -> Mapping[str, int]:
    """Where each category stands: by score where all are scored, else as the form lists them."""
    question = question_of(form, measure.of)
    names = [name for name, _ in _categories(form, measure)]
    if question and question.scored:
        scores = {choice.name: choice.score or 0 for choice in question.choices}
        names.sort(key=lambda name: scores[name])
    return {name: place for place, name in enumerate(names)}


def _categories(form: Form, measure: Measure) -> Iterator[tuple[str, Text]]:
    if measure.banded and form.is_scale(measure.of):
        yield from ((band.name, band.label) for band in form.scale(measure.of).banding(measure.into))
    elif question := question_of(form, measure.of):
        yield from ((choice.name, choice.label) for choice in question.choices)


def plain(words: str) -> Text:
    """The same words in every language: names, and what is said without words."""
    return Text(dict.fromkeys(Lang, words))
