"""Hierarchies and weeks as people read them: rows from coarse to fine, weeks in order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy, Status
from xinqiao.core.safe import Cell, Dimension, Level, SafeTable
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.blocks import blocks
from xinqiao.dashboard.page import summary_page
from xinqiao.dashboard.weeks import weeks
from xinqiao.dashboard.words import Words


def steps(form: Form, *, week: bool = False) -> SafeTable:
    """Sites within regions, or week by week; the figures of one small place are hidden."""
    policy, title = Policy(), Text.of(zh="按地区和地点", en="By region and site")
    names = {"*": "", "n1": "north", "n2": "north", "s1": "south"}
    region = Dimension(
        name="region",
        label=Text.of(zh="地区", en="Region"),
        levels=tuple(Level(name=name, label=Text.of(zh=name, en=name.title())) for name in ("north", "south")),
    )
    site = Dimension(
        name="site",
        label=Text.of(zh="地点", en="Site"),
        parent="region",
        levels=tuple(
            Level(name=n, label=Text.of(zh=n, en=f"Site {n}"), parent=over) for n, over in names.items() if n != "*"
        ),
    )
    weeks = ("2026-W41", "2026-W42")
    of_weeks = Dimension(
        name="week",
        label=Text.of(zh="周", en="Week"),
        levels=tuple(Level(name=w, label=Text.of(zh=w, en=f"Week {w[-2:]}")) for w in weeks),
    )
    values: dict[tuple[str, ...], int | None] = {
        ("*", "*"): 40,
        ("north", "*"): 30,
        ("south", "*"): 10,
        ("north", "n1"): None,
        ("north", "n2"): None,
    }
    values |= {("south", "s1"): 10}
    if week:
        values = {("*",): 40, ("2026-W42",): 19, ("2026-W41",): 21}
    cells = (
        Cell(levels=at, measure="n", value=n, status=Status.SUPPRESSED if n is None else Status.SHOWN)
        for at, n in values.items()
    )
    return SafeTable(
        name="steps", title=title, form=form.id, form_version=form.version, period="", policy=policy,
        dimensions=(of_weeks,) if week else (region, site), cells=tuple(cells),
    )  # fmt: skip


def test_a_hierarchy_is_read_from_coarse_to_fine_row_by_row(form: Form) -> None:
    (block,) = blocks(form, steps(form))
    (part,) = block.parts
    read = [(line.head[Lang.EN], line.depth, line.entries[0].value) for line in part.lines]
    assert read == [
        ("All", 0, 40), ("North", 0, 30), ("Site n1", 1, None), ("Site n2", 1, None), ("South", 0, 10),
        ("Site s1", 1, 10),
    ]  # fmt: skip
    assert block.corner[Lang.EN] == "Region · Site"
    page = summary_page(form, [steps(form)], Lang.EN, demonstration=False, files="")
    assert page.count('<th scope="row" class="xqs-deep1">Site') == 3


def test_weeks_stand_below_each_other_in_order(form: Form) -> None:
    (block,) = blocks(form, steps(form, week=True))
    assert [line.head[Lang.EN] for line in block.parts[0].lines] == ["All", "Week 41", "Week 42"]


def test_weeks_are_a_line_that_breaks_where_a_week_is_hidden(form: Form) -> None:
    table = steps(form, week=True)
    (line,) = weeks(form, [table], Words(Lang.EN))
    assert [(point.mark, point.tip) for point in line.points] == [("21", "Week 41: 21"), ("19", "Week 42: 19")]
    assert line.points[0].x < line.points[1].x
    assert len(line.stretches) == 1
    gone = tuple(replace(c, value=None, status=Status.SUPPRESSED) if c.levels != ("*",) else c for c in table.cells)
    (line,) = weeks(form, [replace(table, cells=gone)], Words(Lang.EN))
    assert line.hidden and not line.stretches
    assert {point.y for point in line.points} == {None}
    page = summary_page(form, [table], Lang.ZH, demonstration=False, files="")
    assert page.count('class="xqs-week"') == 2
    assert weeks(form, [steps(form)], Words(Lang.EN)) == ()


def test_a_share_is_read_with_its_sign(form: Form) -> None:
    table = steps(form, week=True)
    more = (
        Cell(levels=("*",), measure="n(x)", value=40, status=Status.SHOWN),
        Cell(levels=("*",), measure="share(x >= 2)", value=35, status=Status.SHOWN),
    )
    page = summary_page(form, [replace(table, cells=(*table.cells, *more))], Lang.EN, demonstration=False, files="")
    assert "Share scoring ≥ 2" in page
    assert "<td>35%</td>" in page
    assert "in steps of 5%" in page


def test_a_finer_level_beside_another_coarser_one_is_no_table(form: Form) -> None:
    table = steps(form)
    for wrong in (("south", "n1"), ("*", "n1")):
        cell = Cell(levels=wrong, measure="n", value=None, status=Status.SUPPRESSED)
        with pytest.raises(ValueError, match="outside its coarser one"):
            replace(table, cells=(*table.cells, cell))
