"""Which columns and answers of an export belong to which questions and choices of a form: a mapping file, read.

The mapping file is the person's word; what it does not say is compared exactly, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from xinqiao.core.form import Form
from xinqiao.core.name import nearest, unknown
from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.question import CHOOSING, Question
from xinqiao.core.text import Lang
from xinqiao.intake.imports.moment import Order
from xinqiao.intake.imports.styles import STYLES
from xinqiao.intake.imports.words import same

Path = tuple[str | int, ...]
PlaceOf = Callable[[Path], Place]


class Mode(StrEnum):
    """How a file writes what was chosen: the words, the place in the list from 1, or the score."""

    TEXT = "text"
    CODE = "code"
    SCORE = "score"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One question's columns (the first that a file has counts), and its answers, as they compare → choice.

    An answer that is tied to nothing ("") is no answer. options: header of a column of its own → choice. other: the
    question for what a person wrote beside a choice, or instead of one; "" lets go of it.
    """

    columns: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    separator: str = ""
    other: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """A whole mapping file. drop: headers, as they compare, that are known and not taken; system: "" is found out.

    source: the one of portal.toml whose answers the file holds; "" where none is named.
    """

    questions: Mapping[str, Tie] = field(default_factory=dict)
    drop: frozenset[str] = frozenset()
    system: str = ""
    mode: Mode = Mode.TEXT
    day: str = ""
    order: Order | None = None
    number: str = ""
    missing: frozenset[str] = frozenset()
    lang: Lang = Lang.ZH
    source: str = ""

    def of(self, question: str) -> Tie:
        """The tie of a question; an empty one where the file says nothing of it."""
        return self.questions.get(question, NO_TIE)


NO_TIE, NO_TIES = Tie(), Ties()
KEYS = ("form", "system", "source", "mode", "day", "order", "number", "missing", "lang", "questions", "drop")
TIE_KEYS = ("column", "answers", "options", "separator", "other")
# Keys whose value is one of a few words.
WORDS: Mapping[str, Sequence[str]] = {
    "system": tuple(STYLES), "mode": tuple(Mode), "order": tuple(Order), "lang": tuple(Lang)
}  # fmt: skip


def read_ties(value: object, place: PlaceOf, form: Form) -> Ties:
    """The mapping file's plain value for a form; `place` tells where a part of it stands.

    Raises XinqiaoError with all problems: mapping-key, mapping-value, name-unknown.
    """
    problems = list(_problems(value, place, form))
    if problems or not isinstance(value, dict):
        raise XinqiaoError(problems)
    order, mode, lang = value.get("order"), value.get("mode"), value.get("lang")
    return Ties(
        questions={name: _tie(tie) for name, tie in (value.get("questions") or {}).items()},
        drop=frozenset(map(same, _texts(value.get("drop")))),
        system=str(value.get("system") or ""),
        mode=Mode(mode) if mode else Mode.TEXT,
        day=str(value.get("day") or ""),
        order=Order(order) if order else None,
        number=str(value.get("number") or ""),
        missing=frozenset(map(same, _texts(value.get("missing")))),
        lang=Lang(lang) if lang else Lang.ZH,
        source=str(value.get("source") or ""),
    )


def _tie(value: Mapping[str, object]) -> Tie:
    answers, options = value.get("answers"), value.get("options")
    return Tie(
        columns=tuple(_texts(value.get("column"))),
        answers={same(k): _text(v) for k, v in answers.items()} if isinstance(answers, dict) else {},
        options={k: _text(v) for k, v in options.items()} if isinstance(options, dict) else {},
        separator=str(value.get("separator") or ""),
        other=_text(value["other"]) if "other" in value else None,
    )


def _problems(value: object, place: PlaceOf, form: Form) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield _wrong(place(()), "–", "key: value")
        return
    yield from _keys(value, KEYS, (), place)
    for key, words in WORDS.items():
        if value.get(key) is not None and value[key] not in list(words):
            yield _wrong(place((key,)), key, " · ".join(words))
    if value.get("form") not in {None, form.base}:
        yield _wrong(place(("form",)), "form", form.base)
    for key in ("drop", "missing"):
        if not _listed(value.get(key)):
            yield _wrong(place((key,)), key, "[…]")
    questions = value.get("questions") or {}
    if not isinstance(questions, dict):
        yield _wrong(place(("questions",)), "questions", "key: value")
        return
    asked = {question.name: question for question in form.questions if question.answered}
    for name, tie in questions.items():
        path: Path = ("questions", name)
        if name not in asked:
            yield from (_at(problem, place(path)) for problem in unknown(name, list(asked), name))
        elif not isinstance(tie, dict):
            yield _wrong(place(path), name, "key: value")
        else:
            yield from _tie_problems(asked, asked[name], tie, path, place)


def _tie_problems(
    asked: Mapping[str, Question], question: Question, tie: Mapping[str, object], path: Path, place: PlaceOf
) -> Iterator[Problem]:
    yield from _keys(tie, TIE_KEYS, path, place)
    if not _listed(tie.get("column")):
        yield _wrong(place((*path, "column")), "column", "[…]")
    choices = [choice.name for choice in question.choices]
    for key in ("answers", "options"):
        given = tie.get(key)
        if given is not None and not (isinstance(given, dict) and question.kind in CHOOSING):
            yield _wrong(place((*path, key)), key, "answer: choice")
            continue
        for written, choice in given.items() if isinstance(given, dict) else ():
            where = place((*path, key, str(written)))
            if choice not in {None, ""}:
                yield from (_at(one, where) for one in unknown(_text(choice), choices, question.name))
    if other := tie.get("other"):
        yield from (_at(one, place((*path, "other"))) for one in unknown(_text(other), list(asked), question.name))


def _keys(value: Mapping[str, object], known: Sequence[str], path: Path, place: PlaceOf) -> Iterator[Problem]:
    for key in value:
        if key not in known:
            params = {"key": str(key), "nearest": nearest(str(key), known)}
            yield Problem(code="mapping-key", place=place((*path, key)), params=params)


def _wrong(place: Place, key: str, wanted: str) -> Problem:
    return Problem(code="mapping-value", place=place, params={"key": key, "wanted": wanted})


def _at(problem: Problem, place: Place) -> Problem:
    return Problem(code=problem.code, place=place, params=problem.params)


def _listed(value: object) -> bool:
    parts = value if isinstance(value, list) else [value]
    return all(part is None or isinstance(part, str | int | Decimal) for part in parts)


def _texts(value: object) -> list[str]:
    parts = value if isinstance(value, list) else [value]
    return [_text(part) for part in parts if part is not None]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
