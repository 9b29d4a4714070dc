"""The rows of the sheets survey and choices, in the words of our form files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from xinqiao.core.expression import Expression
from xinqiao.core.problem import Place, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.forms.draft import Draft
from xinqiao.forms.fit import keys
from xinqiao.forms.languages import Texts
from xinqiao.forms.pattern import plainly
from xinqiao.forms.shape import ChoiceShape
from xinqiao.forms.xlsform import own
from xinqiao.forms.xlsform.table import QUOTES, Cells, Said, Table, only
from xinqiao.forms.xlsform.types import DEVICE, is_metadata, type_of
from xinqiao.forms.xlsform.unroll import unrolled
from xinqiao.forms.yaml_lines import Path, Plain

SPOKEN = ("label", "hint", "constraint_message", "required_message")
ORDER = (
    "name", "label", "hint", "required", "required_message", "relevant", "constraint", "constraint_message",
    "calculation", "choice_filter", "parameters", "appearance", "default", "read_only",
)  # fmt: skip
PLAIN = tuple(key for key in ORDER if key not in SPOKEN)
# What changes what is asked, so that a form without it would be another.
EXPRESSIONS = ("relevant", "constraint", "calculation", "choice_filter")
MEDIA = ("image", "audio", "video", "big-image")
REFUSED = ("repeat_count", "trigger")
ANSWER = re.compile(r"\$\{\s*([^}]*?)\s*\}")
TRUE, FALSE = {"yes", "true", "true()"}, {"no", "false", "false()"}


def survey(draft: Draft, table: Table, choices: Table, texts: Texts) -> None:
    """Fills `survey`; rows that ask a device, that are switched off or hold a remark only are left out."""
    made: list[Plain] = []
    draft.plain["survey"] = made
    rows = list(unrolled(draft, table, choices))
    known = frozenset(only(cells.get("name")) for _, cells in rows if _asks(only(cells.get("type"))))
    for number, cells in rows:
        written, name = only(cells.get("type")), only(cells.get("name"))
        if (not written and not {"name", "label"} & cells.keys()) or type_of(written) == "end_repeat":
            continue  # a remark, or the end of what is refused where it begins
        if name in {own.INTRO, own.CONSENT} and draft.whole:
            key = name.removeprefix(own.COLUMN)
            draft.plain[key] = texts.text(cells.get("label", {}))
            draft.places[(key,)] = table.place(number, "label")
        elif only(cells.get("disabled")).lower() in TRUE or is_metadata(written):
            what = written if is_metadata(written) else "disabled"
            draft.note("import-row-left-out", table.place(number, "type", name), type=what)
        else:
            path: Path = ("survey", len(made))
            row = _row(draft, table, number, cells, texts, path, known)
            if "choice_filter" in row and not draft.whole:
                place, of = table.place(number, "choice_filter", name), str(row["type"]).split()[-1]
                row["choice_filter"] = _quoted(draft, place, str(row["choice_filter"]), of, choices)
            if _can_be_spared(row, table, number):
                place = table.place(number, "type", name)
                draft.note("import-question-left-out", place, name=name, feature=str(row["type"]))
            else:
                made.append(row)
    _tell_left_out(draft, table, {"type", *SPOKEN, *PLAIN, *REFUSED})


def _asks(written: str) -> bool:
    """Whether a row of that type has an answer that a text may repeat."""
    kind = type_of(written)
    return not (is_metadata(written) or kind.startswith(("begin_", "end_")) or kind in DEVICE or not kind)


def _can_be_spared(row: dict[str, Plain], table: Table, number: int) -> bool:
    """Whether a question of a kind that forms here lack may be left out: optional, and in no expression."""
    mention = f"${{{row.get('name', '')}}}"
    return (
        str(row["type"]).partition(" ")[0] in DEVICE
        and row.get("required", False) is False
        and not any(mention in only(cells.get(key)) for at, cells in table.rows if at != number for key in PLAIN)
    )


def _row(
    draft: Draft, table: Table, number: int, cells: Cells, texts: Texts, path: Path, known: frozenset[str]
) -> dict[str, Plain]:
    kind, name = type_of(only(cells.get("type"))), only(cells.get("name"))
    if kind == "note" and not name:
        name = f"note_{number}"
        cells = {**cells, "name": {"": name}}
    draft.places[path] = table.place(number, "type", name)
    row: dict[str, Plain] = {"type": kind}
    for key in ORDER:
        if key in SPOKEN:
            told = frozenset() if kind.startswith("begin_") else known
            made: Plain = _spoken(draft, table.place(number, key, name), cells.get(key, {}), texts, told)
        else:
            made = _plain(key, only(cells.get(key)), whole=draft.whole)
        if made:
            row[key] = made
    for key in REFUSED:
        if key in cells:
            draft.note("feature-unsupported", table.place(number, key, name), feature=key)
    row |= _own(draft, table, number, cells, path)
    if "label" not in row and any(key in cells for key in MEDIA):
        # A question that is only a picture or a sound: its name stands for it.
        row["label"] = {lang.value: f"[{name}]" for lang in Lang}
        draft.note("import-text-changed", table.place(number, "type", name))
    if kind == "text" and row.get("read_only") is True and "calculation" not in row:
        # A line to read that nobody can change.
        kind = row["type"] = "note"
        row = {
            key: value for key, value in row.items() if key not in {"read_only", "required", "constraint", "default"}
        }
    if kind == "end_group":
        row = {"type": kind}
    elif kind == "text" and not draft.whole:
        # What people write themselves never reaches a table, unless the college says so.
        row["role"] = "free-text"
    draft.places |= {(*path, key): table.place(number, key, name) for key in row if key in cells}
    return row


def _spoken(draft: Draft, place: Place, said: Said, texts: Texts, known: Container[str]) -> dict[str, Plain] | None:
    """A text; an answer that it cannot repeat is named in brackets instead, which is told."""
    words = texts.text(said)
    if not words:
        return None

    def answer(found: re.Match[str]) -> str:
        return f"${{{found[1]}}}" if found[1] in known else f"[{found[1]}]"

    made: dict[str, Plain] = {lang: ANSWER.sub(answer, str(text)) for lang, text in words.items()}
    if any(set(ANSWER.findall(str(text))) - {*ANSWER.findall(str(made[lang]))} for lang, text in words.items()):
        draft.note("import-text-changed", place)
    return made


def _own(draft: Draft, table: Table, number: int, cells: Cells, path: Path) -> dict[str, Plain]:
    """What the columns say that XLSForm lacks."""
    found: dict[str, Plain] = {}
    for key, said in cells.items():
        if key.startswith(own.COLUMN):
            name, place = key.removeprefix(own.COLUMN), table.place(number, key)
            draft.places[(*path, name)] = place
            found[name] = own.value(only(said), place, draft)
    return found


def _plain(key: str, text: str, *, whole: bool) -> Plain:
    """A cell; XLSForm's `yes` and `true()` as a truth value. Where it is neither our reader refuses it."""
    if key in {"required", "read_only"}:
        low = text.lower().replace(" ", "")
        return True if low in TRUE else False if low in FALSE else text
    return plainly(text.translate(QUOTES)) if key in EXPRESSIONS and not whole else text


