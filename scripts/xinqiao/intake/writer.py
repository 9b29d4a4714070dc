"""Group commit: one thread writes the store; whatever waits goes into one transaction.

An answer's future ends only after the commit that made it durable has returned.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from xinqiao.core.problem import Place, XinqiaoError, refuse
from xinqiao.core.record import Envelope
from xinqiao.intake.store import WAIT_SECONDS, Store

# At most about 70 MB of envelopes wait; above that new ones are turned away at once.
QUEUE_LIMIT = 1_024
BATCH_LIMIT = 512

# Its end tells as which of its form's envelopes it came, where the form has a number of places.
Acknowledged = Future[int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """What waits: an envelope (None: only a probe), whether its rank is asked for, how many its form takes a day."""

    envelope: Envelope | None
    ranked: bool = False
    per_day: int | None = None
    future: Acknowledged = field(default_factory=Future)


class Writer:
    """The only writer of a store, from `start` to `close`."""

    def __init__(self, path: Path, wait: float = WAIT_SECONDS) -> None:
        """`wait` is how many seconds another writer is waited for."""
        self._path, self._wait = path, wait
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._opened: Future[None] = Future()
        self._ending = False
        # How many new envelopes a form got on the day that is being written.
        self._taken: dict[tuple[str, date], int] = {}
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    def start(self) -> None:
        """Opens the store. Raises XinqiaoError as Store does."""
        self._thread.start()
        self._opened.result()

    def put(self, envelope: Envelope | None, *, ranked: bool = False, per_day: int | None = None) -> Acknowledged:
        """Queues an envelope (None: only proves that the store can be written).

        The future ends when it is durable, with its rank where that is asked for, or with the XinqiaoError
        that says why it is not: submit-day-full where its form already got `per_day` on its day.
        """
        item = _Item(envelope=envelope, ranked=ranked, per_day=per_day)
        if self._queue.qsize() < QUEUE_LIMIT:
            self._queue.put(item)
        else:
            item.future.set_exception(refuse("store-busy", Place(file=str(self._path))))
        if not self._thread.is_alive():
            self._refuse_waiting()
        return item.future

    def close(self) -> None:
        """Finishes what is queued, then closes the store."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
        self._refuse_waiting()

    def _run(self) -> None:
        try:
            store = Store(self._path, self._wait)
        except XinqiaoError as error:
            self._opened.set_exception(error)
            return
        self._opened.set_result(None)
        try:
            with store:
                while not self._ending:
                    self._commit(store, self._batch())
        finally:
            self._refuse_waiting()

    def _batch(self) -> list[_Item]:
        """All that waits, as far as one transaction should hold it."""
        batch: list[_Item] = []
        item = self._queue.get()
        while item is not None:
            # False where the asker has gone in the meantime; afterwards it can no longer be taken back.
            if item.future.set_running_or_notify_cancel():
                batch.append(item)
            if len(batch) == BATCH_LIMIT:
                return batch
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return batch
        self._ending = True
        return batch

    def _commit(self, store: Store, batch: list[_Item]) -> None:
        failed: XinqiaoError | None = refuse("store-unusable", Place(file=str(self._path)))
        refused: set[str] = set()
        ranks: dict[str, int] = {}
        try:
            refused = self._too_many(store, batch)
            envelopes = [one.envelope for one in batch if one.envelope and one.envelope.id not in refused]
            if envelopes:
                store.append(envelopes)
                asked = {one.envelope.id for one in batch if one.envelope and one.ranked} - refused
                ranks = {each: store.rank(each) for each in asked}
            elif batch:
                store.probe()
            failed = None
        except XinqiaoError as error:
            # What was counted may not be there; it is counted anew.
            self._taken.clear()
            failed = error
        finally:
            # Also where something nobody thought of ends this thread: nobody waits for ever.
            for item in batch:
                key = item.envelope.id if item.envelope else ""
                problem = refuse("submit-day-full") if key in refused else failed
                if problem is None:
                    item.future.set_result(ranks.get(key))
                else:
                    item.future.set_exception(problem)

    def _too_many(self, store: Store, batch: list[_Item]) -> set[str]:
        """The ids for which their form's day has no room; an envelope that is here already needs none."""
        seen: set[str] = set()
        refused: set[str] = set()
        for item in batch:
            one = item.envelope
            if one is None or item.per_day is None or one.id in seen:
                continue
            seen.add(one.id)
            if store.knows(one.id):
                continue
            day = (one.form, one.received)
            if day not in self._taken:
                self._taken = {other: count for other, count in self._taken.items() if other[1] >= one.received}
                self._taken[day] = store.count_of(*day)
            if self._taken[day] >= item.per_day:
                refused.add(one.id)
            else:
                self._taken[day] += 1
        return refused

    def _refuse_waiting(self) -> None:
        while True:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return
            if item is not None and item.future.set_running_or_notify_cancel():
                item.future.set_exception(refuse("store-busy", Place(file=str(self._path))))
