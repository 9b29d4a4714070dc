"""Tables of others as they lie on a disk: CSV files and the description that goes with them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from published import Case


def write_csv(path: Path, header: Sequence[str], lines: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *lines])
    return path


def dimension(name: str, total: str | None = "Total", **more: object) -> str:
    """One `[dimensions.…]` part."""
    keys = {"total": False if total is None else total, **more}
    lines = [f"{key} = {_toml(value)}" for key, value in keys.items()]
    return "\n".join([f'[dimensions."{name}"]', *lines, ""])


def table(file: str, columns: Sequence[str] | dict[str, str], **more: object) -> str:
    """One `[[tables]]` part; columns named as their dimensions where only names are given."""
    named = columns if isinstance(columns, dict) else dict(zip(columns, columns, strict=True))
    keys = {"file": file, "value": "freq", "columns": named, **more}
    return "\n".join(["[[tables]]", *(f"{key} = {_toml(value)}" for key, value in keys.items()), ""])


def describe(folder: Path, *parts: str, k: int = 5) -> Path:
    path = folder / "tables.toml"
    path.write_text("\n".join([f"k = {k}", *parts]), encoding="utf-8")
    return path


def of_case(folder: Path, case: Case, hidden: Sequence[Sequence[str]], k: int) -> Path:
    """A published case as one table, some cells of it hidden."""
    names = [axis.name for axis in case.lattice.axes]
    gone = case.marks(hidden)
    lines = [[*codes, "" if gone[at] else int(case.truth[at])] for at, codes in enumerate(case.lattice.names())]
    write_csv(folder / "counts.csv", [*names, "freq"], lines)
    return describe(folder, *(dimension(name) for name in names), table("counts.csv", names), k=k)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(of)}" for key, of in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
