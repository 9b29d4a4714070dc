"""What a self-check offers to read on: few articles, fitting ones first, and the way to the rest."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site.evergreen import evergreen
from xinqiao.site.further import SHOWN, shelf

from .conftest import write_article

DAY = date(2026, 11, 22)


def test_six_at_most_the_fitting_first_and_the_newest_before_older_ones(tmp_path: Path) -> None:
    write_article(tmp_path, "worry", "2025-03-01", "self_checks: [gad7]\n")
    write_article(tmp_path, "draft", "2026-06-01", "draft: true\n")
    for at in range(1, 9):
        write_article(tmp_path, f"other{at}", f"2026-01-0{at}")
    found = shelf(tmp_path, Lang.EN)
    titles = [title for title, _ in found.fitting("gad7")]
    assert titles == ["Worry", "Other8", "Other7", "Other6", "Other5", "Other4", "All articles"]
    assert [title for title, _ in found.fitting("phq9")][:SHOWN] == [f"Other{at}" for at in range(8, 2, -1)]


def test_the_last_link_leads_to_all_of_them(tmp_path: Path) -> None:
    assert shelf(tmp_path, Lang.ZH).fitting("gad7") == []
    write_article(tmp_path, "sleep")
    assert shelf(tmp_path, Lang.ZH).fitting("gad7") == [("Sleep", "learn/sleep/"), ("全部文章", "all-pages/")]
    (tmp_path / "docs/zh/learn.md").write_text("# 学一点\n", "utf-8")
    assert shelf(tmp_path, Lang.ZH).fitting("gad7")[-1] == ("全部文章", "learn/")


def test_an_article_names_forms_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "gad7.yml").write_text("", "utf-8")
    write_article(tmp_path, "worry", more="self_checks: [gad7]\n")
    evergreen(tmp_path, (), DAY)
    write_article(tmp_path, "worry", more="self_checks: [gad7, gad9]\n")
    with pytest.raises(XinqiaoError) as error:
        evergreen(tmp_path, (), DAY)
    assert {(p.code, p.place.line, p.place.column, p.params["found"]) for p in error.value.problems} == {
        ("registry-choice", 8, 14, "gad9")
    }
