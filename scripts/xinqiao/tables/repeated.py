"""Who stands in a file twice: respondents with the same id, and rows that say the same from end to end.

A row that says what another says may still be another person's: it is told and counted, never left out. An id that
comes again is the same person, whose later row is set aside.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from xinqiao.core.form import Form

# In a form of fewer questions many people answer alike.
LONG_FORM = 10
# Marks are added up over a row, so that each column has marks of its own; this is that of the day.
DAYS = "#day"
MASK = 2**64 - 1

Marks = npt.NDArray[np.uint64]


def compared(form: Form) -> bool:
    """Whether rows that say the same are worth telling."""
    return sum(question.answered for question in form.questions) >= LONG_FORM


def mark(column: str, text: str) -> int:
    """64 bits that tell an answer to one question from all others, the same on every machine; 0 for none."""
    if not text:
        return 0
    return int.from_bytes(blake2b(f"{column}\0{text}".encode("utf-8", "replace"), digest_size=8).digest(), "little")


def row_mark(answers: Mapping[str, str], day: date | None) -> int:
    """The same for a whole row: its marks added up."""
    return (sum(mark(name, text) for name, text in answers.items()) + mark(DAYS, day.isoformat() if day else "")) & MASK


def identity(cell: str) -> int:
    """The mark of an id, however it was typed; 0 where there is none."""
    return mark("#id", "".join(unicodedata.normalize("NFKC", cell).casefold().split()))


class Met:
    """Who and what a long file has had so far, by marks: respondents with a usable row, and usable rows."""

    def __init__(self) -> None:
        self._known = np.zeros(0, dtype=np.uint64)
        self._rows: list[Marks] = []

    def again(self, ids: Marks) -> npt.NDArray[np.bool_]:
        """Which rows of these respondents, 0 for nobody, may not be the first: known, or several times among them."""
        _, first, number = np.unique(ids, return_inverse=True, return_counts=True)
        found: npt.NDArray[np.bool_] = (ids != 0) & ((number[first] > 1) | self._has(ids))
        return found

    def known(self, ids: Marks) -> set[int]:
        """Those of these respondents who have a usable row."""
        return set(ids[self._has(ids)].tolist())

    def add(self, ids: Marks, rows: Marks) -> None:
        """Usable rows, by their respondents and by what they say."""
        fresh = np.unique(ids[(ids != 0) & ~self._has(ids)])
        self._known = np.insert(self._known, np.searchsorted(self._known, fresh), fresh)
        self._rows.append(rows)

    @property
    def rows(self) -> Marks:
        """The marks of all usable rows so far."""
        return np.concatenate([np.zeros(0, dtype=np.uint64), *self._rows])

    def repeats(self) -> int:
        """How many usable rows say what another one says."""
        found = np.sort(self.rows)
        return int((found[1:] == found[:-1]).sum())

    def _has(self, ids: Marks) -> npt.NDArray[np.bool_]:
        if not len(self._known):
            return np.zeros(len(ids), dtype=bool)
        at = np.minimum(np.searchsorted(self._known, ids), len(self._known) - 1)
        found: npt.NDArray[np.bool_] = self._known[at] == ids
        return found
