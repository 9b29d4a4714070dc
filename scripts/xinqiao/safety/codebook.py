"""From the codebook of released packages back to what everybody knows of their form.

No answer was needed to write a codebook, and none is needed to read it: questions, choices, scores,
scales, bands. Versions of one form that only add questions and choices are read together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from xinqiao.core.expression import Expression
from xinqiao.core.form import Form, Purpose
from xinqiao.core.parsed import Json, as_flag, as_list, as_objects, as_string, as_whole
from xinqiao.core.problem import XinqiaoError, refuse
from xinqiao.core.question import Choice, Kind, Question, Role, Section
from xinqiao.core.scale import Band, Method, Scale
from xinqiao.core.text import Text

# A form has a question even where its tables count nothing but respondents.
ANYTHING = Question(name="_", kind=Kind.TEXT, label=Text.of(zh="_", en="_"), role=Role.FREE_TEXT)


def form_of(name: str, books: Sequence[Json]) -> Form:
    """What the codebooks of one form's packages tell of it; labels are the names.

    Raises XinqiaoError (codebook-unreadable, codebooks-differ).
    """
    questions: dict[str, Question] = {ANYTHING.name: ANYTHING}
    scales: dict[str, Scale] = {}
    for part in (_read(name, book) for book in books):
        for question in part.questions:
            questions[question.name] = _joined(questions.get(question.name, question), question, name)
        for scale in part.scales:
            scales[scale.name] = _widened(scales.get(scale.name, scale), scale, name)
    return _form(name, tuple(questions.values()), tuple(scales.values()))


def _read(name: str, book: Json) -> Form:
    """One codebook as a form, which checks that its parts fit each other."""
    try:
        return _form(name, (ANYTHING, *_questions(book)), tuple(_scales(book)))
    except (KeyError, TypeError, ValueError, ZeroDivisionError, XinqiaoError):
        raise refuse("codebook-unreadable", form=name) from None


def _form(name: str, questions: tuple[Question, ...], scales: tuple[Scale, ...]) -> Form:
    return Form(
        id=name,
        version=1,
        purpose=Purpose.SURVEY,
        title=_words(name),
        intro=None,
        consent=_words(name),
        sections=(Section(name="all", title=None, questions=questions),),
        scales=scales,
        seal_to=("aggregation",),
        retention_days=1,
    )


def _joined(known: Question, other: Question, form: str) -> Question:
    """One question from two versions of it: the choices of both, answered in full where both say so."""
    scores = {choice.name: choice.score for choice in known.choices}
    agree = all(scores.get(choice.name, choice.score) == choice.score for choice in other.choices)
    if not agree or (known.kind, known.role, known.constraint) != (other.kind, other.role, other.constraint):
        raise refuse("codebooks-differ", form=form, name=known.name)
    new = tuple(choice for choice in other.choices if choice.name not in scores)
    return replace(
        known,
        choices=known.choices + new,
        required=known.required and other.required,
        sensitive=known.sensitive or other.sensitive,
    )


def _widened(known: Scale, other: Scale, form: str) -> Scale:
    """One scale from two versions of it: the coarser bands of both."""
    sets = {len(bands): bands for bands in known.coarser}
    agree = all(sets.setdefault(len(bands), bands) == bands for bands in other.coarser)
    if not agree or replace(known, coarser=()) != replace(other, coarser=()):
        raise refuse("codebooks-differ", form=form, name=known.name)
    try:
        return replace(known, coarser=tuple(sets[size] for size in sorted(sets, reverse=True)))
    except XinqiaoError:
        raise refuse("codebooks-differ", form=form, name=known.name) from None


def _questions(book: Json) -> Iterable[Question]:
    for given in as_objects(book["questions"]):
        name, limits = as_string(given["name"]), as_string(given.get("constraint", ""))
        yield Question(
            name=name,
            kind=Kind(as_string(given["type"])),
            label=_words(name),
            role=Role(as_string(given["role"])),
            choices=tuple(_choice(choice) for choice in as_objects(given.get("choices", []))),
            required=as_flag(given["complete"]),
            sensitive=as_flag(given["sensitive"]),
            constraint=Expression(limits) if limits else None,
        )


def _choice(given: Json) -> Choice:
    name, score = as_string(given["name"]), given.get("score")
    return Choice(name=name, label=_words(name), score=None if score is None else as_whole(score))


def _scales(book: Json) -> Iterable[Scale]:
    for given in as_objects(book["scales"]):
        name = as_string(given["name"])
        yield Scale(
            name=name,
            title=_words(name),
            items=tuple(as_string(item) for item in as_list(given["items"])),
            reversed_items=tuple(as_string(item) for item in as_list(given["reversed"])),
            method=Method(as_string(given["method"])),
            factor=Fraction(as_string(given["factor"])),
            missing_items=as_whole(given["missing_items"]),
            bands=_bands(as_objects(given["bands"])),
            coarser=tuple(_bands(as_objects(bands)) for bands in as_list(given.get("coarser_bands", []))),
            sensitive=as_flag(given["sensitive"]),
        )


def _bands(given: Iterable[Json]) -> tuple[Band, ...]:
    found = ((as_string(band["name"]), Fraction(as_string(band["low"]))) for band in given)
    return tuple(Band(name=name, low=low, label=_words(name)) for name, low in found)


def _words(name: str) -> Text:
    return Text.of(zh=name, en=name)
