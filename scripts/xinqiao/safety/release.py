"""The one way out: rows become SafeTables, protected, audited, or nothing at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy, Status
from xinqiao.core.problem import refuse
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import Attended, Corrected, SafeTable
from xinqiao.core.summary import TOTAL
from xinqiao.safety.alpha import alphas
from xinqiao.safety.attack import TOLERANCE, solver_version
from xinqiao.safety.attended import attendance
from xinqiao.safety.audit import Verdict
from xinqiao.safety.coarsen import Basis, coarsened
from xinqiao.safety.correctable import check_correctable, check_enough, left_totals, reasons_of, series_of
from xinqiao.safety.corrected import differing
from xinqiao.safety.correction import corrections_of
from xinqiao.safety.count import Batch, Counts, Left, count
from xinqiao.safety.draft import Draft, nothing_told
from xinqiao.safety.frame import Policies
from xinqiao.safety.near import entry, in_order, noisy_tables, secret_for, structures, without
from xinqiao.safety.noise import check_ways
from xinqiao.safety.refusal import not_safe
from xinqiao.safety.structure import Structure
from xinqiao.safety.totals import Totals, stand_ins, totals_of
from xinqiao.safety.variable import QUARANTINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier release of the same form: its rows (a part of today's), its tables, its rows set aside.

    left: whom a correction left out since, of those who came with it; they are in no other rows.

    Or `counts` instead of rows and rows set aside, where those are gone. Without either the present table
    of rows set aside is hidden as a whole. `made_of`: what it was made of then, where that is on record; its
    rows as they are read today must give the same.
    """

    rows: Sequence[ScoredRow] = field(default=(), repr=False)
    tables: Sequence[SafeTable]
    quarantined: Mapping[str, int] | None = field(default=None, repr=False)
    counts: Totals | None = field(default=None, repr=False)
    made_of: Totals | None = field(default=None, repr=False)
    left: Sequence[Left] = ()

    def as_rows(self, form: Form) -> Earlier:
        """The same with rows that stand in for the counts."""
        if self.counts is None:
            return self
        return replace(self, rows=stand_ins(form, self.counts), quarantined=self.counts.quarantined)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What may be published: the tables, and the certificate of their audit (for audit.json).

    `counts` is what it was made of, to be sealed for later audits; `before` the same of each earlier release.
    `attended`: where attendance is public, how many came since the tables' begin, by the intervals between releases.
    `corrected`: which release it is, where some were corrections.
    """

    tables: tuple[SafeTable, ...]
    certificate: Mapping[str, object]
    counts: Totals = field(repr=False)
    before: tuple[Totals, ...] = field(default=(), repr=False)
    attended: tuple[Attended, ...] = ()
    corrected: Corrected | None = None


def safe_tables(
    form: Form,
    rows: Sequence[ScoredRow],
    *,
    policy: Policy,
    sensitive_policy: Policy,
    period: str,
    quarantined: Mapping[str, int],
    earlier: Sequence[Earlier] = (),
    left_out: Collection[str] = (),
) -> Release:
    """A table for each summary of the form and one of the rows set aside, which no reader can undo.

    `quarantined` counts rows set aside by reason, each row under one reason. Where the last of the
    earlier releases is given as counts, rows and rows set aside are those that came since.
    `left_out` names summaries that this release does without; they are counted all the same, for later ones.
    Where attendance is public the tables are blocks: of those who came since the last release, or with those
    of its block, whichever shows more. `period` names the weeks of all rows, or only of those that came since
    the last release, whose own weeks are added.
    Raises XinqiaoError with exit UNSAFE (release-*, counts-*, dp-way-changed) where nothing may be released.
    """
    check_ways(form, (table for release in earlier for table in release.tables))
    left = [known for release in earlier for known in release.left]
    earlier = [release.as_rows(form) for release in earlier]
    rows, quarantined = _so_far(earlier, rows, quarantined)
    policies = Policies(usual=policy, sensitive=sensitive_policy)
    blind = any(release.quarantined is None and _set_aside(release) for release in earlier)
    told = [[t for t in e.tables if not (t.policy.epsilon or (blind and t.name == QUARANTINE))] for e in earlier]
    everybody = [*rows, *(row for known in left for row in known.rows)]
    before = [row for release in earlier for row in release.rows]
    past = [table for e in earlier for table in e.tables if not (blind and table.name == QUARANTINE)]
    basis = Basis(rows=rows, before=[e.rows for e in earlier], told=told, period=period, policies=policies, left=left)
    form = coarsened(form, basis)
    reasons = None if blind else reasons_of(quarantined, left)
    structure, whole = structures(form, everybody, reasons, policies, past, before)
    check_correctable(form, whole, past, left)
    then = _as_they_were(whole, form, earlier, left)
    structure = without(structure, left_out)
    if blind and not all(_total_shown(tables) for tables in told):
        # Rows that came in less those set aside would tell the hidden total of that time.
        raise not_safe(structure)
    batches, counts = _counted(structure, earlier, Batch(rows=rows, quarantined=quarantined), blind=blind)
    check_enough(structure, counts, left)
    secret = secret_for(structure, [e.counts for e in earlier], earlier[0].rows if earlier else rows)
    begins = _begins(told, period) if structure.attended else {0: _joined(_weeks(told), period)}
    told_alphas = _alphas(form, rows, earlier, policies)
    draft = Draft(form=form, structure=structure, counts=counts, told=told, begins=begins, alphas=told_alphas)
    found, verdict = draft.best(secret)
    noisy = noisy_tables(form, without(whole, left_out), lambda: count(whole, batches), begins.get(0, period))
    tables = in_order(form, (*found.tables, *noisy))
    if blind:
        tables = (*tables, nothing_told(tables[0], policy, sorted(quarantined)))
    certificate = _certificate(tables, verdict, policies, len(earlier), counts.corrections)
    return Release(
        tables=tables,
        certificate={**certificate, "optimum": found.optimum.told()},
        counts=replace(totals_of(whole, form, rows, quarantined, secret), left=left_totals(whole, form, left)),
        before=tuple(release.counts or _totals(whole, form, release, secret) for release in then),
        attended=tuple(known for known in attendance(structure, counts) if known.after >= tables[0].since),
        corrected=series_of(corrections_of(counts, [*told, tables]), len(counts.sizes)),
    )


def _alphas(
    form: Form, rows: Sequence[ScoredRow], earlier: Sequence[Earlier], policies: Policies
) -> Mapping[str, Decimal]:
    if any(release.counts for release in earlier):
        # Counts alone tell nothing of answers to two items together.
        return {}
    return alphas(form, rows, [(e.rows, e.tables) for e in earlier], policies.strictest)


def _begins(told: Sequence[Sequence[SafeTable]], period: str) -> Mapping[int, str]:
    """After which releases today's tables may begin: with a new block or the last one, and the weeks of each."""
    if not told:
        return {0: period}
    block = min((table.since for table in told[-1]), default=0)
    return {len(told): period, block: _joined(_weeks(told), period)}


