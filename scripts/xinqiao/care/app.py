"""The inbox as a web application for one person at one machine: no script, no cookie, no request to anybody else.

Everything lies below a path that nobody can guess. Requests must name this very address as their host, so that no
name that leads to this machine (DNS rebinding) opens it; what changes something must come from a page of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xinqiao.care.case import Case
from xinqiao.care.entry import Act, Entry
from xinqiao.care.page import LIMIT, View
from xinqiao.care.publish import FIELDS, faults, write_pages
from xinqiao.care.words import TEMPLATES, Words
from xinqiao.core.duty import LEVELS
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.text import Lang

BODY_LIMIT = 65_536
IDLE = timedelta(minutes=20)
# What a person may do by hand; the program alone notes what it saw.
BY_HAND = tuple(act for act in Act if act is not Act.SEEN)
NEEDS_WORDS = frozenset({Act.NOTED, Act.NEXT, Act.CLOSED})
FILES = {"inbox.css": "text/css", "icon.svg": "image/svg+xml"}
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    # `no-referrer` would make browsers send forms with the origin `null`.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Desk(Protocol):
    """What the application needs of who opens and seals."""

    def look(self) -> tuple[tuple[Case, ...], int]:
        """All cases, and how many envelopes stay closed."""
        ...

    def write(self, case: Case, entry: Entry) -> Case:
        """Keeps an entry; gives the case with it."""
        ...


Answer = Callable[[Request], Awaitable[Response]]


def new_token() -> str:
    """A path that nobody can guess, for one sitting."""
    return secrets.token_urlsafe(32)


def inbox_app(
    desk: Desk,
    view: View,
    *,
    root: Path,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    idle: timedelta = IDLE,
) -> Starlette:
    """The application. view.base: `/TOKEN/`; root: the portal, for published pages; idle: after which it locks."""
    sitting = _Sitting(desk=desk, view=view, root=root, now=now, idle=idle, last=now())
    base = view.base.rstrip("/")

    def route(path: str, endpoint: Answer, *methods: str) -> Route:
        return Route(f"{base}{path}", sitting.guarded(endpoint), methods=[*methods] or ["GET"])

    app = Starlette(
        routes=[
            route("/", sitting.first),
            route("/inbox.css", sitting.file),
            route("/icon.svg", sitting.file),
            route("/{lang}/", sitting.list),
            route("/{lang}/case/{id}/", sitting.case),
            route("/{lang}/case/{id}/publish/", sitting.publish, "GET", "POST"),
            route("/{lang}/case/{id}/{act}", sitting.act, "POST"),
        ],
        exception_handlers={HTTPException: sitting.nowhere},
    )
    app.add_middleware(_Own)
    return app


class _Own:
    """Lets in what names this address as its host and, where it changes something, as its origin."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *added]
            await send(message)

        if self._foreign(scope):
            await Response(status_code=421)(scope, receive, guarded)
        else:
            await self.app(scope, receive, guarded)

    @staticmethod
    def _foreign(scope: Scope) -> bool:
        server = scope.get("server") or ("", 0)
        here = f"{server[0]}:{server[1]}"
        given = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        hosts = [value for name, value in given if name == "host"]
        origins = [value for name, value in given if name == "origin"]
        site = next((value for name, value in given if name == "sec-fetch-site"), "same-origin")
        if hosts != [here]:
            return True
        if scope["method"] in {"GET", "HEAD"}:
            return False
        return origins != [f"http://{here}"] or site != "same-origin"


