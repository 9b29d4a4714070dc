"""Parsed JSON from outside as the type that it must have; each function raises TypeError for anything else."""

from __future__ import annotations

from collections.abc import Mapping

Json = Mapping[str, object]


def as_object(value: object) -> Json:
    """A JSON object."""
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def as_list(value: object) -> list[object]:
    """A JSON array."""
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def as_objects(value: object) -> list[Json]:
    """A JSON array of objects."""
    return [as_object(part) for part in as_list(value)]


def as_string(value: object) -> str:
    """A JSON string."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def as_whole(value: object) -> int:
    """A JSON number without a fraction; true and false are none."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not a whole number")
    return value


def as_flag(value: object) -> bool:
    """JSON's true or false."""
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value
