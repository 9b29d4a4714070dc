"""`xinqiao intake import`: exports of other systems, each usable row sealed and kept once.

tables/ reads files and judges rows, intake/imports/ knows what other systems write, and intake/ seals and keeps: here
they are handed over. Nothing is kept before every file has been read to its end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.question import Question
from xinqiao.core.record import Envelope, Submission, envelope_id
from xinqiao.core.source import Source
from xinqiao.core.text import Lang, Text
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.output import write_output
from xinqiao.flows.project import load_form, recipients
from xinqiao.flows.sources import exported_from
from xinqiao.forms.schema import table_schema
from xinqiao.forms.yaml_lines import raise_all, read_yaml
from xinqiao.intake.arrivals import Arrival, Arrivals, Names
from xinqiao.intake.imports.answer import Answer
from xinqiao.intake.imports.incoming import Incoming, incoming
from xinqiao.intake.imports.spelling import known_headers
from xinqiao.intake.imports.ties import NO_TIES, Ties, read_ties
from xinqiao.intake.imports.words import same
from xinqiao.intake.seal import payload, seal
from xinqiao.tables.file import Record
from xinqiao.tables.finding import Finding
from xinqiao.tables.read import RawTable, from_submissions
from xinqiao.tables.source import records_of
from xinqiao.tables.validate import Validated, validate
from xinqiao.tables.written import quarantine_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One file, every record of it accounted for: a row that can be used, set aside, or dropped.

    usable: day, answers, what each row is known by, and what a pull of its source calls it ("" where none is named).
    records: the file's own, for who asks for what was set aside.
    """

    file: Path
    came: Incoming
    usable: tuple[tuple[date, dict[str, Answer], tuple[str, ...], str], ...] = field(repr=False)
    checked: Validated
    records: tuple[Record, ...] = field(repr=False)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found, with counts and without answers."""
        return (*self.came.problems, *self.checked.problems)


def take(
    config: Config,
    ref: str,
    files: Sequence[Path],
    progress: Progress,
    *,
    mapping: Path | None = None,
    quarantine: Path | None = None,
    source: str = "",
) -> Outcome:
    """Reads exports, judges their rows by the form, and keeps what can be used, sealed to the form's recipients.

    A row that is here already, by whatever file it came, or by a pull of the source that is named, is counted and not
    kept again. Raises XinqiaoError where the form has no reader, a mapping file or the source is wrong, or a file as a
    whole cannot be used; nothing is kept then.
    """
    form = load_form(config, ref)
    sealed_to, lacking = recipients(config, form)
    if not sealed_to:
        raise XinqiaoError(lacking)
    ties = ties_of(mapping, form)
    origin, unsaid = exported_from(config, source or ties.source, form)
    judged = judge_all(form, ties, files, progress, origin)
    progress("seal, store")
    new = _keep(config, form, ties, judged, sealed_to, origin)
    if quarantine:
        write_output(quarantine, "\ufeff" + "".join(map(_aside_text, judged)))
    return _outcome(form, judged, new, unsaid)


def ties_of(mapping: Path | None, form: Form) -> Ties:
    """A mapping file, with what the form file itself says of foreign files.

    Raises XinqiaoError: file-not-found, import-reversed, and as the reader of YAML and `read_ties` do.
    """
    if form.file.already_reversed:
        raise refuse("import-reversed", form=form.id)
    ties = NO_TIES
    if mapping:
        if not mapping.is_file():
            raise refuse("file-not-found", Place(file=str(mapping)))
        document = read_yaml(mapping)
        raise_all(document.problems)
        ties = read_ties(document.value, document.place, form)
    missing = ties.missing | set(map(same, form.file.missing))
    return replace(ties, missing=missing, day=ties.day or form.file.date_column)


def judge_all(
    form: Form, ties: Ties, files: Sequence[Path], progress: Progress, source: Source | None = None
) -> tuple[Judged, ...]:
    """Every file read and judged. Raises XinqiaoError with the problems of all files that cannot be used."""
    if len({path.resolve() for path in files}) < len(files):
        raise refuse("file-twice", Place(file=str(files[0])))
    judged: list[Judged] = []
    faults: list[Problem] = []
    for path in files:
        progress(f"{path.name}: read, validate")
        try:
            judged.append(_judged(form, ties, path, source))
        except XinqiaoError as error:
            faults += error.problems
    if faults:
        raise XinqiaoError(faults)
    return tuple(judged)


def records(path: Path, form: Form, ties: Ties) -> tuple[tuple[Record, ...], Sequence[Finding]]:
    """The records of a file, its header first, and what is to be told of the file itself."""
    known = known_headers(asked_of(form), ties)
    if not path.is_file():
        raise refuse("file-not-found", Place(file=str(path)))
    stream, about = records_of(path.read_bytes(), str(path), form.file, known)
    return tuple(stream), about


def asked_of(form: Form) -> tuple[Question, ...]:
    """The questions that can be answered, in order."""
    return tuple(question for question in form.questions if question.answered)


def _judged(form: Form, ties: Ties, path: Path, source: Source | None) -> Judged:
    asked = asked_of(form)
    written, about = records(path, form, ties)
    came = incoming(asked, written, ties, str(path), form.file.keep_if, source)
    today = date.today()
    # A clock that runs ahead elsewhere makes no answer of tomorrow.
    days = [min(row.day or today, today) for row in came.rows]
    sent = [_submission(form, ties, row.answers, day) for row, day in zip(came.rows, days, strict=True)]
    checked = validate(form, table_schema(form, Lang.EN), from_submissions(form, sent))
    numbers = [row.number for row in came.rows]
    findings = [replace(one, row=numbers[one.row - 1]) if one.row else one for one in checked.findings]
    findings += [Finding(code=code, row=number) for number, code in came.aside.items()]
    whole = replace(checked, file=str(path), findings=(*about, *sorted(findings, key=lambda one: one.row)))
    used = ((days[at - 1], came.rows[at - 1]) for at, _ in checked.rows)
    usable = tuple((day, row.answers, row.known_by, row.called) for day, row in used)
    return Judged(file=path, came=came, usable=usable, checked=whole, records=written)


def _submission(form: Form, ties: Ties, answers: dict[str, Answer], day: date) -> Submission:
    return Submission(id="", form=form.id, form_version=form.version, lang=ties.lang, received=day, answers=answers)


def _keep(
    config: Config,
    form: Form,
    ties: Ties,
    judged: Iterable[Judged],
    sealed_to: Sequence[str],
    source: Source | None,
) -> int:
    """Seals what is not here yet and keeps it, all or nothing; gives how many were new."""
    bound = f"import {form.id}"
    rows: dict[Names, tuple[date, dict[str, Answer]]] = {}
    with Arrivals(config.store_path) as store:
        for day, answers, known_by, called in (row for one in judged for row in one.usable):
            also = [store.key(source.bound, called)] if source else []
            rows[*(store.key(bound, name) for name in known_by), *also] = (day, answers)
        # Within a day the order of the file, which may be that of the clock, is not kept.
        fresh = sorted(store.fresh(rows), key=lambda names: (rows[names][0], names))
        sealed = [(names, _envelope(form, ties, rows[names][1], rows[names][0], sealed_to)) for names in fresh]
        return store.take([Arrival(names=names, envelope=one) for names, one in sealed], again=store.partly(rows))


def _envelope(form: Form, ties: Ties, answers: dict[str, Answer], day: date, sealed_to: Sequence[str]) -> Envelope:
    sealed = seal(payload(form.id, form.version, ties.lang, answers), sealed_to)
    return Envelope(id=envelope_id(sealed), form=form.id, received=day, sealed=sealed)


def _aside_text(judged: Judged) -> str:
    """The rows of a file that were set aside, as the file has them."""
    raw = RawTable(file=str(judged.file), rows=(), records=judged.records)
    return quarantine_text(raw, judged.checked)


def _outcome(form: Form, judged: Sequence[Judged], new: int, told: Iterable[Problem]) -> Outcome:
    usable = sum(len(one.usable) for one in judged)
    aside = Counter(code for one in judged for code in one.checked.row_reasons.values())
    dropped = sum((Counter(one.came.dropped) for one in judged), Counter[str]())
    read = usable + aside.total() + dropped.total()
    known = usable - new
    said = Text.of(
        zh=f"共 {read} 行：新收 {new}，此前已有 {known}，隔离 {aside.total()}，略去 {dropped.total()}；"
        f"已封存到“{form.id}”。",
        en=f"{read} rows: {new} new, {known} here already, {aside.total()} set aside, {dropped.total()} left out; "
        f"sealed to “{form.id}”.",
    )
    document = {
        "form": form.id, "rows": read, "new": new, "known": known, "quarantined": dict(aside), "dropped": dict(dropped),
        "files": [
            {
                "file": str(one.file), "system": one.came.system, "usable": len(one.usable),
                "quarantined": one.checked.quarantined, "dropped": sum(one.came.dropped.values()),
                "columns_dropped": one.came.columns,
            }
            for one in judged
        ],
    }  # fmt: skip
    return Outcome(said=said, document=document, problems=(*told, *(found for one in judged for found in one.problems)))
