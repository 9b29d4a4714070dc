"""The bytes of a foreign file to its text: by the encoding that a form file names, else by what they are.

Lines of another encoding than the rest (two exports pasted together) are never guessed. Each of their
bytes beyond ASCII becomes a lone surrogate (Python's `surrogateescape`), so that quotes and delimiters
stay where they are: in UTF-8 and GB18030 no comma, semicolon, tab, quote or line break is part of a
longer character. read.py sets such rows aside; `restored` shows them to the person who asks.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from xinqiao.core.problem import Place, refuse

UTF_8, GB18030 = "utf-8", "gb18030"
UTF_8_MARK = b"\xef\xbb\xbf"
BYTE_ORDER_MARKS = {UTF_8_MARK: "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
OTHER_KINDS = {b"\xd0\xcf\x11\xe0": "XLS", b"%PDF": "PDF"}
STRANGE = re.compile("[\udc80-\udcff]")
STRANGE_LINE = re.compile("[^\r\n]*[\udc80-\udcff][^\r\n]*")
# UTF-8 writes Chinese in three bytes. GB18030's common characters never look like that, though a single
# one of them can look like two bytes of UTF-8.
FIRST_OF_THREE_BYTES = "\u0800"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A text and the encoding of its lines; `strange` is that of lines which do not fit, if there are any."""

    text: str = field(repr=False)
    encoding: str
    strange: str = ""


def decode(raw: bytes, file: str, given: str = "", row_of: Callable[[str], int] = lambda _: 0) -> Decoded:
    """The text of a file: strictly by the encoding `given`; else a byte order mark, UTF-8, GB18030.

    Windows-1252 and its like cannot be told from GB18030 for sure: most such files break off as
    undecodable, some come out as rare Chinese characters. So GB18030 is told as a finding.
    `row_of` gives the row in which a text breaks off, for the problem's words.
    Raises XinqiaoError (file-empty, file-kind-unsupported, file-binary, file-undecodable,
    file-encoding-other, file-encoding-unusable).
    """
    for start, kind in OTHER_KINDS.items():
        if raw.startswith(start):
            raise refuse("file-kind-unsupported", Place(file=file), kind=kind)
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if raw.startswith(mark)), "")
    if given:
        found: Decoded | None = _as_given(raw, file, given, marked, row_of)
    elif marked:
        found = _whole(raw, marked) or (_line_by_line(raw[len(UTF_8_MARK) :]) if marked == "utf-8-sig" else None)
    elif b"\0" in raw:
        raise refuse("file-binary", Place(file=file))
    else:
        found = _whole(raw, UTF_8) or _line_by_line(raw) or _whole(raw, GB18030)
    if found is None:
        raise refuse("file-undecodable", Place(file=file))
    if "\0" in found.text:
        raise refuse("file-binary", Place(file=file))
    if not found.text.strip():
        raise refuse("file-empty", Place(file=file))
    return found


def restored(text: str, strange: str) -> str:
    """A text with strange lines as their own encoding has them, as far as it can be read."""
    return STRANGE_LINE.sub(lambda line: line[0].encode("ascii", "surrogateescape").decode(strange, "replace"), text)


def _as_given(raw: bytes, file: str, given: str, marked: str, row_of: Callable[[str], int]) -> Decoded:
    # An error of the codec holds the whole file; it must not become the context of ours.
    breaks = -1
    try:
        name = codecs.lookup(given).name
        text = raw.decode(given)
    except UnicodeDecodeError as error:
        breaks = error.start
    except (LookupError, UnicodeError):
        name, text = "", ""
    if breaks >= 0:
        row = row_of(raw[:breaks].decode(given, "ignore"))
        raise refuse("file-encoding-other", Place(file=file), encoding=given, row=row)
    if not name:
        raise refuse("file-encoding-unusable", Place(file=file), encoding=given)
    if marked and not name.startswith(marked.removesuffix("-sig")):
        raise refuse("file-encoding-other", Place(file=file), encoding=given, row=0)
    return Decoded(text=text.removeprefix("\ufeff"), encoding=given)


def _whole(raw: bytes, encoding: str) -> Decoded | None:
    text = _decoded(raw, encoding)
    return None if text is None else Decoded(text=text, encoding=encoding)


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _line_by_line(raw: bytes) -> Decoded | None:
    """A text some lines of which can only be UTF-8 while others cannot be; None where there are no such two.

    What most of these lines are is the encoding of the file. A line that may be either (女 alone is a
    Western letter in UTF-8) is taken for GB18030, as Chinese in UTF-8 cannot be mistaken.
    """
    lines = raw.splitlines(keepends=True)
    as_utf8 = [_decoded(line, UTF_8) for line in lines]
    surely = [text is not None and max(text, default="") >= FIRST_OF_THREE_BYTES for text in as_utf8]
    if not any(surely):
        return None
    fitting: list[str | None]
    if sum(surely) >= as_utf8.count(None):
        encoding, strange = UTF_8, GB18030
        fitting = [
            text if sure or line.isascii() else None for text, sure, line in zip(as_utf8, surely, lines, strict=True)
        ]
    else:
        encoding, strange = GB18030, UTF_8
        fitting = [None if sure else _decoded(line, GB18030) for line, sure in zip(lines, surely, strict=True)]
    text = "".join(
        line.decode("ascii", "surrogateescape") if fits is None else fits
        for line, fits in zip(lines, fitting, strict=True)
    )
    return Decoded(text=text, encoding=encoding, strange=strange)