def _quoted(draft: Draft, place: Place, chosen: str, name: str, choices: Table) -> str:
    """A choice_filter whose bare words are columns; one that is only a value of a column was meant as a text."""
    listed = [cells for _, cells in choices.rows if only(cells.get("list_name")) == name]
    columns = {key for cells in listed for key in cells}
    values = {only(said) for cells in listed for said in cells.values()}
    try:
        bare = Expression(chosen).columns() - columns
    except XinqiaoError:
        return chosen  # our reader tells it
    for word in sorted(bare & values):
        chosen = re.sub(rf"(?<![\w${{'\".-]){re.escape(word)}(?![\w}}'\".-])", f"'{word}'", chosen)
        draft.note("import-word-quoted", place, word=word)
    return chosen


def choices(draft: Draft, table: Table, texts: Texts, portal: frozenset[str], suffix: str = "") -> None:
    """Fills `choices` with the lists that questions offer; in a form of ours with all but the portal's own."""
    asked = _asked(draft)
    listed_before = draft.plain.get("choices")
    made: dict[str, Plain] = dict(listed_before) if isinstance(listed_before, dict) else {}
    unused: set[str] = set()
    for number, cells in table.rows:
        name, of = only(cells.get("name")), only(cells.get("list_name")) + suffix
        for key in ("list_name", "name") if {"list_name", "name", "label"} & cells.keys() else ():
            if key not in cells:
                draft.note("form-key-missing", table.place(number, key), key=key)
        if not {"list_name", "name"} <= cells.keys() or of in portal:
            continue
        if of not in asked and not draft.whole:
            unused.add(of)
            continue
        listed = made.setdefault(of, [])
        if isinstance(listed, list):
            path: Path = ("choices", of, len(listed))
            listed.append(_choice(draft, table, number, cells, texts, path, asked.get(of, set())))
    for name in sorted(unused):
        draft.note("import-list-left-out", table.place(1), list=name)
    if made:
        draft.plain["choices"] = made
    columns = set().union(*asked.values()) if asked else set()
    _tell_left_out(draft, table, {"list_name", "name", "label", "score", *columns})


