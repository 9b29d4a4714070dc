"""What the audit must be told of tables of others: a TOML file of dimensions and tables (docs/dev/audit.md)."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xinqiao.core.problem import Place, XinqiaoError
from xinqiao.core.summary import TOTAL
from xinqiao.safety.others.toml_lines import Document, Path_, Taker, read_document

USUAL_K = 5
MOST_K = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A dimension that tables share by its name; `total` is TOTAL where no total is published.

    parents: the wholes that a code is a part of, beside the total. codes: all there are, empty where the
    tables tell. sensitive: what all members of a group share here must not be found either.
    """

    name: str
    total: str
    parents: Mapping[str, tuple[str, ...]]
    codes: tuple[str, ...]
    sensitive: bool
    place: Place

    def knows(self, code: str) -> bool:
        """Whether a table may have this code: any where the description does not list them."""
        wholes = {whole for found in self.parents.values() for whole in found}
        return bool(code) and (not self.codes or code in {*self.codes, self.total, *self.parents, *wholes})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One CSV file: where its figures stand and what hides them.

    columns: dimension → column; levels: dimension → the one code that the whole file is about.
    """

    path: Path
    file: str
    value: str
    status: str
    hidden: frozenset[str]
    columns: Mapping[str, str]
    levels: Mapping[str, str]
    release: int
    totals: bool
    delimiter: str
    encoding: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """Tables that are attacked together; groups of 1 … k − 1 must not be found."""

    name: str
    k: int
    dimensions: tuple[Dimension, ...]
    sheets: tuple[Sheet, ...]


def read_descriptor(path: Path) -> Described:
    """Reads and checks a description. Raises XinqiaoError with every problem (exit UNSAFE)."""
    document = read_document(path)
    top = Taker(document, (), document.raw)
    k = top.take("k", "number", USUAL_K)
    if not 2 <= k <= MOST_K:
        document.note("audit-k", ("k",), most=MOST_K)
    raw_dimensions = top.take("dimensions", "table", {}, needed=True)
    raw_sheets = top.take("tables", "tables", [], needed=True)
    top.close()
    dimensions = tuple(_dimensions(document, raw_dimensions))
    sheets = tuple(_sheet(document, at, raw, dimensions, path.parent) for at, raw in enumerate(raw_sheets))
    if "tables" in document.raw and not raw_sheets:
        document.note("audit-key-missing", ("tables",), key="tables")
    for dimension in dimensions:
        if sheets and not any(dimension.name in (*sheet.columns, *sheet.levels) for sheet in sheets):
            document.note("audit-dimension-unused", ("dimensions", dimension.name), name=dimension.name)
    if document.problems:
        raise XinqiaoError(document.problems)
    return Described(name=str(path), k=k, dimensions=dimensions, sheets=sheets)


def _dimensions(document: Document, raw: Mapping[str, object]) -> Iterator[Dimension]:
    for name, given in raw.items():
        path = ("dimensions", name)
        if not isinstance(given, dict):
            document.note("audit-key-kind", path, key=name, wanted_zh="一个表", wanted_en="a table")
            continue
        taker = Taker(document, path, given)
        total = taker.take("total", "total", TOTAL, needed=True)
        parents = taker.take("parents", "parents", {})
        codes = taker.take("codes", "texts", [])
        sensitive = taker.take("sensitive", "truth", False)
        taker.close()
        yield Dimension(
            name=name,
            total=TOTAL if total is False else total,
            parents={code: (of,) if isinstance(of, str) else tuple(of) for code, of in parents.items()},
            codes=tuple(dict.fromkeys(codes)),
            sensitive=sensitive,
            place=document.place(path),
        )


def _sheet(
    document: Document, at: int, raw: Mapping[str, object], dimensions: Sequence[Dimension], folder: Path
) -> Sheet:
    path: Path_ = ("tables", at)
    taker = Taker(document, path, raw)
    file = taker.take("file", "text", "", needed=True)
    value = taker.take("value", "text", "", needed=True)
    status = taker.take("status", "text", "")
    hidden = taker.take("hidden", "texts", None if status else [""], needed=bool(status))
    columns, levels = taker.take("columns", "table", {}), taker.take("levels", "table", {})
    release, totals = taker.take("release", "number", 1), taker.take("totals", "truth", True)
    delimiter, encoding = taker.take("delimiter", "text", ","), taker.take("encoding", "text", "utf-8-sig")
    taker.close()
    _check_places(document, path, columns, levels, dimensions)
    if release < 1:
        document.note("audit-key-kind", (*path, "release"), key="release", wanted_zh="1 或更大", wanted_en="1 or more")
    if len(delimiter) != 1 or delimiter in '"\r\n':
        wanted = {"wanted_zh": "一个字符", "wanted_en": "one character"}
        document.note("audit-key-kind", (*path, "delimiter"), key="delimiter", **wanted)
    if not _is_encoding(encoding):
        document.note("audit-encoding-unknown", (*path, "encoding"), encoding=encoding)
    return Sheet(
        path=folder / file,
        file=file,
        value=value,
        status=status,
        hidden=frozenset(hidden or ()),
        columns=columns,
        levels=levels,
        release=release,
        totals=totals,
        delimiter=delimiter,
        encoding=encoding,
        place=document.place(path),
    )


def _check_places(
    document: Document,
    path: Path_,
    columns: Mapping[str, object],
    levels: Mapping[str, object],
    dimensions: Sequence[Dimension],
) -> None:
    """Notes dimensions that are unknown or stand twice, and codes that are no texts or not listed."""
    names = {dimension.name for dimension in dimensions}
    for key, part in (("columns", columns), ("levels", levels)):
        for name, of in part.items():
            where = (*path, key, name)
            if name not in names:
                document.note("audit-dimension-unknown", where, name=name)
            if not isinstance(of, str):
                document.note("audit-key-kind", where, key=name, wanted_zh="一段文字", wanted_en="a text")
    for dimension in dimensions:
        if not dimension.knows(str(levels.get(dimension.name, dimension.total))):
            document.note("audit-code-unknown", (*path, "levels", dimension.name), name=dimension.name)
    if both := set(columns) & set(levels):
        document.note("audit-dimension-twice", (*path, "levels"), name=min(both))


def _is_encoding(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        return False
