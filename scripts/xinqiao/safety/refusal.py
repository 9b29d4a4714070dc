"""Why a release is refused, for the person who runs it: which table, which kind of group; never how many people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from xinqiao.core.form import Form
from xinqiao.core.policy import Status
from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import Strategy
from xinqiao.safety.audit import About
from xinqiao.safety.cells import Task
from xinqiao.safety.relations import families
from xinqiao.safety.rows import Ints
from xinqiao.safety.structure import Structure
from xinqiao.safety.telling import finding


def not_safe(structure: Structure, about: About | None = None) -> XinqiaoError:
    """The refusal (release-not-safe), with the table and the group that could not be hidden where that is known."""
    problems = [Problem(code="release-not-safe")]
    if about is not None:
        found = finding(structure, about, (), ())
        problems.append(Problem(code="release-not-hidden", params={"table": found.table, "group": found.group}))
    return XinqiaoError(problems)


def with_way_out(refused: XinqiaoError, form: Form, told: Sequence[Sequence[SafeTable]]) -> XinqiaoError:
    """The refusal, and for each summary that is rounded after exact releases what can be done (round-after-exact)."""
    exact = {table.name for tables in told for table in tables if table.policy.status is Status.SHOWN}
    rounded = [s.name for s in form.summaries if s.strategy is Strategy.ROUND and s.name in exact]
    if refused.problems[0].code != "release-not-safe":
        return refused
    ways = (Problem(code="round-after-exact", params={"summary": name, "form": form.id}) for name in rounded)
    return XinqiaoError([*refused.problems, *ways])


def whom(task: Task, group: int) -> About | None:
    """Whom a protected group of the task is about."""
    rows, where = task.groups.rows, task.where
    columns = np.sort(rows.columns[rows.rows == group])
    came = sorted({where.spans[int(span)][0] for span in columns // where.size})
    wanted = np.unique(columns % where.size)
    for about, mine in _named(task):
        if np.array_equal(np.sort(mine), wanted):
            return About(
                group=about.group,
                variable=about.variable,
                leaves=about.leaves,
                first=came[0],
                last=came[-1],
                k=int(task.groups.k[group]),
                beside=about.beside,
            )
    return None


def _named(task: Task) -> Iterator[tuple[About, Ints]]:
    """Every group that a reader may ask about, and its columns within one interval."""
    where = task.where
    for (group, name), family in families(where.structure).items():
        for leaves in family.sets:
            columns = where.columns(group, name, leaves)
            plain = About(group=group, variable=name, leaves=leaves, first=0, last=0, k=family.k)
            yield plain, columns
            for at, wider in where.structure.wider(group):
                beside = About(group=group, variable=name, leaves=leaves, first=0, last=0, k=family.k, beside=at)
                yield beside, np.setdiff1d(where.columns(wider, name, leaves), columns)
