"""The receiver: takes sealed answers over HTTP and says so only when they are durable.

It keeps the sealed bytes, the form and the day; no address, no browser, no time, in no log.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from xinqiao.core.limits import USUAL_INTAKE, IntakeLimits
from xinqiao.core.problem import Problem, XinqiaoError, refuse
from xinqiao.core.record import Envelope
from xinqiao.core.text import Lang
from xinqiao.intake.answer import CUT_OFF, STATUS, told, words
from xinqiao.intake.door import FIELDS_LIMIT, Door, read_sheet
from xinqiao.intake.serve import running, serve
from xinqiao.intake.shape import SEALED_LIMIT
from xinqiao.intake.store import WAIT_SECONDS, Store
from xinqiao.intake.turnstile import Turnstile, local
from xinqiao.intake.wakes import Wakes
from xinqiao.intake.writer import Writer

__all__ = ["App", "Door", "receiver_app", "running", "serve"]

App = Starlette

BODY_SECONDS = 20.0
# How often it is looked whether forms or events have changed.
FRESH_SECONDS = 5.0
# A body that is too long is read on to here, so that its sender gets to see the answer.
DRAIN_LIMIT = 1_048_576
LOG = logging.getLogger("xinqiao.intake")


def receiver_app(  # noqa: PLR0913 - all but two by name
    store_path: Path,
    doors: Mapping[str, Door],
    *,
    origin: str,
    fresh: Callable[[], Mapping[str, Door] | None] | None = None,
    limits: IntakeLimits = USUAL_INTAKE,
    body_seconds: float = BODY_SECONDS,
    store_seconds: float = WAIT_SECONDS,
    today: Callable[[], date] = date.today,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """The receiver for these forms (form id to door); `origin` is the site's, `https://host[:port]`.

    fresh: gives the doors anew where they have changed, else None; asked every FRESH_SECONDS.
    limits: how much one address may send; those of a form stand with its door.
    body_seconds, store_seconds: how long a request's body may take and how long another writer is waited for.
    today, now: the day that an envelope is given, and the moment that forms open and close by.
    Raises XinqiaoError as Store does.
    """
    with Store(store_path):
        # A store that cannot be opened is told here, before anything listens.
        pass
    writer = Writer(store_path, store_seconds)
    receiver = _Receiver(
        writer=writer,
        doors=dict(doors),
        turnstile=Turnstile(limits.per_minute),
        address_header=limits.address_header,
        body_seconds=body_seconds,
        today=today,
        now=now,
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        writer.start()
        watching = asyncio.create_task(_keep_fresh(receiver.doors, fresh)) if fresh else None
        try:
            yield
        finally:
            if watching:
                watching.cancel()
            await asyncio.to_thread(writer.close)

    return Starlette(
        routes=[
            Route("/submit/{form}", receiver.submit, methods=["POST"]),
            Route("/healthz", _healthy),
            Route("/readyz", receiver.ready),
        ],
        middleware=[
            Middleware(_ShortWay, receiver=receiver, origin=origin),
            Middleware(CORSMiddleware, allow_origins=[origin], allow_methods=["POST"], allow_headers=["Content-Type"]),
        ],
        exception_handlers={HTTPException: _no_such_place, Exception: _failed},
        lifespan=lifespan,
    )


async def _keep_fresh(doors: dict[str, Door], fresh: Callable[[], Mapping[str, Door] | None]) -> None:
    """Exchanges the doors where they have changed; with a fault in the files the earlier ones stay."""
    while True:
        await asyncio.sleep(FRESH_SECONDS)
        try:
            found = await asyncio.to_thread(fresh)
        except (XinqiaoError, OSError, ValueError) as error:
            # Half-written, half-deleted, not UTF-8: whatever stands in the project, the receiver goes on.
            LOG.warning("forms were not read anew (%s); those of before stay", _kinds(error))
            continue
        if found is not None:
            for form in doors.keys() - found.keys():
                del doors[form]
            doors.update(found)


def _kinds(error: Exception) -> str:
    if isinstance(error, XinqiaoError):
        return ", ".join(sorted({problem.code for problem in error.problems}))
    return type(error).__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class _Receiver:
    writer: Writer
    wakes: Wakes = field(default_factory=Wakes)
    doors: dict[str, Door]
    turnstile: Turnstile
    address_header: str
    body_seconds: float
    today: Callable[[], date] = field(repr=False)
    now: Callable[[], datetime] = field(repr=False)

    async def submit(self, request: Request) -> Response:
        """Sealed bytes, or the fields of a page without JavaScript."""
        door = self.doors.get(request.scope["path"].removeprefix("/submit/"))
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
            return _refusal(told(error))
        return JSONResponse({"ready": True})

    async def _sealed(self, request: Request, door: Door) -> Response:
        came = self.now()
        try:
            body = await self._body(request, SEALED_LIMIT)
            self._check_crowd(request)
            door.check_open(came)
            envelope = door.envelope(body, self.today())
            rank = await self._store(envelope, door)
        except XinqiaoError as error:
            return _refusal(told(error))
        waits = {"waiting": True} if door.waits(rank) else {}
        return JSONResponse({"id": envelope.id, **waits}, status_code=201)

    async def _plain(self, request: Request, door: Door) -> Response:
        came, lang, rank = self.now(), _preferred(request), None
        try:
            sheet = read_sheet(await self._body(request, FIELDS_LIMIT), door, lang)
            lang = sheet.lang
            self._check_crowd(request)
            door.check_open(came)
            if not sheet.by_machine:
                rank = await self._store(sheet.envelope(door, self.today()), door)
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

    def _check_crowd(self, request: Request) -> None:
        """Raises XinqiaoError (submit-too-many) where an address has had its share of the minute.

        A proxy's own address stands for everybody and is not counted.
        """
        # What the nearest proxy wrote stands last.
        named = request.headers.get(self.address_header, "").rpartition(",")[2].strip() if self.address_header else ""
        address = named or (request.client.host if request.client else "")
        if address and not local(address) and not self.turnstile.passes(address):
            raise refuse("submit-too-many")

    async def _store(self, envelope: Envelope | None, door: Door | None = None) -> int | None:
        """Ends when the envelope is durable; its rank where its form has a number of places."""
        ranked, per_day = (door.counts_places, door.limits.per_day) if door else (False, None)
        return await self.wakes.end_of(self.writer.put(envelope, ranked=ranked, per_day=per_day))


@dataclass(frozen=True, slots=True)
class _ShortWay:
    """Leads answers to forms that there are past router and middleware, which cost more than the rest together."""

    app: ASGIApp
    receiver: _Receiver
    origin: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        posted = scope["type"] == "http" and scope["method"] == "POST"
        if not posted or scope["path"].removeprefix("/submit/") not in self.receiver.doors:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        response = await self.receiver.submit(request)
        if request.headers.get("origin") == self.origin:
            response.headers.update({"Access-Control-Allow-Origin": self.origin, "Vary": "Origin"})
        await response(scope, receive, send)


async def _healthy(_: Request) -> Response:
    return JSONResponse({"alive": True})


async def _no_such_place(_: Request, error: Exception) -> Response:
    wrong_method = isinstance(error, HTTPException) and error.status_code == 405
    return _refusal("submit-wrong-method" if wrong_method else "submit-unknown-address")


async def _failed(_: Request, __: Exception) -> Response:
    return _refusal("submit-failed")


def _refusal(problem: Problem | str) -> Response:
    refused = Problem(code=problem) if isinstance(problem, str) else problem
    headers = {"Connection": "close"} if refused.code in CUT_OFF else None
    return Response(words(refused), STATUS[refused.code], headers, "application/json")


def _preferred(request: Request) -> Lang:
    """The language of the page that tells of a failure, until the form's own field is read."""
    asked = request.headers.get("accept-language", "").lower()
    return Lang.EN if asked and "zh" not in asked else Lang.ZH
