"""Group commit: one thread writes the store; whatever waits goes into one transaction.

An answer's future ends only after the commit that made it durable has returned.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Collection
from concurrent.futures import Future
from pathlib import Path

from xinqiao.core.problem import Place, XinqiaoError, refuse
from xinqiao.core.record import Envelope
from xinqiao.intake.store import WAIT_SECONDS, Store

# At most about 70 MB of envelopes wait; above that new ones are turned away at once.
QUEUE_LIMIT = 1_024
BATCH_LIMIT = 512

# Its end tells as which of its form's envelopes it came, where the form has a number of places.
Acknowledged = Future[int | None]
Item = tuple[Envelope | None, Acknowledged]


class Writer:
    """The only writer of a store, from `start` to `close`."""

    def __init__(self, path: Path, wait: float = WAIT_SECONDS, ranked: Collection[str] = ()) -> None:
        """`wait` is how many seconds another writer is waited for; `ranked` are forms with a number of places."""
        self._path, self._wait, self._ranked = path, wait, frozenset(ranked)
        self._queue: queue.Queue[Item | None] = queue.Queue(QUEUE_LIMIT)
        self._opened: Future[None] = Future()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    def start(self) -> None:
        """Opens the store. Raises XinqiaoError as Store does."""
        self._thread.start()
        self._opened.result()

    def put(self, envelope: Envelope | None) -> Acknowledged:
        """Queues an envelope (None: only proves that the store can be written).

        The future ends when it is durable, with its rank where its form is one of `ranked`, or with the
        XinqiaoError that says why it is not.
        """
        future: Acknowledged = Future()
        try:
            self._queue.put_nowait((envelope, future))
        except queue.Full:
            future.set_exception(refuse("store-busy", Place(file=str(self._path))))
        if not self._thread.is_alive():
            self._refuse_waiting()
        return future

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

    def _batch(self) -> list[Item]:
        """All that waits, as far as one transaction should hold it."""
        batch: list[Item] = []
        item = self._queue.get()
        while item is not None:
            # False where the asker has gone in the meantime; afterwards it can no longer be taken back.
            if item[1].set_running_or_notify_cancel():
                batch.append(item)
            if len(batch) == BATCH_LIMIT:
                return batch
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return batch
        self._ending = True
        return batch

    def _commit(self, store: Store, batch: list[Item]) -> None:
        problem: XinqiaoError | None = refuse("store-unusable", Place(file=str(self._path)))
        envelopes = [envelope for envelope, _ in batch if envelope is not None]
        ranks: dict[str, int] = {}
        try:
            if envelopes:
                store.append(envelopes)
                ranks = {one.id: store.rank(one.id) for one in envelopes if one.form in self._ranked}
            elif batch:
                store.probe()
            problem = None
        except XinqiaoError as error:
            problem = error
        finally:
            # Also where something nobody thought of ends this thread: nobody waits for ever.
            for envelope, future in batch:
                if problem is None:
                    future.set_result(ranks.get(envelope.id) if envelope else None)
                else:
                    future.set_exception(problem)

    def _refuse_waiting(self) -> None:
        while True:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return
            if item is not None and item[1].set_running_or_notify_cancel():
                item[1].set_exception(refuse("store-busy", Place(file=str(self._path))))
