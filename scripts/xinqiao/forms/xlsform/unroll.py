"""Loops and repeats of a known number, written out: one group for each choice or time, its names made their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from xinqiao.forms.draft import Draft
from xinqiao.forms.xlsform.table import Cells, Table, only
from xinqiao.forms.xlsform.types import type_of

Row = tuple[int, Cells]
Variants = Sequence[tuple[str, Cells]]
# More than that is no form that a person would fill in.
MOST, MOST_ROWS = 12, 2_000
OVER = re.compile(r"%\((\w+)\)s")
COUNT = re.compile(r"[0-9]{1,3}")
REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")


def unrolled(draft: Draft, table: Table, choices: Table) -> Iterator[Row]:
    """The rows of the survey; a repeat whose number is not known stays, and is refused."""
    rows = list(table.rows)
    at = left = 0
    while at < len(rows):
        number, cells = rows[at]
        kind = type_of(only(cells.get("type")))
        variants = _variants(kind, cells, rows, choices)
        end = _end(rows, at) if variants else 0
        if variants and end and left < MOST_ROWS:
            draft.note(
                "import-written-out", table.place(number, "type"), name=only(cells.get("name")), times=len(variants)
            )
            written = [row for variant in variants for row in _group(rows[at : end + 1], *variant)]
            left += len(written)
            rows[at : end + 1] = written
        else:
            yield rows[at]
            at += 1


def _variants(kind: str, cells: Cells, rows: Iterable[Row], choices: Table) -> Variants:
    """The suffix of each time, with the choice that it is about."""
    if kind.startswith("begin_loop "):
        listed = [cells for _, cells in choices.rows if only(cells.get("list_name")) == kind.split()[1]]
        return [(only(choice.get("name")), choice) for choice in listed][:MOST]
    if kind != "begin_repeat":
        return []
    count = only(cells.get("repeat_count"))
    if reference := REFERENCE.fullmatch(count):
        # A count that is worked out from nothing is as good as a number.
        known = (row for _, row in rows if only(row.get("name")) == reference[1])
        count = next((only(row.get("calculation")) for row in known), "")
    return (
        [(str(time), {}) for time in range(1, int(count) + 1)] if COUNT.fullmatch(count) and int(count) <= MOST else []
    )


def _end(rows: Sequence[Row], start: int) -> int:
    """The row that ends what begins at `start`; 0 where none does."""
    depth = 0
    for at in range(start, len(rows)):
        kind = type_of(only(rows[at][1].get("type")))
        depth += kind.startswith("begin_") - kind.startswith("end_")
        if not depth:
            return at
    return 0


def _group(rows: Sequence[Row], suffix: str, choice: Cells) -> Iterator[Row]:
    (number, first), *inner, (last, _) = rows
    names = {only(cells.get("name")) for _, cells in rows} - {""}

    def told(key: str, said: Mapping[str, str]) -> Mapping[str, str]:
        if key == "name":
            return {tag: f"{text}_{suffix}" for tag, text in said.items()}
        return {tag: _filled(_referring(text, names, suffix), tag, choice) for tag, text in said.items()}

    kept = {key: told(key, said) for key, said in first.items() if key not in {"type", "repeat_count"}}
    label = kept.get("label", {})
    heading = choice.get("label") or {tag: f"{text} {suffix}" for tag, text in label.items()}
    yield number, {**kept, "type": {"": "begin_group"}, **({"label": heading} if heading else {})}
    for at, cells in inner:
        yield at, {key: told(key, said) for key, said in cells.items()}
    yield last, {"type": {"": "end_group"}}


def _referring(text: str, names: set[str], suffix: str) -> str:
    """A text whose references to rows of the same time name those of this time."""
    return REFERENCE.sub(lambda found: f"${{{found[1]}_{suffix}}}" if found[1] in names else found[0], text)


def _filled(text: str, tag: str, choice: Cells) -> str:
    """A text with what the choice of this time says in place of `%(label)s`."""

    def said(found: re.Match[str]) -> str:
        words = choice.get(found[1], {})
        return words.get(tag) or only(words) or found[0]

    return OVER.sub(said, text)
