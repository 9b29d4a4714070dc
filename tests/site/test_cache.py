"""What earlier builds made: found again, bounded, never trusted when damaged, never a different result."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.site.cache import Kept, digest
from xinqiao.site.facts import decoded, encoded, read_pages
from xinqiao.site.html import page_of


def test_what_was_put_in_is_there_in_the_next_build(tmp_path: Path) -> None:
    with Kept(tmp_path / "a/store") as kept:
        kept.put("one", b"1" * 1000)
        assert kept.get("two") is None
    with Kept(tmp_path / "a/store") as kept:
        assert kept.get("one") == b"1" * 1000
        assert len(kept) == 1


def test_the_oldest_goes_first_and_what_is_used_stays(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        with Kept(tmp_path / "store", most=2100) as kept:
            kept.get("a")
            kept.put(name, os.urandom(1000))
    with Kept(tmp_path / "store") as kept:
        assert [name for name in "abc" if kept.get(name)] == ["a", "c"]


@pytest.mark.parametrize("damage", [b"", b"no store at all", b"SQLite format 3\x00 cut off"])
def test_a_file_that_is_no_store_is_begun_anew(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "store"
    file.write_bytes(damage)
    with Kept(file) as kept:
        assert kept.get("one") is None
        kept.put("one", b"1")
    with Kept(file) as kept:
        assert kept.get("one") == b"1"


def test_a_damaged_value_is_not_given_out(tmp_path: Path) -> None:
    with Kept(tmp_path / "store") as kept:
        kept.put("one", b"1" * 100)
    with sqlite3.connect(tmp_path / "store") as base:
        base.execute("UPDATE kept SET value = substr(value, 1, 10)")
    base.close()
    with Kept(tmp_path / "store") as kept:
        assert kept.get("one") is None


def test_another_build_at_work_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xinqiao.site.cache.SECONDS", 0.01)
    with Kept(tmp_path / "store") as kept:
        kept.put("one", b"1")
    other = sqlite3.connect(tmp_path / "store")
    other.execute("BEGIN EXCLUSIVE")
    with Kept(tmp_path / "store") as kept:
        assert kept.get("one") is None
        kept.put("two", b"2")
    other.close()
    with Kept(tmp_path / "store") as kept:
        assert (kept.get("one"), kept.get("two")) == (b"1", None)


def test_a_place_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with Kept(tmp_path / "file/store") as kept:
        kept.put("one", b"1")
        assert kept.get("one") is None


@given(st.lists(st.binary(max_size=5), max_size=4), st.lists(st.binary(max_size=5), max_size=4))
def test_two_lists_of_parts_have_two_hashes(one: list[bytes], two: list[bytes]) -> None:
    assert (digest(*one) == digest(*two)) == (one == two)


def test_a_page_is_the_same_read_or_kept(built: Path, tmp_path: Path) -> None:
    plain = read_pages(built)
    assert read_pages(built, tmp_path) == plain
    assert read_pages(built, tmp_path) == plain
    for name, page in plain.items():
        assert decoded(encoded(page), name) == page_of((built / name).read_text(encoding="utf-8"), name)
