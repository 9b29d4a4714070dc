"""One page made anew for a preview: the same as in a whole build, and what is wrong with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site.refresh import changed, pages_alone, refresh, snapshot

from .conftest import NAMES, TODAY

PAGE = "docs/zh/learn/topic.md"


@pytest.fixture
def project(built_again: Path, tmp_path: Path) -> Path:
    """A project that was built before."""
    shutil.copytree(built_again / "project", tmp_path / "project")
    return tmp_path / "project"


def made(project: Path, site: Path, name: str = "learn/topic.md") -> object:
    return refresh(project, Lang.ZH, name, site=site, names=NAMES, today=TODAY)


def edit(project: Path, name: str, old: str, new: str) -> None:
    path = project / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_saved_page_is_the_page_of_the_next_whole_build(
    project: Path, build: Callable[..., object], tmp_path: Path
) -> None:
    edit(project, PAGE, "text", "other words, [about](../about.md) **us**")
    assert made(project, tmp_path / "alone") == ()
    build(project, tmp_path / "whole")
    alone = sorted(path for path in (tmp_path / "alone").rglob("*") if path.is_file())
    assert [path.relative_to(tmp_path / "alone").as_posix() for path in alone] == ["zh/learn/topic/index.html"]
    assert alone[0].read_bytes() == (tmp_path / "whole/zh/learn/topic/index.html").read_bytes()
    assert b"other words" in alone[0].read_bytes()


def test_a_fault_in_front_matter_keeps_the_last_good_page(project: Path, tmp_path: Path) -> None:
    page = tmp_path / "site/zh/learn/topic/index.html"
    page.parent.mkdir(parents=True)
    page.write_bytes(b"good")
    edit(project, PAGE, "written_on: 2026-11-01", "written_on: 2026-13-40")
    with pytest.raises(XinqiaoError) as caught:
        made(project, tmp_path / "site")
    assert [(problem.code, str(problem.place)) for problem in caught.value.problems] == [
        ("registry-date", f"{PAGE}:5:13")
    ]
    assert page.read_bytes() == b"good"


def test_a_page_with_what_other_rooms_make_waits_for_the_whole_build(project: Path, tmp_path: Path) -> None:
    edit(project, "docs/zh/about.md", "text", "<!-- summaries -->")
    assert made(project, tmp_path / "site", "about.md") is None
    assert not (tmp_path / "site").exists()


def test_a_page_that_no_build_has_laid_out_waits_for_the_whole_build(project: Path, tmp_path: Path) -> None:
    shutil.copy(project / "docs/zh/about.md", project / "docs/zh/new.md")
    assert made(project, tmp_path / "site", "new.md") is None


def test_what_is_written_new_or_gone_is_seen(project: Path) -> None:
    before = snapshot(project)
    assert changed(before, snapshot(project)) == frozenset()
    edit(project, PAGE, "text", "longer text")
    (project / "docs/zh/new.md").write_text("x", encoding="utf-8")
    (project / "docs/zh/about.md").unlink()
    (project / "docs/zh/.about.md.swp").write_text("x", encoding="utf-8")
    (project / "mkdocs.yml").write_text("x", encoding="utf-8")
    (project / "build/docs/zh/about.md").write_text("x", encoding="utf-8")
    names = changed(before, snapshot(project))
    assert names == {PAGE, "docs/zh/new.md", "docs/zh/about.md", "mkdocs.yml"}


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        ([PAGE], [(Lang.ZH, "learn/topic.md")]),
        (["docs/en/index.md", PAGE], [(Lang.EN, "index.md"), (Lang.ZH, "learn/topic.md")]),
        ([PAGE, "mkdocs.yml"], []),
        ([PAGE, "docs/zh/gone.md"], []),
        (["docs/news/events/training.zh.md"], []),
        (["docs/data/help-lines.yml"], []),
        ([f"docs/{lang}/{name}.md" for lang in ("zh", "en") for name in ("index", "about", "help")], []),
    ],
)
def test_only_a_few_pages_that_stay_are_made_alone(
    project: Path, names: list[str], wanted: list[tuple[Lang, str]]
) -> None:
    assert list(pages_alone(names, project)) == wanted
