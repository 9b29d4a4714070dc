"""Tables by week made by hand: what safety/ would release of invented answers to the feedback form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy, Status
from xinqiao.core.safe import Cell, Dimension, Level, SafeTable
from xinqiao.core.summary import FOUR_WEEKS, WEEK
from xinqiao.core.text import Text

ITEM = "distribution(usefulness)"


def weekly_table(form: Form, weeks: Mapping[str, Sequence[Sequence[int] | None]], step: str = WEEK) -> SafeTable:
    """A table of one question by week, or by blocks of four, and by role where there is more than everybody (`*`).

    weeks: role → week by week how many gave each of the five answers; None where all of that week is hidden.
    """
    count = len(next(iter(weeks.values())))
    names = [f"2026-W{number:02}" for number in range(10, 10 + count)]
    if step == FOUR_WEEKS:
        names = [f"2026-W{first:02}/2026-W{first + 3:02}" for first in range(1, 1 + 4 * count, 4)]
    week = Dimension(
        name=step,
        label=Text.of(zh="周", en="Week"),
        levels=tuple(Level(name=name, label=Text.of(zh=f"第 {name[6:]} 周", en=f"Week {name[6:]}")) for name in names),
    )
    role = form.question("role")
    roles = Dimension(
        name="role", label=role.label, levels=tuple(Level(name=one.name, label=one.label) for one in role.choices)
    )
    grouped = set(weeks) != {"*"}
    cells = [
        cell
        for who, counts in weeks.items()
        for name, given in zip(["*", *names], [_together(counts), *counts], strict=True)
        for cell in _cells((who, name) if grouped else (name,), given)
    ]
    return SafeTable(
        name="by-week", title=Text.of(zh="逐周", en="By week"), form=form.id, form_version=form.version,
        period=f"{names[0][:8]}/{names[-1][-8:]}", policy=Policy(), dimensions=(roles, week) if grouped else (week,),
        cells=tuple(cells),
    )  # fmt: skip


def _together(counts: Sequence[Sequence[int] | None]) -> Sequence[int] | None:
    """All weeks; hidden where one of them is."""
    known = [given for given in counts if given is not None]
    return [sum(column) for column in zip(*known, strict=True)] if len(known) == len(counts) else None


def _cells(levels: tuple[str, ...], given: Sequence[int] | None) -> list[Cell]:
    status = Status.SUPPRESSED if given is None else Status.SHOWN
    found = [Cell(levels=levels, measure="n", value=None if given is None else sum(given), status=status)]
    for at in range(5):
        value = None if given is None else given[at]
        found.append(Cell(levels=levels, measure=ITEM, category=str(at + 1), value=value, status=status))
    return found
