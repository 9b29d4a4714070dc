"""Serves the editor and the pages around it to one person at one machine.

Everything lies below a path that nobody can guess. Requests must name this very address as their host, so that no name
that leads to this machine (DNS rebinding) opens it; what changes something must come from a page of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from importlib.resources import files
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from xinqiao.core.problem import Problem
from xinqiao.core.text import Lang, Text
from xinqiao.site.editor.host import Host, Reply
from xinqiao.site.editor.page import embedded, render
from xinqiao.site.editor.work import Work
from xinqiao.site.serve import Server

FORM_LIMIT, API_LIMIT = 1_000_000, 60_000_000
# How much of a body that is too long is taken in, and how much at a time.
DROPPED, PIECE = 4 * API_LIMIT, 1 << 16
API = "api/v1"
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".txt": "text/plain",
}
# The editor styles its parts by attributes, shows pictures that are not yet kept, compiles its encoder of pictures.
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' blob: data:; font-src 'self' data:; connect-src 'self' blob: data:; worker-src 'self' blob:; "
    "frame-src 'self' blob:; media-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Fonts and scripts, large and the same until the next version.
KEPT = {"Cache-Control": "private, max-age=86400"}
# How often a page that waits asks again, in seconds.
AGAIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of the form for something new: the files, where the editor opens it, or what is wrong."""

    files: tuple[str, ...] = ()
    entry: str = ""
    problems: tuple[Problem, ...] = ()


class Desk(Protocol):
    """What the pages need of who knows the portal; `preview`: the address of the preview."""

    host: Host
    check: Work
    publication: Work
    preview: str

    @property
    def title(self) -> Text:
        """The portal's name."""
        ...

    @property
    def age(self) -> int | None:
        """How many seconds ago the preview was renewed; None before its first build."""
        ...

    def config(self, lang: Lang, api: str) -> Mapping[str, object]:
        """The editor's configuration; `api`: where its host answers."""
        ...

    def offers(self) -> Mapping[str, object]:
        """What the form for something new offers: events, registration and feedback forms, by name."""
        ...

    def make(self, given: Mapping[str, str]) -> Made:
        """Makes what the form asks for."""
        ...

    def begin_check(self) -> None:
        """Begins to check everything, unless that is under way."""
        ...

    def begin_publication(self) -> None:
        """Begins to publish, unless that is under way."""
        ...

    def waiting(self) -> Mapping[str, object]:
        """What the page of publication shows before: what is not published yet, where it will go."""
        ...


