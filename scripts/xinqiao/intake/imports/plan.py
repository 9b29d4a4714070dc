"""A file's header to where each question stands in it. Every column is a question's, known and dropped, or refused.

A header is never quoted: where a file has lost its first line, its headers are a person's answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.question import Kind, Question
from xinqiao.core.source import Source
from xinqiao.intake.called import EXPORTED
from xinqiao.intake.imports.spelling import headers, option_headers
from xinqiao.intake.imports.style import Style
from xinqiao.intake.imports.ties import Ties
from xinqiao.intake.imports.words import same


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where things stand in each row of a file, from 0; `options`: question → choice → column of its own.

    about: columns that the system wrote about the person, the device or the moment, and those that are not taken.
    called: where the file has what a pull of its source knows a row by.
    """

    labels: tuple[str, ...] = field(repr=False)
    columns: Mapping[str, int]
    options: Mapping[str, Mapping[str, int]]
    day: int | None
    number: int | None
    finished: int | None
    about: tuple[int, ...]
    called: int | None = None


def plan(
    asked: Sequence[Question],
    labels: Sequence[str],
    style: Style,
    ties: Ties,
    file: str,
    source: Source | None = None,
) -> Plan:
    """How a file with these headers is read.

    Raises XinqiaoError: import-columns-none, or all of import-columns-unknown, import-column-twice,
    import-question-lacks, import-column-lacks, import-name-lacks.
    """
    known = [frozenset(map(same, (label, *style.stems(label)))) for label in labels]
    places = {question.name: _places(known, headers(question, ties.of(question.name))) for question in asked}
    options = {question.name: _options(known, question, ties) for question in asked}
    used = {at for found in places.values() for at in found} | {at for told in options.values() for at in told.values()}
    if not used:
        raise XinqiaoError([Problem(code="import-columns-none", place=Place(file=file))])
    free = [at for at in range(len(labels)) if at not in used]
    about = [at for at in free if not labels[at].strip() or same(labels[at]) in ties.drop or style.is_about(labels[at])]
    told = {key: _first(labels, (name,) if name else usual) for key, name, usual in (
        ("day", ties.day, style.day), ("number", ties.number, style.number), ("finished", "", style.finished),
        ("called", ties.number if source else "", EXPORTED[source.system] if source else ()),
    )}  # fmt: skip
    strange = [at for at in free if at not in about and at not in told.values()]
    problems = [*_problems(asked, places, options, strange, file), *_lacking(ties, source, told, file)]
    if problems:
        raise XinqiaoError(problems)
    return Plan(
        labels=tuple(labels),
        columns={name: found[0] for name, found in places.items() if found},
        options={name: found for name, found in options.items() if found and not places[name]},
        day=told["day"],
        number=told["number"],
        finished=told["finished"],
        about=tuple(about),
        called=told["called"],
    )


def absent(asked: Sequence[Question], made: Plan) -> tuple[str, ...]:
    """The questions that a file does not have."""
    return tuple(one.name for one in asked if one.name not in made.columns and one.name not in made.options)


def _places(known: Sequence[frozenset[str]], wanted: Sequence[str]) -> tuple[int, ...]:
    return tuple(at for at, spelled in enumerate(known) if not spelled.isdisjoint(wanted))


def _options(known: Sequence[frozenset[str]], question: Question, ties: Ties) -> Mapping[str, int]:
    if question.kind is not Kind.SELECT_MULTIPLE:
        return {}
    found: dict[str, int] = {}
    for header, choice in option_headers(question, ties.of(question.name)):
        for at, spelled in enumerate(known):
            if header in spelled:
                found.setdefault(choice, at)
    return found


def _first(labels: Sequence[str], wanted: Sequence[str]) -> int | None:
    compared = [same(label) for label in labels]
    return next((compared.index(same(one)) for one in wanted if same(one) in compared), None)


def _problems(
    asked: Sequence[Question],
    places: Mapping[str, Sequence[int]],
    options: Mapping[str, Mapping[str, int]],
    strange: Sequence[int],
    file: str,
) -> Iterator[Problem]:
    if strange:
        params: dict[str, str | int] = {"count": len(strange), "columns": _numbers(strange)}
        yield Problem(code="import-columns-unknown", place=Place(file=file), params=params)
    owners: dict[int, str] = {}
    for question in asked:
        place, found = Place(file=file, question=question.name), places[question.name]
        if len(found) > 1:
            params = {"field": question.name, "columns": _numbers(found)}
            yield Problem(code="import-column-twice", place=place, params=params)
        elif found and owners.setdefault(found[0], question.name) != question.name:
            params = {"field": f"{owners[found[0]]}, {question.name}", "columns": _numbers(found)}
            yield Problem(code="import-column-twice", place=place, params=params)
    lacking = [
        one.name
        for one in asked
        if not places[one.name] and not options[one.name] and one.required and one.relevance is None
    ]
    if lacking:
        yield Problem(code="import-question-lacks", place=Place(file=file), params={"field": ", ".join(lacking)})


def _lacking(ties: Ties, source: Source | None, told: Mapping[str, int | None], file: str) -> Iterator[Problem]:
    if source and told["called"] is None:
        params: dict[str, str | int] = {"source": source.name, "columns": " / ".join(EXPORTED[source.system])}
        yield Problem(code="import-name-lacks", place=Place(file=file), params=params)
    for key, name in (("day", ties.day), ("number", ties.number)):
        if name and told[key] is None:
            yield Problem(code="import-column-lacks", place=Place(file=file), params={"key": key})


def _numbers(places: Sequence[int]) -> str:
    return ", ".join(str(at + 1) for at in places)
