"""From a form, its rows and its earlier tables to the public structure of all of them together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy
from xinqiao.core.problem import Place, refuse
from xinqiao.core.question import NO_ANSWER
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.core.scale import Method
from xinqiao.core.strategy import BASES
from xinqiao.core.summary import TOTAL, Attendance, Measure, MeasureKind, Strategy, SummarySpec
from xinqiao.safety.levels import DATES, Seen, dimension, rooted
from xinqiao.safety.structure import Figure, Group, Plan, Structure, Sum, counted, figures
from xinqiao.safety.variable import ACCEPTED, QUARANTINE, Variable, quarantine_variable, variables_of

QUARANTINED = "distribution(quarantined)"
MOST_GROUPS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A table that the form asks for or once published, then under its own policy.

    rounded: whether its counts are rounded, to multiples of `base` (0: the least that its threshold allows);
    epsilon: what its noise spends, 0 for none.
    """

    name: str
    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    policy: Policy | None = None
    nonresponse: bool = False
    rounded: bool = False
    base: int = 0
    epsilon: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The policy of most tables and that of tables with a sensitive measure."""

    usual: Policy
    sensitive: Policy

    @property
    def strictest(self) -> Policy:
        """The one with the higher threshold."""
        return max(self.usual, self.sensitive, key=lambda policy: policy.threshold)

    def of(self, form: Form, wanted: Wanted) -> Policy:
        """The policy of a table: the sensitive one where anything in it is. Raises XinqiaoError (round-base-small)."""
        if wanted.policy is not None:
            return wanted.policy
        names = {*wanted.by, *(name for measure in wanted.measures for name in measure.names)}
        policy = self.sensitive if any(is_sensitive(form, name) for name in names) else self.usual
        if wanted.nonresponse:
            policy = replace(policy, absent_from=policy.threshold)
        if not wanted.rounded:
            return replace(policy, epsilon=wanted.epsilon) if wanted.epsilon else policy
        base = wanted.base or next((base for base in BASES if base >= policy.threshold), BASES[-1])
        if base < policy.threshold:
            params: dict[str, str | int] = {"summary": wanted.name, "base": base, "threshold": policy.threshold}
            raise refuse("round-base-small", Place(question=wanted.name), **params)
        return replace(policy, rounding=base)


def is_sensitive(form: Form, name: str) -> bool:
    """Whether a question or scale, or an item of the scale, is marked sensitive."""
    if not form.is_scale(name):
        return form.question(name).sensitive
    scale = form.scale(name)
    return scale.sensitive or any(form.question(item).sensitive for item in scale.items)


def frame(
    form: Form,
    rows: Sequence[ScoredRow],
    reasons: Iterable[str] | None,
    policies: Policies,
    earlier: Sequence[SafeTable] = (),
    before: Sequence[ScoredRow] = (),
    *,
    noisy: bool = False,
) -> Structure:
    """The structure of a form's tables; without `reasons` the rows set aside stand apart from it.

    earlier, before: the tables of earlier releases and the rows that they were made of. noisy: with the tables
    that are guarded by a budget; the attacker's system has none of them.
    Raises XinqiaoError (release-too-large, release-form-changed, release-new-levels, dimension-several,
    round-base-small).
    """
    wanted = [_asked(summary) for summary in form.summaries if noisy or summary.strategy is not Strategy.DP]
    asked = len(wanted)
    published = [table for table in earlier if table.name != QUARANTINE and (noisy or not table.policy.epsilon)]
    wanted += [_read(form, table) for table in published]
    names = tuple(dict.fromkeys(name for table in wanted for name in table.by))
    seen = Seen(rows=rows, before=before, published=published)
    strictest = {
        name: max(policies.of(form, table).threshold for table in wanted if name in table.by) for name in names
    }
    dimensions = rooted([dimension(form, name, seen, strictest[name]) for name in names], published)
    bare = Structure(dimensions=dimensions, variables={}, plans=())
    if any(True for _ in itertools.islice(bare.groups(names), MOST_GROUPS, None)):
        raise refuse("release-too-large", form=form.id, most=MOST_GROUPS)
    variables = {v.name: v for v in _variables(form, [*rows, *before], wanted, bare)}
    plans = tuple(
        Plan(name=t.name, by=t.by, figures=figures(t.measures, variables, whole=not t.by), policy=policies.of(form, t))
        for t in wanted
    )
    present, past = plans[:asked], plans[asked:]
    if reasons is not None:
        set_aside = quarantine_variable({*reasons, *_reasons(earlier)})
        variables[QUARANTINE] = set_aside
        present += (Plan(name=QUARANTINE, by=(), figures=_set_aside_figures(set_aside), policy=policies.usual),)
    sums = tuple(_sums(form, variables))
    typed = frozenset(name for name in names if name not in DATES and not form.question(name).choices)
    whole = Structure(dimensions=dimensions, variables=variables, plans=present, past=past, sums=sums, typed=typed)
    return replace(whole, sizes=_sizes(form, whole), attended=attended_by(form))


def attended_by(form: Form) -> tuple[tuple[str, ...], ...]:
    """The dimensions by which attendance is public, each with its coarser ones, finest last."""
    return tuple(dict.fromkeys(s.by for s in form.summaries if s.attendance is Attendance.PUBLIC))


def _sizes(form: Form, structure: Structure) -> Mapping[Group, int]:
    """How many members each group has whose response rate is told; none where a level is of no roster."""
    rated = [plan for plan in structure.plans if any(figure.rate for figure in plan.figures)]
    roster = form.roster
    if not rated or roster is None:
        return {}
    within = {name: form.levels_of(name, roster) for plan in rated for name in plan.by}
    found: dict[Group, int] = {}
    for plan in rated:
        for group in structure.groups(plan.by):
            at = dict(zip(plan.by, structure.written(plan.by, group), strict=True))
            members = [
                choice.size or 0
                for choice in roster.choices
                if all(level in (TOTAL, within[name].get(choice.name)) for name, level in at.items())
            ]
            if members:
                found[group] = sum(members)
    return found


def _asked(summary: SummarySpec) -> Wanted:
    return Wanted(
        name=summary.name,
        by=summary.by,
        measures=summary.measures,
        nonresponse=summary.nonresponse,
        rounded=summary.strategy is Strategy.ROUND,
        base=summary.base,
        epsilon=summary.epsilon,
    )


def _read(form: Form, table: SafeTable) -> Wanted:
    """What a published table shows, in today's form; refuses where the form no longer knows it."""
    texts = tuple(dict.fromkeys(cell.measure for cell in table.cells))
    measures = tuple(measure for text in texts if (measure := Measure.parse(text)) is not None)
    by = tuple(dimension.name for dimension in table.dimensions)
    known = {question.name for question in form.questions if question.countable}
    known |= {scale.name for scale in form.scales} | {made.name for made in form.derived} | {*DATES}
    lost = any(m.into and not (form.is_scale(m.of) and form.scale(m.of).banding(m.into)) for m in measures)
    if lost or len(measures) < len(texts) or not {*by, *(name for m in measures for name in m.names)} <= known:
        raise refuse("release-form-changed", Place(question=table.name), table=table.name)
    return Wanted(name=table.name, by=by, measures=measures, policy=table.policy)


