"""What our form files hold and XLSForm lacks: columns `xinqiao_…` and a sheet `xinqiao`, each cell a line of YAML.

ODK, Kobo and pyxform pass over both, so that a form comes back whole.
"""

from __future__ import annotations

from xinqiao.core.problem import Place, XinqiaoError
from xinqiao.forms.draft import Draft
from xinqiao.forms.xlsform.table import Table, only
from xinqiao.forms.yaml_lines import Plain, parse_yaml

SHEET, COLUMN = "xinqiao", "xinqiao_"
INTRO, CONSENT = "xinqiao_intro", "xinqiao_consent"
# One row an entry; every other key stands on one row.
PARTS = ("scales", "derived", "summaries", "cases", "versions")
KEYS = ("untranslated", *PARTS, "file", "on_bad_answer", "seal_to", "retention")
SETTINGS = ("title", "purpose", "loinc")
# Keys of ours on a choice; any other is a column that a choice_filter asks about.
CHOICE = ("score", "column_value", "loinc")
# Lists of choices that the portal has of its own, written out for others.
PORTAL = "portal_lists"


def read(table: Table, draft: Draft) -> dict[str, Plain]:
    """The values of the sheet by key; their places are noted in the draft."""
    found: dict[str, Plain] = {}
    for number, cells in table.rows:
        key, place = only(cells.get("key")), table.place(number, "value")
        if key not in {*KEYS, *SETTINGS, PORTAL}:
            draft.note("import-column-left-out", table.place(number, "key"), column=key)
            continue
        made = value(only(cells.get("value")), place, draft)
        if key in PARTS:
            part = found.setdefault(key, [])
            if isinstance(part, list):
                draft.places[(key, len(part))] = place
                part.append(made)
        else:
            draft.places[("settings", key) if key in SETTINGS else (key,)] = place
            found[key] = made
    return found


def value(text: str, place: Place, draft: Draft) -> Plain:
    """What a cell holds; None where it is no YAML, which is noted."""
    try:
        document = parse_yaml(text, place.file)
    except XinqiaoError as error:
        problems = error.problems
    else:
        problems = tuple(document.problems)
        if not problems:
            return document.value
    for problem in problems:
        draft.note(problem.code, place, **problem.params)
    return None
