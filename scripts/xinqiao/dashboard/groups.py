"""Groups side by side: how each class, role or part answered, and whether more than chance tells it from all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xinqiao.core.form import Form
from xinqiao.core.question import NO_ANSWER
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import FOUR_WEEKS, TOTAL, WEEK, Measure, MeasureKind
from xinqiao.dashboard.blocks import combinations, finest_levels, levels_label
from xinqiao.dashboard.chart import Panel, panel, row_words
from xinqiao.dashboard.limits import share_limits
from xinqiao.dashboard.naming import measure_label
from xinqiao.dashboard.reading import Distribution, Group, exact, measures
from xinqiao.dashboard.words import Words, text

# More bars than this nobody compares; the table has them all.
MOST = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One question in every group of a table; `about` says what chance leaves of the differences."""

    title: str
    about: str
    panel: Panel
    words: tuple[str, ...]
    left_out: int


def comparisons(form: Form, tables: Sequence[SafeTable], say: Words, *, first: int) -> Iterator[Comparison]:
    """The questions of each table that parts people into groups, where two groups at least show something.

    first: the number of the first panel on the page.
    """
    number = first
    for table in exact(tables):
        for measure in measures(table):
            if measure.kind is not MeasureKind.DISTRIBUTION:
                continue
            found = _by_group(form, table, measure)
            told = [one for _, one in found[1:] if one.base and any(answer.count for answer in one.answers)]
            if len(told) > 1 and found[0][1].stacked:
                yield _comparison(form, table, measure, found, number, say)
                number += 1


def _by_group(form: Form, table: SafeTable, measure: Measure) -> list[tuple[tuple[str, ...], Distribution]]:
    """Everybody, then each group without regard to weeks, under the group's name."""
    found = []
    for levels in combinations(table):
        at = dict(zip((dimension.name for dimension in table.dimensions), levels, strict=True))
        group = Group(form, table, levels)
        if (
            {at.get(WEEK, TOTAL), at.get(FOUR_WEEKS, TOTAL)} != {TOTAL}
            or NO_ANSWER in levels
            or not group.has(str(measure))
        ):
            continue
        label = (
            text("table.all")
            if {*levels} <= {TOTAL}
            else levels_label(table.dimensions, finest_levels(table.dimensions, levels))
        )
        found.append((levels, group.distribution(measure).called(label)))
    return found


def _comparison(
    form: Form,
    table: SafeTable,
    measure: Measure,
    found: Sequence[tuple[tuple[str, ...], Distribution]],
    number: int,
    say: Words,
) -> Comparison:
    everybody, groups = found[0][1], [one for _, one in found[1:]]
    kept = groups
    if len(groups) > MOST:
        largest = sorted(groups, key=lambda one: -(one.base or 0))[:MOST]
        kept = [one for one in groups if any(one is other for other in largest)]
    title = say("table.caption", title=table.title[say.lang], part=measure_label(form, measure.of)[say.lang])
    return Comparison(
        title=title,
        about=_about(everybody, groups, say),
        panel=panel(number, [everybody, *kept], say.lang, title=title),
        words=tuple(row_words(one, say.lang) for one in (everybody, *kept)),
        left_out=len(groups) - len(kept),
    )


def _about(everybody: Distribution, groups: Sequence[Distribution], say: Words) -> str:
    """Which groups differ from all by more than chance, of the answers above the middle or of the lowest range."""
    names = [answer.name for answer in (everybody.positive or everybody.answers[:1])]
    of_all = everybody.share(names)
    if of_all is None:
        return say("groups.unknown")
    judged, beyond = 0, []
    for group in groups:
        share = group.share(names)
        limits = share_limits(of_all, share.base) if share else None
        if share is None or limits is None:
            continue
        judged += 1
        if not limits.holds(share.count / share.base):
            beyond.append(group.label)
    if not judged:
        return say("groups.unknown")
    labels = say.choices([answer.label for answer in everybody.answers if answer.name in names])
    if not beyond:
        return say("groups.alike", labels=labels, judged=judged)
    named = say("telling.then").join(label[say.lang] for label in beyond)
    return say("groups.differ", labels=labels, judged=judged, named=named)
