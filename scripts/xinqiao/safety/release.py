"""The one way out: rows become SafeTables, protected, audited, or nothing at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal

from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError, refuse
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import FLOOR, Attended, Cell, Policy, SafeTable, Status
from xinqiao.core.summary import TOTAL
from xinqiao.core.text import Text
from xinqiao.safety.alpha import alphas
from xinqiao.safety.attack import TOLERANCE, Unsolved, solver_version
from xinqiao.safety.attended import attendance
from xinqiao.safety.audit import Verdict, audit
from xinqiao.safety.cells import Task, task
from xinqiao.safety.count import Batch, Counts, count
from xinqiao.safety.frame import Policies
from xinqiao.safety.identity import Identity, identity_of, value_of
from xinqiao.safety.near import entry, in_order, noisy_tables, rounded_tables, secret_for, structures, without
from xinqiao.safety.protect import protect
from xinqiao.safety.rows import Flags
from xinqiao.safety.structure import Plan, Structure
from xinqiao.safety.totals import Totals, stand_ins, totals_of
from xinqiao.safety.variable import QUARANTINE

# How often rounded counts are drawn again where the attack finds somebody.
DRAWS = 4
QUARANTINE_TITLE = Text.of(zh="未能使用的答卷", en="Rows that could not be used")


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier release of the same form: its rows (a part of today's), its tables, its rows set aside.

    Or `counts` instead of rows and rows set aside, where those are gone. Without either the present table
    of rows set aside is hidden as a whole.
    """

    rows: Sequence[ScoredRow] = field(default=(), repr=False)
    tables: Sequence[SafeTable]
    quarantined: Mapping[str, int] | None = field(default=None, repr=False)
    counts: Totals | None = field(default=None, repr=False)

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
    """

    tables: tuple[SafeTable, ...]
    certificate: Mapping[str, object]
    counts: Totals = field(repr=False)
    before: tuple[Totals, ...] = field(default=(), repr=False)
    attended: tuple[Attended, ...] = ()


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
    Raises XinqiaoError with exit UNSAFE (release-*, counts-*) where nothing may be released.
    """
    earlier = [release.as_rows(form) for release in earlier]
    rows, quarantined = _so_far(earlier, rows, quarantined)
    policies = Policies(usual=policy, sensitive=sensitive_policy)
    blind = any(release.quarantined is None and _set_aside(release) for release in earlier)
    told = [[t for t in e.tables if not (t.policy.epsilon or (blind and t.name == QUARANTINE))] for e in earlier]
    before = [row for release in earlier for row in release.rows]
    past = [table for e in earlier for table in e.tables if not (blind and table.name == QUARANTINE)]
    structure, whole = structures(form, rows, None if blind else quarantined, policies, past, before)
    for sealed in (release.counts for release in earlier if release.counts):
        sealed.check(whole)
    structure = without(structure, left_out)
    if blind and not all(_total_shown(tables) for tables in told):
        # Rows that came in less those set aside would tell the hidden total of that time.
        raise refuse("release-not-safe")
    batches = [Batch(rows=e.rows, quarantined={} if blind else e.quarantined or {}) for e in earlier]
    batches.append(Batch(rows=rows, quarantined={} if blind else quarantined))
    counts = count(structure, batches)
    _check_newcomers(structure, counts)
    alpha_of: Mapping[str, Decimal] = {}
    if not any(release.counts for release in earlier):
        # Counts alone tell nothing of answers to two items together.
        alpha_of = alphas(form, rows, [(e.rows, e.tables) for e in earlier], policies.strictest)
    secret = secret_for(structure, [e.counts for e in earlier], earlier[0].rows if earlier else rows)
    begins = _begins(told, period) if structure.attended else {0: _joined(_weeks(told), period)}
    draft = Draft(form=form, structure=structure, counts=counts, told=told, begins=begins, alphas=alpha_of)
    tables, verdict = _drawn(draft, secret)
    noisy = noisy_tables(form, without(whole, left_out), count(whole, batches), begins.get(0, period))
    tables = in_order(form, (*tables, *noisy))
    if blind:
        tables = (*tables, _nothing_told(form, policy, tables[0], quarantined))
    return Release(
        tables=tables,
        certificate=_certificate(tables, verdict, policies, len(earlier)),
        counts=totals_of(whole, form, rows, quarantined, secret),
        before=tuple(release.counts or _totals(whole, form, release, secret) for release in earlier),
        attended=tuple(known for known in attendance(structure, counts) if known.after >= tables[0].since),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the tables of a release are drafted from: counts, what was told before, alphas that may be told.

    begins: after which releases the tables may begin, each with the weeks that they then speak of.
    """

    form: Form
    structure: Structure
    counts: Counts
    told: Sequence[Sequence[SafeTable]]
    begins: Mapping[int, str]
    alphas: Mapping[str, Decimal]

    def made(self, secret: str) -> tuple[tuple[SafeTable, ...], Verdict]:
        """The safe tables that show most. Raises XinqiaoError (release-not-safe) where none are safe."""
        proposed: list[tuple[SafeTable, ...]] = []
        for since in self.begins:
            with suppress(XinqiaoError) if len(self.begins) > 1 else nullcontext():
                proposed.append(self._proposed(since, secret))
        proposed.sort(key=lambda tables: sum(table.suppressed for table in tables))
        for tables in proposed[:-1]:
            with suppress(XinqiaoError):
                return tables, _audited(self.structure, [*self.told, tables], self.counts)
        if not proposed:
            raise refuse("release-not-safe")
        return proposed[-1], _audited(self.structure, [*self.told, proposed[-1]], self.counts)

    def _proposed(self, since: int, secret: str) -> tuple[SafeTable, ...]:
        rounded = rounded_tables(self.form, self.structure, self.counts, self.begins[since], secret)
        work = task(self.structure, self.counts, [*self.told, rounded] if rounded else self.told, since)
        return (*rounded, *self._exact(work, protect(work), since))

    def _exact(self, work: Task, hidden: Flags, since: int) -> Iterator[SafeTable]:
        number = {identity: at for at, identity in enumerate(work.cells.identities)}
        titles = {summary.name: summary.title for summary in self.form.summaries}
        for plan in (plan for plan in self.structure.plans if not plan.policy.rounding):
            yield SafeTable(
                name=plan.name,
                title=titles.get(plan.name, QUARANTINE_TITLE),
                form=self.form.id,
                form_version=self.form.version,
                period=self.begins[since],
                policy=plan.policy,
                dimensions=tuple(self.structure.dimension(name) for name in plan.by),
                cells=tuple(_lines(self.structure, work, plan, (number, hidden, self.alphas))),
                since=since,
            )


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


def _drawn(draft: Draft, secret: str) -> tuple[tuple[SafeTable, ...], Verdict]:
    """The tables of a draft; counts that are rounded get several draws. Raises XinqiaoError (release-not-safe)."""
    for draw in range(1, DRAWS if secret else 1):
        with suppress(XinqiaoError):
            return draft.made(f"{secret}/{draw}")
    return draft.made(secret)


def _so_far(
    earlier: Sequence[Earlier], rows: Sequence[ScoredRow], quarantined: Mapping[str, int]
) -> tuple[Sequence[ScoredRow], Mapping[str, int]]:
    """All rows up to now, and all set aside, where those given are only what came since counts were sealed."""
    if not earlier or not earlier[-1].counts:
        return rows, quarantined
    before = earlier[-1].quarantined or {}
    aside = {name: before.get(name, 0) + quarantined.get(name, 0) for name in {**before, **quarantined}}
    return [*earlier[-1].rows, *rows], aside


def _totals(structure: Structure, form: Form, release: Earlier, secret: str) -> Totals:
    return totals_of(structure, form, release.rows, release.quarantined or {}, secret)


def _set_aside(release: Earlier) -> bool:
    return any(table.name == QUARANTINE for table in release.tables)


def _total_shown(tables: Sequence[SafeTable]) -> bool:
    return any(
        cell.measure == "n" and set(cell.levels) <= {TOTAL} and cell.status is Status.SHOWN
        for table in tables
        for cell in table.cells
    )


def _check_newcomers(structure: Structure, counts: Counts) -> None:
    """Since the last release nobody, or enough to hide in."""
    if len(counts.sizes) == 1:
        return
    needed = max((plan.policy.threshold for plan in structure.plans), default=FLOOR)
    if counts.sizes[-1] <= 0:
        raise refuse("release-nothing-new")
    if counts.sizes[-1] < needed:
        raise refuse("release-too-few-new", needed=needed)


def _lines(
    structure: Structure, work: Task, plan: Plan, cells: tuple[Mapping[Identity, int], Flags, Mapping[str, Decimal]]
) -> Iterator[Cell]:
    number, hidden, alpha_of = cells
    for group in structure.groups(plan.by):
        for figure in plan.figures:
            identity = identity_of(work.where, work.truth, plan, group, figure)
            value: int | Decimal | None = structure.sizes.get(group) if figure.members else None
            if not figure.members and not hidden[number[identity]]:
                value = (
                    alpha_of.get(figure.measure)
                    if figure.alpha
                    else value_of(work.where, work.truth, plan, group, figure)
                )
            yield Cell(
                levels=structure.written(plan.by, group),
                measure=figure.measure,
                category=figure.category,
                value=value,
                status=Status.SUPPRESSED if value is None else Status.SHOWN,
            )


def _audited(structure: Structure, releases: Sequence[Sequence[SafeTable]], counts: Counts) -> Verdict:
    """The verdict of the attack, which must have found nobody. Raises XinqiaoError (release-not-safe)."""
    try:
        verdict = audit(structure, releases, counts)
    except Unsolved:
        raise refuse("release-not-safe") from None
    if verdict.found:
        raise refuse("release-not-safe")
    return verdict


def _nothing_told(form: Form, policy: Policy, beside: SafeTable, quarantined: Mapping[str, int]) -> SafeTable:
    """The table of rows set aside with every cell hidden."""
    lines = [("n", ""), *(("distribution(quarantined)", reason) for reason in sorted(quarantined))]
    cells = (
        Cell(levels=(), measure=measure, category=category, value=None, status=Status.SUPPRESSED)
        for measure, category in lines
    )
    return SafeTable(
        name=QUARANTINE,
        title=QUARANTINE_TITLE,
        form=form.id,
        form_version=form.version,
        period=beside.period,
        policy=policy,
        dimensions=(),
        cells=tuple(cells),
        since=beside.since,
    )


def _certificate(tables: Sequence[SafeTable], verdict: Verdict, policies: Policies, earlier: int) -> dict[str, object]:
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
