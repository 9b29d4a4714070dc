"""Forms: a wrong one cannot be built, and all its faults are told at once."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from xinqiao.core.expression import Expression
from xinqiao.core.form import Form, Purpose
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.question import Choice, Kind, Question, Role, Section
from xinqiao.core.scale import Band, Method, Scale
from xinqiao.core.summary import Measure, SummarySpec
from xinqiao.core.text import Text

WORDS = Text.of(zh="字", en="words")
MOODS = tuple(Choice(name=name, label=WORDS, score=score) for score, name in enumerate(("low", "middle", "high")))
PLAIN = (Choice(name="a", label=WORDS), Choice(name="b", label=WORDS))


def question(name: str, kind: Kind = Kind.INTEGER, **parts: Any) -> Question:
    return Question(name=name, kind=kind, label=WORDS, **parts)


def scale(name: str = "score", items: tuple[str, ...] = ("mood",), **parts: Any) -> Scale:
    return Scale(name=name, title=WORDS, items=items, method=Method.SUM, **parts)


def summary(*measures: str, by: tuple[str, ...] = (), name: str = "all") -> SummarySpec:
    parsed = tuple(measure for source in measures if (measure := Measure.parse(source)))
    return SummarySpec(name=name, title=WORDS, by=by, measures=parsed)


def band(name: str, low: int, high: int | None = None) -> Band:
    return Band(name=name, low=Fraction(low), high=None if high is None else Fraction(high), label=WORDS)


QUESTIONS = (
    question("unit", Kind.SELECT_ONE, choices=PLAIN, role=Role.DIMENSION),
    question("mood", Kind.SELECT_ONE, choices=MOODS),
    question("topics", Kind.SELECT_MULTIPLE, choices=PLAIN),
    question("age"),
    question("remark", Kind.TEXT, role=Role.FREE_TEXT),
    question("hello", Kind.NOTE),
)


def form(**parts: Any) -> Form:
    whole: dict[str, Any] = {
        "id": "f", "version": 1, "purpose": Purpose.SURVEY, "title": WORDS, "intro": None, "consent": WORDS,
        "sections": (Section(name="", title=None, questions=QUESTIONS),), "seal_to": ("aggregation",),
        "retention_days": 30,
    }  # fmt: skip
    return Form(**(whole | parts))


def codes(**parts: Any) -> list[tuple[str, str]]:
    with pytest.raises(XinqiaoError) as caught:
        form(**parts)
    return [(problem.code, problem.place.question) for problem in caught.value.problems]


def test_a_sound_form_finds_its_parts_by_name() -> None:
    made = form(scales=(scale(),), summaries=(summary("n", "mean(score)", "distribution(mood)", by=("unit",)),))
    assert made.question("mood").choices == MOODS
    assert made.scale("score").items == ("mood",)
    assert made.is_scale("score") and not made.is_scale("mood")
    with pytest.raises(KeyError):
        made.question("score")


def test_all_faults_of_a_form_come_at_once() -> None:
    broken = (*QUESTIONS, question("age"), question("later", relevant=Expression("${nobody} = 1")))
    sections = (Section(name="", title=None, questions=broken),)
    found = codes(
        sections=sections, scales=(scale(items=("remark",)),), summaries=(summary("n", by=("age",)),), seal_to=()
    )
    assert sorted(found) == [
        ("by-not-dimension", "all"),
        ("form-unsealed", ""),
        ("item-unscored", "score"),
        ("name-twice", "age"),
        ("name-unknown", "later"),
    ]


@pytest.mark.parametrize(
    ("measures", "code"),
    [
        (("mean(topics)",), "measure-unknown"),
        (("mean(unit)",), "measure-unknown"),  # choices without scores
        (("distribution(age)",), "measure-unknown"),
        (("distribution(score)",), "measure-unknown"),  # a scale without bands
        (("distribution(band(score))",), "measure-unknown"),
        (("n(remark)",), "measure-private"),
        (("n(hello)",), "measure-private"),
        (("mean(nobody)",), "name-unknown"),
    ],
)
def test_a_summary_asks_only_for_what_can_be_computed_and_may_be_told(measures: tuple[str, ...], code: str) -> None:
    assert codes(scales=(scale(),), summaries=(summary(*measures),)) == [(code, "all")]


def test_a_name_stands_once_over_questions_and_scales() -> None:
    assert codes(scales=(scale(name="mood"),)) == [("name-twice", "mood")]
    assert codes(summaries=(summary("n"), summary("n"))) == [("name-twice", "all")]


def test_a_form_without_a_question_to_answer_is_none() -> None:
    notes = (Section(name="", title=None, questions=(question("hello", Kind.NOTE),)),)
    assert codes(sections=notes) == [("form-empty", "")]
    assert codes(sections=()) == [("form-empty", "")]


@pytest.mark.parametrize("name", ["", "2nd", "a b", "../x", "a/b", "名", "a\n"])
def test_a_name_can_stand_in_addresses_files_and_expressions(name: str) -> None:
    for make in (
        lambda: form(id=name),
        lambda: question(name),
        lambda: scale(name=name),
        lambda: summary("n", name=name),
    ):
        with pytest.raises(XinqiaoError, match="name-unusable"):
            make()


def test_a_choice_question_has_choices_with_names_of_their_own() -> None:
    for kind in (Kind.SELECT_ONE, Kind.SELECT_MULTIPLE):
        with pytest.raises(XinqiaoError, match="choices-missing"):
            question("q", kind)
        with pytest.raises(XinqiaoError, match="name-twice"):
            question("q", kind, choices=(*PLAIN, PLAIN[0]))


@pytest.mark.parametrize(
    "bands",
    [
        (band("high", 5), band("low", 0)),
        (band("low", 0), band("high", 0)),
        (band("low", 0, 5), band("high", 5)),
    ],
    ids=["downwards", "empty", "overlapping"],
)
def test_bands_follow_each_other(bands: tuple[Band, ...]) -> None:
    with pytest.raises(XinqiaoError, match="bands-unordered"):
        scale(bands=bands)


def test_a_score_falls_into_the_band_whose_low_it_reached_last() -> None:
    made = scale(bands=(band("low", 0), band("middle", 5, 9), band("high", 10)))
    names = {
        score: (found.name if (found := made.band(Fraction(score))) else None) for score in (-1, 0, 4, 5, 9, 10, 99)
    }
    assert names == {-1: None, 0: "low", 4: "low", 5: "middle", 9: "middle", 10: "high", 99: "high"}
    assert made.band(Fraction(49, 10)) == made.bands[0]


def test_a_scale_has_items_and_a_known_one_each() -> None:
    with pytest.raises(XinqiaoError, match="scale-empty"):
        scale(items=())
    assert codes(scales=(scale(items=("mood", "modo")),)) == [("name-unknown", "score")]


@pytest.mark.parametrize("source", ["n", "n(mood)", "mean(score)", "distribution(mood)", "distribution(band(score))"])
def test_a_measure_is_written_as_it_is_read(source: str) -> None:
    assert str(Measure.parse(f" {source} ")) == source


@pytest.mark.parametrize(
    "source", ["", "mean", "distribution", "mean(band(score))", "n(band(score))", "median(x)", "n()"]
)
def test_what_is_no_measure_is_not_read_as_one(source: str) -> None:
    assert Measure.parse(source) is None
