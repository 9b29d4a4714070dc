"""Coarser bands are called and ordered as their own set says, whatever bands of other sets are called."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from xinqiao.core.form import Form, Purpose
from xinqiao.core.question import Kind, Question, Section
from xinqiao.core.scale import Band, Method, Scale
from xinqiao.core.summary import Measure, MeasureKind
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.naming import category_label, category_order


def band(name: str, low: int, words: str) -> Band:
    return Band(name=name, low=Fraction(low), label=Text.of(zh=words, en=words))


SCALE = Scale(
    name="mood",
    title=Text.of(zh="心情", en="Mood"),
    items=("item",),
    method=Method.SUM,
    bands=(band("low", 0, "0 to 4"), band("middle", 5, "5 to 9"), band("high", 10, "10 and more")),
    coarser=((band("raised", 0, "0 to 9"), band("low", 10, "from 10")),),
)
FORM = Form(
    id="feedback",
    version=1,
    purpose=Purpose.SURVEY,
    title=Text.of(zh="反馈", en="Feedback"),
    intro=None,
    consent=Text.of(zh="同意", en="Agreed"),
    sections=(
        Section(
            name="all",
            title=None,
            questions=(Question(name="item", kind=Kind.INTEGER, label=Text.of(zh="题", en="Item")),),
        ),
    ),
    scales=(SCALE,),
    seal_to=("aggregation",),
    retention_days=30,
)
FINEST = Measure(kind=MeasureKind.DISTRIBUTION, of="mood", banded=True)
COARSER = replace(FINEST, into=2)


def test_a_band_is_called_as_its_own_set_calls_it() -> None:
    assert [category_label(FORM, measure, "low")[Lang.EN] for measure in (FINEST, COARSER)] == ["0 to 4", "from 10"]


def test_bands_stand_in_the_order_of_their_own_set() -> None:
    assert category_order(FORM, COARSER) == {"raised": 0, "low": 1}
