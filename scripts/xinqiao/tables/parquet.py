"""A Parquet file to columns of words, each cell as a CSV export would write it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

from xinqiao.core.problem import Place, refuse
from xinqiao.tables.file import Record

ROWS = 50_000


class ParquetFile:
    """A Parquet file, from its path or its bytes; its cells only as words.

    Raises XinqiaoError (parquet-broken), also while it is read.
    """

    def __init__(self, given: Path | bytes, file: str) -> None:
        self._file = file
        opened = None
        with suppress(pa.ArrowException, OSError):
            opened = pa.parquet.ParquetFile(io.BytesIO(given) if isinstance(given, bytes) else given)
        if opened is None:
            raise self._broken()
        self._opened = opened

    @property
    def header(self) -> Record:
        """The names of its columns."""
        return Record(number=0, cells=tuple(self._opened.schema_arrow.names))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Its rows, every cell a text; nothing is an empty one."""
        names = [f"c{at}" for at in range(len(self._opened.schema_arrow))]
        try:
            for batch in self._opened.iter_batches(ROWS):
                yield pa.RecordBatch.from_arrays([_words(column) for column in batch.columns], names)
            return
        except (pa.ArrowException, OSError):
            # Its message may quote a cell.
            pass
        raise self._broken()

    def records(self) -> Iterator[Record]:
        """The header, then its rows."""
        yield self.header
        number = 0
        for batch in self.batches():
            for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                number += 1
                yield Record(number=number, cells=cells)

    def _broken(self) -> Exception:
        return refuse("parquet-broken", Place(file=self._file))


def _words(column: pa.Array) -> pa.StringArray:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_boolean(column.type):
        column = pa.compute.if_else(column, "TRUE", "FALSE")
    words = column.cast(pa.string())
    return words.fill_null("")
