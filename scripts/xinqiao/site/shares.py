"""The pages of one language made by several processes, each of which goes through all of them and makes its own.

Languages differ in how long they take: with a share each for two processes, no core waits for the longer one.
"""

from __future__ import annotations

import gc
import os
import sys

# Below so many pages a process costs more than it saves.
WORTH_IT = 100


def processes() -> int:
    """How many processes a language is made by at most; there are two languages."""
    return max(2, (os.cpu_count() or 2) // 2) if hasattr(os, "fork") else 1


class Shares:
    """How pages are shared out: one process until `split`, which all that is open must be ready for.

    most: how many processes there may be.
    """

    def __init__(self, most: int = 1) -> None:
        self.most = most
        self.count = 1
        self.own = 0
        self._others: list[int] = []

    @property
    def first(self) -> bool:
        """Whether this is the process that was there before."""
        return self.own == 0

    def split(self, pages: int) -> None:
        """From here on there are as many processes as so many pages are worth."""
        if self.most == 1 or pages < WORTH_IT:
            return
        self.count = self.most
        sys.stdout.flush()
        sys.stderr.flush()
        # What is there is shared by all processes, as long as the collector does not touch it.
        gc.freeze()
        for share in range(1, self.count):
            process = os.fork()
            if process == 0:
                self.own, self._others = share, []
                return
            self._others.append(process)

    def mine(self, at: int) -> bool:
        """Whether the page of this number is made here."""
        return at % self.count == self.own

    def leave(self) -> None:
        """Ends a process other than the first, whose share is made."""
        if not self.first:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)

    def wait(self) -> bool:
        """Waits for the other processes; gives whether all of them have made their share."""
        statuses = [os.waitpid(process, 0)[1] for process in self._others]
        return not any(statuses)
