"""Forms: a wrong one cannot be built, and all its faults are told at once."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from xinqiao.core.case import Case
from xinqiao.core.derived import Derived, DerivedLevel
from xinqiao.core.expression import Expression
from xinqiao.core.foreign import ForeignFile
from xinqiao.core.form import Form, Purpose
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.question import Choice, Kind, Question, Role, Section
from xinqiao.core.scale import Band, Danger, Method, Scale
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


def bins(source: str = "age", name: str = "age_group") -> Derived:
    levels = (DerivedLevel(name="young", label=WORDS), DerivedLevel(name="old", label=WORDS, low=Fraction(30)))
    return Derived(name=name, label=WORDS, source=source, levels=levels)


def mapped(*choices: str, source: str = "mood", name: str = "coarse") -> Derived:
    levels = tuple(DerivedLevel(name=f"l{at}", label=WORDS, choices=(choice,)) for at, choice in enumerate(choices))
    return Derived(name=name, label=WORDS, source=source, levels=levels)


def test_a_derived_dimension_is_found_and_grouped_by_like_a_question() -> None:
    made = form(derived=(bins(),), summaries=(summary("n", "distribution(age_group)", by=("age_group",)),))
    assert made.question("age_group").kind is Kind.SELECT_ONE
    assert "age_group" not in {question.name for question in made.questions}


@pytest.mark.parametrize("source", ["mood", "topics", "remark", "hello"])
def test_bins_are_of_whole_numbers(source: str) -> None:
    assert codes(derived=(bins(source),)) == [("derived-source", "age_group")]


@pytest.mark.parametrize("source", ["age", "topics", "remark"])
def test_a_map_is_of_one_choice(source: str) -> None:
    assert codes(derived=(mapped("a", source=source),)) == [("derived-source", "coarse")]


def test_a_map_holds_every_choice_once_and_no_other() -> None:
    assert codes(derived=(mapped("low", "high"),)) == [("derived-uncovered", "coarse")]
    assert codes(derived=(mapped("low", "middle", "middle", "high"),)) == [("derived-uncovered", "coarse")]
    assert codes(derived=(mapped("low", "middle", "high", "hihg"),)) == [("name-unknown", "coarse")]


def test_nothing_is_derived_of_what_is_derived_or_of_itself() -> None:
    assert codes(derived=(bins(), bins("age_group", "again"))) == [("name-unknown", "again")]
    assert codes(derived=(bins("age", "age"),)) == [("name-twice", "age")]


def test_two_readings_of_one_question_do_not_stand_in_published_tables() -> None:
    coarse, whole = mapped("low", "middle", "high"), summary("n", "distribution(mood)")
    grouped = summary("n", by=("coarse",), name="grouped")
    assert codes(derived=(coarse,), summaries=(whole, grouped)) == [("derived-doubled", "coarse")]
    assert form(derived=(coarse,), summaries=(grouped,)).derived
    assert form(derived=(coarse,), summaries=(whole,)).derived


def test_a_question_whose_levels_are_persons_is_in_no_table() -> None:
    teacher = question("teacher", Kind.SELECT_ONE, choices=PLAIN, role=Role.DIMENSION, person=True)
    sections = (Section(name="", title=None, questions=(*QUESTIONS, teacher)),)
    assert codes(sections=sections, summaries=(summary("n", by=("teacher",)),)) == [("person-published", "all")]
    assert codes(sections=sections, summaries=(summary("distribution(teacher)"),)) == [("measure-private", "all")]
    assert codes(sections=sections, derived=(mapped("a", "b", source="teacher"),)) == [("derived-source", "coarse")]


@pytest.mark.parametrize(
    ("danger", "code"),
    [
        (Danger(item="age", at_least=1), "danger-not-item"),
        (Danger(item="nobody", at_least=1), "danger-not-item"),
        (Danger(item="mood", at_least=0), "danger-unreachable"),
        (Danger(item="mood", at_least=3), "danger-unreachable"),
    ],
    ids=["no item", "unknown", "always", "never"],
)
def test_a_sign_of_danger_is_one_that_some_answers_to_an_item_give(danger: Danger, code: str) -> None:
    assert codes(scales=(scale(danger=danger),)) == [(code, "score")]


@pytest.mark.parametrize(
    ("measure", "by", "allowed"),
    [
        ("distribution(mood)", (), True),
        ("mean(score)", ("unit",), True),
        ("distribution(mood)", ("unit",), False),
        ("mean(mood)", ("unit",), False),
        ("n(mood)", ("unit",), False),
        ("distribution(coarse)", ("unit",), False),
        ("n", ("coarse",), False),
        ("mean(alone)", ("unit",), False),
    ],
)
def test_a_sign_of_danger_is_never_told_by_group(measure: str, by: tuple[str, ...], allowed: bool) -> None:
    danger = Danger(item="mood", at_least=1)
    parts: dict[str, Any] = {
        "scales": (scale(items=("mood", "age"), danger=danger), scale("alone", danger=danger)),
        "derived": (mapped("low", "middle", "high"),),
        "summaries": (summary(measure, by=by),),
    }
    if allowed:
        assert form(**parts).summaries
    else:
        assert codes(**parts) == [("danger-by-group", "all")]


def test_which_rows_of_a_file_are_kept_is_decided_by_questions_of_the_form() -> None:
    assert form(file=ForeignFile(keep_if=Expression("${unit} = 'a'"))).file.keep_if
    assert codes(file=ForeignFile(keep_if=Expression("${untit} = 'a'"))) == [("name-unknown", "")]


def test_cases_speak_of_the_form_s_own_scales_and_answers() -> None:
    case = Case(title=WORDS, scale="score", answers={"mood": "low"}, score=Fraction(0))
    assert form(scales=(scale(),), cases=(case,)).cases
    assert codes(cases=(case,)) == [("name-unknown", "score")]
    wrong = Case(title=WORDS, scale="score", answers={"mood": "0"}, score=Fraction(0))
    assert codes(scales=(scale(),), cases=(wrong,)) == [("case-answer", "score")]
