"""The files behind the editor: only content is written, whole, and nobody's text is lost to another's."""

from __future__ import annotations

import errno
import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xinqiao.core.problem import XinqiaoError
from xinqiao.site.editor.contents import KEPT, Change, Contents, blob_id
from xinqiao.site.pictures import LARGEST

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
EVENT, NEWS = "docs/data/events/slow-hour.yml", "docs/news/events/slow-hour.zh.md"


def codes(contents: Contents, *changes: Change) -> list[str]:
    with pytest.raises(XinqiaoError) as refused:
        contents.write(changes, NOW)
    return [problem.code for problem in refused.value.problems]


def update(contents: Contents, path: str, content: bytes) -> Change:
    return Change(path=path, content=content, before=blob_id(contents.read(path) or b""))


def test_its_ids_are_those_of_git(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"words\n")
    said = subprocess.run(["git", "hash-object", "a"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert blob_id(b"words\n") == said.stdout.strip()


def test_it_lists_content_and_nothing_else(contents: Contents) -> None:
    paths = {blob.path for blob in contents.blobs()}
    assert {EVENT, NEWS, "docs/data/help-lines.yml", "docs/zh/learn/anxiety.md"} <= paths
    assert not [path for path in paths if path.endswith((".py", "help.md"))]


def test_what_is_written_is_there_and_the_state_is_another(contents: Contents, project: Path) -> None:
    before = contents.state()
    ids = contents.write([update(contents, NEWS, b"Title: x\n")], NOW)
    assert (project / NEWS).read_bytes() == b"Title: x\n"
    assert ids[NEWS] == blob_id(b"Title: x\n")
    assert contents.state() != before


def test_a_registry_keeps_the_comment_that_it_begins_with(contents: Contents, project: Path) -> None:
    head = (project / EVENT).read_text("utf-8").splitlines()[0]
    ids = contents.write([update(contents, EVENT, b"slug: slow-hour\n")], NOW)
    assert (project / EVENT).read_text("utf-8") == f"{head}\nslug: slow-hour\n"
    assert ids[EVENT] == blob_id((project / EVENT).read_bytes())


def test_who_comes_second_is_told_and_the_text_is_kept(contents: Contents, project: Path) -> None:
    first, second = (update(contents, NEWS, words) for words in (b"first", b"second"))
    contents.write([first], NOW)
    with pytest.raises(XinqiaoError) as refused:
        contents.write([second], NOW)
    (problem,) = refused.value.problems
    assert problem.code == "editor-changed-meanwhile"
    assert (project / NEWS).read_bytes() == b"first"
    assert (project / str(problem.params["kept"]) / NEWS).read_bytes() == b"second"
    assert str(problem.params["kept"]).startswith(KEPT)


def test_all_files_of_a_change_or_none(contents: Contents, project: Path) -> None:
    english = NEWS.replace(".zh.", ".en.")
    before = (project / NEWS).read_bytes()
    late = Change(path=english, content=b"new", before=blob_id(b"something else"))
    assert codes(contents, update(contents, NEWS, b"new"), late) == ["editor-changed-meanwhile"]
    assert (project / NEWS).read_bytes() == before


def test_a_new_file_never_takes_the_place_of_one_that_is_there(contents: Contents) -> None:
    assert codes(contents, Change(path=NEWS, content=b"new")) == ["editor-changed-meanwhile"]


def test_a_file_that_was_deleted_meanwhile_is_not_made_anew(contents: Contents, project: Path) -> None:
    change = update(contents, NEWS, b"new")
    (project / NEWS).unlink()
    assert codes(contents, change) == ["editor-changed-meanwhile"]


def test_a_file_can_be_moved_and_deleted(contents: Contents, project: Path) -> None:
    target = "docs/news/events/calm-hour.zh.md"
    content = (project / NEWS).read_bytes()
    contents.write([Change(path=target, content=content, before=blob_id(content), old=NEWS)], NOW)
    assert not (project / NEWS).exists()
    contents.write([Change(path=target, content=None, before=blob_id(content))], NOW)
    assert not (project / target).exists()


def everything(project: Path) -> dict[str, bytes]:
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in project.rglob("*") if path.is_file()}


class Failing:
    """Lets the nth of a system's calls fail, and all after it where the disk stays full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, names: Sequence[str], nth: int, *, full: bool) -> None:
        self.calls = 0
        for name in names:
            monkeypatch.setattr(os, name, self.failing(getattr(os, name), nth, full=full))

    def failing(self, call: Callable[..., object], nth: int, *, full: bool) -> Callable[..., object]:
        def failing(*given: object, **named: object) -> object:
            self.calls += 1
            if self.calls == nth or (full and self.calls > nth):
                raise OSError(errno.ENOSPC, "No space left on device")
            return call(*given, **named)

        return failing


def one_saving(contents: Contents) -> list[Change]:
    """A text in two languages, a new picture in a new folder, a file moved and one deleted."""
    moved = NEWS.replace(".zh.", ".en.")
    content = contents.read(moved) or b""
    tags = "docs/data/tags.yml"
    assert not (contents.root / "docs/news/pictures").exists()
    return [
        update(contents, NEWS, b"new"),
        Change(path="docs/news/pictures/a.png", content=b"picture"),
        Change(path="docs/news/events/calm-hour.en.md", content=content, before=blob_id(content), old=moved),
        Change(path=tags, content=None, before=blob_id(contents.read(tags) or b"")),
    ]


@pytest.mark.parametrize("nth", range(1, 12))
@pytest.mark.parametrize("calls", [("fsync",), ("replace",), ("fsync", "replace")])
def test_a_saving_that_fails_on_its_way_changes_nothing(
    contents: Contents, project: Path, monkeypatch: pytest.MonkeyPatch, nth: int, calls: tuple[str, ...]
) -> None:
    changes, before = one_saving(contents), everything(project)
    folders = {path for path in project.rglob("*") if path.is_dir()}
    with monkeypatch.context() as system:
        # A full disk still lets files be named anew.
        Failing(system, calls, nth, full=calls == ("fsync",))
        try:
            contents.write(changes, NOW)
        except XinqiaoError as error:
            assert [problem.code for problem in error.problems] == ["output-unwritable"]
            assert everything(project) == before
            assert {path for path in project.rglob("*") if path.is_dir()} == folders
            return
        after = everything(project)
    # Three files are written, and more than three are named anew.
    assert nth > 3
    gone = {"docs/data/tags.yml", NEWS.replace(".zh.", ".en.")}
    new = {"docs/news/pictures/a.png", "docs/news/events/calm-hour.en.md"}
    assert after.keys() == (before.keys() - gone) | new
    assert after[NEWS] == b"new"


def test_where_there_are_no_links_a_saving_is_still_whole(
    contents: Contents, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes, before = one_saving(contents), everything(project)
    Failing(monkeypatch, ("link",), 1, full=True)
    contents.write(changes, NOW)
    assert everything(project)[NEWS] == b"new"
    assert len(everything(project)) == len(before)


def test_what_cannot_be_kept_apart_is_told_as_such(
    contents: Contents, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Change(path=NEWS, content=b"new", before=blob_id(b"something else"))
    Failing(monkeypatch, ("fsync",), 1, full=True)
    assert codes(contents, late) == ["output-unwritable"]
    assert not [path for path in (project / "build").rglob("*") if path.is_file()]


@pytest.mark.parametrize("path", ["portal.toml", "docs/news/events/../../../portal.toml", "docs/news/pelicanconf.py"])
def test_what_is_no_content_is_neither_read_nor_written(contents: Contents, project: Path, path: str) -> None:
    assert contents.read(path) is None
    assert codes(contents, Change(path=path, content=b"x")) == ["editor-path"]
    assert (project / "portal.toml").read_text("utf-8") == "demonstration = true\n"


def test_no_link_leads_out_of_the_content(contents: Contents, project: Path) -> None:
    (project / "docs/news/events/out.zh.md").symlink_to(project / "portal.toml")
    (project / "docs/news/pictures").symlink_to(project)
    assert contents.read("docs/news/events/out.zh.md") is None
    assert "docs/news/events/out.zh.md" not in {blob.path for blob in contents.blobs()}
    assert codes(contents, Change(path="docs/news/events/out.zh.md", content=b"x")) == ["editor-path"]
    assert codes(contents, Change(path="docs/news/pictures/a.png", content=b"x")) == ["editor-path"]


def test_a_picture_that_is_too_large_is_refused_in_words(contents: Contents) -> None:
    picture = Change(path="docs/news/pictures/big.png", content=b"x" * (LARGEST + 1))
    assert codes(contents, picture) == ["editor-picture-large"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.text(st.sampled_from("./abdocsnewevtlrzhi-_\\\x00 %~"), max_size=40),
    middle=st.sampled_from(["", "/../", "//", "/./"]),
)
def test_no_path_whatever_leads_out(contents: Contents, project: Path, path: str, middle: str) -> None:
    whole = f"docs/news/events{middle}{path}"
    if contents.allowed.fullmatch(whole):
        assert (project / whole).resolve().is_relative_to(project.resolve() / "docs")
    else:
        assert contents.read(whole) is None


def test_of_many_at_once_exactly_one_writes(contents: Contents, project: Path) -> None:
    changes = [update(contents, NEWS, f"text {number}".encode()) for number in range(8)]
    done: list[int] = []

    def write(number: int) -> None:
        try:
            contents.write([changes[number]], NOW.replace(microsecond=number))
        except XinqiaoError:
            return
        done.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert (project / NEWS).read_bytes() == f"text {done[0]}".encode()
    assert len(list((project / KEPT).iterdir())) == 7