def _choice(
    draft: Draft, table: Table, number: int, cells: Cells, texts: Texts, path: Path, asked: set[str]
) -> dict[str, Plain]:
    written = only(cells.get("name"))
    name = _choice_name(draft, written)
    if name != written:
        draft.note("import-renamed", table.place(number, "name", written), old=written, new=name)
    place = table.place(number, "label", name)
    label = _spoken(draft, place, cells.get("label", {}), texts, ()) or dict(texts.text({"": written}) or {})
    choice: dict[str, Plain] = {"name": name, "label": label}
    score = only(cells.get("score"))
    if score.lstrip("-").isdecimal() and len(score) < 10 and "score" not in asked:
        choice["score"] = int(score)
    choice |= {key: only(cells[key]) for key in sorted(asked - keys(ChoiceShape).keys()) if key in cells}
    choice |= _own(draft, table, number, cells, path)
    draft.places[path] = table.place(number, "name", name)
    draft.places |= {(*path, key): table.place(number, key, name) for key in choice if key in cells}
    return choice


def _choice_name(draft: Draft, written: str) -> str:
    """A choice's name without accents, which no name here holds; as it is where an expression speaks of it."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", written) if not unicodedata.combining(char))
    rows = draft.plain["survey"]
    spoken = (
        {str(value) for row in rows if isinstance(row, dict) for value in row.values()}
        if isinstance(rows, list)
        else set()
    )
    return written if any(written in words for words in spoken) else plain


def _asked(draft: Draft) -> dict[str, set[str]]:
    """For each list that a question offers the columns of it that choice_filters ask about."""
    asked: dict[str, set[str]] = {}
    rows = draft.plain["survey"]
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and len(words := str(row["type"]).split()) > 1:
            columns = asked.setdefault(words[1], set())
            try:
                columns |= set(Expression(str(row.get("choice_filter", "''"))).columns())
            except XinqiaoError:
                continue  # our reader tells it
    return asked


def _tell_left_out(draft: Draft, table: Table, known: set[str]) -> None:
    """Columns that forms here do not have, where a row fills them; told once each."""
    for each in table.headers:
        if each.key in known or each.key.startswith(own.COLUMN):
            continue
        if number := next((number for number, cells in table.rows if each.key in cells), None):
            draft.note("import-column-left-out", table.place(number, each.key), column=each.written)
