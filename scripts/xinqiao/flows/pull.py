"""`xinqiao intake pull SOURCE`: answers of another system, sealed on arrival like any other."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from xinqiao.config import FILE, Config
from xinqiao.core.form import Form
from xinqiao.core.name import unknown
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.question import ACKNOWLEDGED, CHOOSING, Kind, Question
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.source import Source, System, Written
from xinqiao.core.text import Lang, Text
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.project import load_form, recipients
from xinqiao.flows.sources import source_of
from xinqiao.intake.arrivals import Arrivals
from xinqiao.intake.imports import wenjuanxing
from xinqiao.intake.imports.answer import UNKNOWN
from xinqiao.intake.imports.style import Part
from xinqiao.intake.pull import odk
from xinqiao.intake.pull.fit import Asked, answers_of
from xinqiao.intake.pull.row import Row
from xinqiao.intake.pull.run import Pulled, pull
from xinqiao.intake.pull.wire import Send, Wire, over_http
from xinqiao.intake.seal import payload, seal

# In so many answers a question that nobody answers is more likely called otherwise there.
MANY = 20


def pull_sources(
    config: Config,
    names: Sequence[str],
    progress: Progress,
    *,
    send: Send = over_http,
    pause: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Fetches what is new in the sources that are named, or in all of portal.toml; where one fails the others go on.

    Raises XinqiaoError: pull-source-unknown, pull-source-none; what stops one source is a problem of the outcome.
    """
    sources = [source_of(config, name) for name in names] or list(config.sources.values())
    if not sources:
        raise refuse("pull-source-none", Place(file=FILE))
    told: list[Outcome] = []
    failed: list[str] = []
    for source in sources:
        try:
            told.append(pull_source(config, source.name, progress, send=send, pause=pause))
        except XinqiaoError as error:
            failed.append(source.name)
            told.append(_failed(source, error))
    problems = [problem for one in told for problem in one.problems]
    if failed:
        params: dict[str, str | int] = {"failed": ", ".join(failed), "count": len(failed), "all": len(sources)}
        problems.append(Problem(code="pull-not-all", params=params))
    return Outcome(
        said=Text.of(**{lang.value: "\n".join(one.said[lang] for one in told) for lang in Lang}),
        document={"sources": [dict(one.document) for one in told]},
        problems=tuple(problems),
    )


def pull_source(
    config: Config,
    name: str,
    progress: Progress,
    *,
    send: Send = over_http,
    pause: Callable[[float], None] = time.sleep,
    today: Callable[[], date] = date.today,
) -> Outcome:
    """Fetches what is new in a source of portal.toml and keeps it sealed to its form's recipients.

    Raises XinqiaoError: pull-source-unknown, pull-secret-missing, form-reader-missing, pull-form-differs, and as
    `intake.pull.run.pull` does.
    """
    source = source_of(config, name)
    form = load_form(config, source.form)
    sealed_to, lacking = recipients(config, form)
    if not sealed_to:
        raise XinqiaoError(lacking)
    secret = os.environ.get(source.variable, "").strip()
    if not secret:
        raise refuse("pull-secret-missing", source=name, variable=source.variable)
    sealing = _Sealing(form=form, asked=asked(form, source), sealed_to=sealed_to, today=today())
    progress(f"{name}: …")
    with Arrivals(config.store_path) as store:
        pulled = pull(
            source,
            secret,
            Wire(source=name, send=send, pause=pause),
            store,
            sealing,
            lambda read, new: progress(f"{name}: {read} 份已读 read, {new} 份新 new"),
        )
    return _outcome(source, sealing, pulled)


def asked(form: Form, source: Source) -> tuple[Asked, ...]:
    """The questions of a form by their names in a source. Raises XinqiaoError (name-unknown) for other columns."""
    questions = [question for question in form.questions if question.answered]
    names = [question.name for question in questions]
    strange = [problem for column in source.columns for problem in unknown(column, names, column)]
    if strange:
        raise XinqiaoError(strange)
    return tuple(
        Asked(
            name=question.name,
            column=_column(question, source),
            many=question.kind is Kind.SELECT_MULTIPLE,
            spellings=_spellings(question, source),
            pieces=_pieces(question, source),
        )
        for question in questions
    )


def _column(question: Question, source: Source) -> str:
    """Its name there; what explains a choice `other` stands beside the question of that choice."""
    if question.name in source.columns:
        return source.columns[question.name]
    if source.system is System.ODK:
        return odk.column(question.name)
    if not question.of_other:
        return question.name
    there = source.columns.get(question.of_other, question.of_other)
    return f"{there}[other]" if source.system is System.LIMESURVEY else f"{there}_other"


