"""The tables of a release as they are drafted: counts rounded or cells hidden, then attacked; the best that holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from decimal import Decimal

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy, Status
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.safe import Cell, SafeTable
from xinqiao.core.text import Text
from xinqiao.safety.attack import Unsolved
from xinqiao.safety.audit import Verdict, audit
from xinqiao.safety.cells import Task, task
from xinqiao.safety.count import Counts
from xinqiao.safety.few import told_of_few
from xinqiao.safety.fewest import Optimum
from xinqiao.safety.identity import Identity, identity_of, value_of
from xinqiao.safety.near import rounded_tables
from xinqiao.safety.protect import Unprotectable, protect
from xinqiao.safety.refusal import not_safe, whom, with_way_out
from xinqiao.safety.rows import Flags
from xinqiao.safety.structure import Plan, Structure
from xinqiao.safety.variable import QUARANTINE

# How often rounded counts are drawn again where the attack finds somebody.
DRAWS = 4
QUARANTINE_TITLE = Text.of(zh="未能使用的答卷", en="Rows that could not be used")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Tables that may be published if the attack finds nobody, and how few cells they hide."""

    tables: tuple[SafeTable, ...]
    optimum: Optimum

    @property
    def suppressed(self) -> int:
        """How many cells are hidden."""
        return sum(table.suppressed for table in self.tables)


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

    def best(self, secret: str) -> tuple[Proposal, Verdict]:
        """The safe tables that show most; counts that are rounded get several draws by `secret`.

        Raises XinqiaoError (release-not-safe, with round-after-exact where that is why) where none are safe.
        """
        for draw in range(1, DRAWS if secret else 1):
            with suppress(XinqiaoError):
                return self._best(f"{secret}/{draw}")
        try:
            return self._best(secret)
        except XinqiaoError as refused:
            raise with_way_out(refused, self.form, self.told) from None

    def _best(self, secret: str) -> tuple[Proposal, Verdict]:
        proposed: list[Proposal] = []
        for since in self.begins:
            # Where one begin is left, why it fails is why the release does.
            last = not proposed and since == list(self.begins)[-1]
            with nullcontext() if last else suppress(XinqiaoError):
                proposed.append(self._proposed(since, secret))
        proposed.sort(key=lambda proposal: proposal.suppressed)
        for proposal in proposed[:-1]:
            with suppress(XinqiaoError):
                return proposal, self._audited(proposal.tables)
        return proposed[-1], self._audited(proposed[-1].tables)

    def _proposed(self, since: int, secret: str) -> Proposal:
        rounded = rounded_tables(self.form, self.structure, self.counts, self.begins[since], secret)
        work = task(self.structure, self.counts, [*self.told, rounded] if rounded else self.told, since)
        try:
            optimum = protect(work)
        except Unprotectable as lost:
            raise not_safe(self.structure, whom(work, lost.group)) from None
        return Proposal(tables=(*rounded, *self._exact(work, optimum.hidden)), optimum=optimum)

    def _exact(self, work: Task, hidden: Flags) -> Iterator[SafeTable]:
        number = {identity: at for at, identity in enumerate(work.cells.identities)}
        titles = {summary.name: summary.title for summary in self.form.summaries}
        for plan in (plan for plan in self.structure.plans if not plan.policy.rounding):
            yield SafeTable(
                name=plan.name,
                title=titles.get(plan.name, QUARANTINE_TITLE),
                form=self.form.id,
                form_version=self.form.version,
                period=self.begins[work.where.since],
                policy=plan.policy,
                dimensions=tuple(self.structure.dimension(name) for name in plan.by),
                cells=tuple(self._lines(work, plan, number, hidden)),
                since=work.where.since,
            )

    def _lines(self, work: Task, plan: Plan, number: Mapping[Identity, int], hidden: Flags) -> Iterator[Cell]:
        for group in self.structure.groups(plan.by):
            for figure in plan.figures:
                identity = identity_of(work.where, work.truth, plan, group, figure)
                value: int | Decimal | None = self.structure.sizes.get(group) if figure.members else None
                if not figure.members and not hidden[number[identity]]:
                    value = (
                        self.alphas.get(figure.measure)
                        if figure.alpha
                        else value_of(work.where, work.truth, plan, group, figure)
                    )
                yield Cell(
                    levels=self.structure.written(plan.by, group),
                    measure=figure.measure,
                    category=figure.category,
                    value=value,
                    status=Status.SUPPRESSED if value is None else Status.SHOWN,
                )

    def _audited(self, tables: Sequence[SafeTable]) -> Verdict:
        """The verdict of the attack, which must have found nobody. Raises XinqiaoError (release-not-safe)."""
        try:
            verdict = audit(self.structure, [*self.told, tables], self.counts)
        except Unsolved:
            raise not_safe(self.structure) from None
        if verdict.found:
            raise not_safe(self.structure, verdict.found[0])
        for about in told_of_few(self.structure, tables, self.counts):
            raise not_safe(self.structure, about)
        return verdict


def nothing_told(beside: SafeTable, policy: Policy, reasons: Sequence[str]) -> SafeTable:
    """The table of rows set aside with every cell hidden, like the table beside it else."""
    lines = [("n", ""), *(("distribution(quarantined)", reason) for reason in reasons)]
    cells = (
        Cell(levels=(), measure=measure, category=category, value=None, status=Status.SUPPRESSED)
        for measure, category in lines
    )
    return SafeTable(
        name=QUARANTINE,
        title=QUARANTINE_TITLE,
        form=beside.form,
        form_version=beside.form_version,
        period=beside.period,
        policy=policy,
        dimensions=(),
        cells=tuple(cells),
        since=beside.since,
    )
