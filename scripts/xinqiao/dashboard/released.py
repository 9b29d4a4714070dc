"""The hash-checking reader: a written package back to its SafeTables, or a reason why not.

The only module of a public room that constructs a SafeTable; a test sees to it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

from xinqiao.core.parsed import Json, as_list, as_object, as_string, as_whole
from xinqiao.core.policy import Policy, Status
from xinqiao.core.problem import refuse
from xinqiao.core.safe import Attended, Cell, Corrected, Dimension, Level, SafeTable
from xinqiao.core.summary import PAIRS
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.package import COLUMNS, DESCRIPTOR, FORMAT, fingerprint

# What is no whole number.
REAL = re.compile(r"(mean|sd|change|alpha)\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package as it was released: its tables and their codebook; None in one that was written without.

    attended: how many came, where that is public. corrected: which release it is, where some were corrections.
    demonstration: whether its answers were generated.
    """

    tables: tuple[SafeTable, ...]
    codebook: Json | None
    attended: tuple[Attended, ...] = ()
    corrected: Corrected | None = None
    demonstration: bool = False


def read_package(directory: Path) -> tuple[SafeTable, ...]:
    """The tables of a released package, in their order. Raises as `read_whole` does."""
    return read_whole(directory).tables


def read_whole(directory: Path) -> Package:
    """A released package, every file of it checked against its checksum.

    Raises XinqiaoError, all with exit UNSAFE: package-missing, package-unreadable, package-version,
    package-descriptor-changed, package-file-changed, package-cell.
    """
    raw = _content(directory, DESCRIPTOR)
    try:
        whole = as_object(json.loads(raw))
        part = as_object(whole["xinqiao"])
        _check_version(part)
        if part.get("sha256") != fingerprint(whole):
            raise refuse("package-descriptor-changed", name=DESCRIPTOR)
        resources = [as_object(resource) for resource in as_list(whole["resources"])]
        others = [as_object(file) for file in as_list(part["files"])]
        contents = {_path(file): _checked(directory, file) for file in (*resources, *others)}
        known = as_object(part["codebook"]) if "codebook" in part else None
        generated = part.get("demonstration", False) is not False
        corrected = _corrected(as_object(part["series"])) if "series" in part else None
        attended = tuple(_attended(as_object(given)) for given in as_list(part.get("attendance", [])))
    except (KeyError, TypeError, ValueError):
        raise refuse("package-unreadable", name=DESCRIPTOR) from None
    tables = tuple(_table(resource, contents[_path(resource)]) for resource in resources)
    return Package(tables=tables, codebook=known, attended=attended, corrected=corrected, demonstration=generated)


def _check_version(part: Json) -> None:
    found = part["format"]
    if found != FORMAT:
        raise refuse("package-version", found=str(found)[:20], known=FORMAT)


def _content(directory: Path, name: str) -> bytes:
    try:
        return (directory / name).read_bytes()
    except OSError:
        raise refuse("package-missing", name=name) from None


def _checked(directory: Path, file: Json) -> bytes:
    """A file's content, where it is what the descriptor recorded."""
    name = _path(file)
    content = _content(directory, name)
    if file["bytes"] != len(content) or file["hash"] != f"sha256:{hashlib.sha256(content).hexdigest()}":
        raise refuse("package-file-changed", name=name)
    return content


def _path(file: Json) -> str:
    name = as_string(file["path"])
    if Path(name).name != name:
        raise ValueError("a package's files lie beside its descriptor")
    return name


def _table(resource: Json, content: bytes) -> SafeTable:
    name = _path(resource)
    try:
        part = as_object(resource["xinqiao"])
        policy = as_object(part["policy"])
        rules = {key: as_whole(value) for key, value in policy.items() if key != "epsilon"}
        epsilon = Fraction(as_string(policy.get("epsilon", "0")))
        table, title, form = as_string(part["table"]), _text(part["title"]), as_string(part["form"])
        version, period = as_whole(part["form_version"]), as_string(part["period"])
        since = as_whole(part.get("since", 0))
        dimensions = tuple(_dimension(as_object(given)) for given in as_list(part["dimensions"]))
        cells = tuple(_cells(content, tuple(dimension.name for dimension in dimensions)))
    except (KeyError, TypeError, ValueError, ZeroDivisionError, csv.Error):
        # What is wrong may be a figure; it is not repeated.
        raise refuse("package-unreadable", name=name) from None
    try:
        return SafeTable(
            name=table,
            title=title,
            form=form,
            form_version=version,
            period=period,
            policy=Policy(epsilon=epsilon, **rules),
            dimensions=dimensions,
            cells=cells,
            since=since,
        )
    except (TypeError, ValueError):
        raise refuse("package-cell", name=name) from None


def _cells(content: bytes, dimensions: tuple[str, ...]) -> Iterator[Cell]:
    rows = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    if next(rows, None) != [*dimensions, *COLUMNS]:
        raise ValueError("other columns than the descriptor's")
    for row in rows:
        measure, category, value, status = row[len(dimensions) :]
        yield Cell(
            levels=tuple(row[: len(dimensions)]),
            measure=measure,
            category=category,
            value=_value(measure, category, value),
            status=Status(status),
        )


def _value(measure: str, category: str, written: str) -> int | Decimal | None:
    if not written:
        return None
    if not REAL.match(measure) or (measure.startswith("change(") and category == PAIRS):
        return int(written)
    try:
        mean = Decimal(written)
    except InvalidOperation:
        raise ValueError("a figure that is not a number") from None
    if not mean.is_finite():
        raise ValueError("a figure that is not finite")
    return mean


def _dimension(given: Json) -> Dimension:
    levels = [as_object(level) for level in as_list(given["levels"])]
    return Dimension(
        name=as_string(given["name"]),
        label=_text(given["label"]),
        parent=as_string(given["parent"]),
        levels=tuple(
            Level(name=as_string(level["name"]), label=_text(level["label"]), parent=as_string(level.get("parent", "")))
            for level in levels
        ),
    )


def _attended(given: Json) -> Attended:
    rows = [as_list(row) for row in as_list(given["groups"])]
    return Attended(
        by=tuple(as_string(name) for name in as_list(given["by"])),
        after=as_whole(given["after"]),
        groups={tuple(as_string(level) for level in levels): as_whole(came) for *levels, came in rows},
    )


def _corrected(given: Json) -> Corrected:
    made, alone = (tuple(map(as_whole, as_list(given[name]))) for name in ("corrections", "alone"))
    return Corrected(release=as_whole(given["release"]), corrections=made, alone=alone)


def _text(value: object) -> Text:
    return Text({Lang(lang): as_string(words) for lang, words in as_object(value).items()})
