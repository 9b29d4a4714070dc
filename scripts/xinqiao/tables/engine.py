"""DuckDB, in memory only: what it cannot hold is an error, never a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from xinqiao.tables.expressions import CODES, Plan, expressions

# Enough for every group of a large form; a batch of rows takes a tenth of it.
MEMORY = "512MB"
SETTINGS = {
    "memory_limit": MEMORY,
    "temp_directory": "",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "preserve_insertion_order": "false",
}


class Engine:
    """The expressions of a plan, ready for one batch of codes after the other."""

    def __init__(self, plan: Plan) -> None:
        self._query = ibis.to_sql(expressions(plan), dialect="duckdb")
        self._connection = duckdb.connect(":memory:", config=dict(SETTINGS))

    def groups(self, batches: Sequence[pa.RecordBatch]) -> list[tuple[Any, ...]]:
        """The groups of these rows: row, state, counted values, how many, first and last day."""
        self._connection.register(CODES, pa.Table.from_batches(batches))
        try:
            return self._connection.execute(self._query).fetchall()
        finally:
            self._connection.unregister(CODES)

    def close(self) -> None:
        """Frees what it holds."""
        self._connection.close()
