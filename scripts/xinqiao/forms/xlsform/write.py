"""A form file to an XLSForm workbook that ODK, Kobo and pyxform take, and that comes back here as the same form."""

from __future__ import annotations

import io
from collections.abc import Mapping
from decimal import Decimal

from xinqiao.core.problem import Place, refuse
from xinqiao.core.question import Choice
from xinqiao.core.text import Lang
from xinqiao.forms.written import one_line
from xinqiao.forms.xlsform import own
from xinqiao.forms.yaml_lines import Plain

NAMES: Mapping[Lang, str] = {Lang.ZH: "中文 (zh)", Lang.EN: "English (en)"}
KEYS = {
    "type", "name", "label", "hint", "required", "required_message", "relevant", "constraint", "constraint_message",
    "calculation", "choice_filter", "parameters", "appearance", "default", "read_only", "list_name",
}  # fmt: skip
# What Excel can hold in one cell.
LONGEST = 32_767
Row = dict[str, Plain]
Texts = list[dict[str, str]]


def write_xlsform(plain: Mapping[str, Plain], lists: Mapping[str, tuple[Choice, ...]], file: str) -> bytes:
    """The workbook of a form file that our reader has accepted.

    lists: choices of the portal's own, written out for those who do not have them. Raises XinqiaoError
    (export-too-long) for a text that no cell can hold.
    """
    settings = _mapping(plain["settings"])
    survey = [*_opening(plain), *[_row(row) for row in _rows(plain.get("survey"))]]
    listed = _mapping(plain.get("choices", {}))
    used = {str(row["type"]).split()[1] for row in _rows(plain.get("survey")) if len(str(row["type"]).split()) > 1}
    portal = [name for name in lists if name in used and name not in listed]
    attributes = {key for rows in listed.values() for row in _rows(rows) for key in row} - {
        *own.CHOICE,
        "name",
        "label",
    }
    choices = [
        {"list_name": name, **_row(row, attributes)} for name, rows in listed.items() for row in _rows(rows)
    ] + [
        {"list_name": name, "name": choice.name, **_label(choice)} for name in portal for choice in lists[name]
    ]  # fmt: skip
    sheet: Texts = [_entry(key, settings[key]) for key in own.SETTINGS if key in settings]
    for key in own.KEYS:
        if key in plain:
            value = plain[key]
            sheet += [_entry(key, part) for part in value] if key in own.PARTS and isinstance(value, list) else [
                _entry(key, value)
            ]  # fmt: skip
    if portal:
        sheet.append(_entry(own.PORTAL, list(portal)))
    head = {"form_title": settings["title"], "form_id": settings["form_id"], "version": settings["version"]}
    head |= {"style": settings["style"]} if "style" in settings else {}
    sheets = {"survey": survey, "choices": choices, "settings": [_settings(head)], own.SHEET: sheet}
    return _workbook(sheets, file)


def _opening(plain: Mapping[str, Plain]) -> Texts:
    """Introduction and consent are read before the first question, by people on ODK too."""
    notes: dict[str, Plain] = {own.INTRO: plain.get("intro"), own.CONSENT: plain.get("consent")}
    return [{"type": "note", "name": name, **_spoken("label", words)} for name, words in notes.items() if words]


def _row(row: Mapping[str, Plain], besides: set[str] = frozenset()) -> dict[str, str]:  # type: ignore[assignment]
    made: dict[str, str] = {}
    for key, value in row.items():
        if isinstance(value, dict) and key in KEYS:
            made |= _spoken(key, value)
        elif key in KEYS or key in besides:
            made[key] = ("yes" if value else "no") if isinstance(value, bool) else _cell(value)
        else:
            made[own.COLUMN + key] = one_line(value)
    return made


def _settings(head: Mapping[str, Plain]) -> dict[str, str]:
    # XLSForm has one title; every language's stands in our own sheet.
    title = _cell(_mapping(head["form_title"]).get(Lang.ZH.value))
    rest = {key: _cell(value) for key, value in head.items() if key != "form_title"}
    return {"form_title": title, **rest, "default_language": NAMES[Lang.ZH]}


def _entry(key: str, value: Plain) -> dict[str, str]:
    return {"key": key, "value": one_line(value)}


def _label(choice: Choice) -> dict[str, str]:
    return {f"label::{NAMES[lang]}": choice.label[lang] for lang in Lang}


def _spoken(key: str, words: Plain) -> dict[str, str]:
    said = _mapping(words)
    return {f"{key}::{NAMES[lang]}": _cell(said.get(lang.value)) for lang in Lang}


def _cell(value: Plain) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value is None else str(value)


def _mapping(value: Plain) -> dict[str, Plain]:
    return value if isinstance(value, dict) else {}


def _rows(value: Plain) -> list[Row]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _workbook(sheets: Mapping[str, Texts], file: str) -> bytes:
    import xlsxwriter  # noqa: PLC0415  most runs write no workbook

    target = io.BytesIO()
    # A text that begins with = is a text, not a formula.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        plain, strong = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"bold": True})
        for name, rows in sheets.items():
            headers = list(dict.fromkeys(key for row in rows for key in row))
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for at, header in enumerate(headers):
                sheet.write_string(0, at, header, strong)
                sheet.set_column(at, at, 40 if "::" in header or header == "value" else 18)
            for line, row in enumerate(rows, start=1):
                for key, text in row.items():
                    if len(text) > LONGEST:
                        raise refuse("export-too-long", Place(file=file, question=row.get("name", key)))
                    sheet.write_string(line, headers.index(key), text, plain)
    return target.getvalue()
