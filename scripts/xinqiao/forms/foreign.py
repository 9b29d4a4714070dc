"""How files of others are read: from what a form file says under `file` to core."""

from __future__ import annotations

import re
from datetime import datetime

from xinqiao.core.foreign import ForeignFile
from xinqiao.forms.build import expression, note
from xinqiao.forms.shape import FileShape
from xinqiao.forms.yaml_lines import Document

NO_DELIMITER = frozenset("\"'\r\n\0.-_")
# A day and an hour that no other sign of a date could be mistaken for.
SAMPLE = datetime(2023, 11, 29, 17, 48, 59)


def foreign(document: Document, shape: FileShape) -> ForeignFile:
    """The settings; what cannot be used is noted and left out."""
    encoding, delimiter = shape.encoding, shape.delimiter
    if encoding and not _is_codec(encoding):
        note(document, "encoding-unknown", ("file", "encoding"), encoding=encoding)
        encoding = ""
    if delimiter and (len(delimiter) != 1 or delimiter in NO_DELIMITER or delimiter.isalnum()):
        note(document, "delimiter-unusable", ("file", "delimiter"))
        delimiter = ""
    column, written = (shape.date.column, shape.date.format) if shape.date else ("", "")
    if shape.date and not column:
        note(document, "form-key-missing", ("file", "date", "column"), key="column")
    if written and not _is_date_format(written):
        note(document, "date-format", ("file", "date", "format"), format=written)
        written = ""
    return ForeignFile(
        encoding=encoding,
        delimiter=delimiter,
        sheet=shape.sheet,
        missing=tuple(shape.missing),
        date_column=column,
        date_format=written,
        keep_if=expression(document, ("file", "keep_if"), shape.keep_if),
        already_reversed=shape.already_reversed,
        id_column=shape.id,
        version_column=shape.version,
    )


def _is_codec(name: str) -> bool:
    try:
        "a".encode(name)
    except (LookupError, ValueError):
        return False
    return True


def _is_date_format(written: str) -> bool:
    """Whether strptime reads with it what strftime writes, and the day comes out."""
    try:
        return datetime.strptime(SAMPLE.strftime(written), written).date() == SAMPLE.date()
    except (ValueError, re.error):
        return False
