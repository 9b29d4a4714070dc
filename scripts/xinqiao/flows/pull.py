"""`xinqiao intake pull SOURCE`: answers of another system, sealed on arrival like any other."""

from __future__ import annotations

import difflib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from xinqiao.config import FILE, Config
from xinqiao.core.form import Form
from xinqiao.core.name import unknown
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.question import ACKNOWLEDGED, Kind, Question
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.source import Source
from xinqiao.core.text import Lang, Text
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.project import load_form, recipients
from xinqiao.intake.arrivals import Arrivals
from xinqiao.intake.pull.fit import Asked, answers_of
from xinqiao.intake.pull.row import Row
from xinqiao.intake.pull.run import Pulled, pull
from xinqiao.intake.pull.wire import Send, Wire, over_http
from xinqiao.intake.seal import payload, seal


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
    source = _source(config, name)
    form = load_form(config, source.form)
    sealed_to, lacking = recipients(config, form)
    if not sealed_to:
        raise XinqiaoError(lacking)
    secret = os.environ.get(source.variable, "").strip()
    if not secret:
        raise refuse("pull-secret-missing", source=name, variable=source.variable)
    sealing = _Sealing(form=form, asked=asked(form, source), sealed_to=sealed_to, today=today())
    with Arrivals(config.store_path) as store:
        pulled = pull(
            source,
            secret,
            Wire(source=name, send=send, pause=pause),
            store,
            sealing,
            lambda read, new: progress(f"{name}: {read} 份已读 read, {new} 份新 new"),
        )
    return _outcome(source, pulled)


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
            column=source.columns.get(question.name, question.name),
            many=question.kind is Kind.SELECT_MULTIPLE,
            spellings=_spellings(question),
        )
        for question in questions
    )


def _spellings(question: Question) -> Mapping[str, str]:
    """How a choice may be written: its name, then as its form says, then a label that no other choice has."""
    if question.kind is Kind.ACKNOWLEDGE:
        return {"true": ACKNOWLEDGED, "accepted": ACKNOWLEDGED}
    found: dict[str, str] = {}
    labels = [(choice.label[lang].strip(), choice.name) for choice in question.choices for lang in Lang]
    shared = {label for label, name in labels if any(other == label and of != name for other, of in labels)}
    own = [(choice.name, choice.name) for choice in question.choices]
    foreign = [(value.strip(), choice.name) for choice in question.choices for value in choice.column_value]
    for written, name in (*own, *foreign, *((label, name) for label, name in labels if label not in shared)):
        found.setdefault(written, name)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealing:
    form: Form
    asked: tuple[Asked, ...]
    sealed_to: tuple[str, ...]
    today: date

    def knows(self, row: Row) -> bool:
        return bool(answers_of(self.asked, row))

    def seal(self, row: Row) -> Envelope:
        lang = Lang.EN if row.lang.lower().startswith("en") else Lang.ZH
        try:
            content = payload(self.form.id, self.form.version, lang, answers_of(self.asked, row))
        except UnicodeEncodeError:
            # What it has to say would quote the answer.
            raise refuse("pull-unwritable") from None
        sealed = seal(content, self.sealed_to)
        # A clock there that runs ahead makes no answer of tomorrow.
        day = min(row.day or self.today, self.today)
        return Envelope(id=envelope_id(sealed), form=self.form.id, received=day, sealed=sealed)


def _source(config: Config, name: str) -> Source:
    if name not in config.sources:
        nearest = (difflib.get_close_matches(name, list(config.sources), 1, 0) or ["–"])[0]
        raise refuse("pull-source-unknown", Place(file=FILE), source=name, nearest=nearest)
    return config.sources[name]


def _outcome(source: Source, pulled: Pulled) -> Outcome:
    problems = tuple(
        Problem(code="pull-aside", params={"source": source.name, "rows": count, "reason": code})
        for code, count in sorted(pulled.aside.items())
    )
    said = Text.of(
        zh=f"{source.name}：读到 {pulled.read} 份，新收 {pulled.new} 份，已封存到“{source.form}”。",
        en=f"{source.name}: {pulled.read} read, {pulled.new} new, sealed to “{source.form}”.",
    )
    document = {
        "source": source.name, "form": source.form, "read": pulled.read, "new": pulled.new,
        "aside": dict(pulled.aside),
    }  # fmt: skip
    return Outcome(said=said, document=document, problems=problems)