@contextmanager
def desk_serving(desk: Desk, host: str, port: int, token: str) -> Iterator[None]:
    """Serves the desk below `/TOKEN/`, in threads of its own, until the `with` statement ends."""
    with Server((host, port), partial(_Handler, desk=desk, base=f"/{token}/", port=port)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    server_version = "desk"
    sys_version = ""
    # Of the request's body, in bytes.
    unread = 0

    def __init__(self, *args: object, desk: Desk, base: str, port: int) -> None:
        self.desk, self.base, self.desk_port = desk, base, port
        super().__init__(*args)  # type: ignore[arg-type]

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        """A page, a file of the editor, or what its host answers."""
        if (path := self._path()) is None:
            return
        if path.startswith(f"{API}/"):
            self._reply(self.desk.host.get(self.path.removeprefix(self.base + API)))
        elif path.startswith("static/"):
            self._static(path.removeprefix("static/"))
        elif path == "":
            self._lead(f"{self._lang()}/")
        else:
            self._page(path)

    def do_POST(self) -> None:
        """What the editor writes; the forms of the pages."""
        length = self.headers.get("Content-Length", "")
        self.unread = int(length) if length.isdecimal() else 0
        path = self._path()
        if path is None:
            return
        ours = self.headers.get("Origin", "") in {f"http://{self.headers['Host']}"}
        limit = API_LIMIT if path.startswith(f"{API}/") else FORM_LIMIT
        if not ours or not length.isdecimal() or int(length) > limit:
            self._send(HTTPStatus.FORBIDDEN if not ours else HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "text/plain", b"")
            return
        body, self.unread = self.rfile.read(int(length)), 0
        if path.startswith(f"{API}/"):
            self._reply(self.desk.host.post(self.path.removeprefix(self.base + API), body))
            return
        self._form(path, dict(parse_qsl(body.decode("utf-8", errors="replace"))))

    def _drop_rest(self) -> None:
        """Takes in what is not wanted: a connection closed on a sender loses the answer that says why."""
        left, self.unread = min(self.unread, DROPPED), 0
        while left > 0 and (piece := self.rfile.read(min(left, PIECE))):
            left -= len(piece)

    def _path(self) -> str | None:
        """The path below the desk's own; None, and an answer, for who is not meant."""
        port = self.desk_port
        if self.headers.get("Host", "") not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
            self._send(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", b"")
            return None
        path = urlsplit(self.path).path
        if not path.startswith(self.base):
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"")
            return None
        return path.removeprefix(self.base)

    def _lang(self) -> Lang:
        english = self.headers.get("Accept-Language", "").lower().startswith("en")
        return Lang.EN if english else Lang.ZH

    def _page(self, path: str) -> None:
        folder, _, name = path.partition("/")
        if folder not in set(Lang):
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"")
            return
        lang = Lang(folder)
        match name:
            case "":
                api = f"http://{self.headers['Host']}{self.base}{API}"
                given = {
                    "token": "desk",
                    "locale": {Lang.ZH: "zh-CN", Lang.EN: "en-US"}[lang],
                    "config": self.desk.config(lang, api),
                }
                self._html(lang, name, "editor.html", config=embedded(given))
            case "new/":
                kind = dict(parse_qsl(urlsplit(self.path).query)).get("kind", "event")
                self._html(lang, name, "new.html", kind=kind, made=None, given={}, **self.desk.offers())
            case "check/":
                self._html(lang, name, "check.html", work=self.desk.check, state=self.desk.host.contents.state())
            case "publish/":
                self._html(lang, name, "publish.html", work=self.desk.publication, **self.desk.waiting())
            case _:
                self._send(HTTPStatus.NOT_FOUND, "text/plain", b"")

    def _form(self, path: str, given: Mapping[str, str]) -> None:
        folder, _, name = path.partition("/")
        if folder not in set(Lang) or name not in {"new/", "check/", "publish/"}:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"")
            return
        if name == "new/":
            made = self.desk.make(given)
            kind = given.get("kind", "event")
            offers = self.desk.offers()
            self._html(Lang(folder), name, "new.html", kind=kind, made=made, given=given, **offers)
            return
        (self.desk.begin_check if name == "check/" else self.desk.begin_publication)()
        self._lead(path)

    def _html(self, lang: Lang, here: str, template: str, **values: object) -> None:
        work = values.get("work")
        again = AGAIN if isinstance(work, Work) and work.running else 0
        body = render(
            template,
            lang,
            base=self.base,
            here=here,
            portal=self.desk.title[lang],
            preview=self.desk.preview,
            age=self.desk.age,
            again=again,
            **values,
        )
        self._send(HTTPStatus.OK, "text/html", body)

    def _static(self, name: str) -> None:
        folder = files("xinqiao") / "templates" / "editor"
        parts = name.split("/")
        kind = TYPES.get(f".{name.rpartition('.')[2]}")
        found = folder.joinpath(*parts)
        if kind is None or not all(parts) or any(part.startswith(".") for part in parts) or not found.is_file():
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"")
            return
        self._send(HTTPStatus.OK, kind, found.read_bytes(), KEPT)

    def _reply(self, reply: Reply) -> None:
        self._send(reply.status, "application/octet-stream" if reply.content else "application/json", reply.body)

    def _lead(self, path: str) -> None:
        self._send(HTTPStatus.SEE_OTHER, "text/plain", b"", {"Location": self.base + path})

    def _send(self, status: HTTPStatus, kind: str, body: bytes, more: Mapping[str, str] | None = None) -> None:
        self._drop_rest()
        self.send_response(status)
        charset = "; charset=utf-8" if kind.startswith(("text/", "application/json")) else ""
        for name, value in {**HEADERS, "Content-Type": kind + charset, **(more or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
