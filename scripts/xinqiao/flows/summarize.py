"""`xinqiao summarize`: files of answers become safe tables; raw rows are never written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.policy import as_decimal
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.package import write_package
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.pairs import by_person, once
from xinqiao.flows.project import load_form
from xinqiao.flows.protect import protect, tables_document
from xinqiao.forms.schema import table_schema
from xinqiao.safety.release import Release
from xinqiao.tables.answers import Answers, is_answers, read_answers
from xinqiao.tables.day import weeks
from xinqiao.tables.finding import REASONS


def summarize(config: Config, ref: str, files: Sequence[Path], output: Path, progress: Progress) -> Outcome:
    """Validates, scores, counts, protects and audits files; what cannot be used is counted, not quoted.

    Several files count together, over the weeks from the first to the last day that their usable rows tell.
    """
    form = load_form(config, ref)
    if form.code:
        raise refuse("codes-need-store", form=form.id)
    if form.earlier:
        raise refuse("pair-needs-store", form=form.id)
    answers = _judged(config, form, files, progress)
    checked = [each.checked for each in answers]
    seen: set[str] = set()
    given = [row for each in answers for row in each.rows]
    rows = [*once(form, given, seen)] if by_person(form) else given
    repeated = len(given) - len(rows)
    progress(f"{len(rows)} rows: count, protect, audit")
    set_aside = Counter(code for table in checked for code in table.row_reasons.values())
    if by_person(form):
        set_aside["match-repeated"] = repeated
    period = weeks(day for each in answers for day in each.days)
    released = protect(config, form, rows, dict.fromkeys(REASONS, 0) | set_aside, period=period)
    write_package(output, form, released.tables, released.certificate, attended=released.attended)
    said = Text.of(
        zh=f"可用 {len(rows)} 行，隔离 {set_aside.total()} 行。安全表已写入 {output}。",
        en=f"{len(rows)} rows used, {set_aside.total()} set aside. The safe tables are in {output}.",
    )
    document = {
        "form": form.id,
        "output": str(output),
        "period": period,
        "rows": len(rows),
        "quarantined": set_aside.total(),
        "files": [{"file": str(file), **table.as_json()} for file, table in zip(files, checked, strict=True)],
    }
    problems = (*(problem for table in checked for problem in table.problems), *_unrecorded(released))
    if repeated:
        problems = (*problems, Problem(code="match-repeated", params={"count": repeated}))
    return Outcome(said=said, document={**document, **tables_document(released)}, problems=problems)


def _unrecorded(released: Release) -> Iterator[Problem]:
    """What noisy tables spend here stands in no ledger."""
    if epsilon := sum((table.policy.epsilon for table in released.tables), Fraction(0)):
        yield Problem(code="dp-unrecorded", params={"epsilon": as_decimal(epsilon)})


def _judged(config: Config, form: Form, files: Sequence[Path], progress: Progress) -> Sequence[Answers]:
    """Every file read and judged; the problems of all files that cannot be used in one error."""
    schema = table_schema(form, Lang.EN)
    problems = [
        Problem(code="file-not-found", place=Place(file=str(file)))
        for file in files
        if not is_answers(file, config.rows)
    ] or list(_twice(files))
    found = []
    for file in () if problems else files:
        progress(f"{file.name}: read, validate")
        try:
            found.append(read_answers(file, form, schema, config.rows))
        except XinqiaoError as error:
            problems += error.problems
    if problems:
        raise XinqiaoError(problems)
    return found


def _twice(files: Sequence[Path]) -> Iterator[Problem]:
    """Files named a second time, by whatever name: their rows would count twice."""
    for at, file in enumerate(files):
        if any(file.samefile(other) for other in files[:at]):
            yield Problem(code="file-twice", place=Place(file=str(file)))
