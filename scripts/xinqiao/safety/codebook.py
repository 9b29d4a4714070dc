"""From the codebook of released packages back to what everybody knows of their form.

No answer was needed to write a codebook, and none is needed to read it: questions, choices, scores,
scales, bands. Versions of one form that only add questions and choices are read together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from xinqiao.core.expression import Expression
from xinqiao.core.form import Form, Purpose
from xinqiao.core.problem import XinqiaoError, refuse
from xinqiao.core.question import Choice, Kind, Question, Role, Section
from xinqiao.core.scale import Band, Method, Scale
from xinqiao.core.text import Text

Json = Mapping[str, object]
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
            if scales.setdefault(scale.name, scale) != scale:
                raise refuse("codebooks-differ", form=name, name=scale.name)
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


def _questions(book: Json) -> Iterable[Question]:
    for given in _objects(book["questions"]):
        name, limits = _text(given["name"]), _text(given.get("constraint", ""))
        yield Question(
            name=name,
            kind=Kind(_text(given["type"])),
            label=_words(name),
            role=Role(_text(given["role"])),
            choices=tuple(_choice(choice) for choice in _objects(given.get("choices", []))),
            required=_flag(given["complete"]),
            sensitive=_flag(given["sensitive"]),
            constraint=Expression(limits) if limits else None,
        )


def _choice(given: Json) -> Choice:
    name, score = _text(given["name"]), given.get("score")
    return Choice(name=name, label=_words(name), score=None if score is None else _whole(score))


def _scales(book: Json) -> Iterable[Scale]:
    for given in _objects(book["scales"]):
        name = _text(given["name"])
        bands = ((_text(band["name"]), Fraction(_text(band["low"]))) for band in _objects(given["bands"]))
        yield Scale(
            name=name,
            title=_words(name),
            items=tuple(_text(item) for item in _list(given["items"])),
            reversed_items=tuple(_text(item) for item in _list(given["reversed"])),
            method=Method(_text(given["method"])),
            factor=Fraction(_text(given["factor"])),
            missing_items=_whole(given["missing_items"]),
            bands=tuple(Band(name=band, low=low, label=_words(band)) for band, low in bands),
            sensitive=_flag(given["sensitive"]),
        )


def _words(name: str) -> Text:
    return Text.of(zh=name, en=name)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _objects(value: object) -> list[Json]:
    found: list[Json] = [part for part in _list(value) if isinstance(part, dict)]
    if len(found) < len(_list(value)):
        raise TypeError("not a list of objects")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not a whole number")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value
