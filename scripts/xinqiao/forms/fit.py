"""Whether a part of a form file fits its shape; what does not is a problem with its place."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from xinqiao.core.name import nearest
from xinqiao.core.problem import Problem
from xinqiao.forms.shape import LabelShape, Shape, as_text
from xinqiao.forms.yaml_lines import Document, Path

AnyShape = TypeVar("AnyShape", bound=Shape)
TYPES = {
    "string_type": "value-not-text", "int_type": "value-not-whole", "bool_type": "value-not-yes-no",
    "list_type": "value-not-list", "dict_type": "value-not-keys", "model_type": "value-not-keys",
    "decimal_type": "value-not-number", "is_instance_of": "value-not-number",
}  # fmt: skip


def checked(shape: type[AnyShape], document: Document, path: Path, besides: Collection[str] = ()) -> AnyShape | None:
    """The mapping at a path in its shape, without the keys `besides`; problems are noted in the document.

    Keys too many and words lacking do not stop: what they stand in is still read, so that its other
    problems come in the same run.
    """
    raw = document.get(path)
    if isinstance(raw, dict) and besides:
        raw = {key: value for key, value in raw.items() if key not in besides}
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


def keys(shape: type[Shape]) -> dict[str, FieldInfo]:
    """The keys of a shape as a form file writes them."""
    return {field.alias or name: field for name, field in shape.model_fields.items()}


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
    key = next((part for part in reversed(where) if isinstance(part, str)), document.file)
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
            if key in inner.refused:
                return Problem(code="feature-unsupported", place=place, params={"feature": key})
            if key in inner.not_yet:
                return Problem(code="not-yet", place=place, params={"what": key})
            params = {"key": key, "nearest": nearest(key, keys(inner))}
            return Problem(code="form-key-unknown", place=place, params=params)
        case "missing":
            return Problem(code="form-key-missing", place=place, params={"key": key})
        case "enum":
            allowed = str(context["expected"]).replace("'", "").replace(" or ", ", ")
            params = {"value": str(as_text(detail["input"])), "allowed": allowed}
            return Problem(code="value-unknown", place=place, params=params)
        case "greater_than_equal":
            params = {"key": key, "least": str(context["ge"])}
            return Problem(code="value-too-small", place=place, params=params)
    return Problem(code=TYPES[kind], place=place, params={"key": key})


def _inner(shape: type[Shape], loc: tuple[str | int, ...]) -> type[Shape]:
    """The shape that stands at a place inside another."""
    for part in loc:
        if isinstance(part, str) and (field := keys(shape).get(part)):
            shape = _shape_in(field.annotation) or shape
    return shape


def _shape_in(annotation: Any) -> type[Shape] | None:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return annotation
    return next((found for part in get_args(annotation) if (found := _shape_in(part))), None)
