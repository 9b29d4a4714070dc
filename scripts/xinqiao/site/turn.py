"""Builds of one project take turns: all of them lay their pages out in the same place.

A preview and a build by hand would otherwise take each other's pages away while a generator reads them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

WAITING = "waiting for another build"


@contextmanager
def turn(folder: Path, progress: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """One build at a time for those who name the same folder; who has to wait is told so.

    A build that dies gives its turn up. Where a system has no such locks, nobody waits.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "turn").open("wb") as file:
        if sys.platform != "win32":
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                progress(WAITING)
                fcntl.flock(file, fcntl.LOCK_EX)
        yield
