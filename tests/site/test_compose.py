"""Laying the composed tree out: the folder holds what the tree says, whatever it held before."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.text import Lang
from xinqiao.site.compose import lay_out
from xinqiao.site.tree import Content, Piece, Tree

# A name may be a file in one tree and a folder in the next.
NAMES = st.sampled_from(["a", "a/b", "a/b/c.md", "a/c.md", "b.md", "c/d/e", "c/d.md", "心.md"])


def tree_of(files: Mapping[str, Content]) -> Tree:
    return {Lang.ZH: {name: Piece(content=content) for name, content in files.items()}, Lang.EN: {}}


def laid_out(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def fitting(names: set[str]) -> bool:
    return not any(other.startswith(f"{name}/") for name in names for other in names)


@settings(max_examples=40)
@given(st.lists(st.dictionaries(NAMES, st.sampled_from(["", "心\n", "桥\n"])).filter(lambda one: fitting(set(one)))))
def test_the_folder_holds_the_last_tree_and_nothing_else(trees: list[dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "docs"
        for files in trees:
            lay_out(tree_of(files), folder)
            assert laid_out(folder) == {f"zh/{name}": text.encode() for name, text in files.items()}
            holding = {folder, *(parent for path in folder.rglob("*") if path.is_file() for parent in path.parents)}
            assert {path for path in folder.rglob("*") if path.is_dir()} <= holding


def test_a_file_that_is_as_it_should_be_is_not_written_again(tmp_path: Path) -> None:
    picture = tmp_path / "picture.svg"
    picture.write_bytes(b"<svg/>")
    files: dict[str, Content] = {"a.md": "心", "b.md": "桥", "c.bin": b"1", "d/picture.svg": picture}
    folder = tmp_path / "docs"
    lay_out(tree_of(files), folder)
    for name in files:
        os.utime(folder / "zh" / name, ns=(1, 1))
    lay_out(tree_of({**files, "b.md": "路"}), folder)
    written = [name for name in files if (folder / "zh" / name).stat().st_mtime_ns != 1]
    assert written == ["b.md"]
    picture.write_bytes(b"<svg />"[:6])
    lay_out(tree_of(files), folder)
    assert (folder / "zh/d/picture.svg").read_bytes() == b"<svg /"


def test_what_a_broken_off_build_left_is_put_right(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    (folder / "zh/a.md").mkdir(parents=True)
    (folder / "zh/b.md").write_bytes("心".encode()[:2])
    (folder / "fr").mkdir()
    (folder / "zh/.half").write_bytes(b"x")
    lay_out(tree_of({"a.md": "心", "b.md": "桥"}), folder)
    assert laid_out(folder) == {"zh/a.md": "心".encode(), "zh/b.md": "桥".encode()}
    assert not (folder / "fr").exists()


def test_nothing_is_written_or_taken_away_where_a_link_leads(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.md").write_text("mine", encoding="utf-8")
    folder = tmp_path / "docs"
    (folder / "zh").mkdir(parents=True)
    (folder / "zh/a.md").symlink_to(other / "a.md")
    (folder / "zh/d").symlink_to(other)
    lay_out(tree_of({"a.md": "心", "d/a.md": "桥"}), folder)
    assert laid_out(folder) == {"zh/a.md": "心".encode(), "zh/d/a.md": "桥".encode()}
    assert laid_out(other) == {"a.md": b"mine"}
