"""Formbricks: responses, management API v2 (formbricks.com/docs, "Get responses"). Secret: the API key.

Without an order the newest 50 come. A response is made at the first answer and finished later, so rows are read in
the order in which they were last changed, each page from the moment at which the one before ended.
"""

from __future__ import annotations

from collections.abc import Iterator

from xinqiao.core.source import Source
from xinqiao.intake.pull.row import Page, Row, cells, day_here, moment, settled, shapeless, table, written
from xinqiao.intake.pull.wire import Call, Wire

SIZE = 250
# A server that heeds no place would never end.
STUCK = 20
BEGINNING = "2000-01-01T00:00:00.000Z"


def read(source: Source, secret: str, wire: Wire, cursor: str) -> Iterator[Page]:
    """The finished responses that were changed since a cursor."""
    url = f"{source.address}/api/v2/management/responses"
    start, skip, known = f"{cursor}T00:00:00.000Z" if cursor else BEGINNING, 0, set[str]()
    stuck = 0
    while True:
        query = {
            "surveyId": source.remote,
            "limit": str(SIZE),
            "skip": str(skip),
            "sortBy": "updatedAt",
            "order": "asc",
            "filterDateField": "updatedAt",
            "startDate": start,
        }
        found = table(wire.ask(Call(method="GET", url=url, query=query, headers={"x-api-key": secret})), "data", wire)
        if not found:
            return
        rows = [_row(one, wire) for one in found if one.get("finished") is True]
        changed = [written(one.get("updatedAt")) for one in found]
        at = moment(changed[-1])
        if at is None or changed != sorted(changed) or changed[0] < start:
            raise shapeless(wire)
        yield Page(rows=tuple(rows), cursor=settled(at))
        # From the last moment on, again: by place alone, a row that is changed or deleted meanwhile would move others.
        # Where a whole page is of one moment, by place within it.
        marks = {f"{written(one.get('id'))} {written(one.get('updatedAt'))}" for one in found}
        start, skip = (changed[-1], 0) if changed[-1] > start else (start, skip + len(found))
        stuck = stuck + 1 if marks <= known else 0
        if stuck == STUCK:
            raise shapeless(wire)
        known |= marks


def _row(found: dict[str, object], wire: Wire) -> Row:
    at = moment(found.get("updatedAt"))
    if not isinstance(found.get("id"), str) or at is None:
        raise shapeless(wire)
    answers = dict(cells(found.get("data")))
    return Row(id=str(found["id"]), day=day_here(at), cells=answers, lang=written(found.get("language")))
