"""A college's own portal says nothing of the demonstration any more, and nothing that nobody wrote is published."""

from __future__ import annotations

import shutil
from datetime import date, time
from pathlib import Path

import pytest

from xinqiao.core.problem import Level, Problem
from xinqiao.core.text import Text
from xinqiao.site.left_over import left_over
from xinqiao.site.new import Planned, article_files, event_files
from xinqiao.site.sources import read_news
from xinqiao.site.unwritten import unwritten

TODAY = date(2026, 11, 21)
EVENT = Planned(
    slug="walk",
    title=Text.of(zh="春天走走", en="A walk in spring"),
    place=Text.of(zh="南门", en="South gate"),
    day=date(2027, 4, 8),
    start=time(16),
    end=time(17, 30),
)


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def told(problems: list[Problem]) -> list[tuple[str, int | None, str | int]]:
    assert all(problem.level is Level.WARNING for problem in problems)
    return [(problem.place.file, problem.place.line, *problem.params.values()) for problem in problems]


def test_every_page_of_the_demonstration_that_a_college_has_to_change_is_named(root: Path, tmp_path: Path) -> None:
    shutil.copy(root / "portal.toml", tmp_path)
    shutil.copytree(root / "docs", tmp_path / "docs")
    files = {problem.place.file for problem in left_over(tmp_path)}
    assert {"portal.toml", "docs/data/events/slow-hour.yml", "docs/news/events/slow-hour.zh.md"} <= files
    assert {f"docs/{lang}/{page}.md" for lang in ("zh", "en") for page in ("index", "about", "help")} <= files


def test_settings_that_are_the_colleges_own_are_left_alone(tmp_path: Path) -> None:
    college = 'college = { zh = "青松学院", en = "Qingsong College" }\n'
    write(tmp_path, {"portal.toml": f"# The demonstration serves both.\n{college}"})
    assert list(left_over(tmp_path)) == []
    write(tmp_path, {"portal.toml": f'{college}label = {{ zh = "林老师（虚构）", en = "Ms Lin (fictional)" }}\n'})
    assert told(list(left_over(tmp_path))) == [("portal.toml", 2, "2")]


@pytest.mark.parametrize(
    "words", ["她演示了放松的办法。", "案例是虚构的人物。", "The demonstration of breathing took five minutes."]
)
def test_words_that_say_something_else_are_left_alone(words: str, tmp_path: Path) -> None:
    write(tmp_path, {"docs/news/recaps/walk-recap.zh.md": words})
    assert list(left_over(tmp_path)) == []


def test_what_a_template_left_to_be_written_is_told_once_it_is_no_draft(tmp_path: Path) -> None:
    files = event_files(EVENT, TODAY) | article_files("sleep", Text.of(zh="睡不好", en="Sleeping badly"), TODAY)
    write(tmp_path, files)
    assert list(unwritten(tmp_path, read_news(tmp_path).articles)) == []
    published = {
        name: text.replace("Status: draft", "Status: published").replace("draft: true\n", "")
        for name, text in files.items()
    }
    write(tmp_path, published)
    parts = {str(problem.params["part"]) for problem in unwritten(tmp_path, read_news(tmp_path).articles)}
    assert {"Summary", "description", "做什么", "What we do", "是什么"} <= parts
    assert "来之前" not in parts and "sources" not in {part.lower() for part in parts}


def test_nothing_of_the_portals_own_is_unwritten(root: Path) -> None:
    assert list(unwritten(root, read_news(root).articles)) == []
