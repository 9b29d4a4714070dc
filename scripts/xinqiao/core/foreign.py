"""How a file made by another system is to be read: what a form file says under `file`."""

from __future__ import annotations

from dataclasses import dataclass

from xinqiao.core.expression import Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignFile:
    """What cannot be seen from a file of others itself; an empty text means that it is found out.

    encoding: a codec's name. delimiter: one character. sheet: a worksheet's name. missing: codes that
    are no answer in any column. date_column, date_format: when a row was given (strptime's signs; empty:
    ISO). keep_if: only rows for which it holds are used, such as those of people who agreed.
    already_reversed: reversed items were turned round before the file was written. id_column: what tells one respondent
    from another, so that whoever stands there twice counts once. version_column: to which version of the form a row
    was answered.
    """

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    missing: tuple[str, ...] = ()
    date_column: str = ""
    date_format: str = ""
    keep_if: Expression | None = None
    already_reversed: bool = False
    id_column: str = ""
    version_column: str = ""
