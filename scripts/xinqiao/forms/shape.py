"""What a form file may hold: its keys and the kinds of their values, before anything means anything."""

from __future__ import annotations

import difflib
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from xinqiao.core.form import Purpose
from xinqiao.core.problem import Problem
from xinqiao.core.question import Role
from xinqiao.core.scale import Method
from xinqiao.core.summary import Audience
from xinqiao.core.text import Text
from xinqiao.forms.yaml_lines import Document, Path


class Sensitive(StrEnum):
    """Whether answers tell about a person's health, which raises the threshold."""

    NONE = "none"
    HEALTH = "health"


def _as_text(value: object) -> object:
    """A code such as `1` or `true` as the text that stands in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | Decimal) else value


def _as_list(value: object) -> object:
    return value if isinstance(value, list | dict) or value is None else [value]


def _as_number(value: object) -> object:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_yes_no(value: object) -> object:
    """XLSForm writes `yes`, YAML `true`."""
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "blank")
    return value


Words = Annotated[str, BeforeValidator(_as_text)]
Spoken = Annotated[Words, AfterValidator(_not_blank)]
Number = Annotated[Decimal, BeforeValidator(_as_number)]
YesNo = Annotated[bool, BeforeValidator(_as_yes_no)]
Several = Annotated[list[Words], BeforeValidator(_as_list)]
Lax = Field(strict=False)


class Shape(BaseModel):
    """A mapping of the file. `not_yet`: keys that the format has and this version does not read."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    not_yet: ClassVar[frozenset[str]] = frozenset()


class LabelShape(Shape):
    """Words in every language, none of them blank."""

    zh: Spoken
    en: Spoken

    def text(self) -> Text:
        """The text of these words."""
        return Text.of(zh=self.zh, en=self.en)


class SettingsShape(Shape):
    """`settings`: what XLSForm's settings sheet holds."""

    not_yet = frozenset({"default_language", "style", "instance_name", "public_key", "submission_url"})
    form_id: Words
    version: Annotated[int, Field(ge=1)]
    purpose: Annotated[Purpose, Lax]
    title: LabelShape


class RetentionShape(Shape):
    """`retention`: for how long sealed answers are kept."""

    days: Annotated[int, Field(ge=1)]


class FormShape(Shape):
    """The whole file; rows, choices, scales and summaries are looked at one by one."""

    not_yet = frozenset({"file", "derived", "counts", "on_bad_answer"})
    settings: SettingsShape
    intro: LabelShape | None = None
    consent: LabelShape
    survey: list[Any]
    choices: dict[str, list[Any]] = {}
    scales: list[Any] = []
    summaries: list[Any] = []
    seal_to: list[Words]
    retention: RetentionShape


class RowShape(Shape):
    """One row of `survey`: a question, or the begin or end of a group."""

    not_yet = frozenset(
        {
            "appearance", "autoplay", "calculation", "choice_filter", "default", "guidance_hint", "image", "media",
            "on_bad_answer", "parameters", "person", "read_only", "repeat_count", "required_message", "trigger",
        }
    )  # fmt: skip
    type: Words
    name: Words = ""
    label: LabelShape | None = None
    hint: LabelShape | None = None
    required: YesNo = False
    relevant: Words = ""
    constraint: Words = ""
    constraint_message: LabelShape | None = None
    role: Annotated[Role, Lax] = Role.ANSWER
    sensitive: Annotated[Sensitive, Lax] = Sensitive.NONE
    column: Words = ""
    missing: Several = []


class ChoiceShape(Shape):
    """One choice of a list."""

    not_yet = frozenset({"image", "media"})
    name: Words
    label: LabelShape
    score: int | None = None
    column_value: Several = []


class BandShape(Shape):
    """One band of a scale."""

    name: Words
    low: Number
    high: Number | None = None
    label: LabelShape


class ScaleShape(Shape):
    """One entry of `scales`."""

    not_yet = frozenset({"danger", "already_reversed"})
    name: Words
    title: LabelShape
    items: list[Words]
    method: Annotated[Method, Lax]
    reversed: list[Words] = []
    factor: Number = Decimal(1)
    missing_items: Annotated[int, Field(ge=0)] = 0
    bands: list[BandShape] = []
    sensitive: Annotated[Sensitive, Lax] | None = None
    source: Words = ""
    licence: Words = ""


