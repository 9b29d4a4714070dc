"""What one college has released of a form, and what keeps it from being merged with the others'."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xinqiao.core.form import Form
from xinqiao.core.problem import Place, Problem, refuse
from xinqiao.core.question import Choice, Kind, Question, Role
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Text

# The dimension that tables of a region have on top.
COLLEGE = "college"
COLLEGE_LABEL = Text.of(zh="学院", en="College")


@dataclass(frozen=True, slots=True, kw_only=True)
class College:
    """What one college has released of a form, under the name by which the region knows it."""

    name: str
    label: Text
    tables: tuple[SafeTable, ...]

    def table(self, name: str) -> SafeTable | None:
        """Its table of that name; None where it has none."""
        return next((table for table in self.tables if table.name == name), None)


def problems(colleges: Sequence[College], own: Collection[str]) -> Iterator[Problem]:
    """What keeps a college's table from being merged: it is told, and the table or the college is left out.

    own: dimensions whose levels are a college's own units. Yields region-unit-twice, region-table-inexact,
    region-table-block, region-table-missing.
    """
    for name in table_names(colleges):
        for college in colleges:
            table = college.table(name)
            place = Place(file=college.name)
            if table is None:
                yield Problem(code="region-table-missing", place=place, params={"table": name})
            elif not table.exact:
                yield Problem(code="region-table-inexact", place=place, params={"table": name})
            elif table.since:
                yield Problem(code="region-table-block", place=place, params={"table": name})
    for unit, names in shared_units(colleges, own).items():
        params = {"unit": unit, "colleges": ", ".join(names)}
        yield Problem(code="region-unit-twice", place=Place(file=names[0]), params=params)


def shared_units(colleges: Sequence[College], own: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Units that several colleges have, and which: their people may be counted twice."""
    found: dict[str, list[str]] = {}
    for college in colleges:
        tables = (dimension for table in college.tables for dimension in table.dimensions)
        units = {level.name for dimension in tables if dimension.name in own for level in dimension.levels}
        for unit in sorted(units):
            found.setdefault(unit, []).append(college.name)
    return {unit: names for unit, names in found.items() if len(names) > 1}


def table_names(colleges: Iterable[College]) -> tuple[str, ...]:
    """The names of all tables, in the order in which they first stand."""
    return tuple(dict.fromkeys(table.name for college in colleges for table in college.tables))


def mergeable(table: SafeTable | None) -> SafeTable | None:
    """A table that tells the true figures of all who ever answered; None for others."""
    return table if table is not None and table.exact and not table.since else None


def with_colleges(form: Form, colleges: Sequence[College]) -> Form:
    """The form as if it asked for the college first: so pages, codebook and audit know the dimension.

    Raises XinqiaoError (region-question-taken).
    """
    asked = Question(
        kind=Kind.SELECT_ONE,
        name=COLLEGE,
        label=COLLEGE_LABEL,
        role=Role.DIMENSION,
        required=True,
        choices=tuple(Choice(name=college.name, label=college.label) for college in colleges),
    )
    if any(question.name == COLLEGE for question in form.questions):
        raise refuse("region-question-taken", form=form.id, name=COLLEGE)
    first = replace(form.sections[0], questions=(asked, *form.sections[0].questions))
    return replace(form, sections=(first, *form.sections[1:]))
