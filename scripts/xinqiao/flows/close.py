"""`xinqiao ledger close`: nothing more is released of a form, and the ledger says why."""

from __future__ import annotations

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.problem import refuse
from xinqiao.core.summary import Audience
from xinqiao.core.text import Lang, Text
from xinqiao.flows import ledger
from xinqiao.flows.correct import reason_of
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.past import Past, read_past
from xinqiao.flows.project import load_form
from xinqiao.intake.store import Store
from xinqiao.safety.ledger import Line


def close(config: Config, ref: str, zh: str, en: str, progress: Progress) -> Outcome:
    """Closes a form's series of releases for good: what is published stays, nothing is released after it.

    The line goes into every ledger that has releases of the form. Raises XinqiaoError: ledger-reason,
    ledger-close-early, release-closed, and as `read_past` does.
    """
    form, reason = load_form(config, ref), reason_of(zh, en)
    with Store(config.store_path) as store:
        progress("check")
        past = read_past(config, store, form.id)
        if past.closed:
            raise refuse("release-closed", form=form.id)
        if not past.marks:
            raise refuse("ledger-close-early", form=form.id)
        store.enter(_lines(config, form, past, reason))
        ledger.write(config, store)
    number = len(past.marks)
    said = Text.of(
        zh=f"“{form.title[Lang.ZH]}”的发布已在第 {number} 次之后停止，原因写入了台账。已公布的表格不变。",
        en=f"The series of releases of “{form.title[Lang.EN]}” is closed after release {number}, "
        "and the ledger says why. What is published stays.",
    )
    return Outcome(said=said, document={"form": form.id, "closed_after": number})


def _lines(config: Config, form: Form, past: Past, reason: Text) -> list[tuple[str, int, str]]:
    """The closing line of each ledger whose audience has tables of the form, bound to its end."""
    last = Line(
        line=0,
        form=form.id,
        release=len(past.marks),
        form_version=form.version,
        period="",
        policy={},
        tables=(),
        files={},
        certificate="",
        counts="",
        closed={lang.value: reason[lang] for lang in Lang},
    )
    audiences = [audience for audience in Audience if config.released_dir(form.id, audience).is_dir()]
    return [
        (audience.value, line.line, line.written())
        for audience in audiences
        for line in ledger.bound(past.ledgers[audience], [last])
    ]
