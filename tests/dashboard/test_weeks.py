"""Weeks in a line, groups side by side: gaps, limits, and what the sentence below says."""

from __future__ import annotations

import re

import pytest
from tests.dashboard.weekly import weekly_table

from xinqiao.core.form import Form
from xinqiao.core.summary import FOUR_WEEKS
from xinqiao.core.text import Lang
from xinqiao.dashboard.groups import comparisons
from xinqiao.dashboard.page import summary_page
from xinqiao.dashboard.weeks import small_lines, unusual, weeks
from xinqiao.dashboard.words import Words

EN = Words(Lang.EN)
USUAL, GOOD, SMALL = (10, 10, 10, 15, 15), (0, 0, 5, 27, 28), (5, 5, 5, 6, 6)


def test_a_week_beyond_the_usual_is_ringed_and_named(form: Form) -> None:
    table = weekly_table(form, {"*": [*[USUAL] * 11, GOOD]})
    count, item = weeks(form, [table], EN)
    assert [point.out for point in item.points] == [False] * 11 + [True]
    assert "Latest week shown (Week 21): 92%" in item.about
    assert item.about.endswith("Beyond the usual: Week 21. It is worth asking what happened then.")
    assert not any(point.out for point in count.points), "as many as ever answered"
    page = summary_page(form, [table], Lang.EN, demonstration=False, files="")
    assert page.count('class="xqs-out"') == 1


def test_usual_weeks_are_called_usual(form: Form) -> None:
    count, item = weeks(form, [weekly_table(form, {"*": [USUAL, SMALL] * 6})], EN)
    for one in (count, item):
        assert one.about.endswith("All weeks shown are within the usual.")
        assert one.limits
        assert not any(point.out for point in one.points)
    # Weeks of 27 have wider limits than weeks of 60: each its own piece.
    assert len(item.limits) > len(count.limits) == 2


def test_few_weeks_have_no_limits(form: Form) -> None:
    _, item = weeks(form, [weekly_table(form, {"*": [USUAL] * 9})], EN)
    assert item.limits == ()
    assert "fewer than 10 weeks" in item.about


def test_a_hidden_week_is_a_gap_and_moves_nothing(form: Form) -> None:
    """No limit and no point of a shown week knows what a hidden one holds."""
    given = [*[USUAL] * 6, None, *[USUAL] * 6]
    _, item = weeks(form, [weekly_table(form, {"*": given})], EN)
    assert item.hidden
    assert len(item.stretches) == 10
    assert {point.y for point in item.points if point.mark != "×"} - {None} == {item.points[0].y}


def test_groups_have_a_small_line_each_on_one_scale(form: Form) -> None:
    table = weekly_table(form, {"*": [USUAL] * 4, "class": [GOOD] * 4, "dormitory": [USUAL] * 4, "staff": [None] * 4})
    ((title, lines),) = small_lines(form, [table], EN, first=7)
    assert title.startswith("By week: ")
    assert [line.title for line in lines] == ["Class peer supporter", "Dormitory peer supporter"]
    assert [line.number for line in lines] == [7, 8]
    # 92 % stands higher than 50 % by as much as the shares differ.
    first, second = (120 - (line.points[0].y or 0) for line in lines)
    assert second / first == pytest.approx(50 / 91.67, abs=0.01)


def test_blocks_of_four_weeks_are_drawn_as_weeks_are(form: Form) -> None:
    """A gap where a block is hidden, limits from ten shown on, and words of four weeks."""
    given = [*[USUAL] * 5, None, *[USUAL] * 5, GOOD]
    count, item = weeks(form, [weekly_table(form, {"*": given}, FOUR_WEEKS)], EN)
    assert [point.y is None for point in item.points] == [one is None for one in given]
    assert len(item.stretches) == 9
    assert [point.out for point in item.points] == [False] * 11 + [True]
    assert item.out == ("Week 45/2026-W48",)
    assert "Latest four weeks shown (Week 45/2026-W48): 92%" in item.about
    assert "blocks of four weeks" in item.desc
    assert count.about.endswith("All blocks shown are within the usual.")
    (few,) = weeks(form, [weekly_table(form, {"*": [None] * 4}, FOUR_WEEKS)], EN)
    assert few.about == "No block of four weeks can be shown."


def test_groups_by_blocks_of_four_weeks_have_a_small_line_each(form: Form) -> None:
    table = weekly_table(form, {"*": [USUAL] * 4, "class": [GOOD] * 4, "staff": [USUAL, None, USUAL, GOOD]}, FOUR_WEEKS)
    ((_, lines),) = small_lines(form, [table], EN, first=1)
    assert [line.title for line in lines] == ["Class peer supporter", "Instructor or counsellor"]
    assert [point.y is None for point in lines[1].points] == [False, True, False, False]
    assert "fewer than 10 blocks of four weeks" in lines[1].about


def test_what_is_unusual_stands_at_the_top(form: Form) -> None:
    page = summary_page(
        form, [weekly_table(form, {"*": [*[USUAL] * 11, GOOD]})], Lang.EN, demonstration=False, files=""
    )
    glance = page.partition("xqs-glance")[2].partition("</section>")[0]
    assert "was beyond the usual in Week 21." in glance
    usual = weeks(form, [weekly_table(form, {"*": [USUAL, SMALL] * 6})], EN)
    assert unusual(usual, EN) == ("No week shown was beyond the usual.",)
    assert unusual(weeks(form, [weekly_table(form, {"*": [USUAL] * 9})], EN), EN) == (), "nothing is claimed"


def test_each_drawing_of_a_page_has_a_name_of_its_own(form: Form) -> None:
    grouped = {"*": [USUAL] * 4, "class": [GOOD] * 4, "dormitory": [USUAL] * 4}
    tables = [weekly_table(form, {"*": [USUAL] * 4}), weekly_table(form, grouped)]
    page = summary_page(form, tables, Lang.ZH, demonstration=False, files="")
    names = re.findall(r' id="([^"]+)"', page)
    assert len(names) == len(set(names))
    assert page.count("<svg") == page.count("</desc>") >= 5


def test_only_more_than_chance_is_called_a_difference(form: Form) -> None:
    roles = {
        "*": [(30, 30, 40, 100, 100)],
        "class": [(10, 10, 20, 40, 40)],
        "dormitory": [(20, 15, 15, 5, 5)],
        "staff": [(0, 0, 5, 5, 0)],
    }
    (found,) = comparisons(form, [weekly_table(form, roles)], EN, first=1)
    assert found.about.startswith("Groups that can be judged: 2.")
    assert found.about.endswith("differ from all: Dormitory peer supporter.")
    alike = {"*": [(30, 30, 40, 100, 100)], "class": [(10, 10, 20, 40, 40)], "staff": [(5, 6, 8, 20, 20)]}
    (found,) = comparisons(form, [weekly_table(form, alike)], EN, first=1)
    assert "None differs from all by more than chance" in found.about


def test_a_single_group_is_not_compared(form: Form) -> None:
    assert not list(comparisons(form, [weekly_table(form, {"*": [USUAL], "class": [USUAL]})], EN, first=1))
