"""Scales with their bands and signs of danger, and scoring cases: from the shapes of a form file to core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from xinqiao.core.case import Case
from xinqiao.core.name import NAME
from xinqiao.core.problem import Problem
from xinqiao.core.question import Question
from xinqiao.core.scale import Band, Danger, Scale
from xinqiao.forms.build import attempt, note, text
from xinqiao.forms.fit import checked
from xinqiao.forms.place import written
from xinqiao.forms.shape import BandShape, CaseShape, CoarserBandShape, ScaleShape, Sensitive
from xinqiao.forms.yaml_lines import Document, Path


def scale(document: Document, path: Path) -> Scale | None:
    """One scale; `sensitive` is health where there are bands and nothing else is written."""
    shape = checked(ScaleShape, document, path)
    if shape is None:
        return None
    bands = [_band(document, (*path, "bands", at), band, shape.name) for at, band in enumerate(shape.bands)]
    for at, name in enumerate(shape.reversed):
        if name not in shape.items:
            note(document, "reversed-not-item", (*path, "reversed", at), shape.name, scale=shape.name, name=name)
    default = Sensitive.HEALTH if shape.bands else Sensitive.NONE
    part = "name" if not NAME.fullmatch(shape.name) else "bands" if shape.items else "items"
    danger = Danger(item=shape.danger.item, at_least=shape.danger.at_least) if shape.danger else None
    made = attempt(
        document,
        (*path, part),
        lambda: Scale(
            name=shape.name, title=shape.title.text(), items=tuple(shape.items), method=shape.method,
            reversed_items=tuple(shape.reversed), factor=Fraction(shape.factor), missing_items=shape.missing_items,
            bands=tuple(band for band in bands if band), danger=danger, source=shape.source, licence=shape.licence,
            sensitive=(shape.sensitive or default) is Sensitive.HEALTH, about=text(shape.about),
        ),
        shape.name,
    )  # fmt: skip
    return _with_coarser(document, path, shape, made) if made and shape.coarser_bands else made


def _with_coarser(document: Document, path: Path, shape: ScaleShape, made: Scale) -> Scale | None:
    where = (*path, "coarser_bands")
    sets = [
        [_band(document, (*where, at, place), band, made.name) for place, band in enumerate(bands)]
        for at, bands in enumerate(shape.coarser_bands)
    ]
    coarser = tuple(tuple(band for band in bands if band) for bands in sets)
    return attempt(document, where, lambda: replace(made, coarser=coarser), made.name)


def _band(document: Document, path: Path, shape: BandShape | CoarserBandShape, name: str) -> Band | None:
    finest = shape if isinstance(shape, BandShape) else None
    high = Fraction(finest.high) if finest and finest.high is not None else None
    label, advice = shape.label.text(), text(finest.advice) if finest else None
    return attempt(
        document,
        (*path, "name"),
        lambda: Band(name=shape.name, low=Fraction(shape.low), high=high, label=label, advice=advice),
        name,
    )


def cases(
    document: Document, rows: Iterable[int], questions: Iterable[Question], scales: Iterable[Scale]
) -> Iterator[Case]:
    """The scoring cases that speak of these questions and scales; what others say wrong is noted where it stands."""
    by_name = {question.name: question for question in questions}
    known = {scale.name: scale for scale in scales}
    for at in rows:
        shape = checked(CaseShape, document, ("cases", at))
        if shape is None:
            continue
        case = Case(
            title=shape.title.text(),
            scale=shape.scale,
            answers=shape.answers,
            score=None if shape.score is None else Fraction(shape.score),
            band=shape.band or "",
            danger=shape.danger,
        )
        problems = list(case.problems(by_name, known))
        document.problems += _placed(document, ("cases", at), case, problems, {*by_name, *known})
        if not problems:
            yield case


def _placed(
    document: Document, path: Path, case: Case, problems: Iterable[Problem], known: set[str]
) -> Iterator[Problem]:
    for problem in problems:
        name = str(problem.params["name"])
        if problem.code == "name-unknown" and name not in known and name in written(document):
            continue  # its own part was refused, and has been noted
        key = problem.code != "case-answer" and name in case.answers
        where: Path = ("answers", name) if name in case.answers else ("scale",) if name == case.scale else ("band",)
        yield replace(problem, place=document.place((*path, *where), case.scale, key=key))
