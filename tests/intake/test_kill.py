"""kill -9 under load, again and again: nothing that was acknowledged is lost, nothing that is sent again is doubled.

`make soak` runs 200 rounds. A killed process cannot tell whether a write had reached the disk, only whether it had
left the process; `test_durable.py` tells of the disk.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from xinqiao.core.record import envelope_id
from xinqiao.intake.store import Store

from .conftest import FORM, Keys
from .receiving import Line, Nursery, many, nursery

ROUNDS = int(os.environ.get("XINQIAO_SOAK", "10"))
CLIENTS = 8


class Senders:
    """Clients that send what is left, each on a line of its own, until the receiver is gone."""

    def __init__(self, sealed: bytes, port: int, left: list[bytes]) -> None:
        self.sealed, self.port, self.left = sealed, port, left
        self.acknowledged: set[str] = set()
        self.open: list[bytes] = []
        self.enough = threading.Event()
        self.threads = [threading.Thread(target=self._send) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def _send(self) -> None:
        try:
            line = Line(self.port)
            while True:
                one = self._next()
                self.open.append(one)
                if line.send(one):
                    self.acknowledged.add(envelope_id(one))
                    self.open.remove(one)
                if len(self.acknowledged) >= 20:
                    self.enough.set()
        except OSError:
            self.enough.set()

    def _next(self) -> bytes:
        """What was not acknowledged before comes first."""
        try:
            return self.left.pop()
        except IndexError:
            return many(self.sealed, 1)[0]

    def join(self) -> list[bytes]:
        """What was sent and not acknowledged."""
        for thread in self.threads:
            thread.join()
        return self.open


def ids(path: Path) -> set[str]:
    with Store(path) as store:
        return {one.id for _, one in store.envelopes(FORM)}


def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(
    store_path: Path, sealed_answer: Callable[..., bytes], keys: Keys
) -> None:
    moments = random.Random(7)  # noqa: S311 - chance, no secret
    acknowledged: set[str] = set()
    left: list[bytes] = []
    unheard = 0
    with nursery(store_path, keys.publics) as born:
        for _ in range(ROUNDS):
            process = born.receiver()
            senders = Senders(sealed_answer(), process.port, left)
            senders.enough.wait(20)
            threading.Event().wait(moments.random() * 0.03)
            process.kill()
            left = senders.join()
            acknowledged |= senders.acknowledged
            kept = ids(store_path)
            assert acknowledged <= kept
            unheard += len({envelope_id(one) for one in left} & kept)
        _send_all(born, left)
    acknowledged |= {envelope_id(one) for one in left}
    assert ids(store_path) == acknowledged
    with contextlib.closing(sqlite3.connect(store_path)) as database:
        assert database.execute("SELECT count(*), count(DISTINCT sealed) FROM envelopes").fetchone() == (
            len(acknowledged),
            len(acknowledged),
        )
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(acknowledged) >= 20 * ROUNDS
    print(f"{ROUNDS} rounds, {len(acknowledged)} kept, {unheard} of them stored though their 201 was never heard")


def test_told_to_stop_it_stores_what_it_has_and_takes_nothing_more(
    store_path: Path, sealed_answer: Callable[..., bytes], keys: Keys
) -> None:
    """As a service manager stops it: whoever got a 201 is kept, the others got a refusal or none at all."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with nursery(store_path, keys.publics) as born:
        process = born.receiver(str(port))
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        senders = Senders(sealed_answer(), port, [])
        assert senders.enough.wait(20)
        process.stop()
        senders.join()
        process.wait()
        assert born.process.stdout
        assert born.process.stdout.readline() == "stopped\n"
    assert len(senders.acknowledged) >= 20
    # Closed in order, it leaves no side files behind.
    assert [path.name for path in store_path.parent.iterdir()] == [store_path.name]
    assert senders.acknowledged <= ids(store_path)


def _send_all(born: Nursery, left: list[bytes]) -> None:
    process = born.receiver()
    line = Line(process.port)
    assert all(line.send(one) for one in [*left, *left])
    line.close()
    process.kill()
