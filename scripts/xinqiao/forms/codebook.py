"""The codebook of a form: every question, choice, scale, band and derived level, for those who read its data."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from xinqiao.core.derived import Derived, DerivedLevel
from xinqiao.core.form import Form
from xinqiao.core.question import Choice, Kind, Question
from xinqiao.core.scale import Band, Scale
from xinqiao.core.text import Lang, Text
from xinqiao.forms.schema import decimal, scales_of

COLUMNS = (
    "name", "kind", "label", "role", "required", "relevant", "constraint", "calculation", "scales", "column", "missing",
    "value", "value_label", "score", "written",
)  # fmt: skip
SPOKEN = ("label", "value_label")
Cell = str | int | bool | Text
Cells = dict[str, Cell]
NOTHING: Cells = {}


def codebook(form: Form, lang: Lang) -> list[dict[str, object]]:
    """One row a question and choice, one a scale and band, one a derived dimension and level; all of COLUMNS.

    Coarser bands follow their scale; their kind names the set as measures do.
    `relevant` holds the conditions of its groups too.
    `column` is a question's heading in files of others, or the question that a dimension is derived from;
    `value` a choice's, band's or level's name; `score` a choice's score or the lower end of a band or level;
    `written` how files of others write a choice, or the choices that a level holds.
    """
    return [
        {key: value[lang] if isinstance(value, Text) else value for key, value in row.items()} for row in _rows(form)
    ]


def codebook_text(form: Form) -> str:
    """The codebook as CSV, each label in every language side by side."""
    header = [
        name for key in COLUMNS for name in ([f"{key}_{lang.value}" for lang in Lang] if key in SPOKEN else [key])
    ]
    rows = [[cell for key in COLUMNS for cell in _cells(key, row[key])] for row in _rows(form)]
    return _csv([header, *rows], ",")


def blank_answers(form: Form) -> str:
    """The header of a file of answers, as `file` and `column` of the form say that it is written."""
    questions = [question.column or question.name for question in form.questions if question.answered]
    dated = [form.file.date_column] if form.file.date_column and form.file.date_column not in questions else []
    return _csv([[*dated, *questions]], form.file.delimiter or ",")


def _csv(rows: Sequence[Sequence[object]], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _cells(key: str, cell: Cell) -> list[Cell]:
    if key in SPOKEN:
        return [cell[lang] if isinstance(cell, Text) else cell for lang in Lang]
    return [("yes" if cell else "no") if isinstance(cell, bool) else cell]


def _rows(form: Form) -> Iterator[Cells]:
    blank: Cells = dict.fromkeys(COLUMNS, "")
    for question in form.questions:
        if question.kind is not Kind.NOTE:
            parts = [_of_choice(choice) for choice in question.choices] or [NOTHING]
            yield from ({**blank, **_of_question(form, question), **part} for part in parts)
    for scale in form.scales:
        parts = [_of_band(band) for band in scale.bands] or [NOTHING]
        yield from ({**blank, **_of_scale(scale), **part} for part in parts)
        for bands in scale.coarser:
            yield from ({**blank, **_of_scale(scale, len(bands)), **_of_band(band)} for band in bands)
    for made in form.derived:
        yield from ({**blank, **_of_derived(made), **_of_level(level)} for level in made.levels)


def _of_question(form: Form, question: Question) -> Cells:
    return {
        "name": question.name,
        "kind": question.kind.value,
        "label": question.label,
        "role": question.role.value,
        "required": question.required,
        "relevant": relevance.source if (relevance := question.relevance) else "",
        "constraint": question.constraint.source if question.constraint else "",
        "calculation": question.calculation.source if question.calculation else "",
        "scales": " ".join(scales_of(form, question)),
        "column": question.column,
        "missing": " | ".join(question.missing),
    }


def _of_choice(choice: Choice) -> Cells:
    score = "" if choice.score is None else choice.score
    written = " | ".join(choice.column_value)
    return {"value": choice.name, "value_label": choice.label, "score": score, "written": written}


def _of_scale(scale: Scale, into: int = 0) -> Cells:
    """A scale; `into` so many coarser bands as measures name them, such as `band(phq9, 3)`."""
    kind = f"band({scale.name}, {into})" if into else f"scale ({scale.method.value})"
    return {"name": scale.name, "kind": kind, "label": scale.title, "scales": " ".join(scale.items)}


def _of_band(band: Band) -> Cells:
    return {"value": band.name, "value_label": band.label, "score": decimal(band.low)}


def _of_derived(made: Derived) -> Cells:
    kind = f"derived ({'map' if made.mapped else 'bins'})"
    return {"name": made.name, "kind": kind, "label": made.label, "role": "dimension", "column": made.source}


def _of_level(level: DerivedLevel) -> Cells:
    score = "" if level.low is None else decimal(level.low)
    return {"value": level.name, "value_label": level.label, "score": score, "written": " | ".join(level.choices)}
