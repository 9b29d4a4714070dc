"""Both languages say the same: figures however they are written, ways on, and neither is older than the other."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.text import Lang
from xinqiao.flows.commit import changes
from xinqiao.site.evergreen import evergreen
from xinqiao.site.help_lines import read_help_lines
from xinqiao.site.numbers import figures, in_words
from xinqiao.site.parity import Change, check_parity, pairs
from xinqiao.site.tree import Tree

PAGE = "---\ntitle: T\ndescription: T\npage_type: page\n---\n\n# T\n\n"
SAME = (
    ("培训有 3 次，每次两小时。", "There are three sessions of two hours each."),
    ("到 2026 年 11 月 5 日", "until 5 November 2026"),
    ("2026-04-08 前", "before 8 April 2026"),
    ("晚上 7 点开始", "begins at 7 p.m."),
    ("19:00–20:30", "7:00 pm to 8:30 pm"),
    ("约 3 万人", "about 30,000 people"),
    ("占 12.5%", "12.5 per cent"),
    ("全天都有人接听", "answered 24 hours a day"),
    ("5·25 心理健康日", "Mental Health Day, 25 May"),
    ("二〇二四年", "in 2024"),
    ("二十四小时", "24 hours"),
    ("拨打 400-161-9995", "call 400-161-9995"),
    ("1. 先听\n2. 再说\n", "First, listen. Then speak.\n"),
    ("共 {{ figure: feedback/overall/mean(q7) }}", "{{ figure: feedback/overall/n }} in all"),
    ("PHQ-9", "the PHQ-9"),
)
DIFFERENT = (
    ("拨打 12356", "call 12355"),
    ("每天 18 小时", "16 hours a day"),
    ("2026 年", "in 2025"),
    ("19:00 开始", "begins at 18:00"),
    ("12.5%", "15.2%"),
    ("3 万人", "3,000 people"),
    ("GAD-7", "the GAD-2"),
)


def write(project: Path, zh: str, en: str) -> Path:
    for lang, words in ((Lang.ZH, zh), (Lang.EN, en)):
        path = project / f"docs/{lang}/page.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{PAGE}{words}\n", encoding="utf-8")
    return project


@pytest.mark.parametrize(("zh", "en"), SAME, ids=range(len(SAME)))
def test_a_number_is_the_same_however_it_is_written(zh: str, en: str, tmp_path: Path) -> None:
    assert check_parity(write(tmp_path, zh, en)) == ()


@pytest.mark.parametrize(("zh", "en"), DIFFERENT, ids=range(len(DIFFERENT)))
def test_a_number_that_differs_is_told_on_both_sides(zh: str, en: str, tmp_path: Path) -> None:
    found = check_parity(write(tmp_path, zh, en))
    assert {problem.place.file for problem in found} == {"docs/zh/page.md", "docs/en/page.md"}
    assert {problem.code for problem in found} == {"parity-figure"}


@settings(max_examples=40)
@given(st.integers(min_value=0, max_value=9_999_999))
def test_every_whole_number_is_known_again_in_figures(number: int) -> None:
    assert [one.value for one in figures(f"共 {number:,} 人")] == [one.value for one in figures(f"{number} people")]


@settings(max_examples=31)
@given(st.integers(min_value=1, max_value=31))
def test_small_chinese_numbers_are_read(number: int) -> None:
    ones = ["", *"一二三四五六七八九"]
    tens, one = divmod(number, 10)
    written = f"{ones[tens] if tens > 1 else ''}{'十' if tens else ''}{ones[one]}"
    assert str(number) in in_words(f"有{written}个人", Lang.ZH)


def test_the_portals_own_pages_agree_and_a_changed_number_among_them_is_found(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "docs", tmp_path / "docs")
    assert check_parity(tmp_path) == ()
    page = tmp_path / "docs/zh/help.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n拨打 12359。\n", encoding="utf-8")
    assert [problem.place.file for problem in check_parity(tmp_path)] == ["docs/zh/help.md"]


def test_the_same_ways_on_are_known_in_both_languages(tmp_path: Path) -> None:
    zh = "[帮助](help.md#lines) [这里](#x) [那里](page.md#x) [在英文里](../en/learn/) ![图](a.png) [外](https://a.cn)"
    en = '<a href="help.md#lines">help</a> [here](#x) [there](page.md#x) [other](../zh/learn/)'
    assert check_parity(write(tmp_path, zh, en)) == ()


def test_drafts_and_texts_of_one_language_are_not_compared(tmp_path: Path) -> None:
    news = tmp_path / "docs/news/recaps"
    news.mkdir(parents=True)
    for lang in Lang:
        for slug, status in (("a", "draft"), ("b", "published")):
            (news / f"{slug}.{lang}.md").write_text(f"Lang: {lang}\nStatus: {status}\n\nText\n", encoding="utf-8")
    (news / "c.zh.md").write_text("Lang: zh\nOnly: zh\nStatus: published\n\n12\n", encoding="utf-8")
    assert [[side.file for side in both] for both in pairs(tmp_path)] == [
        ["docs/news/recaps/b.zh.md", "docs/news/recaps/b.en.md"]
    ]


ZH, EN = "docs/zh/page.md", "docs/en/page.md"


def behind(tmp_path: Path, *history: Sequence[str] | Change) -> list[str]:
    write(tmp_path, "字", "words")
    told = [
        one if isinstance(one, Change) else Change(name=f"c{at}", day="2026-11-20", message="", files=frozenset(one))
        for at, one in enumerate(history)
    ]
    return [problem.place.file for problem in check_parity(tmp_path, told)]


def test_the_side_that_has_not_followed_is_named(tmp_path: Path) -> None:
    assert behind(tmp_path, [ZH, EN], [ZH]) == [EN]
    assert behind(tmp_path, [ZH, EN], [EN], ["docs/zh/other.md"]) == [ZH]


def test_who_follows_is_level_again(tmp_path: Path) -> None:
    assert behind(tmp_path, [ZH], [EN]) == []
    assert behind(tmp_path, [ZH, EN], [ZH], [ZH], [EN]) == []
    assert behind(tmp_path, [ZH, EN], [ZH], [ZH, EN]) == []
    assert behind(tmp_path, [ZH], [EN], [EN]) == [ZH]


def test_a_change_for_one_language_alone_says_so(tmp_path: Path) -> None:
    for message in ("错字 [一种语言]", "A typo\n\n[one language]"):
        alone = Change(name="c", day="2026-11-20", message=message, files=frozenset([ZH]))
        assert behind(tmp_path, [ZH, EN], alone) == []


def test_git_is_asked_and_without_it_nothing_is_told(tmp_path: Path) -> None:
    write(tmp_path, "字", "words")
    assert changes(tmp_path, "docs") == ()
    git = ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "两种语言 [x]\n\nmore"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    assert check_parity(tmp_path, changes(tmp_path, "docs")) == ()
    write(tmp_path, "新的字", "words")
    (open_,) = check_parity(tmp_path, changes(tmp_path, "docs"))
    assert (open_.place.file, open_.params["change"]) == (EN, "–")
    subprocess.run([*git, "commit", "-qam", "改中文"], check=True, capture_output=True)
    (kept,) = check_parity(tmp_path, changes(tmp_path, "docs"))
    assert kept.place.file == EN
    assert kept.params["other"] == ZH
    assert kept.params["change"] != "–"


def made(project: Path, today: date) -> Tree:
    return evergreen(project, read_help_lines(project), today)[0]


def test_a_page_of_one_language_says_so_in_the_other(project: Path, today: date) -> None:
    page = PAGE.replace("page_type: page\n", "page_type: page\nonly: zh\n")
    (project / "docs/zh/local.md").write_text(page, encoding="utf-8")
    said = str(made(project, today)[Lang.EN]["local.md"].content)
    assert '"page_type": "only"' in said
    assert 'href="../../zh/local/"' in said
    assert "exists in Chinese only" in said


def test_a_picture_of_a_draft_waits_with_it(project: Path, today: date) -> None:
    picture = project / "docs/zh/learn/pictures/tree-zh-1.png"
    picture.parent.mkdir()
    picture.write_bytes(b"png")
    assert "learn/pictures/tree-zh-1.png" not in made(project, today)[Lang.ZH]
    topic = project / "docs/zh/learn/topic.md"
    topic.write_text(f"{topic.read_text('utf-8')}\n![A tree](pictures/tree-zh-1.png)\n", encoding="utf-8")
    assert "learn/pictures/tree-zh-1.png" in made(project, today)[Lang.ZH]