def _weeks(told: Sequence[Sequence[SafeTable]]) -> str:
    """The weeks that the last release spoke of."""
    return next((table.period for table in told[-1]), "") if told else ""


def _joined(first: str, last: str) -> str:
    """The weeks from the first of one period to the last of both."""
    ends = [week for period in (first, last) if period for week in period.split("/")]
    return "/".join(dict.fromkeys((min(ends), max(ends)))) if ends else ""


def _so_far(
    earlier: Sequence[Earlier], rows: Sequence[ScoredRow], quarantined: Mapping[str, int]
) -> tuple[Sequence[ScoredRow], Mapping[str, int]]:
    """All rows up to now, and all set aside, where those given are only what came since counts were sealed."""
    if not earlier or not earlier[-1].counts:
        return rows, quarantined
    before = earlier[-1].quarantined or {}
    aside = {name: before.get(name, 0) + quarantined.get(name, 0) for name in {**before, **quarantined}}
    return [*earlier[-1].rows, *rows], aside


def _as_they_were(
    structure: Structure, form: Form, earlier: Sequence[Earlier], left: Sequence[Left]
) -> Sequence[Earlier]:
    """The earlier releases with whom they counted. What was counted once is counted alike today (decision 0022)."""
    for sealed in (release.counts for release in earlier if release.counts):
        sealed.check(structure)
    earlier = [_then(release, number, left) for number, release in enumerate(earlier)]
    for number, release in enumerate(earlier, start=1):
        if release.made_of and (
            changed := differing(structure, release.made_of, _totals(structure, form, release, ""))
        ):
            raise refuse("release-corrected", release=number, what=", ".join(changed))
    return earlier


