"""Copies of the store: a consistent backup while others write, and merging one without doubles."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xinqiao.core.problem import Place, refuse
from xinqiao.core.record import Envelope
from xinqiao.intake.layout import APPLICATION_ID, VERSION
from xinqiao.intake.store import Store, sync_folder

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a merge did: envelopes that are new here, that were known here, and that were damaged in the file."""

    new: int
    known: int
    damaged: int


def backup(path: Path, target: Path) -> int:
    """Copies the store at `path` into a new file, as of one moment, while others write; gives how many envelopes.

    The copy is one file without side files, for its owner alone, durable and checked on return, or it is not
    there. Raises XinqiaoError: backup-exists, backup-unwritable, and as Store does.
    """
    if target.exists():
        raise refuse("backup-exists", file=target.name)
    with Store(path) as store:
        try:
            descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
        except OSError:
            raise refuse("backup-unwritable", Place(file=str(target.parent))) from None
        try:
            os.close(descriptor)
            copied = _copy(store, Path(name))
            Path(name).rename(target)
            sync_folder(target.parent)
        except (OSError, sqlite3.Error):
            raise refuse("backup-unwritable", Place(file=str(target))) from None
        finally:
            for left in Path(name).parent.glob(f"{Path(name).name}*"):
                left.unlink()
    return copied


def _copy(store: Store, target: Path) -> int:
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        store.copy_to(copy)
        # A copy on a medium that cannot be written has to open without side files.
        copy.execute("PRAGMA journal_mode = DELETE")
        if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError
        copied = int(copy.execute("SELECT count(*) FROM envelopes").fetchone()[0])
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return copied


def merge(store: Store, file: Path) -> Merged:
    """Takes the envelopes of another store's file that are not here, in their order, with new numbers.

    What was deleted here does not come back. Stopped half-way it can be run again. The file is only read.
    Raises XinqiaoError: merge-unusable, merge-released (the file knows of releases that the store does not, so
    that envelopes would be counted twice), merge-arrivals (the same of answers from other systems), store-newer,
    and as Store does.
    """
    if not file.is_file() or file.samefile(store.path):
        raise refuse("merge-unusable", file=file.name)
    new = known = damaged = 0
    try:
        with closing(_read_only(file)) as other:
            _check(other, store, file)
            for batch in _batches(other):
                whole = [one for one in batch if one]
                added = store.append(whole)
                new, known, damaged = new + added, known + len(whole) - added, damaged + len(batch) - len(whole)
    except sqlite3.Error:
        raise refuse("merge-unusable", file=file.name) from None
    return Merged(new=new, known=known, damaged=damaged)


def _check(other: sqlite3.Connection, store: Store, file: Path) -> None:
    if other.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        raise refuse("merge-unusable", file=file.name)
    if other.execute("PRAGMA user_version").fetchone()[0] not in range(1, VERSION + 1):
        raise refuse("store-newer", Place(file=str(file)))
    for form, number, upto in other.execute("SELECT form, number, upto FROM releases"):
        if (number, upto) not in {(mark.number, mark.upto) for mark in store.releases(form)}:
            raise refuse("merge-released", file=file.name)
    with closing(_read_only(store.path)) as here:
        if not _arrivals(other) <= _arrivals(here):
            raise refuse("merge-arrivals", file=file.name)


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _arrivals(other: sqlite3.Connection) -> set[str]:
    """What a file knows of answers from elsewhere; stores of earlier versions know nothing of them."""
    there = other.execute("SELECT 1 FROM sqlite_master WHERE name = 'arrivals'").fetchone()
    return {key for (key,) in other.execute("SELECT key FROM arrivals")} if there else set()


def _batches(other: sqlite3.Connection) -> Iterator[list[Envelope | None]]:
    """The envelopes in order, a batch at a time; None for one that its id does not fit."""
    rows = other.execute("SELECT id, form, received, sealed FROM envelopes ORDER BY seq")
    while batch := rows.fetchmany(BATCH):
        yield [_envelope(*row) for row in batch]


def _envelope(stored: str, form: str, received: str, sealed: bytes) -> Envelope | None:
    with suppress(ValueError):
        return Envelope(id=stored, form=form, received=date.fromisoformat(received), sealed=sealed)
    return None
