"""`xinqiao release`: the sealed store's answers become the next release, gated by all earlier ones."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.problem import Problem, refuse
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import Attendance, Audience
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.package import write_package
from xinqiao.dashboard.released import read_package
from xinqiao.flows.codes import REASONS as CODES_ASIDE
from xinqiao.flows.codes import Slips
from xinqiao.flows.ledger import bound, line_of
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.pairs import REASONS as PAIRS_ASIDE
from xinqiao.flows.pairs import check_told_once, earlier_rows, joined
from xinqiao.flows.past import Past, put_out, read_past, sealed_content
from xinqiao.flows.project import AGGREGATION, load_form, recipients
from xinqiao.flows.protect import certificate_of, protect, protect_most, tables_document
from xinqiao.forms.schema import table_schema
from xinqiao.intake.codes import Codes
from xinqiao.intake.keys import Keyring
from xinqiao.intake.opening import REASONS as ENVELOPES_ASIDE
from xinqiao.intake.opening import open_envelopes
from xinqiao.intake.seal import Identity, seal, widened
from xinqiao.intake.store import Store
from xinqiao.safety.ledger import Line
from xinqiao.safety.noise import check_budget
from xinqiao.safety.release import Earlier, Release
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
    reasons: tuple[str, ...] = (*ENVELOPES_ASIDE, *ROWS_ASIDE)
    codes: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    used: frozenset[str] = field(default=frozenset(), repr=False)

    def weeks_after(self, upto: int) -> str:
        """The weeks in which answers after a sequence number came."""
        return weeks(day for sequence, day in self.days if sequence > upto)

    def rows_until(self, last: float = math.inf) -> tuple[ScoredRow, ...]:
        """The rows that had come by then."""
        return tuple(row for sequence, row in self.rows if sequence <= last)

    def aside_until(self, last: float = math.inf) -> Mapping[str, int]:
        """How many had been set aside by then, for every reason that there can be."""
        counted = Counter(code for sequence, code in self.aside if sequence <= last)
        return dict.fromkeys(self.reasons, 0) | counted

    def codes_until(self, last: float = math.inf) -> frozenset[str]:
        """The one-time codes that had been used by then."""
        return self.used | {code for sequence, code in self.codes if sequence <= last}

    def earlier(self, past: Past, made_of: Sequence[Totals | None]) -> list[Earlier]:
        """What each earlier release is made of as it is read today, what it was then, and what it told."""
        return [
            Earlier(
                rows=self.rows_until(mark.upto), tables=told, quarantined=self.aside_until(mark.upto), made_of=counts
            )
            for mark, told, counts in zip(past.marks, past.tables, made_of, strict=True)
        ]


def release(config: Config, ref: str, passphrase: str | None, progress: Progress) -> Outcome:
    """Opens, validates, scores, counts, protects, audits; writes the next release or nothing."""
    form = load_form(config, ref)
    if not form.summaries:
        raise refuse("release-no-tables", form=form.id)
    check_told_once(config, form)
    with Store(config.store_path) as store:
        past = read_past(config, store, form.id, also=form.earlier.id if form.earlier else "")
        if past.closed:
            raise refuse("release-closed", form=form.id)
        _check_attendance(form, past)
        identity = Keyring(config.keys_dir).unlock(AGGREGATION, passphrase)
        came, problems = _came(store, form, identity, past, progress)
        came, more = _paired(store, form, identity, came)
        progress("count, protect, audit")
        released, left_out = _protected(config, form.joined, came, past, identity)
        number = len(past.marks) + 1
        counts = _sealed(config, form, identity, past, released, came)
        for audience, tables in by_audience(form, released.tables).items():
            folder = _staged(config, form.id, number) / audience.value
            certificate = certificate_of(released, tables)
            write_package(
                folder, form.joined, tables, certificate, demonstration=config.demonstration, attended=released.attended
            )
        # Written, then recorded, then put out: what is published but not recorded could never be audited
        # against, and what is recorded but was never written would bar every later release.
        lines = _lines(config, form, past, released, counts, left_out)
        store.mark_release(form.id, number, max(past.upto, came.last), counts, lines)
        put_out(config, store, form.id)
    people = sum(count for (name, _, _), count in released.counts.atoms.items() if not name)
    said = Text.of(
        zh=f"“{form.title[Lang.ZH]}”第 {number} 次发布：{people} 份答卷入表。运行 xinqiao build 更新页面。",
        en=f"Release {number} of “{form.title[Lang.EN]}”: {people} answers are in its tables. "
        "`xinqiao build` brings the page up to date.",
    )
    aside = sum(released.counts.quarantined.values())
    document = {"form": form.id, "release": number, "rows": people, "set_aside": aside, "left_out": list(left_out)}
    told = [*problems, *more, *_notices(form, past, left_out)]
    return Outcome(said=said, document={**document, **tables_document(released)}, problems=tuple(told))


def _check_attendance(form: Form, past: Past) -> None:
    """What everybody once knew is not forgotten: attendance that was public stays so."""
    public = {summary.by for summary in form.summaries if summary.attendance is Attendance.PUBLIC}
    for by in sorted(past.attended - public):
        raise refuse("attendance-withdrawn", form=form.id, by=", ".join(by))


def _came(
    store: Store, form: Form, identity: Identity, past: Past, progress: Progress
) -> tuple[Came, tuple[Problem, ...]]:
    """What came, opened, validated and scored; where answers of earlier releases are gone, only what came since."""
    after = past.upto if past.gone else 0
    used = past.used(identity) if past.gone and (form.code or form.earlier) else frozenset[str]()
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
    came = Came(
        rows=rows,
        aside=tuple(aside),
        days=tuple((place[submission.id], submission.received) for submission in submissions),
        last=numbered[-1][0] if numbered else 0,
        reasons=(*ENVELOPES_ASIDE, *ROWS_ASIDE, *(CODES_ASIDE if slips else ())),
        codes=tuple((at[number - 1], code) for number, code in codes),
        used=used,
    )
    told = Counter((*unknown.values(), *again.values()))
    return came, (*checked.problems, *(Problem(code=code, params={"count": told[code]}) for code in sorted(told)))


def _paired(store: Store, form: Form, identity: Identity, came: Came) -> tuple[Came, tuple[Problem, ...]]:
    """The same, its rows joined with those of the earlier form, where there is one."""
    if form.earlier is None:
        return came, ()
    before = earlier_rows(store, form.earlier, identity)
    found = joined(form, came.rows, before, Codes.of(form.id, identity), came.used)
    told = {"match-repeated": len(found.aside), "match-ambiguous": found.ambiguous}
    paired = Came(
        rows=found.rows,
        aside=(*came.aside, *found.aside.items()),
        days=came.days,
        last=came.last,
        used=came.used,
        reasons=(*came.reasons, *PAIRS_ASIDE),
        codes=(*came.codes, *found.codes),
    )
    return paired, tuple(Problem(code=code, params={"count": count}) for code, count in told.items() if count)


def _protected(
    config: Config, form: Form, came: Came, past: Past, identity: Identity
) -> tuple[Release, tuple[str, ...]]:
    """The release, gated by all earlier ones; where answers of theirs were deleted, by their sealed counts."""
    if past.gone:
        sealed = past.counts(identity)
        earlier = [Earlier(tables=told, counts=counts) for told, counts in zip(past.tables, sealed, strict=True)]
    else:
        earlier = came.earlier(past, past.known_counts(identity))
    period = came.weeks_after(past.upto)
    lines = [line for ledger in past.ledgers.values() for line in ledger]
    check_budget(form.id, form.summaries, lines, period)

    def attempt(left_out: Collection[str]) -> Release:
        return protect(
            config,
            form,
            came.rows_until(),
            came.aside_until(),
            period=period,
            earlier=earlier,
            left_out=left_out,
        )

    return protect_most(form, attempt)


def _sealed(
    config: Config, form: Form, identity: Identity, past: Past, released: Release, came: Came
) -> dict[int, bytes]:
    """The counts of this release and of earlier ones that have none yet, sealed to the form's readers."""
    readers = tuple(dict.fromkeys((*recipients(config, form)[0], identity.public)))
    lacking = {mark.number: counts for mark, counts in zip(past.marks, released.before, strict=True) if not mark.counts}
    counts = {**lacking, len(past.marks) + 1: released.counts}
    upto = {mark.number: mark.upto for mark in past.marks}
    return {
        number: seal(widened(sealed_content(made, came.codes_until(upto.get(number, math.inf)))), readers)
        for number, made in counts.items()
    }


