"""The case log: what was done about each envelope, append-only and sealed, in a file beside the store.

In clear stand only the id of the envelope and whether somebody is still called for: a program without a key has to
know when to stop calling. When, by whom and what was written is inside the sealed bytes.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from xinqiao.core.problem import Place, refuse
from xinqiao.core.record import AGE_HEADER, envelope_id

WAIT_SECONDS = 5.0
VERSION = 1
# "Xinc": the file is a case log of ours.
APPLICATION_ID = 0x58696E63
LAYOUT = f"""
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 64),
    envelope TEXT NOT NULL CHECK (length(envelope) = 64),
    form TEXT NOT NULL,
    stand TEXT NOT NULL CHECK (stand IN ('waits', 'taken', 'same')),
    sealed BLOB NOT NULL CHECK (substr(sealed, 1, {len(AGE_HEADER)}) = x'{AGE_HEADER.hex()}')
) STRICT;
CREATE INDEX entries_of_envelope ON entries (envelope, seq);
CREATE TRIGGER entries_update BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'append-only'); END;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""


class Stand(StrEnum):
    """Whether somebody is called for after an entry: until a case is taken, and again once it is handed over.

    Most entries leave it the same.
    """

    WAITS = "waits"
    TAKEN = "taken"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """One entry as it lies in the log. Raises ValueError where its bytes are not an age file."""

    envelope: str
    form: str
    stand: Stand
    sealed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.sealed.startswith(AGE_HEADER):
            raise ValueError("the case log holds sealed entries only")


class CaseLog:
    """The log in one file, for one thread; leaving it as a context manager closes the file.

    Raises XinqiaoError (log-unusable) where the file is another program's, newer, busy or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        """Opens or makes the log, for its owner alone."""
        self.path = path
        with self._problems():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            self._database = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
            self._prepare()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def append(self, entry: Sealed) -> None:
        """Keeps an entry, durable on return; the same bytes are kept once."""
        row = (envelope_id(entry.sealed), entry.envelope, entry.form, entry.stand.value, entry.sealed)
        with self._problems():
            self._database.execute(
                "INSERT INTO entries (id, envelope, form, stand, sealed) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO NOTHING",
                row,
            )

    def entries(self) -> Iterator[Sealed]:
        """Every entry in the order in which it was written."""
        with self._problems():
            rows = self._database.execute("SELECT envelope, form, stand, sealed FROM entries ORDER BY seq")
            for envelope, form, stand, sealed in rows:
                yield Sealed(envelope=envelope, form=form, stand=Stand(stand), sealed=sealed)

    def stands(self) -> Mapping[str, Stand]:
        """Envelope → whether somebody is still called for, for all envelopes with an entry."""
        found: dict[str, Stand] = {}
        with self._problems():
            for envelope, stand in self._database.execute("SELECT envelope, stand FROM entries ORDER BY seq"):
                if stand != Stand.SAME or envelope not in found:
                    found[envelope] = Stand.WAITS if stand == Stand.SAME else Stand(stand)
        return found

    def merge(self, other: CaseLog) -> int:
        """Takes over the entries of another log that this one lacks, in their order; gives how many those were."""
        with self._problems():
            before = self._database.total_changes
            for entry in other.entries():
                self.append(entry)
            return self._database.total_changes - before

    def forget(self, envelopes: set[str]) -> int:
        """Deletes all entries about envelopes that were deleted from the store; gives how many there were."""
        with self._problems():
            self._database.execute("PRAGMA secure_delete = ON")
            before = self._database.total_changes
            self._database.executemany("DELETE FROM entries WHERE envelope = ?", [(one,) for one in envelopes])
            return self._database.total_changes - before

    def _prepare(self) -> None:
        application = self._pragma("application_id")
        known = self._database.execute("SELECT 1 FROM sqlite_schema").fetchone()
        if known and (application != APPLICATION_ID or self._pragma("user_version") != VERSION):
            self._database.close()
            raise refuse("log-unusable", self._place())
        self._database.execute("PRAGMA synchronous = FULL")
        if not known:
            self._database.executescript(f"BEGIN IMMEDIATE;{LAYOUT}COMMIT;")

    def _pragma(self, name: str) -> object:
        return self._database.execute(f"PRAGMA {name}").fetchone()[0]

    @contextmanager
    def _problems(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError):
            raise refuse("log-unusable", self._place()) from None

    def _place(self) -> Place:
        return Place(file=str(self.path))
