"""The sealed store: SQLite, append-only, durable at each commit; it holds no plaintext and no sender."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from xinqiao.core.problem import Place, XinqiaoError, refuse
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.intake.layout import APPLICATION_ID, VERSION, statements

WAIT_SECONDS = 5.0
# The number after the highest that was ever given: a deleted envelope's is not given again.
NEXT = "1 + max((SELECT coalesce(max(seq), 0) FROM envelopes), (SELECT coalesce(max(seq), 0) FROM tombstones))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A release on record: the last sequence number that it covers, and the sealed counts it was made of.

    `counts` is empty for a release that was made before counts were kept.
    """

    number: int
    upto: int
    counts: bytes = field(default=b"", repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the sealed counts as the ledger has it; empty without counts."""
        return hashlib.sha256(self.counts).hexdigest() if self.counts else ""


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

        An envelope that is here already is not doubled, one that was deleted does not come back.
        """
        with self._transaction():
            return self._insert(envelopes)

    def _insert(self, envelopes: Sequence[Envelope]) -> int:
        rows = [(one.id, one.form, one.received.isoformat(), one.sealed, one.id) for one in envelopes]
        insert = (
            f"INSERT INTO envelopes (seq, id, form, received, sealed) SELECT {NEXT}, ?, ?, ?, ? "  # noqa: S608 - no input
            "WHERE NOT EXISTS (SELECT 1 FROM tombstones WHERE id = ?) ON CONFLICT (id) DO NOTHING"
        )
        before = self._database.total_changes
        self._database.executemany(insert, rows)
        return self._database.total_changes - before

    def probe(self) -> None:
        """Writes and commits, though nothing changes. Raises XinqiaoError where the store cannot take an answer."""
        with self._transaction():
            self._database.execute(f"PRAGMA user_version = {VERSION}")

    def knows(self, envelope: str) -> bool:
        """Whether an envelope of that id is here, or was and has been deleted."""
        query = (
            "SELECT EXISTS (SELECT 1 FROM envelopes WHERE id = ?1) OR EXISTS (SELECT 1 FROM tombstones WHERE id = ?1)"
        )
        with self._problems():
            return bool(self._database.execute(query, (envelope,)).fetchone()[0])

    def count_of(self, form: str, day: date) -> int:
        """How many envelopes of a form came on a day."""
        query = "SELECT count(*) FROM envelopes WHERE form = ? AND received = ?"
        with self._problems():
            return int(self._database.execute(query, (form, day.isoformat())).fetchone()[0])

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

    def rank(self, envelope: str) -> int:
        """As which of its form's envelopes, from 1, one came; 0 where the store has none of that id.

        Damaged and deleted ones are counted: who came later does not move up.
        """
        query = (
            "WITH asked AS (SELECT form, seq FROM envelopes WHERE id = ?) SELECT "
            "(SELECT count(*) FROM envelopes AS one, asked WHERE one.form = asked.form AND one.seq <= asked.seq) + "
            "(SELECT count(*) FROM tombstones AS one, asked WHERE one.form = asked.form AND one.seq <= asked.seq)"
        )
        with self._problems():
            return int(self._database.execute(query, (envelope,)).fetchone()[0])

    def damaged(self, form: str, after: int = 0) -> int:
        """How many envelopes of a form, from `after` on, were changed in the file after they were stored."""
        return sum(envelope_id(sealed) != stored for _, stored, _, sealed in self._rows(form, after))

    def mark_release(
        self,
        form: str,
        number: int,
        upto: int,
        counts: Mapping[int, bytes] = MappingProxyType({}),
        lines: Sequence[tuple[str, int, str]] = (),
    ) -> None:
        """Notes that a release covers the envelopes up to a sequence number.

        counts: sealed counts of this release and of earlier ones that lacked them, by number. lines: of the
        ledgers: audience, number of the line, line. All or nothing. Raises XinqiaoError (release-marked).
        """
        with self._transaction():
            try:
                self._database.execute("INSERT INTO releases VALUES (?, ?, ?)", (form, number, upto))
                rows = [(form, of, sealed) for of, sealed in counts.items()]
                self._database.executemany("INSERT INTO counts VALUES (?, ?, ?)", rows)
                self._database.executemany("INSERT INTO ledger VALUES (?, ?, ?)", lines)
            except sqlite3.IntegrityError:
                raise refuse("release-marked", form=form, number=number) from None

    def enter(self, lines: Sequence[tuple[str, int, str]]) -> None:
        """Notes lines of the ledgers that are no release: audience, number of the line, line; all or nothing.

        Raises XinqiaoError (store-busy) where another program has entered a line of that number meanwhile.
        """
        with self._transaction():
            try:
                self._database.executemany("INSERT INTO ledger VALUES (?, ?, ?)", lines)
            except sqlite3.IntegrityError:
                raise refuse("store-busy", self._place()) from None

    def releases(self, form: str) -> tuple[Mark, ...]:
        """The releases of a form in order."""
        query = (
            "SELECT number, upto, coalesce(sealed, x'') FROM releases LEFT JOIN counts USING (form, number) "
            "WHERE form = ? ORDER BY number"
        )
        with self._problems():
            found = self._database.execute(query, (form,)).fetchall()
        return tuple(Mark(number=number, upto=upto, counts=counts) for number, upto, counts in found)

    def ledger(self, audience: str) -> tuple[str, ...]:
        """The lines of an audience's ledger, as they were written."""
        query = "SELECT written FROM ledger WHERE audience = ? ORDER BY line"
        with self._problems():
            return tuple(written for (written,) in self._database.execute(query, (audience,)))

    def copy_to(self, copy: sqlite3.Connection) -> None:
        """Copies the store as of one moment into an empty database; others go on writing meanwhile."""
        self._database.backup(copy)

    def old(self, form: str, before: date) -> tuple[int, ...]:
        """The sequence numbers of a form's envelopes that came before a day."""
        query = "SELECT seq FROM envelopes WHERE form = ? AND received < ? ORDER BY seq"
        with self._problems():
            return tuple(seq for (seq,) in self._database.execute(query, (form, before.isoformat())))

    def delete(self, numbers: Sequence[int], today: date) -> None:
        """Deletes envelopes for good and leaves a tombstone for each: id, form, day received, day deleted.

        Their bytes are overwritten in the file, and its log is emptied. Raises XinqiaoError (store-busy)
        where a program that reads the store keeps the log from being emptied: run again, nothing is lost.
        """
        rows = [(today.isoformat(), seq) for seq in numbers]
        bury = "INSERT INTO tombstones SELECT seq, id, form, received, ? FROM envelopes WHERE seq = ?"
        self._pragma("secure_delete = ON")
        with self._transaction():
            self._database.executemany(bury, rows)
            self._database.executemany("DELETE FROM envelopes WHERE seq = ?", [(seq,) for seq in numbers])
        with self._problems():
            if self._pragma("wal_checkpoint(TRUNCATE)"):
                raise refuse("store-busy", self._place())

    def deleted(self, form: str) -> tuple[int, ...]:
        """The sequence numbers that a form's deleted envelopes had."""
        with self._problems():
            found = self._database.execute("SELECT seq FROM tombstones WHERE form = ? ORDER BY seq", (form,))
            return tuple(seq for (seq,) in found)

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
            found = self._pragma("user_version") if self._ours() else 0
            if found not in range(VERSION + 1) or not isinstance(found, int):
                raise refuse("store-newer", self._place())
            for statement in statements(found) if found < VERSION else ():
                self._database.execute(statement)

    def _ours(self) -> bool:
        return self._pragma("application_id") == APPLICATION_ID

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
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names of new files in a folder durable, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _code(error: sqlite3.Error) -> str:
    """The problem for what SQLite says; `sqlite_errorcode` holds the primary code in its low byte."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "store-busy"
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return "store-full"
    return "store-unusable"
