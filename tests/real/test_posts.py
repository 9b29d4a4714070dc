"""A real blog in Chinese, written for Pelican, as a newsroom: every fault with its place, and none that is not one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.site.conftest import build_tiny, tiny_files

from xinqiao.core.problem import Level, Problem, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site.posts import import_posts, registry

POSTS = Path("zh-pelican-posts/original/content")
# In the usual run a part of the posts, all of them in the long one.
PART = "." if os.environ.get("XINQIAO_SOAK") else "code"
THEME = ("mkdocs.yml", "mkdocs.en.yml", "docs/news/pelicanconf.py", "overrides")
# What is really wrong with a page of the portal: pictures and pages that are not there, scripts of others.
FAULTS = {
    "link-broken", "anchor-broken", "third-party-request", "image-words-file-name", "image-words-missing",
    "page-language", "page-heading-twice", "heading-skipped", "link-words-missing", "id-twice", "link-to-draft",
}  # fmt: skip


def test_every_post_can_be_taken_over(real_data: Path) -> None:
    imported = import_posts(real_data / POSTS, "recaps", Lang.ZH)
    assert len(imported.files) == 161
    assert imported.problems == ()
    assert dict(imported.left_out) == {"comment": 6}


def test_it_builds_once_its_real_faults_are_out_of_the_way(root: Path, real_data: Path, tmp_path: Path) -> None:
    portal = tmp_path / "portal"
    imported = import_posts(real_data / POSTS / PART, "recaps", Lang.ZH)
    files = {**tiny_files(), **imported.files}
    files["docs/data/tags.yml"] += registry(imported.tags)
    for name, text in files.items():
        (portal / name).parent.mkdir(parents=True, exist_ok=True)
        (portal / name).write_text(text, encoding="utf-8")
    for name in THEME:
        copy: Any = shutil.copytree if (root / name).is_dir() else shutil.copy
        copy(root / name, portal / name)
    drafted: set[str] = set()
    while faulty := withdrawn(portal, errors(portal, tmp_path / "site")):
        assert not faulty & drafted
        drafted |= faulty
    assert 0 < len(drafted) < len(imported.files)
    for name in imported.files.keys() - drafted:
        slug = Path(name).name.partition(".")[0]
        assert (tmp_path / f"site/zh/news/recaps/{slug}/index.html").is_file()


def errors(portal: Path, output: Path) -> Sequence[Problem]:
    try:
        problems: Sequence[Problem] = build_tiny(portal, output)
    except XinqiaoError as error:
        problems = error.problems
    return [problem for problem in problems if problem.level is Level.ERROR]


def withdrawn(portal: Path, problems: Sequence[Problem]) -> set[str]:
    """Makes drafts of the posts with faults; each fault has its line in one of them and is one that matters."""
    assert {problem.code for problem in problems} <= FAULTS
    assert [str(problem) for problem in problems if problem.code != "page-language" and not problem.place.line] == []
    names = {problem.place.file.replace("zh/news/", "docs/news/") for problem in problems}
    names = {name.replace("/index.html", ".zh.md") for name in names}
    for name in names:
        text = (portal / name).read_text(encoding="utf-8")
        (portal / name).write_text(text.replace("Status: published", "Status: draft"), encoding="utf-8")
    return names
