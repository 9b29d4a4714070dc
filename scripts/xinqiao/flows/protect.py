"""From validated tables to a release: what `summarize` and `release` do alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.safety.release import Earlier, Release, safe_tables


def protect(
    config: Config,
    form: Form,
    rows: Sequence[ScoredRow],
    quarantined: Mapping[str, int],
    *,
    period: str = "",
    earlier: Sequence[Earlier] = (),
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
    )


def tables_document(released: Release) -> Mapping[str, object]:
    """What `--json` tells of a release: each table's cells and how many of them are hidden."""
    tables = [
        {"name": table.name, "cells": len(table.cells), "suppressed": table.suppressed} for table in released.tables
    ]
    return {"tables": tables}


def certificate_of(released: Release, tables: Sequence[SafeTable]) -> Mapping[str, object]:
    """The audit's certificate for those who may see some of the tables: it names no others."""
    cells = sum(len(table.cells) for table in tables)
    suppressed = sum(table.suppressed for table in tables)
    named = {table.name: {"cells": len(table.cells), "suppressed": table.suppressed} for table in tables}
    seen = {"tables": named, "cells": cells, "shown": cells - suppressed, "suppressed": suppressed}
    return {**released.certificate, **seen}
