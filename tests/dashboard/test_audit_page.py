"""The report of an audit: it stands alone, says what was found and why, and counts nobody."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang
from xinqiao.dashboard.audit_page import AuditReport, GroupFound, Proof, Source, audit_page

GROUP = GroupFound(
    group="class=A · band≠low",
    how="follows",
    where="tables/by-class.csv:12",
    k=5,
    exact=True,
    proofs=(
        Proof(kind="equal", plus=("band=low (by-class.csv:2)",), minus=("2 × class=B · band=low (by-class.csv:9)",)),
        Proof(kind="least", plus=("class=A (by-class.csv:3)",), minus=()),
        Proof(kind="most", plus=("* (by-class.csv:2)",), minus=("class=C (by-class.csv:4)",)),
    ),
)
CLEAN = AuditReport(
    sources=(Source(name="tables.toml", files=(("tables.toml", "ab" * 32), ("tables/by-class.csv", "cd" * 32))),),
    tested=1259,
    thresholds=(5, 10),
    groups=(),
    problems=(),
    undone=0,
    made=date(2026, 3, 9),
    version="1.2.3",
)
PROBLEM = Problem(code="audit-row-repeated", place=Place(file="t.csv", line=7), params={"before": 3})
OTHERS = tuple(replace(GROUP, group=f"class=c{n}", how=how) for n in range(8) for how in
               ("open", "rest", "shared", "new", "package"))  # fmt: skip
REPORTS = {
    "clean": CLEAN,
    "found": replace(CLEAN, groups=(GROUP, *OTHERS), undone=3),
    "open": replace(CLEAN, problems=(PROBLEM,)),
}
WAYS = [(lang, width, scheme) for lang in Lang for width in (390, 1280) for scheme in ("light", "dark")]


@pytest.fixture
def opened(page: Page, tmp_path: Path) -> Callable[..., Page]:
    def open_it(name: str, lang: Lang = Lang.ZH, width: int = 1280, scheme: str = "light") -> Page:
        (tmp_path / "audit.html").write_text(audit_page(REPORTS[name]), encoding="utf-8")
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto((tmp_path / "audit.html").as_uri())
        if lang is Lang.EN:
            page.get_by_text("English", exact=True).click()
        return page

    return open_it


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_asks_for_nothing_and_runs_nothing(name: str) -> None:
    html = audit_page(REPORTS[name])
    assert not re.search(r"<script|<link|<img|<iframe|url\(|@import|\bon[a-z]+=|https?:", html)
    assert "default-src 'none'" in html


def test_what_was_found_is_told_with_its_reason_in_both_languages() -> None:
    html = audit_page(REPORTS["found"])
    assert html.count("class=A · band≠low") == 2
    assert html.count("2 × class=B · band=low (by-class.csv:9)") == 60  # thirty at length, in two languages
    for words in ("有 41 个小组可以推算出来", "41 groups can be found", "至少 1 人，不足 5 人", "fewer than 5"):
        assert words in html
    assert "另外 11 个小组" in html and "11 more groups" in html


def test_a_clean_result_says_what_it_cannot_prove() -> None:
    html = audit_page(CLEAN)
    assert "没有发现可以推算出来的少数人" in html and "Nobody can be found" in html
    assert "小组里的人自己" in html and "Members of a group" in html
    assert "2026 年 3 月 9 日" in html and "9 March 2026" in html
    assert "ab" * 8 in html and "ab" * 9 not in html


def test_what_could_not_be_judged_is_never_called_clean() -> None:
    html = audit_page(REPORTS["open"])
    assert "无法判断" in html and "没有发现可以推算" not in html
    assert "t.csv:7" in html and PROBLEM.message(Lang.EN) in html
    assert replace(CLEAN, tested=0).verdict == "open"


def test_names_from_files_of_others_are_text_and_nothing_else() -> None:
    html = audit_page(replace(CLEAN, groups=(replace(GROUP, group="a=<script>alert(1)</script>"),)))
    assert "<script" not in html and "&lt;script&gt;" in html


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize(("lang", "width", "scheme"), WAYS)
def test_axe_finds_no_fault_and_nothing_runs_over(
    opened: Callable[..., Page], name: str, lang: Lang, width: int, scheme: str
) -> None:
    page = opened(name, lang, width, scheme)
    faults = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"][:120] for node in fault["nodes"]][:3]) for fault in faults] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if folder := os.environ.get("XINQIAO_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"audit-{name}-{lang.value}-{width}-{scheme}.png", full_page=True)


def test_one_language_is_shown_at_a_time_and_the_keyboard_changes_it(opened: Callable[..., Page]) -> None:
    page = opened("found")
    english, chinese = page.locator(".page.en"), page.locator(".page.zh")
    assert chinese.is_visible() and not english.is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert english.is_visible() and not chinese.is_visible()
    page.emulate_media(media="print")
    assert english.is_visible() and not page.locator(".switch").is_visible()
