"""What came in for a form and is still there: opened, validated, scored, joined; each with its number in the store."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from xinqiao.core.form import Form
from xinqiao.core.problem import Problem
from xinqiao.core.record import ScoredRow
from xinqiao.core.text import Lang
from xinqiao.flows.codes import REASONS as CODES_ASIDE
from xinqiao.flows.codes import Slips
from xinqiao.flows.correct import Absent
from xinqiao.flows.outcome import Progress
from xinqiao.flows.pairs import REASONS as PAIRS_ASIDE
from xinqiao.flows.pairs import by_person, earlier_rows, joined
from xinqiao.flows.past import Past
from xinqiao.forms.schema import table_schema
from xinqiao.intake.codes import Codes
from xinqiao.intake.opening import REASONS as ENVELOPES_ASIDE
from xinqiao.intake.opening import open_envelopes
from xinqiao.intake.seal import Identity
from xinqiao.intake.store import Store
from xinqiao.safety.release import Earlier
from xinqiao.safety.totals import Totals
from xinqiao.tables.day import weeks
from xinqiao.tables.finding import REASONS as ROWS_ASIDE
from xinqiao.tables.read import from_submissions
from xinqiao.tables.score import scorer
from xinqiao.tables.validate import validate


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came in and is still there, each with its sequence number in the store.

    reasons: every one for which answers of the form can be set aside. codes: what is remembered of each one-time
    code; used: of those of answers that are gone.
    """

    rows: tuple[tuple[int, ScoredRow], ...] = field(repr=False)
    aside: tuple[tuple[int, str], ...]
    days: tuple[tuple[int, date], ...] = field(repr=False)
    last: int
    absent: Absent
    reasons: tuple[str, ...] = (*ENVELOPES_ASIDE, *ROWS_ASIDE)
    codes: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    used: frozenset[str] = field(default=frozenset(), repr=False)

    def weeks_after(self, upto: int) -> str:
        """The weeks in which answers after a sequence number came."""
        return weeks(day for sequence, day in self.days if sequence > upto and self.absent.counts(sequence))

    def rows_until(self, last: float = math.inf) -> tuple[ScoredRow, ...]:
        """The rows that had come by then and count today."""
        return tuple(row for sequence, row in self.rows if sequence <= last and self.absent.counts(sequence))

    def aside_until(self, last: float = math.inf) -> Mapping[str, int]:
        """How many of these had been set aside, for every reason that there can be."""
        counted = Counter(code for at, code in self.aside if at <= last and self.absent.counts(at))
        return dict.fromkeys(self.reasons, 0) | counted

    def codes_until(self, last: float = math.inf) -> frozenset[str]:
        """The one-time codes that had been used by then, those of void answers too."""
        return self.used | {code for sequence, code in self.codes if sequence <= last}

    def earlier(self, past: Past, made_of: Sequence[Totals | None]) -> list[Earlier]:
        """What each earlier release is made of as it is read today, what it was then, and what it told."""
        return [
            Earlier(
                rows=self.rows_until(mark.upto),
                tables=told,
                quarantined=self.aside_until(mark.upto),
                made_of=counts,
                left=self.absent.of_release(number, self.rows, self.aside),
            )
            for number, (mark, told, counts) in enumerate(zip(past.marks, past.tables, made_of, strict=True))
        ]


def came(
    store: Store, form: Form, past: Past, absent: Absent, identity: Identity, progress: Progress
) -> tuple[Came, tuple[Problem, ...]]:
    """What came in, opened, validated and scored; where answers of earlier releases are gone, what came after them."""
    after = past.upto if past.gone else 0
    used = past.used(identity) if past.gone and (form.code or by_person(form)) else frozenset[str]()
    numbered = tuple(store.envelopes(form.id, after))
    progress(f"{len(numbered)} envelopes: open")
    opened = open_envelopes((envelope for _, envelope in numbered), identity, form.id)
    progress("validate, score")
    slips = Slips.of(form, identity)
    submissions, unknown = slips.bound(opened.submissions) if slips else (opened.submissions, {})
    checked = validate(form, table_schema(form, Lang.EN), from_submissions(form, submissions))
    codes, again = slips.once(checked.rows, used) if slips else ((), {})
    place = {envelope.id: sequence for sequence, envelope in numbered}
    at = [place[submission.id] for submission in submissions]
    score = scorer(form)
    rows = tuple((at[number - 1], score(row)) for number, row in checked.rows if number not in again)
    aside = [(at[number - 1], code) for number, code in (*checked.row_reasons.items(), *again.items())]
    aside += [(place[envelope], code) for envelope, code in (*opened.refusals.items(), *unknown.items())]
    # Of a damaged envelope nothing is known, not even when it came: it counts in every release.
    aside += [(0, "envelope-damaged")] * store.damaged(form.id, after)
    found = Came(
        rows=rows,
        aside=tuple(aside),
        days=tuple((place[submission.id], submission.received) for submission in submissions),
        last=numbered[-1][0] if numbered else 0,
        absent=absent,
        reasons=(*ENVELOPES_ASIDE, *ROWS_ASIDE, *(CODES_ASIDE if slips else ())),
        codes=tuple((at[number - 1], code) for number, code in codes),
        used=used,
    )
    told = Counter((*unknown.values(), *again.values()))
    return found, (*checked.problems, *(Problem(code=code, params={"count": told[code]}) for code in sorted(told)))


def paired(store: Store, form: Form, identity: Identity, came: Came) -> tuple[Came, tuple[Problem, ...]]:
    """The same with one row of each person, joined with those of the earlier form, where there is one."""
    if not by_person(form):
        return came, ()
    before = earlier_rows(store, form.earlier, identity) if form.earlier else ()
    found = joined(form, came.rows, before, Codes.of(form.id, identity), came.used)
    told = {"match-repeated": len(found.aside), "match-ambiguous": found.ambiguous}
    pairs = replace(
        came,
        rows=found.rows,
        aside=(*came.aside, *found.aside.items()),
        reasons=(*came.reasons, *PAIRS_ASIDE),
        codes=(*came.codes, *found.codes),
    )
    return pairs, tuple(Problem(code=code, params={"count": count}) for code, count in told.items() if count)
