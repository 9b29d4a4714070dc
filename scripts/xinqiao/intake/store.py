"""The sealed store: SQLite, append-only, durable at each commit; it holds no plaintext and no sender."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from xinqiao.core.problem import Place, XinqiaoError, refuse
from xinqiao.core.record import AGE_HEADER, Envelope, envelope_id

VERSION = 1
# Marks the file as ours ("Xinq"), so that another program's database is never written to.
APPLICATION_ID = 0x58696E71
WAIT_SECONDS = 5.0
SCHEMA = f"""
CREATE TABLE envelopes (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 64),
    form TEXT NOT NULL,
    received TEXT NOT NULL CHECK (received IS date(received)),
    sealed BLOB NOT NULL CHECK (substr(sealed, 1, {len(AGE_HEADER)}) = x'{AGE_HEADER.hex()}')
) STRICT;
CREATE INDEX envelopes_of_form ON envelopes (form, seq);
CREATE TABLE releases (
    form TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    upto INTEGER NOT NULL CHECK (upto >= 0),
    PRIMARY KEY (form, number)
) STRICT;
"""
APPEND_ONLY = "".join(
    f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} "
    "BEGIN SELECT RAISE(ABORT, 'the store is append-only'); END;\n"
    for table in ("envelopes", "releases")
    for event in ("UPDATE", "DELETE")
)


class Store:
    """The store in one file, for one thread; leaving it as a context manager closes the file.

    Raises XinqiaoError: store-unusable, store-newer, store-busy, store-full.
    """

    def __init__(self, path: Path, wait: float = WAIT_SECONDS) -> None:
        """Opens or makes the store; `wait` is how many seconds another writer is waited for."""
        self.path = path
        with self._problems():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _touch(path)
            self._database = sqlite3.connect(path, timeout=wait, isolation_level=None)
        try:
            with self._problems():
                self._prepare()
        except XinqiaoError:
            self._database.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; what was appended is on the disk already."""
        self._database.close()

    def append(self, envelopes: Sequence[Envelope]) -> int:
        """Keeps the envelopes, all or none, durable on return; gives how many were new.

        An envelope that is here already is not doubled.
        """
        rows = [(one.id, one.form, one.received.isoformat(), one.sealed) for one in envelopes]
        insert = "INSERT INTO envelopes (id, form, received, sealed) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
        with self._transaction():
            before = self._database.total_changes
            self._database.executemany(insert, rows)
            return self._database.total_changes - before

    def probe(self) -> None:
        """Writes and commits, though nothing changes. Raises XinqiaoError where the store cannot take an answer."""
        with self._transaction():
            self._database.execute(f"PRAGMA user_version = {VERSION}")

    def counts(self) -> Mapping[str, int]:
        """How many envelopes each form has."""
        with self._problems():
            rows = self._database.execute("SELECT form, count(*) FROM envelopes GROUP BY form ORDER BY form").fetchall()
        return MappingProxyType(dict(rows))

    def envelopes(self, form: str, after: int = 0) -> Iterator[tuple[int, Envelope]]:
        """The envelopes of a form in order, each with its sequence number, from `after` (not included) on.

        One whose bytes no longer match its id is passed over; `damaged` counts those.
        """
        for seq, stored, received, sealed in self._rows(form, after):
            if envelope_id(sealed) == stored:
                day = date.fromisoformat(received)
                yield seq, Envelope(id=stored, form=form, received=day, sealed=sealed)

    def damaged(self, form: str) -> int:
        """How many envelopes of a form were changed in the file after they were stored."""
        return sum(envelope_id(sealed) != stored for _, stored, _, sealed in self._rows(form, 0))

    def mark_release(self, form: str, number: int, upto: int) -> None:
        """Notes that a release covers the envelopes up to a sequence number. Raises XinqiaoError (release-marked)."""
        with self._transaction():
            try:
                self._database.execute("INSERT INTO releases VALUES (?, ?, ?)", (form, number, upto))
            except sqlite3.IntegrityError:
                raise refuse("release-marked", form=form, number=number) from None

    def releases(self, form: str) -> tuple[tuple[int, int], ...]:
        """The releases of a form in order: number, last sequence number that it covers."""
        query = "SELECT number, upto FROM releases WHERE form = ? ORDER BY number"
        with self._problems():
            return tuple(self._database.execute(query, (form,)).fetchall())

    def _rows(self, form: str, after: int) -> Iterator[tuple[int, str, str, bytes]]:
        query = "SELECT seq, id, received, sealed FROM envelopes WHERE form = ? AND seq > ? ORDER BY seq"
        with self._problems():
            yield from self._database.execute(query, (form, after))

    def _prepare(self) -> None:
        foreign = self._database.execute("SELECT 1 FROM sqlite_schema").fetchone() and not self._ours()
        if foreign or self._pragma("journal_mode = WAL") != "wal":
            raise refuse("store-unusable", self._place())
        self._pragma("synchronous = FULL")
        with self._transaction():
            if not self._ours():
                self._create()
            if self._pragma("user_version") != VERSION:
                raise refuse("store-newer", self._place())

    def _ours(self) -> bool:
        return self._pragma("application_id") == APPLICATION_ID

    def _create(self) -> None:
        for statement in (SCHEMA + APPEND_ONLY).split(";\n"):
            self._database.execute(statement)
        self._database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._database.execute(f"PRAGMA user_version = {VERSION}")

    def _pragma(self, text: str) -> object:
        row = self._database.execute(f"PRAGMA {text}").fetchone()
        return row[0] if row else None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._problems():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            finally:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")

    @contextmanager
    def _problems(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise refuse(_code(error), self._place()) from None
        except OSError:
            raise refuse("store-unusable", self._place()) from None

    def _place(self) -> Place:
        return Place(file=str(self.path))


def _touch(path: Path) -> None:
    """Makes the file for its owner alone; SQLite gives its side files the same rights.

    An existing one is not opened: closing it again would drop the locks that SQLite holds in this process.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _code(error: sqlite3.Error) -> str:
    """The problem for what SQLite says; `sqlite_errorcode` holds the primary code in its low byte."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "store-busy"
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return "store-full"
    return "store-unusable"
