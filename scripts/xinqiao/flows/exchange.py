"""`xinqiao forms import` and `export`: forms of other systems in, ours out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.form import Purpose
from xinqiao.core.name import NAME, check_name
from xinqiao.core.problem import Level, Place, Problem, refuse
from xinqiao.core.text import Lang, Text
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.output import unwritable, write_output
from xinqiao.flows.project import choice_lists, coarser_steps, form_path
from xinqiao.forms.codebook import codebook_text
from xinqiao.forms.draft import Draft, judged
from xinqiao.forms.fhir.read import read_fhir
from xinqiao.forms.fhir.write import write_fhir
from xinqiao.forms.json_source import Part, read_json
from xinqiao.forms.read import others_in, read_form
from xinqiao.forms.reproschema import is_activity, read_reproschema
from xinqiao.forms.schema import table_schema
from xinqiao.forms.xlsform.grid import LARGEST, OLE, XLSX
from xinqiao.forms.xlsform.read import read_xlsform
from xinqiao.forms.xlsform.write import write_xlsform
from xinqiao.forms.yaml_lines import Plain, read_yaml

WORKBOOKS = {".xlsx", ".xls", ".xlsm"}
SEAL_TO, RETENTION = ("aggregation", "recovery"), 365
# Excel knows UTF-8 by its mark.
MARK = "\ufeff"


class Format(StrEnum):
    """What a form can be exported as."""

    XLSFORM = "xlsform"
    FHIR = "fhir"
    TABLE_SCHEMA = "table-schema"
    CODEBOOK = "codebook"


ENDINGS: Mapping[Format, str] = {
    Format.XLSFORM: "xlsx", Format.FHIR: "fhir.json", Format.TABLE_SCHEMA: "table-schema.{lang}.json",
    Format.CODEBOOK: "codebook.csv",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the college says of a form where the file does not; what is empty is filled in as usual.

    strict: a form with anything that forms here do not have is refused, not imported without it.
    """

    form_id: str = ""
    purpose: Purpose | None = None
    consent: Text | None = None
    seal_to: tuple[str, ...] = ()
    retention_days: int = 0
    strict: bool = False


def import_form(config: Config, file: Path, output: Path | None, wanted: Wanted, progress: Progress) -> Outcome:
    """Writes a form file made from a file of others, or nothing.

    Raises XinqiaoError with every problem at its place: sheet, row and column, line, or linkId.
    """
    progress(file.name)
    draft = _draft(config, file)
    target = _fill(config, draft, output, wanted)
    if wanted.strict:
        draft.notes = [_stops(problem) for problem in draft.notes]
    lists, steps = choice_lists(config), coarser_steps(config)
    text, form = judged(draft, lists, steps, others_in(config.forms_dir, lists, steps))
    _write_new(target, text, form.id)
    notes = tuple(problem for problem in draft.notes if problem.level is not Level.ERROR)
    said = Text.of(
        zh=f"已导入为 {target}：{len(form.questions)} 道题。请核对，补好待填写的内容，再运行 xinqiao forms check。",
        en=f"Imported as {target}: {len(form.questions)} questions. Look it over, fill in what is left open, then run "
        "`xinqiao forms check`.",
    )
    made = {"form": form.id, "file": str(target), "questions": len(form.questions)}
    return Outcome(said=said, document={**made, "untranslated": [*form.untranslated]}, problems=notes)


def _stops(problem: Problem) -> Problem:
    """With --strict, whatever was left out stops the import under the code of what forms here do not have."""
    if not problem.code.endswith("-left-out") or problem.level is not Level.WARNING:
        return problem
    feature = next(str(value) for key, value in problem.params.items() if key in {"feature", "sheet", "rows"})
    return Problem(code="feature-unsupported", place=problem.place, params={"feature": feature})


