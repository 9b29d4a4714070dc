"""What a build made before, by the hash of everything that it was made of, so that it is not made again.

A store is one file. It may be deleted at any time, and one that cannot be read is begun anew: what it holds
only ever saves time. What a build put in is written in one piece at its end, or not at all.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

MOST_BYTES = 64 << 20
# For another build that writes at the same moment; it is not waited for longer.
SECONDS = 2.0
TABLE = "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value BLOB NOT NULL, used INTEGER NOT NULL)"


class Kept:
    """A bounded store of bytes by key; to be used in a `with` statement, at whose end it is written.

    The file is opened when something is first asked of it, so that processes that part before each open their own.
    `most`: how many bytes it holds at most, compressed; what no recent build used goes first.
    """

    def __init__(self, file: Path, most: int = MOST_BYTES) -> None:
        self.most = most
        self._new: dict[str, bytes] = {}
        self._used: set[str] = set()
        self._file: Path | None = file
        self._connection: sqlite3.Connection | None = None

    def get(self, key: str) -> bytes | None:
        """What was put in under a key; None where there is nothing, or nothing that can be read."""
        if (base := self._base()) is None:
            return None
        try:
            row = base.execute("SELECT value FROM kept WHERE key = ?", (key,)).fetchone()
            value = zlib.decompress(row[0]) if row else None
        except (sqlite3.Error, zlib.error):
            return None
        if value is not None:
            self._used.add(key)
        return value

    def has(self, key: str) -> bool:
        """Whether something was put in under a key; it is then as good as used."""
        if (base := self._base()) is None:
            return False
        try:
            row = base.execute("SELECT 1 FROM kept WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error:
            return False
        if row:
            self._used.add(key)
        return bool(row)

    def put(self, key: str, value: bytes) -> None:
        """Puts a value in, for the builds to come."""
        self._new[key] = zlib.compress(value, 1)

    def __len__(self) -> int:
        """How many values there are from earlier builds."""
        if (base := self._base()) is None:
            return 0
        try:
            return int(base.execute("SELECT count(*) FROM kept").fetchone()[0])
        except sqlite3.Error:
            return 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Writes what is new, in one piece, and lets go of the oldest beyond the limit."""
        base = self._base()
        self._connection = self._file = None
        if base is None:
            return
        # A full disk, or another build at work: nothing is kept this time.
        with suppress(sqlite3.Error):
            self._write(base)
        base.close()

    def _base(self) -> sqlite3.Connection | None:
        if self._connection is None and self._file is not None:
            self._connection = _opened(self._file)
            self._file = self._file if self._connection else None
        return self._connection

    def _write(self, base: sqlite3.Connection) -> None:
        with base:
            run = 1 + base.execute("SELECT coalesce(max(used), 0) FROM kept").fetchone()[0]
            base.executemany("UPDATE kept SET used = ? WHERE key = ?", [(run, key) for key in sorted(self._used)])
            new = [(key, value, run) for key, value in self._new.items()]
            base.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", new)
            held, surplus = 0, []
            for key, size in base.execute("SELECT key, length(value) FROM kept ORDER BY used DESC, key").fetchall():
                held += size
                if held > self.most:
                    surplus.append((key,))
            base.executemany("DELETE FROM kept WHERE key = ?", surplus)


def _opened(file: Path) -> sqlite3.Connection | None:
    """The store in a file, a new one where that is none; None where there can be none."""
    for _ in range(2):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            base = sqlite3.connect(file, timeout=SECONDS)
            base.execute(TABLE)
            base.execute("SELECT key, value, used FROM kept LIMIT 1").fetchall()
        except sqlite3.OperationalError:
            return None
        except (sqlite3.Error, OSError):
            with suppress(OSError):
                file.unlink()
        else:
            return base
    return None


def digest(*parts: bytes | str) -> str:
    """One hash of several parts, each with its length, so that no two lists of parts have the same."""
    whole = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        whole.update(b"%d:" % len(content))
        whole.update(content)
    return whole.hexdigest()
