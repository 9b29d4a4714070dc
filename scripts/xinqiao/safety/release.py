"""The one way out: rows become SafeTables, protected, audited, or nothing at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy, Status
from xinqiao.core.problem import XinqiaoError, refuse
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import Attended, Corrected, SafeTable
from xinqiao.core.summary import TOTAL
from xinqiao.safety.alpha import alphas
from xinqiao.safety.attended import attendance
from xinqiao.safety.begins import begins_of
from xinqiao.safety.certificate import certificate
from xinqiao.safety.coarsen import Basis, coarsened
from xinqiao.safety.correctable import check_correctable, check_enough, left_totals, reasons_of, series_of
from xinqiao.safety.corrected import differing
from xinqiao.safety.correction import corrections_of
from xinqiao.safety.count import Batch, Counts, Left, count
from xinqiao.safety.draft import Draft, nothing_told
from xinqiao.safety.frame import Policies
from xinqiao.safety.near import in_order, noisy_tables, secret_for, structures, without
from xinqiao.safety.noise import check_ways
from xinqiao.safety.refusal import not_safe
from xinqiao.safety.stays import finer_again
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
    blind = any(release.quarantined is None and _set_aside(release) for release in earlier)
    told = [[t for t in e.tables if not (t.policy.epsilon or (blind and t.name == QUARANTINE))] for e in earlier]
    basis = Basis(
        rows=rows,
        before=[e.rows for e in earlier],
        told=told,
        period=period,
        policies=Policies(usual=policy, sensitive=sensitive_policy),
        left=left,
    )
    given = _Given(form=form, basis=basis, earlier=earlier, quarantined=quarantined, blind=blind, without=left_out)
    refusals: list[XinqiaoError] = []
    for chosen in coarsened(form, basis):
        try:
            return given.told_as(chosen)
        except XinqiaoError as error:
            if error.problems[0].code != "release-not-safe":
                raise
            refusals.append(error)
    raise refusals[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """All that a release is made of; blind: how many rows were set aside is not known of every earlier release."""

    form: Form
    basis: Basis
    earlier: Sequence[Earlier]
    quarantined: Mapping[str, int] = field(repr=False)
    blind: bool
    without: Collection[str]

    def told_as(self, form: Form) -> Release:
        """The release in the form's own tables, or in coarser ones: `form` says which."""
        basis, earlier, blind = self.basis, self.earlier, self.blind
        structure, whole = self._structures(form)
        # What may be told later is counted now, in whatever it is told today.
        counted = whole if form is self.form else self._structures(self.form)[1]
        check_correctable(form, whole, self._past, basis.left)
        then = _as_they_were(counted, form, earlier, basis.left)
        structure = without(structure, self.without)
        if blind and not all(_total_shown(tables) for tables in basis.told):
            # Rows that came in less those set aside would tell the hidden total of that time.
            raise not_safe(structure)
        now = Batch(rows=basis.rows, quarantined=self.quarantined)
        batches, counts = _counted(structure, earlier, now, blind=blind)
        check_enough(structure, counts, basis.left)
        secret = secret_for(structure, [e.counts for e in earlier], earlier[0].rows if earlier else basis.rows)
        begins = begins_of(structure, basis.told, basis.period)
        told_alphas = _alphas(form, basis.rows, earlier, basis.policies)
        draft = Draft(form=form, structure=structure, counts=counts, told=basis.told, begins=begins, alphas=told_alphas)
        found, verdict = draft.best(secret)
        period = begins.get(0, basis.period)
        noisy = noisy_tables(form, without(whole, self.without), lambda: count(whole, batches), period)
        tables = in_order(form, (*found.tables, *noisy))
        if finer_again(self.form, basis.told, tables):
            raise not_safe(structure)
        if blind:
            tables = (*tables, nothing_told(tables[0], basis.policies.usual, sorted(self.quarantined)))
        told = certificate(self.form, tables, verdict, basis.policies, len(earlier), counts.corrections)
        made_of = totals_of(counted, form, basis.rows, self.quarantined, secret)
        return Release(
            tables=tables,
            certificate={**told, "optimum": found.optimum.told()},
            counts=replace(made_of, left=left_totals(counted, form, basis.left)),
            before=tuple(release.counts or _totals(counted, form, release, secret) for release in then),
            attended=tuple(known for known in attendance(structure, counts) if known.after >= tables[0].since),
            corrected=series_of(corrections_of(counts, [*basis.told, tables]), len(counts.sizes)),
        )

    @property
    def _past(self) -> list[SafeTable]:
        return [t for e in self.earlier for t in e.tables if not (self.blind and t.name == QUARANTINE)]

    def _structures(self, form: Form) -> tuple[Structure, Structure]:
        left = self.basis.left
        everybody = [*self.basis.rows, *(row for known in left for row in known.rows)]
        before = [row for release in self.earlier for row in release.rows]
        reasons = None if self.blind else reasons_of(self.quarantined, left)
        return structures(form, everybody, reasons, self.basis.policies, self._past, before)


def _alphas(
    form: Form, rows: Sequence[ScoredRow], earlier: Sequence[Earlier], policies: Policies
) -> Mapping[str, Decimal]:
    if any(release.counts for release in earlier):
        # Counts alone tell nothing of answers to two items together.
        return {}
    return alphas(form, rows, [(e.rows, e.tables) for e in earlier], policies.strictest)


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
