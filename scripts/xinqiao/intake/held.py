"""What a store still holds for a key that was followed by another: counted by trying, as age names no recipient."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from xinqiao.core.problem import Place, XinqiaoError, refuse
from xinqiao.core.record import AGE_HEADER
from xinqiao.intake.seal import Identity, open_sealed


def sealed_in(path: Path) -> Iterator[bytes]:
    """Everything sealed in a store's file, of whatever table: envelopes, counts, notes.

    Raises XinqiaoError (store-unusable).
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            for table, column in _columns(database):
                query = f'SELECT "{column}" FROM "{table}"'  # noqa: S608 - names of the file's own tables
                yield from (value for (value,) in database.execute(query) if _sealed(value))
    except sqlite3.Error:
        raise refuse("store-unusable", Place(file=str(path))) from None


def _columns(database: sqlite3.Connection) -> list[tuple[str, str]]:
    """Table and column of every column of bytes."""
    query = (
        "SELECT one.name, part.name FROM sqlite_schema AS one, pragma_table_info(one.name) AS part "
        "WHERE one.type = 'table' AND upper(part.type) = 'BLOB' ORDER BY 1, 2"
    )
    return database.execute(query).fetchall()


def _sealed(value: object) -> bool:
    return isinstance(value, bytes) and value.startswith(AGE_HEADER)


def needing_earlier(path: Path, identity: Identity) -> int:
    """How much in a store opens only with a key that this one followed; 0 without a store."""
    if not identity.earlier or not path.is_file():
        return 0
    newest = identity.alone()
    return sum(_opens(sealed, identity) and not _opens(sealed, newest) for sealed in sealed_in(path))


def _opens(sealed: bytes, identity: Identity) -> bool:
    try:
        open_sealed(sealed, identity)
    except XinqiaoError:
        return False
    return True
