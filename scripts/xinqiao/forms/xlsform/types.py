"""Types of XLSForm rows by all their names, as pyxform knows them, in the words of our form files."""

from __future__ import annotations

import re
from collections.abc import Mapping

ALIASES: Mapping[str, str] = {
    "string": "text", "q string": "text", "add text prompt": "text",
    "int": "integer", "q int": "integer", "add integer prompt": "integer",
    "q decimal": "decimal", "add decimal prompt": "decimal",
    "q date": "date", "add date prompt": "date",
    "q note": "note", "add note prompt": "note",
    "q acknowledge": "acknowledge", "add acknowledge prompt": "acknowledge", "trigger": "acknowledge",
    "q calculate": "calculate", "add calculate prompt": "calculate",
    "datetime": "dateTime", "date time": "dateTime", "q date time": "dateTime", "add date time prompt": "dateTime",
    "gps": "geopoint", "location": "geopoint", "q geopoint": "geopoint", "q location": "geopoint",
    "photo": "image", "q picture": "image", "q image": "image", "add image prompt": "image",
}  # fmt: skip
# What a device notes about itself or its owner: forms here never ask a device, so such rows are left out.
METADATA = {
    "start", "start time", "get start time", "end", "end time", "get end time", "today", "get today", "deviceid",
    "device id", "get device id", "imei", "subscriberid", "subscriber id", "get subscriber id", "simserial", "sim id",
    "get sim id", "phonenumber", "phone number", "get phone number", "username", "email", "audit",
    "uri:deviceid", "uri:subscriberid", "uri:simserial", "uri:phonenumber", "uri:username", "uri:email",
    "start-geopoint", "background-geopoint", "background-audio", "hidden",
}  # fmt: skip
# Kinds of question that forms here do not have. One that nobody must answer and nothing else depends on is left out.
DEVICE = frozenset(
    {
        "audio", "barcode", "dateTime", "file", "geopoint", "geoshape", "geotrace", "image", "osm", "rank", "video",
        "xml-external", "csv-external",
    }
)  # fmt: skip
EXTERNAL = "_external"
ONE = ("select_one", "select one", "select one from", "select1", "select one using", "add select one prompt using")
SEVERAL = (
    "select_multiple", "select multiple", "select multiple from", "select multiple using",
    "select all that apply", "select all that apply from", "add select multiple prompt using",
)  # fmt: skip
SELECT = re.compile(
    rf"(?P<word>{'|'.join(sorted((*ONE, *SEVERAL), key=len, reverse=True))}) (?P<list>\S+)"
    r"(?P<other> (?:or specify other|or_other|or other))?"
)
BORDER = re.compile(r"(?P<word>begin|end)[ _](?P<what>group|repeat|loop|lgroup|looped group)")

LOOP = re.compile(r"begin[ _]loop over (\S+)")


def type_of(written: str) -> str:
    """The type in our words; one that is not known stays as it is, and our reader refuses it."""
    words = " ".join(written.split())
    low = words.lower()
    if border := BORDER.fullmatch(low):
        what = "group" if border["what"] == "group" else "loop" if border["what"] == "loop" else "repeat"
        return f"{border['word']}_{what}"
    if loop := LOOP.fullmatch(words):
        return f"begin_loop {loop[1]}"
    if low.startswith("select_one_external "):
        return f"select_one {words.split()[-1]}{EXTERNAL}"
    # A list is named as it is written, in its own case.
    if select := SELECT.fullmatch(words) or SELECT.fullmatch(f"{low.rsplit(' ', 1)[0]} {words.rsplit(' ', 1)[-1]}"):
        word = "select_one" if select["word"] in ONE else "select_multiple"
        return f"{word} {select['list']}{' or_other' if select['other'] else ''}"
    return ALIASES.get(low, low if low in ALIASES.values() or " " not in low else words)


def is_metadata(written: str) -> bool:
    """Whether a row of that type asks the device, not the person."""
    return " ".join(written.split()).lower() in METADATA
