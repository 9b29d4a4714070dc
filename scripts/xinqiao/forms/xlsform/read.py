"""An XLSForm workbook to a draft of a form file (xlsform.org; names and aliases as pyxform reads them)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath

from xinqiao.core.problem import Place, refuse
from xinqiao.core.question import Choice
from xinqiao.core.text import Lang
from xinqiao.forms.draft import Draft, usable_name
from xinqiao.forms.languages import Texts
from xinqiao.forms.xlsform import own
from xinqiao.forms.xlsform.grid import workbook
from xinqiao.forms.xlsform.rows import choices, survey
from xinqiao.forms.xlsform.table import NOTHING, Cells, Table, only, table
from xinqiao.forms.xlsform.types import EXTERNAL
from xinqiao.forms.yaml_lines import Plain

SHEETS = ("survey", "choices", "external_choices", "settings", own.SHEET)
# Sheets whose loss would change what a form asks.
REFUSED = ("cascades",)
LEFT_OUT = ("entities", "osm")
HANDLED = {"form_id", "form_title", "version", "default_language", "style"}


def read_xlsform(raw: bytes, file: str, lists: Mapping[str, tuple[Choice, ...]]) -> Draft:
    """The draft of a workbook; what stops is in its notes.

    lists: choices that the portal has of its own. Raises XinqiaoError (import-not-workbook,
    import-too-large, xlsform-sheet-missing).
    """
    sheets = {sheet.name.strip().lower(): sheet for sheet in reversed(workbook(raw, file))}
    if len(sheets) == 1:
        # A workbook of one sheet is its survey, whatever it is called.
        sheets = {"survey": next(iter(sheets.values()))}
    if "survey" not in sheets or not sheets["survey"].rows:
        named = ", ".join(sheet.name for sheet in sheets.values())
        raise refuse("xlsform-sheet-missing", Place(file=file), sheets=named)
    draft = Draft(file=file, whole=own.SHEET in sheets)
    for name in REFUSED:
        if name in sheets and len(sheets[name].rows) > 1:
            draft.note("feature-unsupported", Place(file=f"{file}#{sheets[name].name}", line=1, column=1), feature=name)
    for name in LEFT_OUT:
        if name in sheets and len(sheets[name].rows) > 1:
            draft.note("import-sheet-left-out", Place(file=f"{file}#{sheets[name].name}", line=1, column=1), sheet=name)
    tables = {name: table(sheets.get(name, NOTHING), file, draft, name) for name in SHEETS}
    said = own.read(tables[own.SHEET], draft)
    settings = tables["settings"]
    number, cells = settings.rows[0] if settings.rows else (1, {})
    texts = Texts(main=only(cells.get("default_language")))
    made = _settings(draft, settings, number, cells, Texts() if "title" in said else texts)
    made |= {key: said[key] for key in own.SETTINGS if key in said}
    if isinstance(title := made["title"], dict) and "title" in said and "form_title" in cells:
        # Whoever changes the title in a spreadsheet changes that of the sheet `settings`.
        made["title"] = {**title, Lang.ZH.value: only(cells["form_title"])}
    draft.plain["settings"] = made
    draft.plain |= {key: said[key] for key in own.KEYS if key in said}
    survey(draft, tables["survey"], tables["choices"], texts)
    choices(draft, tables["choices"], texts, _portal(said, lists))
    choices(draft, tables["external_choices"], texts, frozenset(), EXTERNAL)
    draft.tell_languages(texts)
    return draft


def _portal(said: Mapping[str, Plain], lists: Mapping[str, tuple[Choice, ...]]) -> frozenset[str]:
    """The lists of the sheet that the portal has of its own: a file exported here holds them for others only."""
    named = said.get(own.PORTAL)
    return frozenset(lists) & {str(name) for name in named} if isinstance(named, list) else frozenset()


def _settings(draft: Draft, settings: Table, number: int, cells: Cells, texts: Texts) -> dict[str, Plain]:
    name = only(cells.get("form_id")) or FilePath(draft.file).stem
    title = texts.text(cells.get("form_title", {})) or texts.text({"": name})
    made: dict[str, Plain] = {"form_id": usable_name(name, "form", "-"), "version": 1, "title": title}
    version = only(cells.get("version"))
    if version.isdecimal() and 0 < int(version[:16]) < 10**15:
        made["version"] = int(version)
    elif version:
        draft.note("import-version", settings.place(number, "version"), version=version[:40])
    if only(cells.get("style")) == "pages":
        made["style"] = "pages"
    for each in settings.headers:
        if each.key in cells and each.key not in HANDLED:
            draft.note("import-column-left-out", settings.place(number, each.key), column=each.written)
    draft.places |= {("settings", key): settings.place(number, key) for key in ("form_id", "version", "style")}
    draft.places |= {("settings", "title"): settings.place(number, "form_title")}
    return made
