"""Gets the generators ready while the rest of the program is still being loaded, for commands that build the site."""

from __future__ import annotations

from xinqiao.site.workshop import WORKSHOP


def get_ready() -> None:
    """Opens the workshop; returns at once."""
    WORKSHOP.open()
