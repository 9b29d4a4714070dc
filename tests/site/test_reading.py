"""How long texts are to read and who has reviewed them: told to who writes, never enforced."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.cli import main
from xinqiao.core.text import Lang
from xinqiao.site.evergreen import evergreen
from xinqiao.site.help_lines import read_help_lines
from xinqiao.site.reading import measure, readings


def test_chinese_is_counted_in_characters() -> None:
    read = measure("## 标题\n\n先听完，再开口。你愿意说说吗？\n\n- 一点\n- **两点**\n\n<!-- 不算 -->\n", Lang.ZH)
    assert read.units == 2 + 6 + 6 + 4
    assert read.sentence == pytest.approx(read.units / 5)
    assert read.hard == 0


def test_characters_outside_the_common_ones_are_counted() -> None:
    assert measure("他很忐忑。", Lang.ZH).hard == pytest.approx(2 / 4)
    assert measure("生活很好。", Lang.ZH).hard == 0


def test_english_has_the_grade_of_flesch_and_kincaid() -> None:
    easy = measure("The cat sat on the mat. It was a big cat.", Lang.EN)
    assert easy.units == 11
    assert easy.hard == pytest.approx(0.39 * 5.5 + 11.8 * 11 / 11 - 15.59)
    hard = measure("Considerable institutional responsibilities necessitate interdisciplinary collaboration.", Lang.EN)
    assert hard.hard > easy.hard + 20


@pytest.mark.parametrize(("units", "minutes"), [(1, 1), (500, 1), (501, 2), (1500, 3)])
def test_minutes_are_whole_and_never_none(units: int, minutes: int) -> None:
    assert measure("字" * units, Lang.ZH).minutes == minutes


def test_no_words_are_no_fault() -> None:
    for lang in Lang:
        assert measure("", lang).units == 0


@settings(max_examples=40)
@given(st.text(max_size=60), st.sampled_from(list(Lang)))
def test_any_text_has_its_measures(text: str, lang: Lang) -> None:
    read = measure(text, lang)
    assert read.units >= 0
    assert read.sentence <= read.units
    assert read.minutes >= 1


def reviewed(project: Path, lines: str) -> None:
    for lang in Lang:
        topic = project / f"docs/{lang}/learn/topic.md"
        topic.write_text(topic.read_text("utf-8").replace("reviewed_on: null\n", lines), encoding="utf-8")


def test_a_page_names_who_has_reviewed_it_and_when(project: Path, today: date) -> None:
    reviewed(project, "reviewed_on: 2026-11-10\nreviewed_by: 心理中心 李老师\n")
    tree, problems = evergreen(project, read_help_lines(project), today)
    assert problems == ()
    assert "由心理中心 李老师于 <time>2026-11-10</time> 审阅" in str(tree[Lang.ZH]["learn/topic.md"].content)
    assert "reviewed by 心理中心 李老师 on" in str(tree[Lang.EN]["learn/topic.md"].content)


def test_an_article_that_nobody_has_read_for_a_year_is_listed(project: Path, today: date) -> None:
    assert readings(project, date(2026, 11, 1) + timedelta(days=365))[1] == ()
    late = readings(project, date(2026, 11, 1) + timedelta(days=366))[1]
    assert [(one.code, one.place.file, one.params["days"]) for one in late] == [
        ("article-review-old", f"docs/{lang}/learn/topic.md", 366) for lang in Lang
    ]


def test_what_is_listed_is_published(project: Path, today: date) -> None:
    files = {one.file for one in readings(project, today)[0]}
    assert "docs/zh/learn/topic.md" in files
    assert "docs/news/events/training.en.md" in files
    assert not [file for file in files if "draft" in file]


@pytest.mark.parametrize("frame", ["", "---\n"], ids=["plain", "framed"])
def test_a_draft_of_the_news_is_not_listed_however_its_metadata_stand(tmp_path: Path, today: date, frame: str) -> None:
    for name, status in (("one", "draft"), ("two", "published")):
        path = tmp_path / f"docs/news/events/{name}.zh.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{frame}Title: 活动\nStatus: {status}\n{frame}\n一起来。\n", encoding="utf-8")
    assert [one.file for one in readings(tmp_path, today)[0]] == ["docs/news/events/two.zh.md"]


def test_the_command_tells_length_and_review(root: Path) -> None:
    told = CliRunner().invoke(main, ["check", "--reading", "--project", str(root), "--json"])
    assert told.exit_code == 0
    listed = {one["file"]: one for one in json.loads(told.stdout)["reading"]}
    article = listed["docs/zh/learn/low-mood.md"]
    assert article["minutes"] in range(1, 6)
    assert article["reviewed_on"] is None
    assert set(listed["docs/en/help.md"]) == {"file", "lang", "minutes", "words", "words_a_sentence", "grade"}
    for flag, said in (("--reading", "未审阅"), ("--parity", "0 处不一致")):
        assert said in CliRunner().invoke(main, ["check", flag, "--project", str(root)]).stdout
