"""Courses on their way from `docs/courses` to the site: drafts stay behind, faults of all files come together."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from xinqiao.config import load_config
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.flows.courses import MARK, courses
from xinqiao.site.wording.pages import check_wording

TODAY = date(2026, 11, 22)
COURSE = "docs/courses/peer-supporter"


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    shutil.copy(root / "portal.toml", tmp_path)
    shutil.copytree(root / COURSE, tmp_path / COURSE)
    shutil.copytree(root / "docs/data", tmp_path / "docs/data")
    return tmp_path


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_the_portals_course_has_its_pages_in_both_languages_and_a_card(project: Path) -> None:
    taught = courses(load_config(project), TODAY)
    assert taught.problems == ()
    for lang in Lang:
        names = list(taught.pages[lang])
        assert names[0] == "learn/peer-supporter/index.md"
        assert len(names) == 8
        assert 'href="peer-supporter/"' in taught.fills[lang][MARK]
        for piece in taught.pages[lang].values():
            assert "tel:12356" in str(piece.content)
            assert "<!-- help" not in str(piece.content)


def test_its_words_give_no_alarm(project: Path) -> None:
    assert check_wording(project, ()) == ()


def test_a_draft_stays_behind_with_all_that_belongs_to_it(project: Path) -> None:
    for lang in Lang:
        change(project / COURSE / f"scenario-night.{lang.value}.md", "page_type", "draft: true\npage_type")
    assert len(courses(load_config(project), TODAY).pages[Lang.ZH]) == 7
    change(project / COURSE / "index.en.md", "page_type", "draft: true\npage_type")
    taught = courses(load_config(project), TODAY)
    assert taught.pages[Lang.ZH] == {}
    assert taught.fills[Lang.EN][MARK] == ""


def test_a_draft_in_one_language_only_is_told(project: Path) -> None:
    change(project / COURSE / "scenario-night.en.md", "page_type", "draft: true\npage_type")
    with pytest.raises(XinqiaoError) as caught:
        courses(load_config(project), TODAY)
    assert [problem.code for problem in caught.value.problems] == ["course-translation-missing"]


def test_a_review_that_is_due_is_a_warning(project: Path) -> None:
    told = courses(load_config(project), date(2027, 6, 1)).problems
    assert [problem.code for problem in told] == ["article-review-due"] * 2


def test_a_project_without_courses_has_none(project: Path) -> None:
    shutil.rmtree(project / "docs/courses")
    assert courses(load_config(project), TODAY).pages == {lang: {} for lang in Lang}
