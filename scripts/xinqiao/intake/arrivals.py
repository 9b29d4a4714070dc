"""What comes into the store from elsewhere: each answer once, however often it is read there.

What another system calls an answer is kept as a keyed hash; the key lies beside the store, so that the store
alone does not tell which answer there an envelope is.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xinqiao.core.problem import Place, refuse
from xinqiao.core.record import Envelope
from xinqiao.intake.store import WAIT_SECONDS, Store

KEY_FILE = "arrivals.key"
KEY_BYTES = 32

# All that one answer is called elsewhere, as keyed hashes: it may come on several ways.
Names = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a source has been read; `bound` names the form there that the position belongs to."""

    source: str
    bound: str
    position: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An envelope, and the keyed hashes of what its answer is called elsewhere (`Arrivals.key`)."""

    names: Names
    envelope: Envelope


class Arrivals(Store):
    """The store, for what is pulled or imported.

    Raises XinqiaoError as Store does, and arrivals-key-missing where the store knows arrivals but their key is gone.
    """

    def __init__(self, path: Path, wait: float = WAIT_SECONDS) -> None:
        """Opens or makes the store, and the key beside it."""
        super().__init__(path, wait)
        try:
            self._key = self._read_key(path.with_name(KEY_FILE))
        except BaseException:
            self.close()
            raise

    def key(self, bound: str, name: str) -> str:
        """The keyed hash (HMAC-SHA-256, hexadecimal) of what an answer is called where it comes from."""
        return hmac.new(self._key, f"{bound}\0{name}".encode(), hashlib.sha256).hexdigest()

    def fresh(self, called: Iterable[Names]) -> frozenset[Names]:
        """Those answers of which no name has arrived yet."""
        return frozenset(names for names in called if not self._arrived(names))

    def partly(self, called: Iterable[Names]) -> frozenset[Names]:
        """Those answers that are here already, and of which some name is new."""
        several = (names for names in called if len(names) > 1)
        return frozenset(names for names in several if 0 < self._arrived(names) < len(names))

    def take(self, arrivals: Sequence[Arrival], cursor: Cursor | None = None, again: Iterable[Names] = ()) -> int:
        """Keeps what has not arrived under any name and then moves the cursor, in one transaction; how many were new.

        again: all names of answers that are here already, so that they are known by each of them.
        """
        with self._transaction():
            new = [one.envelope for one in arrivals if self._arrives(one.names)]
            self._insert(new)
            for names in again:
                self._arrives(names)
            if cursor:
                row = (cursor.source, cursor.bound, cursor.position)
                self._database.execute("INSERT OR REPLACE INTO cursors VALUES (?, ?, ?)", row)
        return len(new)

    def cursor(self, source: str, bound: str) -> str:
        """The position up to which a source has been read; empty where it has not been read.

        Raises XinqiaoError (pull-cursor-foreign) where the position belongs to another form.
        """
        query = "SELECT bound, position FROM cursors WHERE source = ?"
        with self._problems():
            found = self._database.execute(query, (source,)).fetchone()
        if found and found[0] != bound:
            raise refuse("pull-cursor-foreign", source=source, before=found[0], now=bound)
        return str(found[1]) if found else ""

    def _arrived(self, names: Names) -> int:
        query = "SELECT 1 FROM arrivals WHERE key = ?"
        with self._problems():
            return sum(self._database.execute(query, (name,)).fetchone() is not None for name in names)

    def _arrives(self, names: Names) -> bool:
        new = not self._arrived(names)
        self._database.executemany("INSERT OR IGNORE INTO arrivals VALUES (?)", [(name,) for name in names])
        return new

    def _read_key(self, path: Path) -> bytes:
        with self._problems():
            used = self._database.execute("SELECT EXISTS (SELECT 1 FROM arrivals)").fetchone()[0]
            if not used:
                _make_key(path)
            written = path.read_text(encoding="ascii", errors="replace").strip() if path.is_file() else ""
        with suppress(ValueError):
            if len(found := bytes.fromhex(written)) == KEY_BYTES:
                return found
        raise refuse("arrivals-key-missing", Place(file=str(path)))


def _make_key(path: Path) -> None:
    """Makes the key where there is none; another program sees it whole or not at all."""
    if path.exists():
        return
    made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_hex(KEY_BYTES).encode())
        os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        os.close(descriptor)
        made.unlink()
