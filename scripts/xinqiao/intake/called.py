"""What a system calls an answer, the same whether it is pulled or comes in that system's export: so it counts once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from xinqiao.core.source import System

# The headers under which an export has what a pull knows a row by; the first that is there counts.
EXPORTED: Mapping[System, tuple[str, ...]] = MappingProxyType({
    System.KOBO: ("_id",),
    System.ODK: ("KEY", "__id", "meta-instanceID", "meta/instanceID", "instanceID"),
    System.LIMESURVEY: ("id", "Response ID", "答复 ID"),
    System.FORMBRICKS: ("Response ID",),
    System.WENJUANXING: ("序号",),
})  # fmt: skip

# Begins again at 1 where somebody has cleared a form: good with its moment only.
NUMBERED = frozenset({System.WENJUANXING})


def numbered(number: str, day: date, clock: str) -> str:
    """The name of an answer that has no other in an export than its number; `clock` as HH:MM:SS."""
    return json.dumps([number, day.isoformat(), clock])