class SummaryShape(Shape):
    """One entry of `summaries`; a list inside `by` is a hierarchy."""

    not_yet = frozenset({"nonresponse", "protect", "attendance"})
    name: Words
    title: LabelShape
    by: list[Any] = []
    measures: list[Words]
    audience: Annotated[Audience, Lax] = Audience.STAFF


AnyShape = TypeVar("AnyShape", bound=Shape)
TYPES = {
    "string_type": "value-not-text", "int_type": "value-not-whole", "bool_type": "value-not-yes-no",
    "list_type": "value-not-list", "dict_type": "value-not-keys", "model_type": "value-not-keys",
    "decimal_type": "value-not-number", "is_instance_of": "value-not-number",
}  # fmt: skip


def checked(shape: type[AnyShape], document: Document, path: Path) -> AnyShape | None:
    """The mapping at a path in its shape; problems are noted in the document.

    Keys too many and words lacking do not stop: what they stand in is still read, so that its other
    problems come in the same run.
    """
    raw = document.get(path)
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False)
    document.faulty.add(path)
    document.problems += [_problem(shape, detail, document, path) for detail in details]
    extra = {detail["loc"] for detail in details if detail["type"] == "extra_forbidden"}
    unspoken = {detail["loc"][:-1] for detail in details if _unspoken(shape, detail)}
    if any(detail["loc"] not in extra and detail["loc"][:-1] not in unspoken for detail in details):
        return None
    return shape.model_validate(_mended(raw, extra, unspoken, ()))


def nearest(name: str, known: list[str]) -> str:
    """The known name that looks most like a name; a dash where none is known."""
    return (difflib.get_close_matches(name, known, 1, 0) or ["–"])[0]


def _unspoken(shape: type[Shape], detail: ErrorDetails) -> bool:
    """Whether a detail says that a text lacks a language."""
    return detail["type"] == "blank" or (
        detail["type"] == "missing" and _inner(shape, detail["loc"][:-1]) is LabelShape
    )


def _mended(value: Any, extra: set[Path], unspoken: set[Path], at: Path) -> Any:
    """A value without the keys that are too many, its lacking texts filled with dashes."""
    if at in unspoken:
        return {"zh": "–", "en": "–"}
    if isinstance(value, dict):
        kept = {key: part for key, part in value.items() if (*at, key) not in extra}
        return {key: _mended(part, extra, unspoken, (*at, key)) for key, part in kept.items()}
    if isinstance(value, list):
        return [_mended(part, extra, unspoken, (*at, index)) for index, part in enumerate(value)]
    return value


def _problem(shape: type[Shape], detail: ErrorDetails, document: Document, path: Path) -> Problem:
    where = (*path, *detail["loc"])
    key = str(where[-1]) if where else document.file
    kind, context = detail["type"], detail.get("ctx", {})
    name = document.get((*path, "name"))
    question = str(name) if isinstance(name, str | int) and "name" in shape.model_fields else ""
    place = document.place(where, question)
    if _unspoken(shape, detail):
        return Problem(code="text-lacks-language", place=place, params={"lang": key})
    match kind:
        case "extra_forbidden":
            inner = _inner(shape, detail["loc"][:-1])
            place = document.place(where, question, key=True)
            if key in inner.not_yet:
                return Problem(code="not-yet", place=place, params={"what": key})
            params = {"key": key, "nearest": nearest(key, list(inner.model_fields))}
            return Problem(code="form-key-unknown", place=place, params=params)
        case "missing":
            return Problem(code="form-key-missing", place=place, params={"key": key})
        case "enum":
            allowed = str(context["expected"]).replace("'", "").replace(" or ", ", ")
            params = {"value": str(_as_text(detail["input"])), "allowed": allowed}
            return Problem(code="value-unknown", place=place, params=params)
        case "greater_than_equal":
            params = {"key": key, "least": str(context["ge"])}
            return Problem(code="value-too-small", place=place, params=params)
    return Problem(code=TYPES[kind], place=place, params={"key": key})


def _inner(shape: type[Shape], loc: tuple[str | int, ...]) -> type[Shape]:
    """The shape that stands at a place inside another."""
    for part in loc:
        if isinstance(part, str):
            found = _shape_in(shape.model_fields[part].annotation)
            shape = found or shape
    return shape


def _shape_in(annotation: Any) -> type[Shape] | None:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return annotation
    return next((found for part in get_args(annotation) if (found := _shape_in(part))), None)
