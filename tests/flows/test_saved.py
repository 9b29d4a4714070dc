"""Commits of the editor: its files and no others, under the writer's name, with Git or without."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from xinqiao.core.problem import XinqiaoError
from xinqiao.flows.saved import NOBODY, author_of, save, unsaved
from xinqiao.site.editor.collections import Offered, collections, writable
from xinqiao.site.editor.contents import Contents
from xinqiao.site.editor.host import Author

EVENT = "docs/data/events/walk.yml"
WRITER = Author(name="王老师", mail="wang@example.edu")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    # As part of a larger checkout, which is how some colleges keep it.
    git(tmp_path, "init", "-q")
    folder = tmp_path / "portal"
    (folder / EVENT).parent.mkdir(parents=True)
    (folder / EVENT).write_text("slug: walk\n", encoding="utf-8")
    (folder / "portal.toml").write_text("x\n", encoding="utf-8")
    return folder


def contents(portal: Path) -> Contents:
    return Contents(root=portal, allowed=writable(collections(Offered())))


def test_only_the_editors_files_are_committed_by_whoever_writes(portal: Path) -> None:
    git(portal, "add", "portal.toml")
    assert unsaved(portal, contents(portal)) == (EVENT,)
    save(portal, [EVENT], "walk", WRITER)
    assert (
        git(portal, "show", "--name-only", "--format=%an %ae %s") == f"王老师 wang@example.edu walk\n\nportal/{EVENT}"
    )
    assert unsaved(portal, contents(portal)) == ()
    assert "A  portal/portal.toml" in git(portal, "status", "--porcelain"), "what others have staged stays as it was"


def test_a_file_that_is_gone_is_committed_too(portal: Path) -> None:
    save(portal, [EVENT], "one", WRITER)
    (portal / EVENT).unlink()
    assert unsaved(portal, contents(portal)) == (EVENT,)
    save(portal, [EVENT], "two", WRITER)
    assert git(portal, "ls-files", EVENT) == ""


def test_what_has_not_changed_is_no_fault(portal: Path) -> None:
    save(portal, [EVENT], "one", WRITER)
    save(portal, [EVENT], "again", WRITER)
    assert git(portal, "log", "--format=%s") == "one"


def test_a_commit_that_fails_is_told_and_the_file_stays(portal: Path) -> None:
    hook = portal.parent / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'not today' >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    with pytest.raises(XinqiaoError, match="not today"):
        save(portal, [EVENT], "one", WRITER)
    assert (portal / EVENT).read_text("utf-8") == "slug: walk\n"
    assert unsaved(portal, contents(portal)) == (EVENT,)


def test_without_git_things_are_saved_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    save(tmp_path, [EVENT], "one", WRITER)
    assert unsaved(tmp_path, contents(tmp_path)) == ()
    monkeypatch.setenv("PATH", "")
    save(tmp_path, [EVENT], "one", WRITER)
    assert author_of(tmp_path) == NOBODY


def test_the_writer_is_who_git_knows(portal: Path) -> None:
    assert author_of(portal) == NOBODY
    git(portal, "config", "user.name", WRITER.name)
    git(portal, "config", "user.email", WRITER.mail)
    assert author_of(portal) == WRITER
