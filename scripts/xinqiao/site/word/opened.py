"""Opens a Word document that a stranger may have made: what is no document, or is made to do harm, is told first."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from xinqiao.core.problem import Place, XinqiaoError, refuse

if TYPE_CHECKING:
    from docx.document import Document

# In bytes. A document with fifty photographs of a telephone has some 200 MB; its text seldom 1 MB.
LARGEST_FILE = 200_000_000
LARGEST_WHOLE = 400_000_000
LARGEST_TEXT = 40_000_000
MOST_PARTS = 5_000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAIN = "word/document.xml"
TYPES = "[Content_Types].xml"
DECLARED = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# What a broken package may raise in the standard library, in lxml (a SyntaxError, a ValueError) and in python-docx.
BROKEN = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, SyntaxError, AttributeError, IndexError,
    NotImplementedError, RuntimeError, EOFError,
)  # fmt: skip


def open_word(path: Path) -> Document:
    """The document of a `.docx` file, whatever its name ends in.

    Raises XinqiaoError: word-missing, word-kind, word-large, word-unsafe, word-broken.
    """
    place = Place(file=path.name)
    try:
        with path.open("rb") as file:
            first = file.read(8)
        size = path.stat().st_size
    except OSError as error:
        raise refuse("word-missing", place, reason=error.strerror or type(error).__name__) from None
    if first == OLE:
        raise _kind(place, "是旧版 .doc，或者设了打开密码", "it is an old .doc, or has a password")
    if size > LARGEST_FILE:
        raise refuse("word-large", place, size=size // 1_000_000, limit=LARGEST_FILE // 1_000_000)
    try:
        with zipfile.ZipFile(path) as package:
            _check(package, place)
        return _read(path)
    except zipfile.BadZipFile:
        if first[:2] == b"PK":
            raise refuse("word-broken", place) from None
        raise _kind(place, "不是 Word 的 .docx 文件", "it is no .docx of Word") from None
    except BROKEN:
        raise refuse("word-broken", place) from None


def _read(path: Path) -> Document:
    # python-docx with lxml takes a fifth of a second, which no other command needs.
    import docx  # noqa: PLC0415 - start-up time
    from docx.opc.exceptions import PackageNotFoundError  # noqa: PLC0415 - start-up time

    try:
        return docx.Document(str(path))
    except PackageNotFoundError:
        raise refuse("word-broken", Place(file=path.name)) from None


def _check(package: zipfile.ZipFile, place: Place) -> None:
    """Sizes, macros and declarations, before anything is read as XML."""
    parts = package.infolist()
    names = {part.filename for part in parts}
    texts = [part for part in parts if part.filename.endswith((".xml", ".rels"))]
    whole, text = sum(part.file_size for part in parts), sum(part.file_size for part in texts)
    if len(parts) > MOST_PARTS or whole > LARGEST_WHOLE or text > LARGEST_TEXT:
        raise refuse("word-large", place, size=whole // 1_000_000, limit=LARGEST_WHOLE // 1_000_000)
    if TYPES not in names or MAIN not in names:
        raise _kind(place, "不是 Word 的 .docx 文件", "it is no .docx of Word")
    if any(name.lower().endswith("vbaproject.bin") for name in names) or b"macroEnabled" in package.read(TYPES):
        raise _unsafe(place, "带有宏", "it holds macros")
    for part in texts:
        # A part in UTF-16 has a zero beside each letter.
        if DECLARED.search(package.read(part).replace(b"\0", b"")):
            raise _unsafe(place, "带有 Word 自己不会写的实体声明", "it declares entities, which Word never writes")


def _kind(place: Place, zh: str, en: str) -> XinqiaoError:
    return refuse("word-kind", place, reason_zh=zh, reason_en=en)


def _unsafe(place: Place, zh: str, en: str) -> XinqiaoError:
    return refuse("word-unsafe", place, reason_zh=zh, reason_en=en)
