"""A recorded case: weekly releases of class × band. `benchmarks/ledger.py` runs all eight weeks."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from weekly import Weekly, shown

WEEKS = 3


@pytest.mark.parametrize(("attendance", "least"), [(False, 92), (True, 56)], ids=["cumulative", "public-attendance"])
def test_weekly_releases_give_no_week_away(real_data: Path, attendance: bool, least: int) -> None:
    case = Weekly(real_data / "disclosure-cases" / "ledger_weekly_s5.json", attendance=attendance)
    releases = [made for made, _ in case.releases(WEEKS) if made is not None]
    assert len(releases) == WEEKS
    assert case.found(releases) == []
    assert sum(map(shown, releases)) >= least
    begins = [made.tables[0].since for made in releases]
    for number, (before, since) in enumerate(itertools.pairwise(begins), start=1):
        assert since in ((before, number) if attendance else (0,))
