"""`xinqiao summarize`: files of answers become safe tables; raw rows are never written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.package import write_package
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.project import load_form
from xinqiao.flows.protect import protect, tables_document
from xinqiao.forms.schema import table_schema
from xinqiao.tables.finding import REASONS
from xinqiao.tables.read import read_file
from xinqiao.tables.score import scorer
from xinqiao.tables.validate import validate


def summarize(config: Config, ref: str, files: Sequence[Path], output: Path, progress: Progress) -> Outcome:
    """Validates, scores, counts, protects and audits files; what cannot be used is counted, not quoted."""
    form = load_form(config, ref)
    if missing := [file for file in files if not file.is_file()]:
        raise XinqiaoError(Problem(code="file-not-found", place=Place(file=str(file))) for file in missing)
    checked = []
    for file in files:
        progress(f"{file.name}: read, validate")
        checked.append(validate(form, table_schema(form, Lang.EN), read_file(file, form)))
    score = scorer(form)
    rows = [score(row) for table in checked for _, row in table.rows]
    progress(f"{len(rows)} rows: count, protect, audit")
    set_aside = Counter(code for table in checked for code in table.row_reasons.values())
    released = protect(config, form, rows, dict.fromkeys(REASONS, 0) | set_aside)
    write_package(output, form, released.tables, released.certificate)
    said = Text.of(
        zh=f"可用 {len(rows)} 行，隔离 {set_aside.total()} 行。安全表已写入 {output}。",
        en=f"{len(rows)} rows used, {set_aside.total()} set aside. The safe tables are in {output}.",
    )
    document = {"form": form.id, "output": str(output), "files": [table.as_json() for table in checked]}
    problems = tuple(problem for table in checked for problem in table.problems)
    return Outcome(said=said, document={**document, **tables_document(released)}, problems=problems)
