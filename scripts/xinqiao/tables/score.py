"""Scales: a row's scores from its answers, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from xinqiao.core.bounds import bounds
from xinqiao.core.form import Form
from xinqiao.core.problem import Place, refuse
from xinqiao.core.question import Kind, Question
from xinqiao.core.record import Row, ScoredRow
from xinqiao.core.scale import Method, Scale

Score = int | Fraction | None


def score(form: Form, row: Row) -> ScoredRow:
    """A row with the score of each scale; `scorer` for many rows."""
    return scorer(form)(row)


def scorer(form: Form) -> Callable[[Row], ScoredRow]:
    """The scoring of a form, prepared once.

    A choice counts its `score`, a whole number itself; a reversed item lowest + highest − score.
    With more items lacking than `missing_items` (0 by default) there is no score. Else the items that
    are there stand for those that lack: the mean is theirs, the sum their mean times all items
    (person-mean substitution: Downey & King 1998, Journal of General Psychology 125, 175–191). What an
    instrument's owner allows is the form file's to say, by `missing_items`.
    Raises XinqiaoError (item-unbounded) where a reversed whole number has no lowest and highest.
    """
    scales = [(scale, tuple(_Item.of(form.question(name), scale) for name in scale.items)) for scale in form.scales]

    def scored(row: Row) -> ScoredRow:
        return ScoredRow(row=row, scores={scale.name: _score(scale, items, row) for scale, items in scales})

    return scored


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    name: str
    scores: dict[str, int]
    mirror: int | None

    @classmethod
    def of(cls, question: Question, scale: Scale) -> _Item:
        scores = {choice.name: choice.score for choice in question.choices if choice.score is not None}
        ends = mirror(question) if question.name in scale.reversed_items else None
        return cls(name=question.name, scores=scores, mirror=ends)

    def of_row(self, row: Row) -> int | None:
        answer = row.values.get(self.name)
        value = answer if isinstance(answer, int) else self.scores.get(answer) if isinstance(answer, str) else None
        return value if value is None or self.mirror is None else self.mirror - value


def _score(scale: Scale, items: tuple[_Item, ...], row: Row) -> Score:
    present = [value for item in items if (value := item.of_row(row)) is not None]
    return score_of(scale, sum(present), len(present))


def score_of(scale: Scale, points: int, present: int) -> Score:
    """The score of a scale whose items that are there, `present` of them, come to so many points."""
    if not present or len(scale.items) - present > scale.missing_items:
        return None
    total = Fraction(points, present) * scale.factor
    if scale.method is Method.SUM:
        total *= len(scale.items)
    return total.numerator if total.denominator == 1 else total


def mirror(question: Question) -> int:
    """Lowest and highest score of an item together: what a score is subtracted from to count from the other end.

    A whole number's ends stand in its constraint, such as `. >= 0 and . <= 10`. Raises XinqiaoError
    (item-unbounded) where they do not.
    """
    scores = [choice.score for choice in question.choices if choice.score is not None]
    if scores:
        return min(scores) + max(scores)
    limits = bounds(question.constraint)
    if question.kind is not Kind.INTEGER or limits.low is None or limits.high is None:
        raise refuse("item-unbounded", Place(question=question.name), name=question.name)
    return limits.low + limits.high
