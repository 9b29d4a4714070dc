"""`xinqiao ledger void`, and what a release with `--corrects` leaves out: answers that are to count no longer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from xinqiao.config import Config
from xinqiao.core.problem import refuse
from xinqiao.core.record import ScoredRow
from xinqiao.core.text import Lang, Text
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.past import Past, read_past
from xinqiao.flows.project import load_form
from xinqiao.intake import void
from xinqiao.intake.store import Store
from xinqiao.safety.count import Left, Span

# Characters of a reason in one language: a sentence, not a report.
MOST = 300


def reason_of(zh: str, en: str) -> Text:
    """Why a series is closed or corrected. Raises XinqiaoError (ledger-reason) where one is no sentence."""
    return Text.of(zh=_sentence(zh), en=_sentence(en))


def _sentence(given: str) -> str:
    """The words in one line: what breaks lines would break the ledger, which has one line for each entry."""
    words = " ".join(given.split())
    if not words or len(words) > MOST or not words.isprintable():
        raise refuse("ledger-reason", most=MOST)
    return words


def enter_void(config: Config, ref: str, envelopes: Sequence[str], today: date) -> Outcome:
    """Enters answers of a form that are to count no longer, by the ids of their envelopes.

    Those that no release has counted yet count in none; the others are left out by the next release with `--corrects`.
    Raises XinqiaoError: release-no-tables, void-unknown, store-busy, and as `read_past` does.
    """
    form = load_form(config, ref)
    if not form.summaries:
        raise refuse("release-no-tables", form=form.id)
    with Store(config.store_path) as store:
        lines = void.length(store)
        past = read_past(config, store, form.id)
        if past.closed:
            raise refuse("release-closed", form=form.id)
        new = void.enter(store, form.id, envelopes, len(past.marks), today, lines=lines)
        waiting = len(Absent.of(store, past).waiting)
    said = Text.of(
        zh=f"“{form.title[Lang.ZH]}”新登记 {len(new)} 份作废答卷，共有 {waiting} 份等待更正。",
        en=f"{len(new)} answers to “{form.title[Lang.EN]}” are void now; {waiting} wait for a correction.",
    )
    return Outcome(said=said, document={"form": form.id, "void": len(new), "waiting": waiting})


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Which envelopes of a form count no longer, by their numbers in the store.

    left: the releases, from 0, from which on each was counted and was not any more. never: those that no release
    counted before they were void. waiting: those that count until a release corrects.
    """

    left: Mapping[int, Span] = field(default_factory=dict)
    never: frozenset[int] = frozenset()
    waiting: frozenset[int] = frozenset()

    @classmethod
    def of(cls, store: Store, past: Past, *, now: bool = False) -> Absent:
        """What is so after the releases that there are; `now`: with the next one, which corrects."""
        counted = [mark.upto for mark in past.marks]
        found = {one.sequence: void.left_out(one, counted, past.corrections) for one in void.voids(store, past.form)}
        stays = len(counted)
        return cls(
            left={at: span for at, span in found.items() if span and (now or span[1] < stays)},
            never=frozenset(at for at, span in found.items() if span is None),
            waiting=frozenset(at for at, span in found.items() if span and span[1] == stays),
        )

    def counts(self, sequence: int) -> bool:
        """Whether an envelope counts today."""
        return sequence not in self.left and sequence not in self.never

    def of_release(
        self, number: int, rows: Collection[tuple[int, ScoredRow]], aside: Collection[tuple[int, str]]
    ) -> tuple[Left, ...]:
        """Whom corrections left out of those who came with a release; rows and rows set aside with their numbers."""
        return tuple(
            Left(
                span=span,
                rows=[row for at, row in rows if self.left.get(at) == span],
                quarantined=Counter(code for at, code in aside if self.left.get(at) == span),
            )
            for span in sorted({span for span in self.left.values() if span[0] == number})
        )


def check_correction(past: Past, absent: Absent, *, now: bool) -> None:
    """Whether corrections can be told apart. Raises XinqiaoError: release-nothing-corrected, release-correct-gone."""
    if now and not absent.waiting:
        raise refuse("release-nothing-corrected", form=past.form)
    if now and past.gone:
        raise refuse("release-correct-gone")
