"""SDs, changes, alpha and response rates on the page, in the workbook and in the package, in both languages."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy
from xinqiao.core.question import Choice
from xinqiao.core.record import Row, ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.package import write_package
from xinqiao.dashboard.page import summary_page
from xinqiao.dashboard.released import read_package
from xinqiao.forms.read import read_form
from xinqiao.safety.release import safe_tables

ITEMS = ("a", "b", "c", "d")
SOURCE = """\
settings: {form_id: course, version: 1, purpose: survey, title: {zh: 课程, en: Course}}
consent: {zh: 同意, en: Agreed}
survey:
  - {type: select_one units, name: unit, label: {zh: 班级, en: Class}, role: dimension, required: true}
  - {type: select_one level, name: a, label: {zh: 甲, en: A}, required: true}
  - {type: select_one level, name: b, label: {zh: 乙, en: B}, required: true}
  - {type: select_one level, name: c, label: {zh: 丙, en: C}, required: true}
  - {type: select_one level, name: d, label: {zh: 丁, en: D}, required: true}
choices:
  level:
    - {name: "0", label: {zh: 零, en: Zero}, score: 0}
    - {name: "1", label: {zh: 一, en: One}, score: 1}
    - {name: "2", label: {zh: 二, en: Two}, score: 2}
    - {name: "3", label: {zh: 三, en: Three}, score: 3}
scales:
  - {name: early, title: {zh: 课前, en: Early}, items: [a, b], method: sum, factor: 5}
  - {name: late, title: {zh: 课后, en: Late}, items: [c, d], method: sum, factor: 5}
summaries:
  - {name: by-unit, title: {zh: 班级, en: Class}, by: [unit], measures: [response-rate, sd(early)], audience: public}
  - name: overall
    title: {zh: 总体, en: Overall}
    by: []
    measures: [response-rate, 'change(early, late)', alpha(early)]
    audience: public
seal_to: [aggregation]
retention: {days: 30}
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> tuple[Form, tuple[SafeTable, ...]]:
    file = tmp_path_factory.mktemp("forms") / "course.yml"
    file.write_text(SOURCE, encoding="utf-8")
    sizes = {"u-1": 80, "u-2": 60}
    units = tuple(Choice(name=name, label=Text.of(zh=name, en=name), size=size) for name, size in sizes.items())
    form = read_form(file, {"units": units})
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    rows = []
    for unit in ["u-1"] * 70 + ["u-2"] * 33:
        level = chance.random()
        given = [sum(chance.random() < part for _ in range(3)) for part in (level, level, level + 0.2, level + 0.2)]
        values = {"unit": unit, **{name: str(value) for name, value in zip(ITEMS, given, strict=True)}}
        rows.append(ScoredRow(row=Row(values=values), scores={"early": 5 * sum(given[:2]), "late": 5 * sum(given[2:])}))
    made = safe_tables(form, rows, policy=Policy(), sensitive_policy=Policy(), period="", quarantined={})
    return form, made.tables


def said(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_page_tells_rate_and_change_in_sentences(course: tuple[Form, tuple[SafeTable, ...]]) -> None:
    form, tables = course
    pages = {lang: said(summary_page(form, tables, lang, demonstration=False, files="")) for lang in Lang}
    assert "Of 140 people on the roster, about 75% answered." in pages[Lang.EN]
    assert "名单上有 140 人，约 75% 作答。" in pages[Lang.ZH]
    assert "From “Early” to “Late”: 103 people have both scores" in pages[Lang.EN]
    assert "“课前”到“课后”：103 人前后都有得分，平均变化 +" in pages[Lang.ZH]
    assert "standard deviations of the change." in pages[Lang.EN]


def test_the_page_lists_every_figure_and_its_rule(course: tuple[Form, tuple[SafeTable, ...]]) -> None:
    form, tables = course
    english = said(summary_page(form, tables, Lang.EN, demonstration=False, files=""))
    for words in ("Standard deviation", "On the roster 140", "Response rate 75%", "Reliability (Cronbach’s alpha)",
                  "Change in standard deviations (d)", "Early → Late"):  # fmt: skip
        assert words in english
    for rule in ("shown from 30 people on, with one decimal", "from 50 people on who answered every item",
                 "Response rates are given to 5%", "Changes are those of people with both scores"):  # fmt: skip
        assert rule in english


def test_each_unit_has_a_bar_of_how_many_answered(course: tuple[Form, tuple[SafeTable, ...]]) -> None:
    form, tables = course
    page = summary_page(form, tables, Lang.EN, demonstration=False, files="")
    assert "Of the units shown, from about 55% (u-2) to about 90%." in said(page)
    assert '<span>u-2</span> <b>about 55%</b><i style="width:55%"></i>' in page
    assert "显示的单位里，最低约 55%（u-2），最高约 90%。" in said(
        summary_page(form, tables, Lang.ZH, demonstration=False, files="")
    )


def test_a_unit_whose_rate_is_hidden_is_a_gap_with_its_reason(course: tuple[Form, tuple[SafeTable, ...]]) -> None:
    form, tables = course
    by_unit = next(table for table in tables if table.name == "by-unit")
    gap = (("u-2",), "response-rate", "")
    hidden = [
        replace(cell, value=None, status=type(cell.status)("suppressed")) if cell.key == gap else cell
        for cell in by_unit.cells
    ]
    page = summary_page(form, [replace(by_unit, cells=tuple(hidden))], Lang.EN, demonstration=False, files="")
    assert '<li class="xqs-hidden"><span>u-2</span> <b>hidden</b></li>' in page
    assert "About 90% in every unit shown." in said(page)
    assert "Hidden: 1, for the reason told under" in said(page)


def test_a_hidden_change_and_a_hidden_rate_are_told_as_hidden(course: tuple[Form, tuple[SafeTable, ...]]) -> None:
    form, tables = course
    hide: Callable[[SafeTable], SafeTable] = lambda table: replace(  # noqa: E731
        table,
        cells=tuple(
            cell if cell.category == "members" else replace(cell, value=None, status=type(cell.status)("suppressed"))
            for cell in table.cells
        ),
    )
    page = said(summary_page(form, [hide(table) for table in tables], Lang.EN, demonstration=False, files=""))
    assert "140 people are on the roster; the response rate cannot be shown." in page
    assert "From “Early” to “Late”: the change cannot be shown" in page
    assert "On the roster 140" in page


def test_the_package_reads_back_as_it_was(course: tuple[Form, tuple[SafeTable, ...]], tmp_path: Path) -> None:
    form, tables = course
    write_package(tmp_path / "course", form, tables, {})
    assert read_package(tmp_path / "course") == tables


def test_a_table_with_a_figure_that_its_policy_forbids_is_none(course: tuple[Form, tuple[SafeTable, ...]]) -> None:
    overall = course[1][1]
    hidden = {"value": None, "status": type(overall.cells[0].status)("suppressed")}
    for measure, category, lost in (
        ("change(early, late)", "sd", ("change(early, late)", "mean")),
        ("change(early, late)", "d", ("change(early, late)", "sd")),
        ("alpha(early)", "", ("sd(early)", "")),
        ("response-rate", "", ("n", "")),
    ):
        assert overall.cell((), measure, category)
        cells = [replace(c, **hidden) if (c.measure, c.category) == lost else c for c in overall.cells]
        with pytest.raises(ValueError, match=r"without (what it rests on|its base)"):
            replace(overall, cells=tuple(cells))
