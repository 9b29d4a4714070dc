"""How the thread that writes wakes those who wait in the event loop: once for all that one commit has ended.

asyncio's own way wakes the loop once a future, with a system call each, for which the two threads take turns.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TypeVar

Ended = TypeVar("Ended")


class Wakes:
    """Awaits futures that other threads end; for one event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended: list[asyncio.Future[None]] = []

    async def end_of(self, future: Future[Ended]) -> Ended:
        """What the future ends with, its error too; it is taken back where the asker is."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()
        future.add_done_callback(lambda _: self._tell(loop, ended))
        try:
            await ended
        finally:
            # Does nothing to one that has ended.
            future.cancel()
        return future.result()

    def _tell(self, loop: asyncio.AbstractEventLoop, ended: asyncio.Future[None]) -> None:
        with self._lock:
            self._ended.append(ended)
            first = len(self._ended) == 1
        if first and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        with self._lock:
            told, self._ended = self._ended, []
        for ended in told:
            if not ended.done():
                ended.set_result(None)
