"""Fakes of the five systems, after their documentation and with their traps; every row tells address and agent."""

from __future__ import annotations

import base64
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from xinqiao.core.source import Source, System
from xinqiao.intake.pull.wire import Call, Reply

ADDRESS = "203.0.113.77"
AGENT = "Mozilla/5.0 (Android 14; SM-G991B)"
DEVICE = "imei-356938035643809"
TRACES = (ADDRESS, AGENT, DEVICE)
SECRETS = {
    System.KOBO: "kobo-token",
    System.ODK: "a@example.org:secret-word",
    System.LIMESURVEY: "admin:secret-word",
    System.FORMBRICKS: "fbk_key",
    System.WENJUANXING: "wjx-key",
}
REMOTES = {System.ODK: "1/feedback", System.LIMESURVEY: "123456", System.WENJUANXING: "987654"}


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


@dataclass
class Kept:
    """One row of a fake: what was answered, when it was begun and finished, and from which moment it can be seen."""

    number: int
    answers: dict[str, Any]
    began: datetime
    changed: datetime
    seen_from: datetime
    finished: bool = True

    @property
    def name(self) -> str:
        return f"row-{self.number:05}"


@dataclass
class Fake(ABC):
    """A system in memory; called like the wire."""

    secret: str
    cap: int = 100
    now: datetime = datetime(2026, 5, 18, 23, 40, tzinfo=UTC)
    rows: list[Kept] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    numbers: int = 0

    def add(self, answers: dict[str, Any], late: float = 0, finished: bool = True) -> Kept:
        self.numbers += 1
        self.now += timedelta(milliseconds=7)
        seen = self.now + timedelta(seconds=late)
        kept = Kept(self.numbers, answers, self.now, self.now, seen, finished)
        self.rows.append(kept)
        return kept

    def finish(self, kept: Kept) -> None:
        self.now += timedelta(milliseconds=7)
        kept.finished, kept.changed = True, self.now

    def visible(self) -> list[Kept]:
        return [one for one in self.rows if one.seen_from <= self.now]

    def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        status, content = self.answer(call)
        return Reply(status=status, body=json.dumps(content, ensure_ascii=False).encode())

    @abstractmethod
    def answer(self, call: Call) -> tuple[int, Any]:
        """Status and document, as this system answers."""

    def name_of(self, kept: Kept) -> str:
        """What the system calls a row."""
        return kept.name


class Kobo(Fake):
    """Gives fewer rows than asked for and says so only by `next`."""

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.headers.get("Authorization") != f"Token {self.secret}":
            return 401, {"detail": "Invalid token."}
        if not call.url.endswith("/api/v2/assets/aKobo/data/"):
            return 404, {"detail": "Not found."}
        after = json.loads(call.query["query"])["_id"]["$gt"]
        assert json.loads(call.query["sort"]) == {"_id": 1}
        found = [one for one in self.visible() if one.number > after]
        page = found[: min(self.cap, int(call.query["limit"]))]
        more = "https://elsewhere.example/?start=100" if len(found) > len(page) else None
        return 200, {"count": len(found), "next": more, "previous": None, "results": [self._row(one) for one in page]}

    def _row(self, one: Kept) -> dict[str, Any]:
        given = {f"visit/{name}": " ".join(v) if isinstance(v, list) else v for name, v in one.answers.items()}
        told = {"_id": one.number, "_uuid": one.name, "_submission_time": iso(one.changed)[:19], "_status": "ok"}
        return told | given | {
            "formhub/uuid": "f", "meta/instanceID": f"uuid:{one.name}", "deviceid": DEVICE, "_ip": ADDRESS,
            "_submitted_by": AGENT, "_geolocation": [None, None], "_attachments": [{"a": 1}],
        }  # fmt: skip

    def name_of(self, kept: Kept) -> str:
        return str(kept.number)


