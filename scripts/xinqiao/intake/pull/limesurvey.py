"""LimeSurvey: RemoteControl 2, JSON-RPC (manual.limesurvey.org, "RemoteControl 2 API"). Secret: `USER:PASSWORD`.

Every failure is HTTP 200 with a `status` in words; an export is JSON in base64; there are no pages. A response has
its number from its first page on and is finished later, so the cursor stays below the first unfinished one.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from xinqiao.core.problem import XinqiaoError, refuse
from xinqiao.core.source import Source
from xinqiao.intake.pull.row import Page, Row, behind, cells, moment, pair, shapeless, written
from xinqiao.intake.pull.wire import READ_SECONDS, Call, Wire

BATCH = 1_000
# A whole survey is put together before the first byte of it comes.
EXPORT, EXPORT_SECONDS = "export_responses", 240.0
METADATA = frozenset({
    "id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp", "ipaddr", "refurl", "token",
    "interviewtime",
})  # fmt: skip
# What a survey that keeps no times writes as the day of every response.
NO_DAY = date(1980, 1, 1)
EMPTY = ("no data",)
DENIED = ("invalid user", "invalid session", "no permission", "you have exceeded")
UNKNOWN = ("error: invalid survey", "invalid survey")


def read(source: Source, secret: str, wire: Wire, cursor: str) -> Iterator[Page]:
    """The finished responses from a cursor on; the cursor comes with the last batch."""
    user, password = pair(secret, wire)
    session = _call(source, wire, "get_session_key", user, password)
    if not isinstance(session, str):
        raise shapeless(wire)
    first = int(cursor) + 1 if cursor.isdigit() else 1
    asked = (session, source.remote, "json", None, "all", "code", "short", first)
    try:
        exported = _call(source, wire, EXPORT, *asked)
    finally:
        with suppress(XinqiaoError):
            _call(source, wire, "release_session_key", session)
    found = sorted(_responses(exported, wire), key=lambda one: one[0])
    rows = [_row(number, one) for number, one in found if written(one.get("submitdate"))]
    open_ = [number for number, one in found if not written(one.get("submitdate"))]
    safe = str(min([*(number - 1 for number in open_), behind((number for number, _ in found), first - 1)]))
    starts = range(0, len(rows), BATCH)
    for start in starts:
        yield Page(rows=tuple(rows[start : start + BATCH]), cursor=safe if start == starts[-1] else "")


def _call(source: Source, wire: Wire, method: str, *params: object) -> object:
    """The result of a call; None where there is no data yet.

    Raises XinqiaoError: pull-not-allowed, pull-not-found, pull-error.
    """
    url = f"{source.address}/index.php/admin/remotecontrol"
    content = {"method": method, "params": list(params), "id": 1}
    patience = EXPORT_SECONDS if method == EXPORT else READ_SECONDS
    answer = wire.ask(Call(method="POST", url=url, content=content, patience=patience))
    if not isinstance(answer, dict) or "result" not in answer:
        raise shapeless(wire)
    match answer["result"]:
        case {"status": str(told)}:
            said = told.lower()
            if said.startswith(EMPTY):
                return None
            if said.startswith(DENIED):
                raise refuse("pull-not-allowed", source=source.name)
            raise refuse("pull-not-found" if said.startswith(UNKNOWN) else "pull-error", source=source.name)
        case result if not answer.get("error"):
            return result
    raise refuse("pull-error", source=source.name)


def _responses(exported: object, wire: Wire) -> Iterator[tuple[int, dict[str, object]]]:
    """The responses of an export by number; older servers wrap each in an object of its own, headed by its number."""
    if exported is None:
        return
    try:
        content = json.loads(base64.b64decode(str(exported), validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise refuse("pull-cut", source=wire.source) from None
    listed = content.get("responses") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise shapeless(wire)
    for one in listed:
        inner = next(iter(one.values()), None) if isinstance(one, dict) and len(one) == 1 else one
        number = written(inner.get("id")) if isinstance(inner, dict) else ""
        if not number.isdigit() or not isinstance(inner, dict):
            raise shapeless(wire)
        yield int(number), inner


def _row(number: int, found: dict[str, object]) -> Row:
    at = moment(written(found.get("submitdate")))
    # The server's own clock: its day is the day there.
    day = at.date() if at and at.date() != NO_DAY else None
    answers = {name: cell for name, cell in cells(found) if name not in METADATA}
    return Row(id=str(number), day=day, cells=answers, lang=written(found.get("startlanguage")))
