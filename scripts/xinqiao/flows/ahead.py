"""Gets the generators ready while the rest of the program is still being loaded, for commands that build the site."""

from __future__ import annotations

import gc
from pathlib import Path

from xinqiao.site.workshop import WORKSHOP

OBJECTS = 200_000


def get_ready(project: Path) -> None:
    """Opens the workshop for a project, as its command was told of it; returns at once."""
    # A build makes many objects and drops few: to look through them all again and again takes a twentieth of its time.
    gc.set_threshold(OBJECTS)
    WORKSHOP.open(project)