class Odk(Fake):
    """Newest first; a link that names another host; no order together with a token."""

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.url.endswith("/v1/sessions"):
            good = isinstance(call.content, dict) and ":".join(call.content.values()) == self.secret
            return (200, {"token": "t0k"}) if good else (401, {"message": "Could not authenticate.", "code": 401.2})
        if call.headers.get("Authorization") != "Bearer t0k":
            return 401, {"message": "Could not authenticate.", "code": 401.2}
        if call.method == "DELETE":
            return 200, {"success": True}
        if not call.url.endswith("/v1/projects/1/forms/feedback.svc/Submissions"):
            return 404, {"message": "Could not find the resource.", "code": 404.1}
        if "$orderby" in call.query and "$skiptoken" in call.query:
            return 501, {"message": "not supported", "code": 501.1}
        found = sorted(self.visible(), key=lambda one: one.changed, reverse=True)
        if "$filter" in call.query:
            field_, operator, least = call.query["$filter"].split(" ")
            assert (field_, operator) == ("__system/submissionDate", "ge")
            found = [one for one in found if iso(one.changed) >= least]
        whole = len(found)
        if token := call.query.get("$skiptoken"):
            names = [one.name for one in found]
            found = found[names.index(token) + 1 :]
        page = found[: min(self.cap, int(call.query["$top"]))]
        content: dict[str, Any] = {"value": [self._row(one) for one in page], "@odata.count": whole}
        if len(page) < len(found):
            content["@odata.nextLink"] = f"http://another-host:8383/x.svc/Submissions?%24skiptoken={page[-1].name}"
        return 200, content

    def _row(self, one: Kept) -> dict[str, Any]:
        given = {name: " ".join(v) if isinstance(v, list) else v for name, v in one.answers.items()}
        system = {"submissionDate": iso(one.changed), "submitterName": AGENT, "deviceId": DEVICE, "formVersion": "1"}
        return {"__id": one.name, "__system": system, "visit": {**given, "nothing": None}, "deviceid": DEVICE,
                "meta": {"instanceID": one.name, "audit": ADDRESS}, "part@odata.navigationLink": "x"}  # fmt: skip


class LimeSurvey(Fake):
    """Every failure with 200; base64; unfinished responses among the others; no pages."""

    def answer(self, call: Call) -> tuple[int, Any]:
        if not call.url.endswith("/index.php/admin/remotecontrol"):
            return 404, {}
        assert isinstance(call.content, dict)
        return 200, {"id": 1, "error": None, "result": self._result(call.content["method"], call.content["params"])}

    def _result(self, method: str, params: list[Any]) -> Any:
        if method == "get_session_key":
            return "s3ss" if ":".join(params) == self.secret else {"status": "Invalid user name or password"}
        if params[0] != "s3ss":
            return {"status": "Invalid session key"}
        if method == "release_session_key":
            return "OK"
        if params[1] != "123456":
            return {"status": "Error: Invalid survey ID"}
        if not self.visible():
            return {"status": "No Data, could not get max id."}
        found = [self._row(one) for one in self.visible() if one.number >= params[7]]
        return base64.b64encode(json.dumps({"responses": found}).encode()).decode()

    def _row(self, one: Kept) -> dict[str, Any]:
        sent = one.changed.strftime("%Y-%m-%d %H:%M:%S") if one.finished else None
        given: dict[str, Any] = {}
        for name, value in one.answers.items():
            chosen = {f"{name}[{part}]": "Y" for part in value} if isinstance(value, list) else {name: value}
            given |= chosen
        return {"id": str(one.number), "submitdate": sent, "lastpage": "1", "startlanguage": "en", "seed": "1",
                "ipaddr": ADDRESS, "refurl": AGENT, "token": DEVICE, **given}  # fmt: skip

    def name_of(self, kept: Kept) -> str:
        return str(kept.number)


