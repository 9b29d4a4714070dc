"""Wenjuanxing 问卷星: OpenAPI, action 1001002 (查询答卷). Secret: the API key.

A page holds 10 rows unless asked for more, at most 50; a failure is HTTP 200 with `result: false`; rows tell address
and place. Whether the newest or the oldest come first is not relied on: the pages are walked until a whole walk
shows nothing new, so that a row that is added or deleted meanwhile hides no other.
"""

from __future__ import annotations

from collections.abc import Iterator

from xinqiao.core.problem import refuse
from xinqiao.core.source import Source
from xinqiao.intake.pull.row import Cell, Page, Row, behind, moment, shapeless, written
from xinqiao.intake.pull.wire import Call, Wire

ACTION = "1001002"
SIZE = 50
WALKS = 5
STUCK = 20
# In a list of answers the first number is no question.
METADATA = "1"
SEVERAL = "┋"
NO_ANSWER = frozenset({"(空)", "(跳过)"})


def read(source: Source, secret: str, wire: Wire, cursor: str) -> Iterator[Page]:
    """The rows after a cursor by their index; the cursor comes with the last page and stays some rows behind."""
    if not source.remote.isdigit():
        raise refuse("pull-not-found", source=source.name)
    after = int(cursor) if cursor.isdigit() else 0
    seen: dict[str, int] = {}
    for _ in range(WALKS):
        known, page, before, alike = len(seen), 1, set[str](), 0
        while found := _page(source, secret, wire, after, page):
            fresh = [(index, row) for index, row in found if row.id not in seen]
            ids = {row.id for _, row in found}
            # A server that heeds no page number would never end.
            alike = alike + 1 if ids == before else 0
            if alike == STUCK:
                raise shapeless(wire)
            before, page = ids, page + 1
            seen |= {row.id: index for index, row in fresh}
            if fresh:
                yield Page(rows=tuple(row for _, row in fresh))
        if len(seen) == known:
            break
    yield Page(rows=(), cursor=str(behind(seen.values(), after)))


def _page(source: Source, secret: str, wire: Wire, after: int, page: int) -> list[tuple[int, Row]]:
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
    return [_row(one, wire) for one in found or ()]


def _row(found: object, wire: Wire) -> tuple[int, Row]:
    if not isinstance(found, dict):
        raise shapeless(wire)
    index, number = written(found.get("index")), written(found.get("jid"))
    if not index.isdigit() or not number:
        raise shapeless(wire)
    at = moment(written(found.get("submittime")).replace("/", "-"))
    answers = {name: cell for name, value in _answered(found.get("answers")) if (cell := _cell(value))}
    # Its clock is China's: the day there is the day here.
    return int(index), Row(id=number, day=at.date() if at else None, cells=answers)


def _answered(answers: object) -> Iterator[tuple[str, object]]:
    """Number and content of each answer, whether they come as an object or as a list; numbers as they are told."""
    if isinstance(answers, dict):
        yield from answers.items()
    elif isinstance(answers, list):
        for one in answers:
            if isinstance(one, dict) and (number := written(one.get("q_index"))) != METADATA:
                yield number, one.get("answer", one.get("answer_text"))


def _cell(value: object) -> Cell:
    """An answer; several choices as a tuple, what was left empty or skipped as nothing."""
    text = written(value.get("answer", value.get("answer_text")) if isinstance(value, dict) else value).strip()
    if text in NO_ANSWER:
        return ""
    return tuple(part for part in text.split(SEVERAL) if part) if SEVERAL in text else text