def _pieces(question: Question, source: Source) -> Callable[[str], Sequence[Part]] | None:
    if source.system is not System.WENJUANXING or question.kind not in CHOOSING:
        return None
    return wenjuanxing.pieces if source.mode is Written.TEXT else coded


def coded(cell: str) -> tuple[Part, ...]:
    """Places in a list, as exports and as pushes put them beside one another; -2 and -3 are no answer."""
    parts = (part.strip() for part in re.split("[┋,|]", cell))
    return tuple(Part(text=part) for part in parts if part and part not in wenjuanxing.WENJUANXING.empty_codes)


def _spellings(question: Question, source: Source) -> Mapping[str, str]:
    """How a choice may be written: its name, then as its form says, then a label that no other choice has.

    Where a source writes places in the list, these alone. Wenjuanxing has no names of choices, so that a number which
    is no label is taken for none: it may be a place, and would be another choice's name.
    """
    if question.kind is Kind.ACKNOWLEDGE:
        return {"true": ACKNOWLEDGED, "accepted": ACKNOWLEDGED}
    names = [choice.name for choice in question.choices]
    if source.mode is Written.CODE:
        return dict.fromkeys(names, UNKNOWN) | {str(at): name for at, name in enumerate(names, start=1)}
    found: dict[str, str] = {}
    labels = [(choice.label[lang].strip(), choice.name) for choice in question.choices for lang in Lang]
    shared = {label for label, name in labels if any(other == label and of != name for other, of in labels)}
    alone = [(label, name) for label, name in labels if label not in shared]
    nameless = source.system is System.WENJUANXING
    own = [(name, name) for name in names if not (nameless and name.isdecimal())]
    foreign = [(value.strip(), choice.name) for choice in question.choices for value in choice.column_value]
    for written, name in (*own, *foreign, *alone, *((name, UNKNOWN) for name in names)):
        found.setdefault(written, name)
    return found


def _asked_of_all(question: Question) -> bool:
    return question.answered and question.required and question.relevance is None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealing:
    form: Form
    asked: tuple[Asked, ...]
    sealed_to: tuple[str, ...]
    today: date
    # The questions that some new answer has.
    answered: set[str] = field(default_factory=set)

    def knows(self, row: Row) -> bool:
        return bool(answers_of(self.asked, row))

    def lacking(self, rows: Sequence[Row]) -> Sequence[str]:
        found = {name for row in rows for name in answers_of(self.asked, row)}
        return [
            question.name for question in self.form.questions if _asked_of_all(question) and question.name not in found
        ]

    def seal(self, row: Row) -> Envelope:
        lang = Lang.EN if row.lang.lower().startswith("en") else Lang.ZH
        answers = answers_of(self.asked, row)
        try:
            content = payload(self.form.id, self.form.version, lang, answers)
        except UnicodeEncodeError:
            # What it has to say would quote the answer.
            raise refuse("pull-unwritable") from None
        self.answered.update(answers)
        sealed = seal(content, self.sealed_to)
        # A clock there that runs ahead makes no answer of tomorrow.
        day = min(row.day or self.today, self.today)
        return Envelope(id=envelope_id(sealed), form=self.form.id, received=day, sealed=sealed)


def _failed(source: Source, error: XinqiaoError) -> Outcome:
    said = Text.of(zh=f"{source.name}：没有取完。", en=f"{source.name}: not fetched to its end.")
    return Outcome(said=said, document={"source": source.name, "failed": True}, problems=error.problems)


def _absent(source: Source, sealing: _Sealing, new: int) -> Iterator[Problem]:
    """Questions that none of the new answers has: those that everybody is asked, and after many answers any other."""
    lacking = [
        question.name
        for question in sealing.form.questions
        if question.answered and question.name not in sealing.answered and (_asked_of_all(question) or new >= MANY)
    ]
    if new and lacking:
        params: dict[str, str | int] = {"source": source.name, "fields": ", ".join(lacking), "new": new}
        yield Problem(code="pull-question-absent", params=params)


def _outcome(source: Source, sealing: _Sealing, pulled: Pulled) -> Outcome:
    problems = [
        Problem(code="pull-aside", params={"source": source.name, "rows": count, "reason": code})
        for code, count in sorted(pulled.aside.items())
    ]
    problems += _absent(source, sealing, pulled.new)
    said = Text.of(
        zh=f"{source.name}：读到 {pulled.read} 份，新收 {pulled.new} 份，已封存到“{source.form}”。",
        en=f"{source.name}: {pulled.read} read, {pulled.new} new, sealed to “{source.form}”.",
    )
    document = {
        "source": source.name, "form": source.form, "read": pulled.read, "new": pulled.new,
        "aside": dict(pulled.aside),
    }  # fmt: skip
    return Outcome(said=said, document=document, problems=tuple(problems))
