"""The recovery sheet: a locked key on one printed page, as a QR code and as lines that can be typed in again.

The text is an age file in armor, as the age tool reads it, with a check of four signs behind each line, so that a slip
of the hand is found in its line. The passphrase does not stand on it. Source: the age format, version 1 (C2SP, age.md).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from datetime import date

import segno
from markupsafe import Markup

from xinqiao.core.problem import refuse
from xinqiao.core.record import AGE_HEADER
from xinqiao.core.text import Text
from xinqiao.templates import environment

BEGIN, END = "-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----"
COLUMNS = 64
# A dozen lines more than a key without forerunners has; beyond, code and text leave the page.
MOST_BYTES = 1_000
WRITTEN = re.compile(r"(?P<text>[A-Za-z0-9+/]+={0,2})(?:\s+(?P<check>[0-9a-f]{4}))?")


def recovery_sheet(name: str, public: str, locked: bytes, title: Text, today: date) -> str:
    """The sheet of a locked key as HTML for one page of A4, both languages; nothing in it is fetched.

    locked: the age file with the private half under its passphrase. title: the college's.
    Raises XinqiaoError (sheet-too-long).
    """
    if len(locked) > MOST_BYTES:
        raise refuse("sheet-too-long", key=name)
    lines = _lines(locked)
    code = segno.make("\n".join((BEGIN, *lines, END)), error="m", micro=False)
    template = environment("intake").get_template("sheet.html.jinja")
    return template.render(
        name=name,
        public=public,
        lines=[(line, _check(number, line)) for number, line in enumerate(lines, 1)],
        begin=BEGIN,
        end=END,
        code=Markup(code.svg_inline(border=0, omitsize=True, svgclass="", lineclass="")),  # noqa: S704  (a drawing)
        title=title,
        day=today.isoformat(),
    )


def read_sheet(text: str) -> bytes:
    """The locked key that a sheet's text holds, scanned or typed, with or without the checks behind its lines.

    Raises XinqiaoError: sheet-unreadable, or sheet-line-wrong for a line that does not agree with its check.
    """
    inside = text.partition(BEGIN)[2].partition(END)[0] if END in text else ""
    written = [line.strip() for line in inside.splitlines() if line.strip()]
    whole = ""
    for number, line in enumerate(written, 1):
        found = WRITTEN.fullmatch(line)
        if not found or found["check"] not in {None, _check(number, found["text"])}:
            raise refuse("sheet-line-wrong", line=number)
        whole += found["text"]
    try:
        locked = base64.b64decode(whole, validate=True)
    except binascii.Error:
        locked = b""
    if not locked.startswith(AGE_HEADER):
        raise refuse("sheet-unreadable")
    return locked


def _lines(locked: bytes) -> list[str]:
    encoded = base64.b64encode(locked).decode("ascii")
    return [encoded[at : at + COLUMNS] for at in range(0, len(encoded), COLUMNS)]


def _check(number: int, line: str) -> str:
    """Four signs that hardly any other line of this number has."""
    return hashlib.sha256(f"{number} {line}".encode()).hexdigest()[:4]
