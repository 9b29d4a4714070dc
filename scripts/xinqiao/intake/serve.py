"""Serving the receiver with uvicorn: nothing of a request is logged, and no head is waited for without end."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from xinqiao.core.problem import Problem, refuse
from xinqiao.intake.answer import STATUS, words

HEAD_SECONDS = 10.0
# The parser itself holds a head, a trailer or a chunk's extension of any length.
HEAD_LIMIT = 65_536
GRACE_SECONDS = 30


class Wire(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, but the head of a request has to come in time, and refusals are in our words."""

    head_seconds = HEAD_SECONDS
    waiting: asyncio.TimerHandle | None = None
    # Whether the head that is to come next has not been read to its end.
    in_head = True
    # How many bytes came since something of a request was understood.
    unheard = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for the first head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Waits on while a head is unfinished; each further byte wins no time."""
        self.unheard += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self.unheard > HEAD_LIMIT:
            self.send_400_response("")
        else:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits for nothing more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Who has sent all may go on listening for the answer; who stops half-way is told so."""
        if self._idle():
            return False
        if self.cycle.more_body:
            self._refuse("submit-incomplete")
            return False
        self.cycle.keep_alive = False
        return True

    def on_headers_complete(self) -> None:
        """The head has come."""
        super().on_headers_complete()
        self.in_head, self.unheard = False, 0

    def on_body(self, body: bytes) -> None:
        """A part of the body has come."""
        self.unheard = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The whole request has come; what follows is the next one's head."""
        self.in_head, self.unheard = True, 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's
        """Answers what is no HTTP; `msg`, uvicorn's own words, is not used."""
        if self.in_head and not self._idle():
            # Before it came a whole request, which gets its answer; nothing is read after that.
            self.cycle.keep_alive = False
            self.transport.pause_reading()
        else:
            self._refuse("submit-unreadable")

    def _unsupported_upgrade_warning(self) -> None:
        """Refuses who asks for another protocol: the parser reads no body after that."""
        self._refuse("submit-unreadable")

    def _idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _watch(self) -> None:
        if not self._idle():
            self._stop_waiting()
        elif self.waiting is None:
            self.waiting = self.loop.call_later(self.head_seconds, self._too_slow)

    def _stop_waiting(self) -> None:
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None

    def _too_slow(self) -> None:
        self.waiting = None
        if self._idle() and not self.transport.is_closing():
            self._refuse("submit-too-slow")

    def _refuse(self, code: str) -> None:
        answering, begun = not self._idle(), self.cycle is not None and self.cycle.response_started
        if answering:
            # Nobody hears any more what the receiver has to say of this request.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if not begun or (self.in_head and not answering):
            self._say(code)
        self.transport.close()

    def _say(self, code: str) -> None:
        body = words(Problem(code=code))
        head = "content-type: application/json\r\nconnection: close\r\n"
        self.transport.write(STATUS_LINE[STATUS[code]] + f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)


def serve(app: Starlette, host: str, port: int) -> None:
    """Serves until a signal ends it; what has been queued is stored first.

    Raises XinqiaoError (receiver-not-started).
    """
    server = _server(app, host, port)
    with _ended_like_ctrl_c():
        _run(server)
    if not server.started:
        raise refuse("receiver-not-started")


@contextmanager
def running(app: Starlette, host: str, port: int) -> Iterator[str]:
    """Serves beside the caller until it leaves; gives the address, `http://host:port` (0 finds a free port).

    Raises XinqiaoError (receiver-not-started).
    """
    server = _server(app, host, port)
    thread = threading.Thread(target=_run, args=(server,), name="receiver", daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise refuse("receiver-not-started")
            thread.join(0.01)
        yield f"http://{host}:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _run(server: uvicorn.Server) -> None:
    # It ends the whole program where its port is taken, and raises the signal that stopped it once more;
    # a flow wants to say both in its own words.
    with suppress(SystemExit, KeyboardInterrupt):
        server.run()


@contextmanager
def _ended_like_ctrl_c() -> Iterator[None]:
    """Lets the signal of a service manager, raised once more, end what is served and not the program."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _server(app: Starlette, host: str, port: int) -> uvicorn.Server:
    """A server that logs no request, no sender and no traceback."""
    for name in ("uvicorn.error", "asyncio"):
        logging.getLogger(name).addFilter(_without_traceback)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Wire,
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return uvicorn.Server(config)


def _without_traceback(record: logging.LogRecord) -> bool:
    """Keeps the kind of an error in the log and drops its text, which may quote an answer."""
    if record.exc_info:
        kind = record.exc_info[0]
        record.msg, record.args = f"{kind.__name__ if kind else 'error'} in the receiver", ()
        record.exc_info = record.exc_text = None
    return True
