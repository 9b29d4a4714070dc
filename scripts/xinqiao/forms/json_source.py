"""JSON of others, read within limits: a wrong document is a problem with its place, never a traceback."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Never

from xinqiao.core.problem import Place, refuse

LARGEST, DEEPEST = 16 * 2**20, 60
Json = dict[str, object]


def read_json(raw: bytes, file: str) -> object:
    """The document, numbers with a fraction as Decimal. Raises XinqiaoError (import-too-large, json-broken)."""
    if len(raw) > LARGEST:
        raise refuse("import-too-large", Place(file=file))
    place, detail = Place(file=file), "UTF-8"
    try:
        value: object = json.loads(raw.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        place, detail = Place(file=file, line=error.lineno, column=error.colno), error.msg
    except (ValueError, RecursionError) as error:
        detail = type(error).__name__
    else:
        if _depth(value) <= DEEPEST:
            return value
        detail = f"> {DEEPEST} levels"
    raise refuse("json-broken", place, detail=detail)


def _no_number(word: str) -> Never:
    raise ValueError(word)


def _depth(value: object) -> int:
    deepest, todo = 0, [(value, 1)]
    while todo:
        part, depth = todo.pop()
        deepest = max(deepest, depth)
        parts = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        todo += [(each, depth + 1) for each in parts]
    return deepest


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An object of the document with its place; whatever is asked of it has the type asked for, or is refused."""

    value: Json
    place: Place

    def __contains__(self, key: str) -> bool:
        return key in self.value

    def wrong(self, key: str) -> Never:
        """Refuses what stands under a key (json-shape)."""
        raise refuse("json-shape", self.place, what=key)

    def text(self, key: str) -> str:
        """A text; empty where there is none."""
        value = self.value.get(key, "")
        return value if isinstance(value, str) else self.wrong(key)

    def flag(self, key: str) -> bool:
        """True or false; false where nothing stands there."""
        value = self.value.get(key, False)
        return value if isinstance(value, bool) else self.wrong(key)

    def part(self, key: str) -> Part:
        """An object; an empty one where there is none."""
        value = self.value.get(key, {})
        return Part(value=value, place=self.place) if isinstance(value, dict) else self.wrong(key)

    def parts(self, key: str) -> list[Part]:
        """A list of objects; empty where there is none."""
        value = self.value.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.wrong(key)
        return [Part(value=each, place=self.place) for each in value]

    def number(self, key: str) -> int | Decimal | None:
        """A number; None where there is none."""
        value = self.value.get(key)
        if isinstance(value, bool) or not isinstance(value, int | Decimal | None):
            self.wrong(key)
        return value

    def words(self, key: str) -> dict[str, str]:
        """Words by language; a text stands under no language."""
        value = self.value.get(key, {})
        if isinstance(value, str):
            return {"": value}
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            self.wrong(key)
        return dict(value)
