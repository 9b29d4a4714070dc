"""Receivers in processes of their own, to be killed, traced and flooded; and answers to send by the thousand."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from xinqiao.core.record import envelope_id

FORM = "feedback"
# Everything is loaded once; each line on its input forks a receiver, so that a round takes a fraction of a second.
NURSERY = """
import logging, os, signal, sys
from datetime import date
from pathlib import Path
from xinqiao.core.limits import Limits
from xinqiao.core.text import Lang
from xinqiao.intake import store, writer
from xinqiao.intake.receiver import Door, receiver_app, running, serve

path, publics, synchronous = Path(sys.argv[1]), tuple(sys.argv[2].split(",")), sys.argv[3]
pages = {lang: f"https://portal.example/{lang.value}/" for lang in Lang}
door = Door(form="feedback", version=1, recipients=publics, fields={"note": False, "topics": True}, thanks=pages,
            refused=pages, limits=Limits(per_day=1_000_000))
prepare = store.Store._prepare

def prepared(self):
    prepare(self)
    self._pragma("synchronous = " + synchronous)

store.Store._prepare = prepared
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        if line.strip() == "alone":
            writer.BATCH_LIMIT = 1
        app = receiver_app(path, {"feedback": door}, origin="https://portal.example")
        if line.strip().isdigit():
            print(os.getpid(), line.strip(), flush=True)
            serve(app, "127.0.0.1", int(line))
            print("stopped", flush=True)
            os._exit(0)
        with running(app, "127.0.0.1", 0) as address:
            print(os.getpid(), address.rpartition(":")[2], flush=True)
            signal.pause()
        os._exit(0)
    os.waitpid(child, 0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A receiver that is running: its process and its port."""

    pid: int
    port: int

    def kill(self) -> None:
        """Ends it as a power cut would end the process: at once, without a word."""
        os.kill(self.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Asks it to end, as a service manager does."""
        os.kill(self.pid, signal.SIGTERM)

    def wait(self) -> None:
        """Until it has ended."""
        with suppress(ProcessLookupError):
            for _ in range(1_000):
                os.kill(self.pid, 0)
                time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Nursery:
    """Starts one receiver after another on the same store."""

    process: subprocess.Popen[str]
    born: list[Process] = field(default_factory=list)

    def receiver(self, how: str = "") -> Process:
        """A receiver that listens; `alone` commits each answer by itself. The one before must have ended.

        With a port for `how` it is served as the command serves it, and listens soon.
        """
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{how}\n")
        self.process.stdin.flush()
        pid, port = self.process.stdout.readline().split()
        self.born.append(Process(pid=int(pid), port=int(port)))
        return self.born[-1]


@contextmanager
def nursery(
    store: Path, publics: Sequence[str], *, synchronous: str = "FULL", under: Sequence[str] = ()
) -> Iterator[Nursery]:
    """A nursery; `under` is a command that watches it, such as strace."""
    command = [*under, sys.executable, "-c", NURSERY, str(store), ",".join(publics), synchronous]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as process:
        started = Nursery(process)
        try:
            yield started
        finally:
            for left in started.born[-1:]:
                with suppress(ProcessLookupError):
                    left.kill()
            assert process.stdin
            process.stdin.close()
            process.wait(20)


def many(sealed: bytes, count: int) -> list[bytes]:
    """So many different envelopes of the shape of one; only that one can be opened."""
    return [sealed[:-16] + os.urandom(16) for _ in range(count)]


class Line:
    """One connection that is kept open, as a browser or a proxy keeps it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, sealed: bytes) -> bool:
        """Whether it was acknowledged, with its own id. Raises OSError where the receiver is gone."""
        head = f"POST /submit/{FORM} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
        self.socket.sendall(f"{head}Content-Length: {len(sealed)}\r\n\r\n".encode() + sealed)
        got = b""
        while not got.endswith(b"}"):
            if not (more := self.socket.recv(4096)):
                raise ConnectionResetError
            got += more
        acknowledged = got.startswith(b"HTTP/1.1 201")
        assert not acknowledged or envelope_id(sealed).encode() in got
        return acknowledged

    def close(self) -> None:
        self.socket.close()
