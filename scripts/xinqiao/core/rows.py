"""Where large files of answers are counted: here, or on a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RowEngine(StrEnum):
    """What counts the rows of large files."""

    DUCKDB = "duckdb"
    SPARK = "spark"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSettings:
    """The engine for large files, and of Spark its master, as Spark writes it."""

    engine: RowEngine = RowEngine.DUCKDB
    master: str = "local[*]"


USUAL_ROWS = RowSettings()
