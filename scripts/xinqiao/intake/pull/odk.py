"""ODK Central: OData of a form's submissions (docs.getodk.org, "OData Endpoints"). Secret: `EMAIL:PASSWORD`.

Rows come newest first and in pages of a skip token; ordering them and paging does not go together (501), so the
cursor may move only after the last page. A cursor is a day: what came on it is read again, for a filter on the
last moment seen loses what was being written then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

from xinqiao.core.problem import XinqiaoError, refuse
from xinqiao.core.source import Source
from xinqiao.intake.pull.row import Page, Row, cells, day_here, moment, pair, settled, shapeless, table
from xinqiao.intake.pull.wire import Call, Wire

SIZE = 250
# What Central and its collectors say of the sender and of the device; nothing of it is an answer.
METADATA = frozenset({"__id", "deviceid", "simserial", "subscriberid", "phonenumber"})
METADATA_GROUPS = ("meta/", "__system/")


def read(source: Source, secret: str, wire: Wire, cursor: str) -> Iterator[Page]:
    """The submissions since a cursor, newest first; the cursor comes with the last page."""
    email, password = pair(secret, wire)
    sessions = f"{source.address}/v1/sessions"
    session = wire.ask(Call(method="POST", url=sessions, content={"email": email, "password": password}))
    token = session.get("token") if isinstance(session, dict) else None
    if not isinstance(token, str):
        raise shapeless(wire)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        yield from _pages(source, wire, cursor, headers)
    finally:
        # Where this fails the session ends by itself within a day.
        with suppress(XinqiaoError):
            wire.ask(Call(method="DELETE", url=f"{sessions}/{token}", headers=headers))


def _pages(source: Source, wire: Wire, cursor: str, headers: dict[str, str]) -> Iterator[Page]:
    project, _, form = source.remote.partition("/")
    url = f"{source.address}/v1/projects/{project}/forms/{form}.svc/Submissions"
    asked = {"$top": str(SIZE), "$count": "true"}
    if cursor:
        asked["$filter"] = f"__system/submissionDate ge {cursor}T00:00:00.000Z"
    newest, seen, counted, query = cursor, set[str](), 0, dict(asked)
    while query:
        content = wire.ask(Call(method="GET", url=url, query=query, headers=headers))
        rows = []
        for found in table(content, "value", wire):
            row, until = _row(found, wire)
            rows.append(row)
            newest = max(newest, until)
        seen |= {row.id for row in rows}
        told, query = _next(content, asked)
        counted = counted or told
        # What was added since the first page may lack; what was there then may not.
        if not query and len(seen) < counted:
            raise refuse("pull-incomplete", source=source.name)
        yield Page(rows=tuple(rows), cursor="" if query else newest)


def _row(found: dict[str, object], wire: Wire) -> tuple[Row, str]:
    """A row, and the cursor that is safe after it."""
    system = found.get("__system")
    at = moment(system.get("submissionDate")) if isinstance(system, dict) else None
    if not isinstance(found.get("__id"), str) or at is None:
        raise shapeless(wire)
    told = ((name, cell) for name, cell in cells(found) if name not in METADATA and "@" not in name)
    answers = {name: cell for name, cell in told if not name.startswith(METADATA_GROUPS)}
    return Row(id=str(found["__id"]), day=day_here(at), cells=answers), settled(at)


def column(name: str) -> str:
    """A question's name as OData may carry it: other signs than letters, digits and `_` become `_`."""
    return re.sub("[^A-Za-z0-9_]+", "_", name)


def _next(content: object, asked: dict[str, str]) -> tuple[int, dict[str, str]]:
    """How many there are in all, and what to ask for the next page.

    Of the link only the token is used: it may name another host, and that one gets no secret.
    """
    if not isinstance(content, dict):
        return 0, {}
    counted, link = content.get("@odata.count"), content.get("@odata.nextLink")
    tokens = parse_qs(urlsplit(link).query).get("$skiptoken", []) if isinstance(link, str) else []
    return counted if isinstance(counted, int) else 0, {**asked, "$skiptoken": tokens[0]} if tokens else {}
