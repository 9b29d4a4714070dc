"""The form guide says what the code reads: every key, type, function and refusal, and examples that are sound."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from xinqiao.core.expression import PRECEDENCE
from xinqiao.core.form import Form, Purpose
from xinqiao.core.functions import FUNCTIONS
from xinqiao.core.question import BadAnswer, Kind, Role
from xinqiao.core.scale import Method
from xinqiao.core.summary import Audience, MeasureKind, Strategy
from xinqiao.forms import shape
from xinqiao.forms.fit import keys
from xinqiao.forms.kind import FEATURES
from xinqiao.forms.read import read_form

GUIDE = (Path(__file__).parents[2] / "docs" / "dev" / "forms.md").read_text(encoding="utf-8")
PARTS = dict(zip(re.findall(r"^## (.+)$", GUIDE, re.M), re.split(r"^## .+$", GUIDE, flags=re.M)[1:], strict=True))
EXAMPLES: list[dict[str, Any]] = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", GUIDE, re.S)]
WHERE = {
    shape.FormShape: "顶层的键 Keys at the top",
    shape.RetentionShape: "顶层的键 Keys at the top",
    shape.SettingsShape: "`settings`",
    shape.RowShape: "`survey`",
    shape.ChoiceShape: "`choices`",
    shape.ScaleShape: "`scales`",
    shape.BandShape: "`scales`",
    shape.CoarserBandShape: "`scales`",
    shape.DangerShape: "`scales`",
    shape.DerivedShape: "`derived`",
    shape.SummaryShape: "`summaries`",
    shape.CaseShape: "`cases`",
    shape.ChangeShape: "`versions`",
    shape.FileShape: "`file`",
    shape.DateShape: "`file`",
}
NOT_YET = "暂不支持 Not yet"


def coded(text: str) -> set[str]:
    """What stands in code spans, and the names within."""
    spans = re.findall(r"`([^`\n]+)`", text)
    return {*spans, *(word for span in spans for word in re.findall(r"[\w-]+", span))}


def test_every_shape_has_its_part_of_the_guide() -> None:
    assert {*shape.Shape.__subclasses__()} == {*WHERE, shape.LabelShape}


@pytest.mark.parametrize("one", WHERE, ids=lambda one: one.__name__)
def test_every_key_is_told_in_its_part(one: type[shape.Shape]) -> None:
    assert {*keys(one)} <= coded(PARTS[WHERE[one]])


@pytest.mark.parametrize("one", WHERE, ids=lambda one: one.__name__)
def test_every_key_that_is_refused_by_name_is_told(one: type[shape.Shape]) -> None:
    assert one.not_yet | one.refused <= coded(PARTS[NOT_YET])


@pytest.mark.parametrize(
    ("values", "part"),
    [
        (Kind, "`survey`"),
        (Role, "`survey`"),
        (BadAnswer, "`survey`"),
        (Purpose, "`settings`"),
        (Method, "`scales`"),
        (shape.Sensitive, "`scales`"),
        (Audience, "`summaries`"),
        (MeasureKind, "`summaries`"),
        (Strategy, "`summaries`"),
        (FEATURES, NOT_YET),
    ],
    ids=[
        "types",
        "roles",
        "bad answers",
        "purposes",
        "methods",
        "sensitive",
        "audiences",
        "measures",
        "strategies",
        "types not yet",
    ],
)
def test_every_value_is_told(values: Iterable[str], part: str) -> None:
    assert {str(value) for value in values} <= coded(PARTS[part])


def test_every_function_and_operator_is_told_and_no_other_function() -> None:
    told = PARTS["表达式 Expressions"]
    assert {*FUNCTIONS} == {*re.findall(r"`([a-z-]+)\(", told)} | {"not"}
    assert "`not(x)`" in told
    assert {operator for row in PRECEDENCE for operator in row} <= coded(told)


def read(tmp_path: Path, parts: dict[str, Any]) -> Form:
    path = tmp_path / "form.yml"
    path.write_text(yaml.safe_dump(parts, allow_unicode=True), encoding="utf-8")
    return read_form(path)


def added(piece: dict[str, Any]) -> dict[str, Any]:
    """The guide's whole form with a piece: lists grow, keys join or replace."""
    whole: dict[str, Any] = dict(EXAMPLES[0])
    for key, value in piece.items():
        match whole.get(key):
            case list(before):
                whole[key] = [*before, *value]
            case dict(before):
                whole[key] = before | value
            case _:
                whole[key] = value
    return whole


@pytest.mark.parametrize("at", range(len(EXAMPLES)))
def test_every_example_reads_without_a_problem(tmp_path: Path, at: int) -> None:
    assert read(tmp_path, added(EXAMPLES[at]) if at else EXAMPLES[0]).questions


def test_the_guide_has_an_example_of_every_key() -> None:
    def keys_in(value: Any) -> set[str]:
        if isinstance(value, dict):
            return {*value}.union(*map(keys_in, value.values()))
        return set().union(*map(keys_in, value)) if isinstance(value, list) else set()

    assert {key for one in WHERE for key in keys(one)} <= keys_in(EXAMPLES)
