"""The two CSV texts that a person may ask for by name: rows that can be used, and rows that were set aside.

Both hold people's answers: they leave this room only for the files that the person names.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from xinqiao.core.expression import Value
from xinqiao.core.form import Form
from xinqiao.core.text import Lang
from xinqiao.tables.columns import DAY, NUMBER
from xinqiao.tables.read import RawTable
from xinqiao.tables.reason import TITLES
from xinqiao.tables.validate import Validated

# What spreadsheets take for a formula at the start of a cell (OWASP, CSV Injection), full-width signs too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


BETWEEN = {Lang.ZH: "；", Lang.EN: "; "}


def clean_text(form: Form, checked: Validated) -> str:
    """The usable rows as our own CSV, which `read_file` knows by its first header and reads back the same.

    `#row` (the row's number in the file) and, where the form file says how to know it, `#day`; then a column
    a question in the form's order; chosen names of a select_multiple are joined by a space; no answer is an
    empty cell. Derived dimensions are made anew when it is read.
    """
    names = [question.name for question in form.questions if question.answered]
    dated = bool(form.file.date_column)
    day = {number: day.isoformat() for number, day in checked.days.items()}
    rows = (
        [str(number), *([day.get(number, "")] if dated else []), *(_cell(row.values.get(name)) for name in names)]
        for number, row in checked.rows
    )
    return _csv([[NUMBER, *([DAY] if dated else []), *names], *rows])


def quarantine_text(raw: RawTable, checked: Validated) -> str:
    """The rows set aside: number, reason codes, what they mean in each language, questions, then the cells.

    The cells stand as written under the file's headers; one that a spreadsheet would take for a formula
    begins with an apostrophe.
    """
    faults: dict[int, dict[tuple[str, str], None]] = {}
    for finding in checked.findings:
        if finding.sets_aside:
            faults.setdefault(finding.row, {})[finding.code, finding.field] = None
    header, *records = raw.records or (None,)
    aside = [record for record in records if record and record.number in faults]
    named = header.written if header else ()
    width = max((len(record.written) for record in aside), default=0)
    rows = [["row", "codes", *(f"reasons_{lang.value}" for lang in Lang), "fields", *_harmless(named, width)]]
    for record in aside:
        codes, fields = zip(*faults[record.number], strict=True)
        told = [BETWEEN[lang].join(dict.fromkeys(TITLES[code][lang] for code in codes)) for lang in Lang]
        why = [str(record.number), _joined(codes), *told, _joined(fields)]
        rows.append([*why, *_harmless(record.written, len(rows[0]) - len(why))])
    return _csv(rows)


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _joined(names: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(filter(None, names)))


def _harmless(cells: Sequence[str], width: int) -> list[str]:
    padded = [*cells, *("" for _ in range(width - len(cells)))]
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in padded]


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()
