"""All forms at once, and the pages for staff: sentences, counts, no way out to others."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.dashboard.looks import SHOWN

from xinqiao.core.form import Form
from xinqiao.core.policy import Status
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Lang
from xinqiao.dashboard.alone import staff_entrance, staff_index, staff_page
from xinqiao.dashboard.overview import Released, overview_html, rows
from xinqiao.dashboard.page import Around

Maker = Callable[..., tuple[SafeTable, ...]]
BOTH = pytest.mark.parametrize("lang", list(Lang))


def released(form: Form, tables: tuple[SafeTable, ...], name: str = "f") -> Released:
    return Released(form=form, tables=tables, href=f"{name}/")


def test_a_form_is_told_in_one_sentence_and_its_counts(form: Form, make_tables: Maker) -> None:
    tables = make_tables()
    (row,) = rows([released(form, tables)], Lang.EN)
    assert row.title == form.title[Lang.EN]
    assert "the mean rose from" in row.headline
    assert row.count == "240"
    assert row.shown + row.hidden == sum(len(table.cells) for table in tables[:-1])
    assert row.aside == "", "one of the reasons is hidden"
    few = tuple(c for c in tables[-1].cells if c.category in {"", "answer-required", "envelope-tampered"})
    (row,) = rows([released(form, (*tables[:-1], replace(tables[-1], cells=few)))], Lang.EN)
    assert row.aside == "15"


def test_what_is_hidden_is_said_so(form: Form, make_tables: Maker) -> None:
    tables = make_tables(hidden=1.0)
    (row,) = rows([released(form, tables)], Lang.EN)
    assert row.count == ""
    assert "hidden" in overview_html([released(form, tables)], Lang.EN, demonstration=False, assets="a/")


def test_the_most_answered_comes_first_and_the_unreleased_last(form: Form, make_tables: Maker) -> None:
    three = [released(form, make_tables(size=80), "few"), released(form, (), "none"), released(form, make_tables())]
    page = overview_html(three, Lang.ZH, demonstration=True, assets="a/")
    assert [page.index(f'href="{name}/"') for name in ("f", "few", "none")] == sorted(
        page.index(f'href="{name}/"') for name in ("f", "few", "none")
    )
    assert "\n\n" not in page
    assert "还没有公布过汇总。" in overview_html([], Lang.ZH, demonstration=False, assets="a/")


@BOTH
def test_staff_pages_ask_nobody_else_and_are_kept_from_search_engines(
    form: Form, make_tables: Maker, lang: Lang
) -> None:
    tables = make_tables(hidden=0.1)
    around = Around(files="../../files/f", form="https://college.example/f/", figures="https://college.example/x/")
    pages = [
        staff_page(form, tables, lang, SHOWN, around=around),
        staff_index([released(form, tables)], lang, SHOWN, brief=True),
        staff_entrance(SHOWN.college),
    ]
    for page in pages:
        assert '<meta name="robots" content="noindex' in page
        assert not re.search(r'<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?//', page)
        assert page.count("<h1") == 1
    assert "default-src 'none'" in pages[0]
    assert 'href="brief.pdf"' in pages[1]
    assert "brief.pdf" not in staff_index([released(form, tables)], lang, SHOWN, brief=False)
    other = next(one for one in Lang if one is not lang)
    assert f'href="../../{other.value}/{form.id}/"' in pages[0]


@pytest.mark.parametrize("status", [Status.SHOWN, Status.SUPPRESSED])
def test_a_headline_needs_a_figure(form: Form, make_tables: Maker, status: Status) -> None:
    table = make_tables()[0]
    kept = tuple(
        replace(cell, status=status, value=cell.value if status is Status.SHOWN else None)
        for cell in table.cells
        if cell.measure == "distribution(pace)"
    )
    (row,) = rows([released(form, (replace(table, cells=kept),))], Lang.EN)
    assert ("most often" in row.headline) is (status is Status.SHOWN)
    assert row.headline
