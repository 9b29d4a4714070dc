"""When two headers, or two answers, are written the same."""

from __future__ import annotations

import unicodedata


def same(text: str) -> str:
    """A text as it is compared: one width of letters and signs, no capitals, every run of blanks one space."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
