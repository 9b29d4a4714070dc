"""The receiver: takes sealed answers over HTTP and says so only when they are durable.

It keeps the sealed bytes, the form and the day; no address, no browser, no time, in no log.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from xinqiao.core.problem import Problem, XinqiaoError, refuse
from xinqiao.core.record import Envelope
from xinqiao.core.text import Lang
from xinqiao.intake.door import FIELDS_LIMIT, Door, read_sheet
from xinqiao.intake.shape import SEALED_LIMIT
from xinqiao.intake.store import WAIT_SECONDS, Store
from xinqiao.intake.writer import Writer

__all__ = ["Door", "receiver_app", "running", "serve"]

BODY_SECONDS = 20.0
GRACE_SECONDS = 30
# A body that is too long is read on to here, so that its sender gets to see the answer.
DRAIN_LIMIT = 1_048_576
STATUS: Mapping[str, int] = {
    "submit-incomplete": 400,
    "submit-unreadable": 400,
    "submit-unknown-form": 404,
    "submit-unknown-address": 404,
    "submit-wrong-method": 405,
    "submit-too-slow": 408,
    "submit-closed": 410,
    "submit-too-large": 413,
    "submit-wrong-type": 415,
    "submit-unsealed": 422,
    "submit-not-stored": 503,
}


def receiver_app(
    store_path: Path,
    doors: Mapping[str, Door],
    *,
    origin: str,
    body_seconds: float = BODY_SECONDS,
    store_seconds: float = WAIT_SECONDS,
    today: Callable[[], date] = date.today,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """The receiver for these forms (form id to door); `origin` is the site's, `https://host[:port]`.

    body_seconds, store_seconds: how long a request's body may take and how long another writer is waited for.
    today, now: the day that an envelope is given, and the moment that registrations close by.
    Raises XinqiaoError as Store does.
    """
    with Store(store_path):
        # A store that cannot be opened is told here, before anything listens.
        pass
    writer = Writer(store_path, store_seconds, [form for form, door in doors.items() if door.counts_places])
    receiver = _Receiver(writer=writer, doors=dict(doors), body_seconds=body_seconds, today=today, now=now)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        writer.start()
        try:
            yield
        finally:
            await asyncio.to_thread(writer.close)

    return Starlette(
        routes=[
            Route("/submit/{form}", receiver.submit, methods=["POST"]),
            Route("/healthz", _healthy),
            Route("/readyz", receiver.ready),
        ],
        middleware=[
            Middleware(CORSMiddleware, allow_origins=[origin], allow_methods=["POST"], allow_headers=["Content-Type"])
        ],
        exception_handlers={HTTPException: _no_such_place},
        lifespan=lifespan,
    )


def serve(app: Starlette, host: str, port: int) -> None:
    """Serves until a signal ends it; what has been queued is stored first.

    Raises XinqiaoError (receiver-not-started).
    """
    server = _server(app, host, port)
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


def _server(app: Starlette, host: str, port: int) -> uvicorn.Server:
    """A server that logs no request, no sender and no traceback."""
    logging.getLogger("uvicorn.error").addFilter(_without_traceback)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return uvicorn.Server(config)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Receiver:
    writer: Writer
    doors: Mapping[str, Door]
    body_seconds: float
    today: Callable[[], date] = field(repr=False)
    now: Callable[[], datetime] = field(repr=False)

    async def submit(self, request: Request) -> Response:
        """Sealed bytes, or the fields of a page without JavaScript."""
        door = self.doors.get(request.path_params["form"])
        if door is None:
            return _refusal("submit-unknown-form")
        match request.headers.get("content-type", "").partition(";")[0].strip().lower():
            case "application/octet-stream":
                return await self._sealed(request, door)
            case "application/x-www-form-urlencoded":
                return await self._plain(request, door)
        return _refusal("submit-wrong-type")

    async def ready(self, _: Request) -> Response:
        """Whether an answer could be stored now."""
        try:
            await self._store(None)
        except XinqiaoError as error:
            return _refusal(_told(error))
        return JSONResponse({"ready": True})

    async def _sealed(self, request: Request, door: Door) -> Response:
        came = self.now()
        try:
            body = await self._body(request, SEALED_LIMIT)
            door.check_open(came)
            envelope = door.envelope(body, self.today())
            rank = await self._store(envelope)
        except XinqiaoError as error:
            return _refusal(_told(error))
        waits = {"waiting": True} if door.waits(rank) else {}
        return JSONResponse({"id": envelope.id, **waits}, status_code=201)

    async def _plain(self, request: Request, door: Door) -> Response:
        came, lang, rank = self.now(), _preferred(request), None
        try:
            sheet = read_sheet(await self._body(request, FIELDS_LIMIT), door, lang)
            lang = sheet.lang
            door.check_open(came)
            if not sheet.by_machine:
                rank = await self._store(sheet.envelope(door, self.today()))
        except XinqiaoError as error:
            ended = error.problems[0].code == "submit-closed"
            return RedirectResponse((door.closed if ended else door.refused)[lang], status_code=303)
        return RedirectResponse((door.waiting if door.waits(rank) else door.thanks)[lang], status_code=303)

    async def _body(self, request: Request, limit: int) -> bytes:
        """The body, counted as it arrives: what its header says of its length is not believed."""
        body, length = bytearray(), 0
        try:
            async with asyncio.timeout(self.body_seconds):
                async for chunk in request.stream():
                    length += len(chunk)
                    if length <= limit:
                        body += chunk
                    elif length > DRAIN_LIMIT:
                        break
        except TimeoutError:
            raise refuse("submit-too-slow") from None
        except ClientDisconnect:
            raise refuse("submit-incomplete") from None
        if length > limit:
            raise refuse("submit-too-large", limit=limit)
        return bytes(body)

    async def _store(self, envelope: Envelope | None) -> int | None:
        """Ends when the envelope is durable; its rank where its form has a number of places."""
        return await asyncio.wrap_future(self.writer.put(envelope))


async def _healthy(_: Request) -> Response:
    return JSONResponse({"alive": True})


async def _no_such_place(_: Request, error: Exception) -> Response:
    wrong_method = isinstance(error, HTTPException) and error.status_code == 405
    return _refusal("submit-wrong-method" if wrong_method else "submit-unknown-address")


def _told(error: XinqiaoError) -> Problem:
    """What a sender is told: of the store's troubles only that the answer was not kept."""
    problem = error.problems[0]
    if problem.code.startswith("store-"):
        return Problem(code="submit-not-stored")
    return Problem(code="submit-unsealed") if problem.code.startswith("envelope-") else problem


def _refusal(problem: Problem | str) -> Response:
    told = Problem(code=problem) if isinstance(problem, str) else problem
    words = {"code": told.code, "zh": told.message(Lang.ZH), "en": told.message(Lang.EN)}
    status = STATUS[told.code]
    # Where the body was not read to its end, nothing else can come on this connection.
    return JSONResponse(words, status_code=status, headers={"Connection": "close"} if status in {408, 413} else None)


def _preferred(request: Request) -> Lang:
    """The language of the page that tells of a failure, until the form's own field is read."""
    asked = request.headers.get("accept-language", "").lower()
    return Lang.EN if asked and "zh" not in asked else Lang.ZH


def _without_traceback(record: logging.LogRecord) -> bool:
    """Keeps the kind of an error in the log and drops its text, which may quote an answer."""
    if record.exc_info:
        kind = record.exc_info[0]
        record.msg, record.args = f"{kind.__name__ if kind else 'error'} in the receiver", ()
        record.exc_info = record.exc_text = None
    return True
