"""Whole numbers between NumPy and Arrow; Arrow's own ways start pandas, which is slow and large."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers = npt.NDArray[np.integer[Any]]


def numbers_of(values: Numbers) -> pa.Array:
    """Whole numbers as a column."""
    given = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(given.dtype), len(given), [None, pa.py_buffer(given)])


def held_in(column: pa.Array) -> Numbers:
    """The whole numbers of a column in which none lacks."""
    kind = np.dtype(str(column.type))
    return np.frombuffer(column.buffers()[1], dtype=kind)[column.offset : column.offset + len(column)]
