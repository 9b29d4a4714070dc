"""What the `type` of a row says: the kind of question, its list of choices, and what no form of ours can have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from xinqiao.core.name import nearest
from xinqiao.core.question import CHOOSING, OTHER, Choice, Kind, Steps
from xinqiao.core.text import Text
from xinqiao.forms.build import Lists, attempt, note
from xinqiao.forms.shape import RowShape
from xinqiao.forms.yaml_lines import Document, Path

# XLSForm's types that are refused by name: what asks a device for more than an answer, what repeats, and what
# notes something about a person without asking.
FEATURES = frozenset(
    {
        "audio", "audit", "background-audio", "barcode", "begin_repeat", "csv-external", "dateTime", "deviceid",
        "email", "end", "end_repeat", "file", "geopoint", "geoshape", "geotrace", "hidden", "image", "phonenumber",
        "rank", "select_multiple_from_file", "select_one_from_file", "simserial", "start", "start-geopoint",
        "subscriberid", "today", "username", "video", "xml-external",
    }
)  # fmt: skip
OR_OTHER = "or_other"
# A scale from 0 to 10, as XLSForm has it where nothing is said.
STEPS: Mapping[str, str] = {"start": "0", "end": "10", "step": "1"}
OTHER_CHOICE = Choice(name=OTHER, label=Text.of(zh="其他", en="Other"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """A row's type, read: `choices` are those of its list, with the one that `or_other` adds."""

    kind: Kind
    choices: tuple[Choice, ...] = ()
    or_other: bool = False
    steps: Steps | None = None


def type_of(document: Document, path: Path, shape: RowShape, lists: Lists) -> Type | None:
    """The type of a row; None where it cannot be used, which is noted."""
    word, *rest = shape.type.split() or [""]
    where = (*path, "type")
    choosing = word in CHOOSING
    or_other = choosing and rest[1:] == [OR_OTHER]
    if word in FEATURES:
        note(document, "feature-unsupported", where, shape.name, feature=shape.type)
    elif word not in [*Kind] or len(rest) > choosing + or_other:
        allowed = ", ".join([*Kind, "begin_group", "end_group"])
        note(document, "type-unknown", where, shape.name, type=shape.type, allowed=allowed)
    elif choosing and not rest:
        note(document, "type-without-list", where, shape.name, type=word)
    elif choosing and rest[0] not in lists:
        note(document, "list-unknown", where, shape.name, name=rest[0], nearest=nearest(rest[0], lists))
    elif choosing:
        return _choosing(document, Kind(word), rest[0], lists, or_other=or_other)
    elif word == Kind.RANGE:
        steps = attempt(document, (*path, "parameters"), lambda: _steps(document, path, shape), shape.name)
        return Type(kind=Kind.RANGE, steps=steps) if steps else None
    else:
        return Type(kind=Kind(word))
    return None


def _choosing(document: Document, kind: Kind, name: str, lists: Lists, *, or_other: bool) -> Type | None:
    offered = lists[name]
    if not offered and document.get(("choices", name)):
        return None  # every choice of the list is wrong and has been noted
    if or_other and OTHER not in [choice.name for choice in offered]:
        offered = (*offered, OTHER_CHOICE)
    return Type(kind=kind, choices=offered, or_other=or_other)


def _steps(document: Document, path: Path, shape: RowShape) -> Steps | None:
    """The numbers of a range, from `parameters: start=0 end=10 step=1` (parted by spaces, commas or semicolons)."""
    words = shape.parameters.replace(",", " ").replace(";", " ").replace(" =", "=").replace("= ", "=").split()
    given = dict(word.partition("=")[::2] for word in words)
    for name in given.keys() - STEPS.keys():
        note(document, "feature-unsupported", (*path, "parameters"), shape.name, feature=f"parameters: {name}")
        return None
    try:
        numbers = {name: Decimal(given.get(name, usual)) for name, usual in STEPS.items()}
    except InvalidOperation:
        note(document, "range-unusable", (*path, "parameters"), shape.name)
        return None
    return Steps(**numbers)
