"""A plain table, CSV or XLSX, of no system in particular."""

from __future__ import annotations

from xinqiao.intake.imports.style import Style

PLAIN = Style(name="plain", separators=(";", "；"))
