"""A form with every kind of question, its schema, and a way to read bytes as a file."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import count
from pathlib import Path

import pytest

from xinqiao.core.expression import Expression
from xinqiao.core.form import Form, Purpose
from xinqiao.core.question import Choice, Kind, Question, Role, Section
from xinqiao.core.scale import Method, Scale
from xinqiao.core.text import Lang, Text
from xinqiao.forms.schema import table_schema
from xinqiao.tables.read import RawTable, read_file

Read = Callable[[bytes | str], RawTable]


def words(text: str) -> Text:
    return Text.of(zh=f"{text}（中）", en=text)


MOOD = (
    Choice(name="1", label=words("low"), score=1, column_value=("Very low", "很低落")),
    Choice(name="2", label=words("fair"), score=2, column_value=("So so",)),
    Choice(name="3", label=words("good"), score=3, column_value=("Good", "7")),
)
TOPICS = tuple(Choice(name=name, label=words(name)) for name in ("study", "sleep", "family"))


@pytest.fixture(scope="session")
def form() -> Form:
    questions = (
        Question(name="unit", kind=Kind.TEXT, label=words("Class"), role=Role.DIMENSION, column="班级"),
        Question(name="intro", kind=Kind.NOTE, label=words("Read this")),
        Question(name="mood", kind=Kind.SELECT_ONE, label=words("Mood"), choices=MOOD, required=True, missing=("99",)),
        Question(
            name="hours",
            kind=Kind.INTEGER,
            label=words("Hours of sleep"),
            constraint=Expression(". >= 0 and . <= 24"),
            missing=("-1",),
        ),
        Question(name="topics", kind=Kind.SELECT_MULTIPLE, label=words("Topics"), choices=TOPICS),
        Question(
            name="why",
            kind=Kind.TEXT,
            label=words("Why"),
            role=Role.FREE_TEXT,
            required=True,
            relevant=Expression("${mood} = 1"),
            constraint=Expression("string-length(.) <= 40"),
        ),
        Question(name="again", kind=Kind.TEXT, label=words("More"), relevant=Expression("${why} != ''")),
    )
    return Form(
        id="pulse",
        version=2,
        purpose=Purpose.SURVEY,
        title=words("Pulse"),
        intro=None,
        consent=words("Agreed"),
        sections=(Section(name="all", title=None, questions=questions),),
        scales=(
            Scale(name="wellbeing", title=words("Well-being"), items=("mood", "hours"), method=Method.SUM),
            Scale(
                name="strain",
                title=words("Strain"),
                items=("mood", "hours"),
                method=Method.MEAN,
                reversed_items=("mood", "hours"),
                factor=Fraction(2),
                missing_items=1,
            ),
        ),
        seal_to=("aggregation",),
        retention_days=30,
    )


@pytest.fixture(scope="session")
def schema(form: Form) -> dict[str, object]:
    return table_schema(form, Lang.EN)


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Form], Read]:
    """For a form, what reads bytes, or a text as UTF-8, as a file of answers to it."""
    folder, numbers = tmp_path_factory.mktemp("answers"), count()

    def of(form: Form) -> Read:
        def reading(content: bytes | str) -> RawTable:
            path: Path = folder / f"{next(numbers)}.csv"
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            return read_file(path, form)

        return reading

    return of


@pytest.fixture(scope="session")
def read(form: Form, reader: Callable[[Form], Read]) -> Read:
    """Reads bytes, or a text as UTF-8, as a file of answers to the form."""
    return reader(form)