def _variables(form: Form, rows: Sequence[ScoredRow], wanted: Sequence[Wanted], bare: Structure) -> Iterator[Variable]:
    dimensions = {known.name for known in bare.dimensions}
    by: dict[str, set[str]] = {}
    finely: set[str] = set()
    for table in wanted:
        for measure in table.measures:
            if measure.of:
                by.setdefault(measure.about, set()).update(table.by)
                if measure.kind not in (MeasureKind.N, MeasureKind.DISTRIBUTION):
                    finely.add(measure.about)
    for name, used in by.items():
        # Who is asked for a dimension itself: its answers and its levels are the same thing.
        own = bare.complete(used | (dimensions & {name}))
        for variable in variables_of(form, name, rows, finely=name in finely):
            of = [known.of for known in variable.pair] or [name]
            yield replace(variable, by=own, sensitive=any(is_sensitive(form, one) for one in of))


def _sums(form: Form, variables: Mapping[str, Variable]) -> Iterator[Sum]:
    """The scales and changes published in full with their parts, where nobody can leave a part out."""
    for scale in form.scales:
        tied = [variables.get(name) for name in (scale.name, *scale.items)]
        if any(known is None or not known.scores or NO_ANSWER in known.leaf_names for known in tied):
            continue
        share = scale.factor / (len(scale.items) if scale.method is Method.MEAN else 1)
        items: dict[str, Mapping[str, Fraction]] = {}
        for name in scale.items:
            scores = variables[name].scores
            ends = min(scores.values()) + max(scores.values())
            turned = name in scale.reversed_items
            items[name] = {leaf: share * (ends - score if turned else score) for leaf, score in scores.items()}
        yield Sum(scale=scale.name, items=items)
    for change in variables.values():
        tied = [variables.get(known.name) for known in change.pair]
        if tied and not change.lacking and all(known is not None and known.scores for known in tied):
            signs = zip(tied, (-1, 1), strict=True)
            yield Sum(
                scale=change.name,
                items={
                    known.name: {leaf: sign * s for leaf, s in known.scores.items()} for known, sign in signs if known
                },
            )


def _reasons(earlier: Sequence[SafeTable]) -> Iterator[str]:
    for table in earlier:
        if table.name == QUARANTINE:
            yield from (cell.category for cell in table.cells if cell.category)


def _set_aside_figures(variable: Variable) -> tuple[Figure, ...]:
    came_in = counted("n", "", variable, frozenset(variable.leaf_names))
    reasons = [name for name in variable.leaf_names if name != ACCEPTED]
    return (came_in, *(counted(QUARANTINED, name, variable, frozenset({name})) for name in reasons))
