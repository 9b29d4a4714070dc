"""KoboToolbox: the data of an asset, API v2 (support.kobotoolbox.org, "API"). Secret: the API token.

A page holds what the server likes, often 100 rows whatever is asked for. So each page is asked for by the last
number seen, up to an empty one; links are not followed. Each row tells address, agent and device.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from xinqiao.core.source import Source
from xinqiao.intake.pull.row import OVERLAP, Page, Row, cells, day_here, moment, shapeless, table
from xinqiao.intake.pull.wire import Call, Wire

SIZE = 1_000
# What Kobo and its collectors say of the sender, of the device and of the row; nothing of it is an answer.
METADATA = frozenset({
    "_id", "_uuid", "_ip", "_status", "_submission_time", "_submitted_by", "_geolocation", "_attachments", "_tags",
    "_notes", "_validation_status", "_version_", "__version__", "_xform_id_string", "_userform_id",
    "_bamboo_dataset_id", "_supplementalDetails", "deviceid", "simserial", "subscriberid", "phonenumber",
})  # fmt: skip
METADATA_GROUPS = ("meta/", "formhub/")


def read(source: Source, secret: str, wire: Wire, cursor: str) -> Iterator[Page]:
    """The rows after a cursor by their number there; the last minutes' are read again the next time.

    Numbers are given before rows can be seen, so a lower one may appear after a higher one.
    """
    url = f"{source.address}/api/v2/assets/{source.remote}/data/"
    headers = {"Authorization": f"Token {secret}"}
    last = int(cursor) if cursor.isdigit() else 0
    waiting: list[tuple[datetime, int]] = []
    safe = last
    while True:
        asked = {"query": json.dumps({"_id": {"$gt": last}}), "sort": json.dumps({"_id": 1})}
        query = {"format": "json", "limit": str(SIZE), **asked}
        rows = []
        for found in table(wire.ask(Call(method="GET", url=url, query=query, headers=headers)), "results", wire):
            number, at = found.get("_id"), moment(found.get("_submission_time"))
            if not isinstance(number, int) or number <= last or at is None:
                raise shapeless(wire)
            last = number
            waiting.append((at, number))
            told = ((name, cell) for name, cell in cells(found) if name not in METADATA)
            answers = {name: cell for name, cell in told if not name.startswith(METADATA_GROUPS)}
            rows.append(Row(id=str(number), day=day_here(at), cells=answers))
        if not rows:
            return
        newest = max(at for at, _ in waiting)
        young = [number for at, number in waiting if at > newest - OVERLAP]
        safe = max([safe, *(number for _, number in waiting if number < min(young))])
        waiting = [(at, number) for at, number in waiting if number > safe]
        yield Page(rows=tuple(rows), cursor=str(safe))
