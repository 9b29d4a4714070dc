"""Compiled templates save time and nothing else: what a page says is what its template says now."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment, UndefinedError

from xinqiao.templates import Beside, environment


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "compiled"


def rendered(folder: Path, source: str) -> str:
    made = Environment(loader=DictLoader({"a.html": source}), autoescape=True, bytecode_cache=Beside(folder))
    return made.get_template("a.html").render(name="<心桥>")


def test_a_template_is_compiled_once_and_says_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rendered(folder, "<p>{{ name }}") == "<p>&lt;心桥&gt;"
    (kept,) = folder.iterdir()
    monkeypatch.setattr(Environment, "_compile", None)
    assert rendered(folder, "<p>{{ name }}") == "<p>&lt;心桥&gt;"
    assert [kept] == list(folder.iterdir())


def test_a_template_that_changed_is_compiled_anew(folder: Path) -> None:
    rendered(folder, "<p>{{ name }}")
    assert rendered(folder, "<b>{{ name }}") == "<b>&lt;心桥&gt;"


@pytest.mark.parametrize("left", [b"", b"j2", b"no template at all", None])
def test_what_cannot_be_read_is_compiled_anew(folder: Path, left: bytes | None) -> None:
    rendered(folder, "<p>{{ name }}")
    (kept,) = folder.iterdir()
    kept.write_bytes(kept.read_bytes()[:-40] if left is None else left)
    assert rendered(folder, "<p>{{ name }}") == "<p>&lt;心桥&gt;"


def test_where_nothing_can_be_written_all_is_as_ever(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert rendered(tmp_path / "file", "<p>{{ name }}") == "<p>&lt;心桥&gt;"
    assert rendered(tmp_path / "no/such/folder", "<p>{{ name }}") == "<p>&lt;心桥&gt;"


def test_python_told_to_keep_no_bytecode_keeps_no_templates(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    rendered(folder, "<p>{{ name }}")
    assert not folder.exists()


def test_a_name_that_is_missing_is_a_fault() -> None:
    with pytest.raises(UndefinedError):
        environment("forms").from_string("{{ nobody }}").render()
