"""`xinqiao validate`: what of a file of answers can be used, what not and why; both as files where asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.text import Lang, Text
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.output import write_output
from xinqiao.flows.project import form_path, load_form
from xinqiao.forms.schema import table_schema
from xinqiao.tables.answers import is_answers, read_answers
from xinqiao.tables.read import read_file
from xinqiao.tables.validate import Checked
from xinqiao.tables.validate import validate as judge
from xinqiao.tables.written import clean_text, quarantine_text


def validate(
    config: Config,
    ref: str,
    file: Path,
    progress: Progress,
    *,
    report: Path | None = None,
    clean: Path | None = None,
    quarantine: Path | None = None,
) -> Outcome:
    """Reads and judges one file; the report holds no answers, the other two files hold them for who asks."""
    form = load_form(config, ref)
    if not is_answers(file, config.rows):
        raise refuse("file-not-found", Place(file=str(file)))
    wanted = [path for path in (report, clean, quarantine) if path]
    form_files = (form_path(config, ref), Path(ref))
    if problems := list(_clashes(wanted, [path for path in (file, *form_files) if path.is_file()])):
        raise XinqiaoError(problems)
    progress(f"{file.name}: read, validate")
    checked = _checked(config, form, file, clean, quarantine)
    if report:
        write_output(report, json.dumps(checked.as_json(), ensure_ascii=False, indent=2) + "\n")
    written = [str(path) for path in wanted]
    said = Text.of(
        zh=f"可用 {checked.usable} 行，隔离 {checked.quarantined} 行。" + _also("已写入：", "、", written, "。"),
        en=f"{checked.usable} rows can be used, {checked.quarantined} set aside."
        + _also(" Written: ", ", ", written, "."),
    )
    return Outcome(said=said, document=checked.as_json(), problems=checked.problems)


def _checked(config: Config, form: Form, file: Path, clean: Path | None, quarantine: Path | None) -> Checked:
    """What of a file can be used; read whole where its rows are to be written, as they are held until then."""
    schema = table_schema(form, Lang.EN)
    if not (clean or quarantine):
        return read_answers(file, form, schema, config.rows).checked
    raw = read_file(file, form)
    checked = judge(form, schema, raw)
    if clean:
        write_output(clean, clean_text(form, checked))
    if quarantine:
        # Spreadsheets, in which people look at this file, know UTF-8 by its mark.
        write_output(quarantine, "\ufeff" + quarantine_text(raw, checked))
    return checked


def _also(before: str, between: str, names: Iterable[str], after: str) -> str:
    listed = between.join(names)
    return f"{before}{listed}{after}" if listed else ""


def _clashes(wanted: Iterable[Path], read: Iterable[Path]) -> Iterator[Problem]:
    """Outputs that would overwrite what is read, by whatever name, or each other."""
    seen: list[Path] = []
    for path in wanted:
        if any(_same(path, other) for other in read):
            yield Problem(code="output-is-input", place=Place(file=str(path)))
        elif any(_same(path, other) for other in seen):
            yield Problem(code="output-twice", place=Place(file=str(path)))
        seen.append(path)


def _same(path: Path, other: Path) -> bool:
    if path.exists() and other.exists():
        return path.samefile(other)
    return path.resolve() == other.resolve()
