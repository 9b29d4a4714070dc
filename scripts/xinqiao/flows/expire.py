"""`xinqiao intake expire`: what was kept for as long as its form says is deleted; tombstones and sealed counts stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.problem import Problem
from xinqiao.core.text import Text
from xinqiao.flows.desk import forget_cases
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.past import read_past
from xinqiao.flows.project import load_form, load_forms, of_past_events
from xinqiao.intake.store import Mark, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """Of one form: how many envelopes were deleted, and how many wait for a release that counts them."""

    form: str
    deleted: int
    waiting: int
    uncounted: int


def expire(config: Config, today: date, ref: str = "", *, uncovered: bool = False) -> Outcome:
    """Deletes the envelopes that are older than their form's `retention`.

    Of a form with summaries only those that a release covers whose counts are sealed; with `uncovered`,
    or where the series is closed, all of them, and those that no release covers never count. A receiver whose
    answers are released from another machine's store needs `uncovered`: it learns of no release.
    Raises XinqiaoError as `read_past` does.
    """
    forms = (load_form(config, ref),) if ref else load_forms(config)
    done: list[Expired] = []
    if config.store_path.is_file():
        with Store(config.store_path) as store:
            forms += () if ref else of_past_events(forms, store.counts())
            done = [_expire(config, store, form, today, uncovered=uncovered) for form in forms]
    deleted = sum(form.deleted for form in done)
    said = Text.of(
        zh=f"已删除 {deleted} 份过了保存期的答卷；留下的只有编号、表单和日期。",
        en=f"{deleted} envelopes past their time were deleted; id, form and days are all that is left of them.",
    )
    forms_told = {form.form: {"deleted": form.deleted, "waiting": form.waiting} for form in done}
    return Outcome(said=said, document={"forms": forms_told}, problems=tuple(_notices(done)))


def _expire(config: Config, store: Store, form: Form, today: date, *, uncovered: bool) -> Expired:
    old = store.old(form.id, today - timedelta(days=form.retention_days))
    if not old:
        return Expired(form=form.id, deleted=0, waiting=0, uncounted=0)
    # A receiver's store knows nothing of the releases that are made elsewhere, and that the repository has.
    asked = form.summaries and (store.releases(form.id) or not uncovered)
    past = read_past(config, store, form.id) if asked else None
    covered = _covered(past.marks) if past else 0
    counted = [seq for seq in old if seq <= covered]
    rest = len(old) - len(counted)
    # Of a form without summaries, or whose series is closed, nothing more is released: its answers wait for nothing.
    everything = uncovered or past is None or past.closed
    chosen = old if everything else counted
    if chosen:
        gone = {envelope.id for seq, envelope in store.envelopes(form.id) if seq in {*chosen}}
        store.delete(chosen, today)
        forget_cases(config, form, gone)
    lost = rest if form.summaries and everything else 0
    return Expired(form=form.id, deleted=len(chosen), waiting=0 if everything else rest, uncounted=lost)


def _covered(marks: Sequence[Mark]) -> int:
    """The last sequence number that releases cover, up to the first whose counts are not sealed."""
    upto = 0
    for mark in marks:
        if not mark.counts:
            break
        upto = mark.upto
    return upto


def _notices(done: Sequence[Expired]) -> list[Problem]:
    told = [("expire-waiting", form.form, form.waiting) for form in done if form.waiting]
    told += [("expire-uncounted", form.form, form.uncounted) for form in done if form.uncounted]
    return [Problem(code=code, params={"form": form, "envelopes": number}) for code, form, number in told]
