"""After which releases the tables of a release may begin, and of which weeks they then speak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinqiao.core.safe import SafeTable
from xinqiao.safety.structure import Structure


def begins_of(structure: Structure, told: Sequence[Sequence[SafeTable]], period: str) -> Mapping[int, str]:
    """Release after which today's tables may begin → their weeks; `period`: those of the answers that came since.

    Where attendance is public, with a new block or with the last one; else all answers are told.
    """
    so_far = _joined(_weeks(told), period)
    if not structure.attended:
        return {0: so_far}
    if not told:
        return {0: period}
    block = min((table.since for table in told[-1]), default=0)
    return {len(told): period, block: so_far}


def _weeks(told: Sequence[Sequence[SafeTable]]) -> str:
    """The weeks that the last release spoke of."""
    return next((table.period for table in told[-1]), "") if told else ""


def _joined(first: str, last: str) -> str:
    """The weeks from the first of one period to the last of both."""
    ends = [week for period in (first, last) if period for week in period.split("/")]
    return "/".join(dict.fromkeys((min(ends), max(ends)))) if ends else ""
