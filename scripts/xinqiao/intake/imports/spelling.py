"""How an export may write a form's questions and choices, where no mapping file says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xinqiao.core.question import ACKNOWLEDGED, Choice, Kind, Question
from xinqiao.core.text import Lang
from xinqiao.intake.imports.styles import STYLES
from xinqiao.intake.imports.ties import Mode, Tie, Ties
from xinqiao.intake.imports.words import same

ACKNOWLEDGING = (ACKNOWLEDGED, "true", "1", "yes", "y", "是", "同意")


def headers(question: Question, tie: Tie) -> tuple[str, ...]:
    """How a file may head a question, as it compares: as the mapping file says, else by its column, name and labels."""
    return tuple(dict.fromkeys(map(same, _headers(question, tie))))


def known_headers(asked: Sequence[Question], ties: Ties) -> frozenset[str]:
    """Headers as they are written, by which a file's delimiter can be told."""
    own = {header for question in asked for header in _headers(question, ties.of(question.name))}
    told = {header for style in STYLES.values() for header in (*style.about, *style.day, *style.number)}
    return frozenset(" ".join(header.split()) for header in own | told)


def _headers(question: Question, tie: Tie) -> Iterator[str]:
    return filter(None, tie.columns or (question.column, question.name, *question.label))


def option_headers(question: Question, tie: Tie) -> Iterator[tuple[str, str]]:
    """Headers, as they compare, of columns of their own for each choice, with the choice's name."""
    yield from ((same(header), choice) for header, choice in tie.options.items())
    for base in headers(question, tie):
        for choice in question.choices:
            for written in dict.fromkeys((choice.name, *choice.column_value, *choice.label)):
                yield from ((same(f"{base}{before}{written}{after}"), choice.name) for before, after in BRACKETS)


BRACKETS = (("/", ""), ("[", "]"), (" [", "]"), ("(", ")"))


def spellings(question: Question, tie: Tie, mode: Mode) -> Mapping[str, str]:
    """Answer, as it compares → the choice that it is.

    The mapping file's word is the only one where it gives any; then, by the file's mode, the place in the list, the
    score, or how a foreign file writes a choice (`column_value`), its name, and a label that no other choice has.
    """
    if question.kind is Kind.ACKNOWLEDGE:
        return {**dict.fromkeys(map(same, ACKNOWLEDGING), ACKNOWLEDGED), **tie.answers}
    if tie.answers:
        return tie.answers
    if mode is Mode.CODE:
        return {str(at): choice.name for at, choice in enumerate(question.choices, start=1)}
    if mode is Mode.SCORE and all(choice.score is not None for choice in question.choices):
        return _by_score(question.choices)
    labels = [(same(choice.label[lang]), choice.name) for choice in question.choices for lang in Lang]
    own = [(same(choice.name), choice.name) for choice in question.choices]
    given = [(same(value), choice.name) for choice in question.choices for value in choice.column_value]
    found: dict[str, str] = {}
    for written, name in (*given, *own, *_alone(labels)):
        found.setdefault(written, name)
    return found


def _by_score(choices: Sequence[Choice]) -> Mapping[str, str]:
    return dict(_alone([(str(choice.score), choice.name) for choice in choices]))


def _alone(pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Those whose text stands for one choice only."""
    for written, name in pairs:
        if all(other == name for text, other in pairs if text == written):
            yield written, name
