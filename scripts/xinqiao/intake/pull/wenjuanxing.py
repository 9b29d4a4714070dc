"""Wenjuanxing 问卷星: OpenAPI, action 1001002 (答卷查询). Secret: the API key.

A page holds 10 rows unless asked for more, at most 50; a failure is HTTP 200 with `result: false`; rows tell address
and place. Whether the newest or the oldest come first is not relied on: the pages are walked until a whole walk
shows nothing new, so that a row that is added or deleted meanwhile hides no other. What is documented of a row is
its number, `jid` and moment; its answers are read in each shape that its pushes and its own client library write:
by `2`, `q2` or `20000`, a matrix as `4_1`, as objects or lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from xinqiao.core.problem import refuse
from xinqiao.core.source import Source
from xinqiao.intake.called import numbered
from xinqiao.intake.imports.moment import AmbiguousDayError, Moment, moment_of
from xinqiao.intake.pull.row import Cell, Page, Row, behind, shapeless, written
from xinqiao.intake.pull.wire import Call, Wire

ACTION = "1001002"
SIZE = 50
WALKS = 5
STUCK = 20
# Its clock is China's: the day there is the day here.
ITS_ZONE = timedelta(hours=8)
SECONDS = re.compile(r"([0-9]{10})([0-9]{3})?")
# The number of a question as its list tells it, as pushes write it, and ten thousand times itself.
QUESTION = re.compile(r"q?([0-9]{1,4})(?:0000)?(_[0-9]+)?", re.IGNORECASE)
NO_ANSWER = frozenset({"(空)", "(跳过)"})


def read(source: Source, secret: str, wire: Wire, cursor: str) -> Iterator[Page]:
    """The rows after a cursor by their index; the cursor comes with the last page and stays some rows behind."""
    if not source.remote.isdigit():
        raise refuse("pull-not-found", source=source.name)
    after = int(cursor) if cursor.isdigit() else 0
    seen: dict[str, int] = {}
    told = 0
    for _ in range(WALKS):
        known, page, before, alike = len(seen), 1, set[str](), 0
        while (found := _page(source, secret, wire, after, page))[1]:
            fresh = [(index, row) for index, row in found[1] if row.id not in seen]
            ids = {row.id for _, row in found[1]}
            # A server that heeds no page number would never end.
            alike = alike + 1 if ids == before else 0
            if alike == STUCK:
                raise shapeless(wire)
            told, before, page = found[0], ids, page + 1
            seen |= {row.id: index for index, row in fresh}
            if fresh:
                yield Page(rows=tuple(row for _, row in fresh))
        if len(seen) == known:
            break
    # Whether it counts from the lowest number on is not documented.
    if not after and len(seen) < told:
        raise refuse("pull-incomplete", source=source.name)
    yield Page(rows=(), cursor=str(behind(seen.values(), after)))


def _page(source: Source, secret: str, wire: Wire, after: int, page: int) -> tuple[int, list[tuple[int, Row]]]:
    """How many rows there are in all, and those of a page with their numbers."""
    content: dict[str, object] = {"action": ACTION, "vid": int(source.remote), "valid": True, "sort": 0}
    content |= {"page_index": page, "page_size": SIZE, "min_index": after}
    url = f"{source.address}/openapi/default.aspx"
    headers = {"Authorization": f"Bearer {secret}"}
    answer = wire.ask(Call(method="POST", url=url, query={"action": ACTION}, headers=headers, content=content))
    if not isinstance(answer, dict) or "result" not in answer:
        raise shapeless(wire)
    data = answer.get("data")
    if answer["result"] is not True:
        raise refuse("pull-error", source=source.name)
    listed = data.get("answers") if isinstance(data, dict) else None
    found = list(listed.values()) if isinstance(listed, dict) else listed
    if found is not None and not isinstance(found, list):
        raise shapeless(wire)
    whole = data.get("total_count") if isinstance(data, dict) else None
    return whole if isinstance(whole, int) else 0, [_row(one, wire) for one in found or ()]


def _row(found: object, wire: Wire) -> tuple[int, Row]:
    if not isinstance(found, dict):
        raise shapeless(wire)
    index, number = written(found.get("index")), written(found.get("jid"))
    if not index.isdigit() or not number:
        raise shapeless(wire)
    at = _moment(written(found.get("submittime")), wire)
    answers = dict(_answered(found.get("answers")))
    exported = numbered(index, at.day, at.clock) if at else ""
    return int(index), Row(id=number, day=at.day if at else None, cells=answers, exported=exported)


def _moment(told: str, wire: Wire) -> Moment | None:
    """The moment of a row, as it is written or as seconds since 1970; None where it is not told."""
    if not told.strip():
        return None
    if found := SECONDS.fullmatch(told):
        there = datetime.fromtimestamp(int(found[1]), UTC) + ITS_ZONE
        return Moment(day=there.date(), clock=f"{there:%H:%M:%S}")
    try:
        at = moment_of(told, None)
    except AmbiguousDayError:
        at = None
    if at is None:
        raise shapeless(wire)
    return at


def _answered(answers: object) -> Iterator[tuple[str, Cell]]:
    """Number and content of each answer, whether they come as an object or as a list."""
    if isinstance(answers, dict):
        for number, value in answers.items():
            yield from _cells(str(number), value)
    elif isinstance(answers, list):
        for one in answers:
            if isinstance(one, dict):
                yield from _cells(written(one.get("q_index")), one.get("answer", one.get("answer_text")))


def _cells(number: str, value: object) -> Iterator[tuple[str, Cell]]:
    """What was answered under a number: one text, several, or those of a matrix by their rows."""
    found = QUESTION.fullmatch(number)
    name = f"{found[1]}{found[2] or ''}" if found else number
    if isinstance(value, dict) and (told := value.get("answer", value.get("answer_text"))) is not None:
        value = told
    if isinstance(value, dict):
        for row, inner in value.items():
            yield from _cells(f"{name}_{row}", inner)
    elif isinstance(value, list):
        if several := tuple(word for part in value if (word := written(part).strip()) and word not in NO_ANSWER):
            yield name, several
    elif (text := written(value).strip()) and text not in NO_ANSWER:
        yield name, text
