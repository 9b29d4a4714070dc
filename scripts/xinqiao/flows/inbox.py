"""`xinqiao inbox`: what came in for a form that somebody reads one by one, opened with the reader's own key.

Answers go to the reader's screen, or to the one file that the reader names; nowhere else.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from xinqiao.care.case import REFERENCE
from xinqiao.config import Config
from xinqiao.core.form import Form, Purpose
from xinqiao.core.problem import Problem, refuse
from xinqiao.core.question import Question
from xinqiao.core.record import Submission
from xinqiao.core.text import Lang, Text
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.output import write_output
from xinqiao.flows.project import AGGREGATION, READ_ONE_BY_ONE, RECOVERY, load_form
from xinqiao.intake.keys import Keyring
from xinqiao.intake.opening import Opened, open_envelopes
from xinqiao.intake.store import Store
from xinqiao.tables.written import FORMULA

READ = READ_ONE_BY_ONE | {Purpose.REPORT}
HEADINGS = ("编号 reference", "收到 received", "语言 language")
# Only of a form for one event: as which it came, and whether its sender was told of the waiting list.
STANDING = "次序 order"


def inbox(
    config: Config, ref: str, passphrase: str | None, progress: Progress, *, key: str = "", output: Path | None = None
) -> Outcome:
    """Every answer to a form with its reference and the day it came, newest last.

    key: which of the form's keys opens it, its reader's where none is named. output: a CSV file instead of the
    screen. Raises XinqiaoError: inbox-counted for a form that is only counted, key-missing, passphrase-wrong.
    """
    form = load_form(config, ref)
    if form.purpose not in READ:
        raise refuse("inbox-counted", form=form.id)
    identity = Keyring(config.keys_dir).unlock(key or reader_of(form), passphrase)
    opened, ranks = Opened(submissions=(), refusals={}), dict[str, int]()
    if config.store_path.is_file():
        with Store(config.store_path) as store:
            progress(f"{store.counts().get(form.id, 0)} envelopes: open")
            # One sealed envelope is held at a time; what is shown is all that stays.
            opened = open_envelopes((envelope for _, envelope in store.envelopes(form.id)), identity, form.id)
            ranks = {one.id: store.rank(one.id) for one in opened.submissions} if form.occasion else {}
    found, count = opened.submissions, len(opened.submissions)
    standings = {id_: _standing(form, rank) for id_, rank in ranks.items()}
    if output:
        # Spreadsheets know UTF-8 by its mark.
        write_output(output, "\ufeff" + _csv(form, found, standings))
        said = Text.of(
            zh=f"{count} 份写入 {output}；用完请删除。", en=f"{count} written to {output}; delete it after use."
        )
    else:
        said = Text.of(
            zh=_listed(form, found, standings), en=f"{count} in all." if count else "Nothing has come in yet."
        )
    aside = [
        Problem(code="inbox-aside", params={"form": form.id, "envelopes": number, "reason": code})
        for code, number in opened.rejected.items()
    ]
    return Outcome(said=said, document=_document(form, found, ranks, output), problems=tuple(aside))


def reader_of(form: Form) -> str:
    """The name of the key whose holder reads the form: the first that neither counts nor only recovers."""
    return next((name for name in form.seal_to if name not in {AGGREGATION, RECOVERY}), form.seal_to[0])


def _answers(form: Form, submission: Submission) -> Iterator[tuple[Question, str]]:
    """Each question that was answered, and the answer in the college's own language; what was written, as it is."""
    for question in form.questions:
        given = submission.answers.get(question.name)
        if not question.answered or not given:
            continue
        labels = {choice.name: choice.label[Lang.ZH] for choice in question.choices}
        parts = given if isinstance(given, tuple) else (given,)
        yield question, "、".join(labels.get(part, _shown(part)) for part in parts)


def _shown(text: str) -> str:
    """A text without what would steer a terminal: control and format characters, but lines and tabs as blanks."""
    plain = " ".join(text.split())
    return "".join(sign for sign in plain if unicodedata.category(sign) not in {"Cc", "Cf", "Cs"})


def _standing(form: Form, rank: int) -> str:
    waits = form.occasion is not None and form.occasion.waiting(rank)
    return f"{rank} 候补 waiting" if waits else str(rank)


def _listed(form: Form, submissions: Sequence[Submission], standings: Mapping[str, str]) -> str:
    if not submissions:
        return "还没有收到。"
    blocks = []
    for submission in submissions:
        head = [submission.id[:REFERENCE], submission.received.isoformat(), submission.lang.value]
        head += [f"#{standings[submission.id]}"] if submission.id in standings else []
        told = [f"— {' · '.join(head)}"]
        told += [f"  {question.label[Lang.ZH]}\n    {words}" for question, words in _answers(form, submission)]
        blocks.append("\n".join(told))
    return "\n\n".join(blocks)


def _csv(form: Form, submissions: Sequence[Submission], standings: Mapping[str, str]) -> str:
    """A row an answer: reference, day, language, then a column a question headed by its Chinese words."""
    asked = [question for question in form.questions if question.answered]
    ordered = form.occasion is not None
    rows = [[*HEADINGS, *([STANDING] if ordered else []), *(question.label[Lang.ZH] for question in asked)]]
    for one in submissions:
        given = {question.name: words for question, words in _answers(form, one)}
        cells = [given.get(question.name, "") for question in asked]
        harmless = [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]
        standing = [standings[one.id]] if ordered else []
        rows.append([one.id[:REFERENCE], one.received.isoformat(), one.lang.value, *standing, *harmless])
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _document(
    form: Form, submissions: Sequence[Submission], ranks: Mapping[str, int], output: Path | None
) -> dict[str, object]:
    document: dict[str, object] = {"form": form.id, "count": len(submissions)}
    if output:
        return document | {"output": str(output)}
    answers = [
        {"reference": one.id[:REFERENCE], "received": one.received.isoformat(), "lang": one.lang.value,
         **({"order": ranks[one.id], "waiting": form.occasion.waiting(ranks[one.id])} if form.occasion else {}),
         "answers": {name: given for name, given in one.answers.items() if name in _names(form)}}
        for one in submissions
    ]  # fmt: skip
    return document | {"answers": answers}


def _names(form: Form) -> set[str]:
    return {question.name for question in form.questions if question.answered}
