"""Small forms and rows for tests of the tables' safety."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from xinqiao.core.derived import Derived, DerivedLevel
from xinqiao.core.expression import Expression
from xinqiao.core.form import Form, Purpose
from xinqiao.core.policy import Policy
from xinqiao.core.question import Choice, Kind, Question, Role, Section
from xinqiao.core.record import Row, ScoredRow
from xinqiao.core.scale import Band, Method, Scale
from xinqiao.core.summary import Measure, SummarySpec
from xinqiao.core.text import Text
from xinqiao.safety.release import Earlier, Release, safe_tables

USUAL, HEALTH = Policy(), Policy(threshold=10)
# Name, dimensions (a list among them is a hierarchy from coarse to fine), measures.
Summary = tuple[str, Sequence[str | Sequence[str]], Sequence[str]]


def words(text: str) -> Text:
    return Text.of(zh=text, en=text)


def choice(
    name: str,
    choices: Iterable[str],
    *,
    dimension: bool = False,
    required: bool = True,
    sensitive: bool = False,
    several: bool = False,
) -> Question:
    listed = tuple(Choice(name=c, label=words(c), score=int(c) if c.isdigit() else None) for c in choices)
    return Question(
        name=name,
        kind=Kind.SELECT_MULTIPLE if several else Kind.SELECT_ONE,
        label=words(name),
        choices=listed,
        required=required,
        sensitive=sensitive,
        role=Role.DIMENSION if dimension else Role.ANSWER,
    )


def text_dimension(name: str) -> Question:
    return Question(name=name, kind=Kind.TEXT, label=words(name), role=Role.DIMENSION)


def integer(name: str, constraint: str = "") -> Question:
    return Question(
        name=name,
        kind=Kind.INTEGER,
        label=words(name),
        constraint=Expression(constraint) if constraint else None,
    )


def scale(name: str, items: Sequence[str], bands: Mapping[str, int], *, sensitive: bool = False) -> Scale:
    return Scale(
        name=name,
        title=words(name),
        items=tuple(items),
        method=Method.SUM,
        bands=tuple(Band(name=band, low=Fraction(low), label=words(band)) for band, low in bands.items()),
        sensitive=sensitive,
    )


def bins(name: str, source: str, bounds: Sequence[int]) -> Derived:
    lows = [None, *map(Fraction, bounds)]
    names = [f"below_{bounds[0]}", *(f"from_{low}" for low in bounds)]
    levels = (DerivedLevel(name=n, label=words(n), low=low) for n, low in zip(names, lows, strict=True))
    return Derived(name=name, label=words(name), source=source, levels=tuple(levels))


def mapped(name: str, source: str, levels: Mapping[str, Iterable[str]]) -> Derived:
    made = (DerivedLevel(name=n, label=words(n), choices=tuple(held)) for n, held in levels.items())
    return Derived(name=name, label=words(name), source=source, levels=tuple(made))


def form(
    questions: Sequence[Question],
    summaries: Sequence[Summary],
    scales: Sequence[Scale] = (),
    derived: Sequence[Derived] = (),
) -> Form:
    return Form(
        id="feedback",
        version=1,
        purpose=Purpose.SURVEY,
        title=words("Feedback"),
        intro=None,
        consent=words("I agree"),
        sections=(Section(name="all", title=None, questions=tuple(questions)),),
        scales=tuple(scales),
        derived=tuple(derived),
        summaries=tuple(
            SummarySpec(
                name=name,
                title=words(name),
                by=tuple(name for steps in by for name in ([steps] if isinstance(steps, str) else steps)),
                hierarchies=tuple(tuple(steps) for steps in by if not isinstance(steps, str)),
                measures=tuple(m for text in measures if (m := Measure.parse(text)) is not None),
            )
            for name, by, measures in summaries
        ),
        seal_to=("aggregation",),
        retention_days=365,
    )


def row(scores: Mapping[str, int | None] | None = None, **values: object) -> ScoredRow:
    return ScoredRow(row=Row(values=values), scores=scores or {})  # type: ignore[arg-type]


def rows_of(table: Mapping[tuple[str | None, ...], int], names: Sequence[str]) -> list[ScoredRow]:
    """Rows from counts: answers (in the order of `names`) to how many gave them."""
    return [row(**dict(zip(names, answers, strict=True))) for answers, number in table.items() for _ in range(number)]


def release(
    of: Form,
    rows: Sequence[ScoredRow],
    earlier: Sequence[Earlier] = (),
    quarantined: Mapping[str, int] | None = None,
) -> Release:
    return safe_tables(
        of,
        rows,
        policy=USUAL,
        sensitive_policy=HEALTH,
        period="",
        quarantined=quarantined or {},
        earlier=earlier,
    )
