"""Exports of Formbricks: headers `2. Headline`, in a matrix `2. Headline - Row`, semicolons between several answers.

Beside a question there may be a column of what its choices are called inside (`… - Option ID`).
"""

from __future__ import annotations

import re

from xinqiao.intake.imports.style import Style

NUMBERED = re.compile(r"\s*\d+\.\s+(.+)", re.DOTALL)


def _stems(header: str) -> tuple[str, ...]:
    """`2. Headline - Row` without its number, and the row alone."""
    found = NUMBERED.fullmatch(header)
    if not found:
        return ()
    _, dash, row = found[1].rpartition(" - ")
    return (found[1], row) if dash else (found[1],)


FORMBRICKS = Style(
    name="formbricks",
    marks=(("Response ID",), ("Survey ID",)),
    about=(
        "No.", "Survey ID", "Formbricks ID (internal)", "User ID", "Notes", "Tags", "Quotas", "source", "url",
        "country", "action", "ipAddress", "Verified Email", "language",
    ),
    begins=("userAgent - ",),
    ends=(" - Option ID",),
    day=("Timestamp",),
    number=("Response ID",),
    everywhere=True,
    finished=("Finished",),
    separators=(";",),
    stems=_stems,
)  # fmt: skip
