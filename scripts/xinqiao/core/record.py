"""People's answers on their way from the sealed envelope to a scored row. Private: never in a repr."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from xinqiao.core.expression import Value
from xinqiao.core.text import Lang

AGE_HEADER = b"age-encryption.org/v1\n"


def envelope_id(sealed: bytes) -> str:
    """The id of an envelope: SHA-256 of its sealed bytes in hexadecimal, the same for a repeated send."""
    return hashlib.sha256(sealed).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One sealed answer as it came in, with the day and nothing else about the sender.

    Raises ValueError where the bytes are not an age file or the id is not theirs.
    """

    id: str
    form: str
    received: date
    sealed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.sealed.startswith(AGE_HEADER):
            raise ValueError("an envelope holds sealed bytes only")
        if self.id != envelope_id(self.sealed):
            raise ValueError("the id of an envelope is the hash of its bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One opened envelope: the answers as the browser wrote them, not yet validated."""

    id: str
    form: str
    form_version: int
    lang: Lang
    received: date
    answers: Mapping[str, str | tuple[str, ...]] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One validated set of answers: question name to typed value, None where not answered.

    select_one holds a choice's name, select_multiple a tuple of names.
    """

    values: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredRow:
    """A row with the score of each scale; None where too much lacks for a score."""

    row: Row
    scores: Mapping[str, int | Fraction | None] = field(repr=False)