@dataclass(slots=True, kw_only=True)
class _Sitting:
    """One sitting at the inbox; `desk`, and the key with it, is let go of when nobody has used it for a while."""

    desk: Desk | None
    view: View
    root: Path
    now: Callable[[], datetime] = field(repr=False)
    idle: timedelta
    last: datetime

    def guarded(self, endpoint: Answer) -> Answer:
        """The endpoint behind the lock; what a store says goes to the page, with no traceback."""

        async def answer(request: Request) -> Response:
            now = self.now()
            if now - self.last > self.idle:
                self.desk = None
            self.last = now
            lang = _lang(request)
            if self.desk is None and request.url.path.rpartition("/")[2] not in FILES:
                minutes = int(self.idle.total_seconds() // 60)
                page = self.view.message_page("page.locked_title", "page.locked", lang, minutes=minutes)
                return HTMLResponse(page, status_code=423)
            try:
                return await endpoint(request)
            except XinqiaoError as error:
                return HTMLResponse(self.view.fault_page(error.problems[0].message(lang), lang), status_code=503)

        return answer

    async def first(self, request: Request) -> Response:
        """To the reader's language."""
        asked = request.headers.get("accept-language", "").lower()
        lang = Lang.EN if asked and not asked.startswith("zh") else Lang.ZH
        return RedirectResponse(f"{self.view.base}{lang}/", status_code=303)

    async def file(self, request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        return Response((TEMPLATES / name).read_bytes(), media_type=FILES[name])

    async def list(self, request: Request) -> Response:
        cases, others = self._desk().look()
        return HTMLResponse(self.view.list_page(cases, others, _lang(request), self.now()))

    async def case(self, request: Request) -> Response:
        done = request.query_params.get("done") == "1"
        return HTMLResponse(self.view.case_page(self._case(request), _lang(request), self.now(), done=done))

    async def act(self, request: Request) -> Response:
        """Something done about a case: kept, then the case once more; or the reason why not."""
        case, lang = self._case(request), _lang(request)
        given = await _fields(request)
        entry = self._entry(request.path_params["act"], given)
        if fault := _fault(entry, lang):
            page = self.view.case_page(case, lang, self.now(), fault=fault)
            return HTMLResponse(page, status_code=422)
        self._desk().write(case, entry)
        return RedirectResponse(f"{self.view.base}{lang}/case/{case.submission.id}/?done=1", status_code=303)

    async def publish(self, request: Request) -> Response:
        """The form for a public question and answer, and what comes of it."""
        case, lang = self._case(request), _lang(request)
        given = dict.fromkeys(FIELDS, "")
        if request.method == "GET":
            return HTMLResponse(self.view.publish_page(case, lang, given))
        given |= {name: value for name, value in (await _fields(request)).items() if name in given}
        found = [(name, problem.message(lang)) for name, problem in faults(case, given)]
        if found:
            return HTMLResponse(self.view.publish_page(case, lang, given, faults=found), status_code=422)
        try:
            paths = write_pages(self.root, given)
        except XinqiaoError as error:
            told = [("slug", error.problems[0].message(lang))]
            return HTMLResponse(self.view.publish_page(case, lang, given, faults=told), status_code=422)
        saved = ", ".join(path.relative_to(self.root).as_posix() for path in paths)
        return HTMLResponse(self.view.publish_page(case, lang, dict.fromkeys(FIELDS, ""), saved=saved))

    async def nowhere(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        page = self.view.message_page("page.refused_title", "page.refused", _lang(request))
        return HTMLResponse(page if request.url.path.startswith(self.view.base) else "", status_code=status)

    def _desk(self) -> Desk:
        if self.desk is None:
            raise HTTPException(423)
        return self.desk

    def _case(self, request: Request) -> Case:
        cases, _ = self._desk().look()
        for case in cases:
            if case.submission.id == request.path_params["id"]:
                return case
        raise HTTPException(404)

    def _entry(self, name: str, given: Mapping[str, str]) -> Entry:
        if name not in BY_HAND:
            raise HTTPException(404)
        act = Act(name)
        return Entry(
            act=act,
            at=self.now(),
            by=self.view.me,
            words=given.get("words", "").replace("\r\n", "\n").strip(),
            to=self.view.colleague(given.get("to", "")) if act is Act.HANDED else "",
            level=given.get("level", "") if act is Act.JUDGED else "",
        )


def _fault(entry: Entry, lang: Lang) -> str:
    """Why an entry is not kept; empty where it is."""
    say = Words(lang)
    if len(entry.words) > LIMIT:
        return say("do.too_long", limit=LIMIT)
    if entry.act in NEEDS_WORDS and not entry.words:
        return say("do.needed")
    if (entry.act is Act.HANDED and not entry.to) or (entry.act is Act.JUDGED and entry.level not in LEVELS):
        return say("do.choose")
    return ""


def _lang(request: Request) -> Lang:
    given = request.path_params.get("lang", "")
    return Lang(given) if given in set(Lang) else Lang.ZH


async def _fields(request: Request) -> Mapping[str, str]:
    """The fields of a form, each once."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise HTTPException(413)
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20))
    except ValueError:
        raise HTTPException(400) from None