def _draft(config: Config, file: Path) -> Draft:
    place = Place(file=str(file))
    try:
        if file.stat().st_size > LARGEST:
            raise refuse("import-too-large", place)
        raw = file.read_bytes()
    except OSError:
        raise refuse("import-unreadable", place) from None
    if raw[:4] in {XLSX, OLE} or file.suffix.lower() in WORKBOOKS:
        return read_xlsform(raw, str(file), choice_lists(config))
    if not raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        raise refuse("import-format", place)
    value = read_json(raw, str(file))
    document = Part(value=value if isinstance(value, dict) else {}, place=place)
    return read_reproschema(document, file) if is_activity(document) else read_fhir(document, str(file))


def _fill(config: Config, draft: Draft, output: Path | None, wanted: Wanted) -> Path:
    """What the file does not say, from the options or as usual; the path of the form file."""
    settings = draft.plain["settings"]
    if not isinstance(settings, dict):
        raise ValueError("a draft has settings")
    form_id = wanted.form_id or str(settings["form_id"])
    if output and output.parent.resolve() == config.forms_dir.resolve() and NAME.fullmatch(output.stem):
        form_id = output.stem  # a form of the portal bears its file's name
    check_name(form_id)
    settings["form_id"] = form_id
    said: dict[str, Plain] = {
        "consent": {lang.value: wanted.consent[lang] for lang in Lang} if wanted.consent else None,
        "seal_to": [*wanted.seal_to],
        "retention": {"days": wanted.retention_days} if wanted.retention_days else None,
    }
    usual: dict[str, Plain] = {"seal_to": [*SEAL_TO], "retention": {"days": RETENTION}}
    filled = [key for key in said if not said[key] and key not in draft.plain]
    draft.plain |= {key: value for key, value in said.items() if value}
    draft.plain |= {key: usual[key] for key in filled if key in usual}
    if wanted.purpose or "purpose" not in settings:
        filled += [] if wanted.purpose else ["purpose"]
        settings["purpose"] = (wanted.purpose or Purpose.SURVEY).value
    if filled:
        draft.note("import-filled", Place(file=draft.file), keys=", ".join(filled))
    return output or config.forms_dir / f"{form_id}.yml"


def _write_new(path: Path, text: str, form_id: str) -> None:
    """Never over a file that is there; a file that could not be written whole is taken away again."""
    _folder(path.parent)
    try:
        file = path.open("x", encoding="utf-8", newline="\n")
    except FileExistsError:
        raise refuse("form-exists", Place(file=str(path)), form=form_id) from None
    except OSError as error:
        raise unwritable(path, error) from None
    try:
        with file:
            file.write(text)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise unwritable(path, error) from None


def export_form(config: Config, ref: str, kind: Format, lang: Lang, output: Path | None, progress: Progress) -> Outcome:
    """Writes a form in a format of others; what that format cannot hold is told, or refused where it matters."""
    path = form_path(config, ref)
    form = read_form(path, choice_lists(config), coarser_steps(config))
    target = output or config.root / "build" / "forms" / f"{form.id}.{ENDINGS[kind].format(lang=lang.value)}"
    progress(str(target))
    notes: tuple[Problem, ...] = ()
    content: str | bytes
    match kind:
        case Format.XLSFORM:
            plain = read_yaml(path).value
            if not isinstance(plain, dict):
                raise ValueError("a form file that was read is a mapping")
            content = write_xlsform(plain, choice_lists(config), str(path))
        case Format.FHIR:
            content, notes = write_fhir(form, str(path))
        case Format.TABLE_SCHEMA:
            content = json.dumps(table_schema(form, lang), ensure_ascii=False, indent=2) + "\n"
        case Format.CODEBOOK:
            content = MARK + codebook_text(form)
    _folder(target.parent)
    write_output(target, content)
    said = Text.of(zh=f"已导出：{target}", en=f"Exported: {target}")
    document = {"form": form.id, "format": kind.value, "file": str(target)}
    return Outcome(said=said, document=document, problems=notes)


def _folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from None
