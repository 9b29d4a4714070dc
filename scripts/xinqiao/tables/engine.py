"""DuckDB, in memory only: what it cannot hold is an error, never a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from xinqiao.tables.expressions import CODES, LEFT, ROW, Plan, expressions, faulty, merged

# Enough for every group of a large form; a batch of rows takes a tenth of it.
MEMORY = "512MB"
# Groups of a batch, and of all batches so far; from so many on, equal ones are put together.
FRESH, HELD = "fresh", "held"
MOST_HELD = 400_000
SETTINGS = {
    "memory_limit": MEMORY,
    "temp_directory": "",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "preserve_insertion_order": "false",
}


class Engine:
    """The expressions of a plan, ready for one batch of codes after the other; groups are held here till the end."""

    def __init__(self, plan: Plan) -> None:
        found = expressions(plan)
        self._query = ibis.to_sql(found, dialect="duckdb")
        self._merged = ibis.to_sql(merged(plan, ibis.table(found.schema(), name=HELD)), dialect="duckdb")
        self._faulty = ibis.to_sql(faulty(plan), dialect="duckdb")
        self._connection = duckdb.connect(":memory:", config=dict(SETTINGS))
        self._held = self._merged_last = 0

    def told(self, batches: Sequence[pa.RecordBatch]) -> list[tuple[Any, ...]]:
        """Counts these rows; those of which something is to be said, as groups of one."""
        run = self._connection.execute
        self._connection.register(CODES, pa.Table.from_batches(batches))
        try:
            run(f"CREATE TABLE {FRESH} AS {self._query}")
        finally:
            self._connection.unregister(CODES)
        run(f"CREATE TABLE IF NOT EXISTS {HELD} AS FROM {FRESH} LIMIT 0")
        self._held += run(f"INSERT INTO {HELD} FROM {FRESH} WHERE {ROW} IS NULL").fetchall()[0][0]
        told = run(f"FROM {FRESH} WHERE {ROW} IS NOT NULL").fetchall()
        run(f"DROP TABLE {FRESH}")
        if self._held > max(MOST_HELD, 2 * self._merged_last):
            self._merge()
        return told

    def groups(self) -> list[tuple[Any, ...]]:
        """The groups of all other rows: no row, state, counted values, how many, first and last day."""
        return self._connection.execute(self._merged).fetchall() if self._held else []

    def faulty(self, left: pa.RecordBatch) -> list[int]:
        """Of rows that are not sound, those whose faults are told by their codes."""
        if not len(left):
            return []
        self._connection.register(LEFT, pa.Table.from_batches([left]))
        try:
            return [row for (row,) in self._connection.execute(self._faulty).fetchall()]
        finally:
            self._connection.unregister(LEFT)

    def _merge(self) -> None:
        run = self._connection.execute
        run(f"CREATE TABLE {FRESH} AS {self._merged}")
        run(f"DROP TABLE {HELD}")
        run(f"ALTER TABLE {FRESH} RENAME TO {HELD}")
        self._held = self._merged_last = run(f"SELECT count(*) FROM {HELD}").fetchall()[0][0]  # noqa: S608 - our own name

    def close(self) -> None:
        """Frees what it holds."""
        self._connection.close()
