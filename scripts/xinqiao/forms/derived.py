"""Derived dimensions: from the shapes of a form file to core."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from xinqiao.core.derived import Derived, DerivedLevel
from xinqiao.core.name import NAME, nearest
from xinqiao.core.problem import Problem
from xinqiao.core.text import Text
from xinqiao.forms.build import attempt, note
from xinqiao.forms.fit import checked
from xinqiao.forms.shape import DerivedShape
from xinqiao.forms.yaml_lines import Document, Path


def derived(document: Document, path: Path) -> Derived | None:
    """One derived dimension; None where it cannot be used."""
    shape = checked(DerivedShape, document, path)
    if shape is None:
        return None
    if bool(shape.bins) is bool(shape.map) or not all(shape.map.values()):
        note(document, "derived-levels", (*path, "map" if shape.map else "name"), shape.name, name=shape.name)
        return None
    labels = {name: label.text() for name, label in shape.labels.items()}
    part = "bins" if shape.bins else "map"
    levels = attempt(document, (*path, part), lambda: _bins(shape.bins, labels) if shape.bins else _map(shape, labels))
    if levels is None or not _labelled(document, path, shape, [level.name for level in levels]):
        return None
    return attempt(
        document,
        (*path, part if NAME.fullmatch(shape.name) else "name"),
        lambda: Derived(name=shape.name, label=shape.label.text(), source=shape.source, levels=levels),
        shape.name,
    )


def _bins(bounds: list[int], labels: dict[str, Text]) -> tuple[DerivedLevel, ...]:
    """One level below the first bound, one from each bound to below the next, the last open."""

    def level(name: str, words: str, low: int | None) -> DerivedLevel:
        label = labels.get(name, Text.of(zh=words, en=words))
        return DerivedLevel(name=name, label=label, low=None if low is None else Fraction(low))

    first, last = bounds[0], bounds[-1]
    between = [
        # A level of one number is called by it.
        level(f"{low}_{next_low - 1}", f"{low}–{next_low - 1}", low)
        if next_low - low != 1
        else level(f"{low}", f"{low}", low)
        for low, next_low in pairwise(bounds)
    ]
    return (level(f"under_{first}", f"<{first}", None), *between, level(f"{last}_up", f"≥{last}", last))


def _map(shape: DerivedShape, labels: dict[str, Text]) -> tuple[DerivedLevel, ...]:
    dash = Text.of(zh="–", en="–")
    return tuple(
        DerivedLevel(name=name, label=labels.get(name, dash), choices=tuple(choices))
        for name, choices in shape.map.items()
    )


def _labelled(document: Document, path: Path, shape: DerivedShape, levels: list[str]) -> bool:
    """Whether labels belong to levels, and each level of a map has one."""
    problems: list[Problem] = []
    for name in shape.labels:
        if name not in levels:
            place = document.place((*path, "labels", name), shape.name, key=True)
            params = {"key": name, "nearest": nearest(name, levels)}
            problems.append(Problem(code="form-key-unknown", place=place, params=params))
    for name in shape.map:
        if name not in shape.labels:
            place = document.place((*path, "labels"), shape.name, key=True)
            problems.append(Problem(code="form-key-missing", place=place, params={"key": name}))
    document.problems += problems
    return not problems
