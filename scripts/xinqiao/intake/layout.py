"""How the store's file is laid out: its tables, the triggers that keep them append-only, and its upgrades."""

from __future__ import annotations

from collections.abc import Iterator

from xinqiao.core.record import AGE_HEADER

VERSION = 3
# Marks the file as ours ("Xinq"), so that another program's database is never written to.
APPLICATION_ID = 0x58696E71

SEALED = f"BLOB NOT NULL CHECK (substr(sealed, 1, {len(AGE_HEADER)}) = x'{AGE_HEADER.hex()}')"
FIRST = f"""
CREATE TABLE envelopes (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 64),
    form TEXT NOT NULL,
    received TEXT NOT NULL CHECK (received IS date(received)),
    sealed {SEALED}
) STRICT;
CREATE INDEX envelopes_of_form ON envelopes (form, seq);
CREATE TABLE releases (
    form TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    upto INTEGER NOT NULL CHECK (upto >= 0),
    PRIMARY KEY (form, number)
) STRICT;
"""
# What releases were made of, sealed; every line of every ledger; what is left of a deleted envelope.
SECOND = f"""
CREATE TABLE counts (
    form TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    sealed {SEALED},
    PRIMARY KEY (form, number)
) STRICT;
CREATE TABLE ledger (
    audience TEXT NOT NULL,
    line INTEGER NOT NULL CHECK (line >= 1),
    written TEXT NOT NULL,
    PRIMARY KEY (audience, line)
) STRICT;
CREATE TABLE tombstones (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 64),
    form TEXT NOT NULL,
    received TEXT NOT NULL CHECK (received IS date(received)),
    deleted TEXT NOT NULL CHECK (deleted IS date(deleted))
) STRICT;
"""
# What came from elsewhere by a keyed hash of what it is called there, so that nothing comes twice; how far each
# source has been read.
THIRD = """
CREATE TABLE arrivals (key TEXT PRIMARY KEY CHECK (length(key) = 64)) STRICT, WITHOUT ROWID;
CREATE TABLE cursors (source TEXT PRIMARY KEY, bound TEXT NOT NULL, position TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""
BURIED = "WHEN NOT EXISTS (SELECT 1 FROM tombstones WHERE seq = OLD.seq AND id = OLD.id)"


def _append_only(*tables: str) -> str:
    return "".join(
        f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} "
        f"{BURIED if (table, event) == ('envelopes', 'DELETE') else ''}"
        " BEGIN SELECT RAISE(ABORT, 'the store is append-only'); END;\n"
        for table in tables
        for event in ("UPDATE", "DELETE")
    )


def statements(found: int) -> Iterator[str]:
    """What makes a store of version `found` (0: an empty file) one of today's.

    An envelope can be deleted only where a tombstone says so.
    """
    made = FIRST + _append_only("releases") if not found else ""
    if found == 1:
        made = "DROP TRIGGER envelopes_update;\nDROP TRIGGER envelopes_delete;\n"
    if found < 2:
        made += SECOND + _append_only("envelopes", "counts", "ledger", "tombstones")
    made += THIRD + _append_only("arrivals")
    yield from (part for part in made.split(";\n") if part.strip())
    yield f"PRAGMA application_id = {APPLICATION_ID}"
    yield f"PRAGMA user_version = {VERSION}"