def _lines(
    config: Config, form: Form, past: Past, released: Release, counts: Mapping[int, bytes], left_out: Collection[str]
) -> list[tuple[str, int, str]]:
    """The ledgers' new lines: this release, before it those that were made when there was no ledger."""
    digests = {mark.number: mark.digest for mark in past.marks}
    digests |= {number: hashlib.sha256(sealed).hexdigest() for number, sealed in counts.items()}
    number = len(past.marks) + 1
    audiences = {summary.name: summary.audience for summary in form.summaries}
    lines: list[tuple[str, int, str]] = []
    for audience in Audience:
        new: list[Line] = []
        for old in past.unentered(audience):
            folder = config.released_dir(form.id, audience) / f"{old:03}"
            if folder.is_dir():
                new.append(line_of(folder, read_package(folder), old, digests[old], afterwards=True))
        if tables := by_audience(form, released.tables).get(audience):
            folder = _staged(config, form.id, number) / audience.value
            without = tuple(name for name in left_out if audiences[name] is audience)
            new.append(line_of(folder, tables, number, digests[number], left_out=without))
        lines += [(audience.value, line.line, line.written()) for line in bound(past.ledgers[audience], new)]
    return lines


def _notices(form: Form, past: Past, left_out: Collection[str]) -> Iterator[Problem]:
    """What a person should know of a release that was made."""
    for name in left_out:
        yield Problem(code="release-left-out", params={"table": name})
    entered = {line.release for lines in past.ledgers.values() for line in lines if line.form == form.id}
    if before := [mark.number for mark in past.marks if mark.number not in entered]:
        yield Problem(code="ledger-entered", params={"form": form.id, "releases": len(before)})


def by_audience(form: Form, tables: Sequence[SafeTable]) -> Mapping[Audience, tuple[SafeTable, ...]]:
    """Tables parted by who may see them; those of the portal itself (`_quarantine`) go with the widest."""
    audiences = {summary.name: summary.audience for summary in form.summaries}
    widest = Audience.PUBLIC if Audience.PUBLIC in audiences.values() else Audience.STAFF
    parted: dict[Audience, tuple[SafeTable, ...]] = {}
    for table in tables:
        audience = audiences.get(table.name, widest)
        parted[audience] = (*parted.get(audience, ()), table)
    return parted


def _staged(config: Config, form: str, number: int) -> Path:
    return config.private_dir / "staged" / form / f"{number:03}"
