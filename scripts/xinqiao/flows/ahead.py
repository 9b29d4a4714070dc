"""Gets the generators ready while the rest of the program is still being loaded, for commands that build the site."""

from __future__ import annotations

from pathlib import Path

from xinqiao.site.workshop import WORKSHOP


def get_ready(project: Path) -> None:
    """Opens the workshop for a project, as its command was told of it; returns at once."""
    WORKSHOP.open(project)
