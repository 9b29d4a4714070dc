"""The codebook of a package: what the form says of the questions and scales that its tables speak of.

Public facts alone, all of them in the form file: which answers can be given, what they score, how
scores are made and parted into bands. With the tables it is all that an audit of the package needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xinqiao.core.form import Form
from xinqiao.core.question import BadAnswer, Choice, Kind, Question
from xinqiao.core.safe import SafeTable
from xinqiao.core.scale import Band, Scale
from xinqiao.core.summary import Measure

Json = dict[str, object]


def codebook(form: Form, tables: Sequence[SafeTable]) -> Json:
    """The questions and scales that some tables of a form name, and the items of those scales.

    A derived dimension stands as the question that it amounts to; numbers are written as text, exactly.
    """
    named = set(_named(tables))
    scales = [scale for scale in form.scales if scale.name in named]
    named |= {item for scale in scales for item in scale.items}
    questions = [question for question in form.questions if question.name in named]
    questions += [form.question(made.name) for made in form.derived if made.name in named]
    return {"questions": [_question(question) for question in questions], "scales": [_scale(s) for s in scales]}


def _named(tables: Sequence[SafeTable]) -> Iterator[str]:
    for table in tables:
        yield from (dimension.name for dimension in table.dimensions)
        measures = {cell.measure for cell in table.cells}
        yield from (name for text in measures if (known := Measure.parse(text)) for name in known.names)


def _question(question: Question) -> Json:
    # A constraint that speaks of other questions bounds nobody's answer for sure.
    limits = question.constraint if question.kind is Kind.INTEGER else None
    return {
        "name": question.name,
        "type": question.kind.value,
        "role": question.role.value,
        # Whether every row has an answer to it.
        "complete": question.required and question.relevance is None and question.on_bad_answer is BadAnswer.ROW,
        "sensitive": question.sensitive,
        **({"constraint": limits.source} if limits and not limits.names() else {}),
        **({"choices": [_choice(choice) for choice in question.choices]} if question.choices else {}),
    }


def _choice(choice: Choice) -> Json:
    return {"name": choice.name, **({} if choice.score is None else {"score": choice.score})}


def _scale(scale: Scale) -> Json:
    return {
        "name": scale.name,
        "items": list(scale.items),
        "reversed": list(scale.reversed_items),
        "method": scale.method.value,
        "factor": str(scale.factor),
        "missing_items": scale.missing_items,
        "sensitive": scale.sensitive,
        "bands": _bands(scale.bands),
        **({"coarser_bands": [_bands(bands) for bands in scale.coarser]} if scale.coarser else {}),
    }


def _bands(bands: Sequence[Band]) -> list[Json]:
    return [{"name": band.name, "low": str(band.low)} for band in bands]