def _totals(structure: Structure, form: Form, release: Earlier, secret: str) -> Totals:
    return totals_of(structure, form, release.rows, release.quarantined or {}, secret)


def _counted(
    structure: Structure, earlier: Sequence[Earlier], now: Batch, *, blind: bool
) -> tuple[list[Batch], Counts]:
    """The batches of all releases and their counts; blind: without rows set aside."""
    batches = [*(Batch(rows=e.rows, quarantined=e.quarantined or {}) for e in earlier), now]
    left = [known for release in earlier for known in release.left]
    if blind:
        batches = [replace(batch, quarantined={}) for batch in batches]
        left = [replace(known, quarantined={}) for known in left]
    return batches, count(structure, batches, left)


def _then(release: Earlier, number: int, left: Sequence[Left]) -> Earlier:
    """An earlier release, numbered from 0, with those whom a later correction left out."""
    mine = [known for known in left if known.span[0] <= number < known.span[1]]
    if not mine:
        return release
    aside = Counter(release.quarantined or {})
    for known in mine:
        aside.update(known.quarantined)
    return replace(release, rows=[*release.rows, *(row for known in mine for row in known.rows)], quarantined=aside)


def earlier_from_counts(form: Form, told: Sequence[Sequence[SafeTable]], sealed: Sequence[Totals]) -> list[Earlier]:
    """The earlier releases of a form by their sealed counts alone; the last ones tell whom corrections left out.

    Raises XinqiaoError (release-correct-gone) where the form counted otherwise before a correction.
    """
    left = sealed[-1].left if sealed else {}
    found = []
    for number, (tables, counts) in enumerate(zip(told, sealed, strict=True)):
        there = [gone for (came, until), gone in left.items() if came <= number < until]
        mine = tuple(
            Left(span=span, rows=stand_ins(form, gone), quarantined=gone.quarantined)
            for span, gone in left.items()
            if span[0] == number
        )
        try:
            found.append(Earlier(tables=tables, counts=replace(counts.less(there), left={}), left=mine))
        except ValueError:
            raise refuse("release-correct-gone") from None
    return found


def _set_aside(release: Earlier) -> bool:
    return any(table.name == QUARANTINE for table in release.tables)


def _total_shown(tables: Sequence[SafeTable]) -> bool:
    return any(
        cell.measure == "n" and set(cell.levels) <= {TOTAL} and cell.status is Status.SHOWN
        for table in tables
        for cell in table.cells
    )


def _certificate(
    tables: Sequence[SafeTable], verdict: Verdict, policies: Policies, earlier: int, corrections: Sequence[int]
) -> dict[str, object]:
    cells = sum(len(table.cells) for table in tables)
    suppressed = sum(table.suppressed for table in tables)
    return {
        "method": "suppress",
        "attack": "linear programme over atoms and intervals between releases, worlds in whole numbers",
        "solver": solver_version(),
        "tolerance": TOLERANCE,
        "policy": _policy(policies.usual),
        "sensitive_policy": _policy(policies.sensitive),
        "tables": {table.name: entry(table) for table in tables},
        "cells": cells,
        "shown": cells - suppressed,
        "suppressed": suppressed,
        "earlier_releases": earlier,
        "groups_tested": verdict.tested,
        "groups_found": len(verdict.found),
        "rule_a2": verdict.truth_at_hand,
        **({"since": tables[0].since} if tables[0].since else {}),
        **({"corrections": [number + 1 for number in corrections]} if corrections else {}),
    }


def _policy(policy: Policy) -> dict[str, int]:
    return {
        "threshold": policy.threshold,
        "mean_from": policy.mean_from,
        "mean_decimal_from": policy.mean_decimal_from,
        "share_from": policy.share_from,
        "share_whole_from": policy.share_whole_from,
        "sd_from": policy.sd_from,
        "change_from": policy.change_from,
        "effect_from": policy.effect_from,
        "alpha_from": policy.alpha_from,
        "absent_from": policy.absent_from,
    }
