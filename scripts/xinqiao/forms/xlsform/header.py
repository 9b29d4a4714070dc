"""Headers of XLSForm sheets as pyxform reads them: aliases, blanks, case, and the language of a column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

SURVEY: Mapping[str, str] = {
    "command": "type", "tag": "name", "value": "name", "caption": "label", "relevance": "relevant",
    "constraining_message": "constraint_message", "jr:constraintmsg": "constraint_message",
    "requiredmsg": "required_message", "jr:requiredmsg": "required_message", "calculate": "calculation",
    "readonly": "read_only", "count": "repeat_count", "jr:count": "repeat_count",
}  # fmt: skip
CHOICES: Mapping[str, str] = {"list name": "list_name", "value": "name", "caption": "label"}
SETTINGS: Mapping[str, str] = {
    "title": "form_title", "set_form_title": "form_title", "set_form_id": "form_id", "id_string": "form_id",
}  # fmt: skip
# How older forms write a column by the part of an XForm that it fills.
PARTS = {"bind", "control", "body", "media"}
TRANSLATED = {"label", "hint", "guidance_hint", "constraint_message", "required_message", "image", "audio", "video"}
TITLES = {"form_title"}
KNOWN = {
    "type", "name", "list_name", "required", "relevant", "constraint", "calculation", "choice_filter", "parameters",
    "appearance", "default", "read_only", "repeat_count", "trigger", "disabled", "form_id", "version", "style",
    "default_language", "score", "key", "big-image", *TRANSLATED, *TITLES,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A column: `key` by its name in XLSForm, `tag` the language after it, `at` its place from 1."""

    key: str
    tag: str
    at: int
    written: str


def header(written: str, at: int, aliases: Mapping[str, str]) -> Header:
    """One header, whatever its spelling."""
    parts = [part.strip() for part in re.split(r"::", written)]
    if len(parts) == 1 and not written.lower().startswith("jr:"):
        parts = [part.strip() for part in re.split(r"(?<!jr):", written)]
    words = [_snake(part) for part in parts]
    if words[0] in PARTS and len(words) > 1:
        parts, words = parts[1:], words[1:]
    key = aliases.get(words[0], words[0])
    if key not in KNOWN:
        # An expression may speak of a column of its own by its own spelling.
        key = parts[0]
    tag = "::".join(parts[1:])
    if tag and key not in TRANSLATED | TITLES:
        key, tag = "::".join(parts), ""
    return Header(key=key, tag=tag, at=at, written=written)


def _snake(words: str) -> str:
    return "_".join(words.split()).lower()
