"""A `relevant` in words: which answers to which question it needs, for readers without JavaScript."""

from __future__ import annotations

from xinqiao.core.bounds import bounds
from xinqiao.core.form import Form
from xinqiao.core.question import Kind, Question
from xinqiao.core.text import Lang
from xinqiao.forms.page_words import WORDS

MOST_NUMBERS = 12


def condition(form: Form, question: Question, lang: Lang) -> str:
    """When a question is to be answered, in one sentence; empty where always.

    The answers are found by asking the expression itself for each possible one; where it speaks of
    more than one question, or of one with endless answers, the sentence stays general.
    """
    relevance = question.relevance
    if relevance is None:
        return ""
    names = relevance.names()
    if len(names) == 1:
        asked = form.question(*names)
        held = [label for value, label in _answers(asked, lang) if relevance.holds({asked.name: value})]
        if held:
            answers = WORDS["or"][lang].join(held)
            return WORDS["only_if"][lang].format(question=asked.label[lang], answers=answers)
    return WORDS["only_if_fits"][lang]


def _answers(question: Question, lang: Lang) -> list[tuple[str, str]]:
    limits = bounds(question.constraint)
    if question.kind is Kind.INTEGER and limits.low is not None and (limits.count or MOST_NUMBERS + 1) <= MOST_NUMBERS:
        return [(str(number), str(number)) for number in range(limits.low, limits.low + (limits.count or 0))]
    return [(choice.name, choice.label[lang]) for choice in question.choices]
