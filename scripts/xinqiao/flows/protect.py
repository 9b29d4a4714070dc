"""From validated tables to a release: what `summarize` and `release` do alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.safety.near import entry
from xinqiao.safety.release import Earlier, Release, safe_tables


def protect(
    config: Config,
    form: Form,
    rows: Sequence[ScoredRow],
    quarantined: Mapping[str, int],
    *,
    period: str = "",
    earlier: Sequence[Earlier] = (),
    left_out: Collection[str] = (),
) -> Release:
    """The safe tables of a form under the portal's policy. Raises XinqiaoError where nothing holds."""
    return safe_tables(
        form,
        rows,
        policy=config.policy,
        sensitive_policy=config.health_policy,
        period=period,
        quarantined=quarantined,
        earlier=earlier,
        left_out=left_out,
    )


def protect_most(form: Form, attempt: Callable[[Collection[str]], Release]) -> tuple[Release, tuple[str, ...]]:
    """The release of all summaries, else without the one that alone makes it fail; and which that was.

    attempt: protects without the named summaries. Of several that would do, that is left out whose lack
    leaves most cells shown. Raises XinqiaoError as the attempt with all of them did where none helps.
    """
    try:
        return attempt(()), ()
    except XinqiaoError as refused:
        if len(form.summaries) < 2 or refused.problems[0].code != "release-not-safe":
            raise
        found: list[tuple[int, Release, str]] = []
        for name in (summary.name for summary in form.summaries):
            with suppress(XinqiaoError):
                released = attempt((name,))
                found.append((sum(len(t.cells) - t.suppressed for t in released.tables), released, name))
        if not found:
            raise
    _, released, name = max(found, key=lambda made: made[0])
    return released, (name,)


def tables_document(released: Release) -> Mapping[str, object]:
    """What `--json` tells of a release: each table's cells and how many of them are hidden."""
    tables = [
        {"name": table.name, "cells": len(table.cells), "suppressed": table.suppressed} for table in released.tables
    ]
    return {"tables": tables}


def certificate_of(form: Form, released: Release, tables: Sequence[SafeTable]) -> Mapping[str, object]:
    """The audit's certificate for those who may see some of the tables: it names no others."""
    cells = sum(len(table.cells) for table in tables)
    suppressed = sum(table.suppressed for table in tables)
    named = {table.name: entry(form, table) for table in tables}
    seen = {"tables": named, "cells": cells, "shown": cells - suppressed, "suppressed": suppressed}
    return {**released.certificate, **seen}
