"""Posts of another Pelican site become news: nothing made up, nothing written over, everything left out told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from xinqiao.cli import main
from xinqiao.core.text import Lang
from xinqiao.site.newsroom import read_articles
from xinqiao.site.posts import import_posts, registry
from xinqiao.site.tags import read_tags

POST = """\
Title: 夜里：睡不着
Date: 2013-08-08 12:14
Update: 2014-06-05 20:45
Tags: sleep, 睡眠
Comment: off

[1]: https://example.org/ "x"
[TOC]

## 一

先[放下手机](https://example.org/)，再**躺下**。
"""
NAME = "docs/news/recaps/at-night.zh.md"


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    (folder / "life").mkdir(parents=True)
    (folder / "life/At_Night.md").write_text(POST, encoding="utf-8")
    return folder


@pytest.fixture
def portal(root: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "portal"
    folder.mkdir()
    shutil.copy(root / "portal.toml", folder)
    return folder


def run(portal: Path, posts: Path) -> tuple[int, dict[str, Any], str]:
    done = CliRunner().invoke(
        main, ["news", "import", str(posts), "--kind", "recaps", "--project", str(portal), "--json"]
    )
    return done.exit_code, json.loads(done.stdout), done.stderr


def test_metadata_become_ours_and_prose_stays(portal: Path, posts: Path) -> None:
    code, document, _ = run(portal, posts)
    assert code == 0
    assert document["posts"] == 1
    head, _, prose = (portal / NAME).read_text(encoding="utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    slug = next(slug for slug, name in read_tags(portal).items() if name[Lang.ZH] == "睡眠")
    assert fields == {
        "Title": "夜里：睡不着",
        "Date": "2013-08-08",
        "Modified": "2014-06-05",
        "Tags": f"life, sleep, {slug}",
        "Summary": "先放下手机，再躺下。",
        "Status": "published",
        "Slug": "at-night",
        "Lang": "zh",
        "Category": "recaps",
        "Only": "zh",
    }
    assert prose.endswith("## 一\n\n先[放下手机](https://example.org/)，再**躺下**。\n")
    assert "TOC" not in prose
    (article,) = read_articles(portal, (), read_tags(portal))
    assert article.only


def test_what_a_post_lacks_is_told_and_nothing_is_made_up(portal: Path, posts: Path) -> None:
    (posts / "untitled.md").write_text("Date: 2013-08-08\n\nx\n", encoding="utf-8")
    (posts / "undated.md").write_text("Title: x\nDate: 2013-02-30\n\nx\n", encoding="utf-8")
    code, document, said = run(portal, posts)
    assert code == 10
    assert document["posts"] == 1
    assert "untitled.md:1:1: post-lacks" in said
    assert "undated.md:2:7: news-date" in said


def test_a_file_that_is_there_is_left_as_it_is(portal: Path, posts: Path) -> None:
    run(portal, posts)
    (portal / NAME).write_text("mine", encoding="utf-8")
    code, document, said = run(portal, posts)
    assert (code, document["posts"]) == (0, 0)
    assert f"{NAME}: post-exists" in said
    assert (portal / NAME).read_text(encoding="utf-8") == "mine"


def test_tags_are_registered_once_and_what_is_left_out_is_told(portal: Path, posts: Path) -> None:
    _, document, said = run(portal, posts)
    assert document["tags"] == 3
    assert "post-tags" in said
    assert "comment (1)" in said
    before = (portal / "docs/data/tags.yml").read_text(encoding="utf-8")
    _, document, said = run(portal, posts)
    assert document["tags"] == 0
    assert "post-tags" not in said
    assert (portal / "docs/data/tags.yml").read_text(encoding="utf-8") == before


def test_a_folder_without_posts_is_told(portal: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = CliRunner().invoke(
        main, ["news", "import", str(tmp_path / "empty"), "--kind", "policy", "--project", str(portal)]
    )
    assert done.exit_code == 2
    assert "posts-missing" in done.stderr


def test_files_of_one_name_do_not_become_one_article(posts: Path) -> None:
    for name in ("at night.md", "at-night.md", "夜.md", "晚.md"):
        (posts / name).write_text(POST, encoding="utf-8")
    made = import_posts(posts, "recaps", Lang.ZH).files
    assert len(made) == 5
    assert {"at-night", "at-night-2", "at-night-3"} <= {Path(name).name.split(".")[0] for name in made}


def test_drafts_stay_drafts(posts: Path) -> None:
    (posts / "secret.md").write_text(POST.replace("Comment: off", "Status: hidden"), encoding="utf-8")
    made = import_posts(posts, "recaps", Lang.ZH).files
    assert "Status: draft" in made["docs/news/recaps/secret.zh.md"]


@given(st.lists(st.text("ab 睡，'\"\\{}#:\x7f\x00\u2028😀nul", min_size=1, max_size=12), max_size=4))
@example(["null", "no", "0", "\x7f", "a: b", "睡眠\u2028"])
def test_every_tag_can_be_read_back(names: list[str]) -> None:
    with TemporaryDirectory() as folder:
        for name in names:
            tag = name.replace(",", " ").replace("\n", " ")
            (Path(folder) / "post.md").write_text(f"Title: x\nDate: 2013-08-08\nTags: {tag}\n\nx\n", encoding="utf-8")
            made = import_posts(Path(folder), "recaps", Lang.ZH).tags
            registered = Path(folder) / "docs/data/tags.yml"
            registered.parent.mkdir(parents=True, exist_ok=True)
            registered.write_text(registry(made), encoding="utf-8")
            if made:
                assert read_tags(Path(folder)) == made