class Formbricks(Fake):
    """The newest 50 unless told otherwise; made at the first answer, finished later."""

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.headers.get("x-api-key") != self.secret:
            return 401, {"error": {"code": 401}}
        if not call.url.endswith("/api/v2/management/responses"):
            return 404, {"error": {"code": 404}}
        query = call.query
        by = (lambda one: one.changed) if query.get("sortBy") == "updatedAt" else (lambda one: one.began)
        span = (lambda one: one.changed) if query.get("filterDateField") == "updatedAt" else (lambda one: one.began)
        found = sorted(self.visible(), key=by, reverse=query.get("order", "desc") == "desc")
        found = [one for one in found if iso(span(one)) >= query.get("startDate", "")]
        skip, limit = int(query.get("skip", 0)), min(self.cap, int(query.get("limit", 50)))
        if query.get("surveyId") != "cSurvey" or limit > 250:
            return 400, {"error": {"code": 400}}
        page = [self._row(one) for one in found[skip : skip + limit]]
        return 200, {"data": page, "meta": {"total": len(found), "limit": limit, "offset": skip}}

    def _row(self, one: Kept) -> dict[str, Any]:
        meta = {"userAgent": {"browser": AGENT, "device": DEVICE}, "country": "CN", "ipAddress": ADDRESS}
        return {"id": one.name, "createdAt": iso(one.began), "updatedAt": iso(one.changed), "finished": one.finished,
                "surveyId": "cSurvey", "data": one.answers, "meta": meta, "language": "en",
                "contactAttributes": {"email": "x@example.org", "userId": DEVICE}}  # fmt: skip


class Wenjuanxing(Fake):
    """Failures with 200; at most 50 rows; the newest first, whatever is asked for; address and place in rows."""

    def answer(self, call: Call) -> tuple[int, Any]:
        if not call.url.endswith("/openapi/default.aspx"):
            return 404, {}
        asked = call.content
        assert isinstance(asked, dict) and asked["action"] == "1001002"
        if call.headers.get("Authorization") != f"Bearer {self.secret}":
            return 200, {"result": False, "errormsg": f"apikey {self.secret} 无效", "data": None}
        if asked["vid"] != 987654:
            return 200, {"result": False, "errormsg": "问卷不存在", "data": None}
        found = sorted((one for one in self.visible() if one.number > asked["min_index"]), key=lambda one: -one.number)
        size = min(self.cap, 50, asked["page_size"])
        start = (asked["page_index"] - 1) * size
        page = {str(one.number): self._row(one) for one in found[start : start + size]}
        return 200, {"result": True, "data": {"vid": 987654, "total_count": len(found), "answers": page}}

    def _row(self, one: Kept) -> dict[str, Any]:
        items: list[dict[str, Any]] = [{"q_index": 1, "answer": ADDRESS}]
        for at, value in enumerate(one.answers.values(), 2):
            items.append({"q_index": at, "answer": "┋".join(value) if isinstance(value, list) else value})
        sent = (one.changed + timedelta(hours=8)).strftime("%Y/%m/%d %H:%M:%S")
        return {"index": one.number, "jid": 7_000_000 + one.number, "submittime": sent, "ip": ADDRESS,
                "source": AGENT, "province": "江苏", "answers": items}  # fmt: skip

    def name_of(self, kept: Kept) -> str:
        return str(7_000_000 + kept.number)


FAKES: dict[System, Callable[..., Fake]] = {
    System.KOBO: Kobo,
    System.ODK: Odk,
    System.LIMESURVEY: LimeSurvey,
    System.FORMBRICKS: Formbricks,
    System.WENJUANXING: Wenjuanxing,
}


def fake_of(system: System, cap: int = 100) -> Fake:
    return FAKES[system](SECRETS[system], cap)


def source_of(system: System, address: str = "https://forms.example.edu", form: str = "feedback") -> Source:
    remote = REMOTES.get(system, {System.KOBO: "aKobo", System.FORMBRICKS: "cSurvey"}.get(system, ""))
    numbered = {"role": "2", "topics": "3", "note": "4"} if system is System.WENJUANXING else {}
    return Source(name="away", system=system, address=address, remote=remote, form=form, columns=numbered)


@contextmanager
def served(send: Callable[[Call], Reply]) -> Iterator[str]:
    """A fake over real HTTP; a reply of status 0 hangs up in the middle of its body."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            content = json.loads(self.rfile.read(length)) if length else None
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query))
            headers = {
                "Authorization": self.headers.get("Authorization", ""),
                "x-api-key": self.headers.get("x-api-key", ""),
            }
            reply = send(Call(method=self.command, url=parts.path, query=query, headers=headers, content=content))
            self.send_response(reply.status or 200)
            self.send_header("Content-Length", str(len(reply.body) + (0 if reply.status else 100)))
            self.send_header("Location", "https://elsewhere.example/")
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = True

        do_GET = do_POST = do_DELETE = _serve

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
