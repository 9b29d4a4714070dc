"""What earlier builds made: found again, bounded, never trusted when damaged, never a different result."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.structure.pages import Page

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


# The hook, beside MkDocs without it.

MAIN = """<title>{{ page.title }}</title><meta name="d" content="{{ page.meta.d }}">
<nav>{% for item in nav %}<a href="{{ item.url | url }}"{% if item.active %} class="here"{% endif %}>{{ item.title }}</a>{% endfor %}</nav>
{{ config.site_name }} {{ page.content }}{% for one in page.toc %}{{ one.title }}{% endfor %}
"""  # noqa: E501 - a template as templates are
SETTINGS = """site_name: One
theme: {name: null, custom_dir: overrides, static_templates: [404.html]}
hooks: [overrides/hooks/render_cache.py]
plugins: PLUGINS
validation: {links: {not_found: info, absolute_links: info, unrecognized_links: info}}
nav: [{Home: index.md}, learn.md]
"""
PAGES = {
    "index.md": "# Home\n\n[a](a.md) [later](later.md) ![p](p.png)",
    "learn.md": "---\nd: 1\n---\n# Learn\n\n[a](a.md#part)",
    "a.md": "---\nd: x\n---\n# A\n\nWords. [b](sub/b.md)\n\n## Part\n\nMore.",
    "sub/b.md": "# B\n\n[a](../a.md) [later](../later.md)",
}


@pytest.fixture(params=["[]", "[search]"], ids=["plain", "search"])
def mkdocs(
    request: pytest.FixtureRequest, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, bytes]]:
    """Builds a small site of MkDocs' own, with the cache or without; gives its files."""
    for name, text in PAGES.items():
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "docs/p.png").write_bytes(b"p")
    (tmp_path / "overrides/hooks").mkdir(parents=True)
    for name in ("main.html", "404.html"):
        (tmp_path / "overrides" / name).write_text(
            MAIN if name == "main.html" else "{{ config.site_name }}", encoding="utf-8"
        )
    (tmp_path / "mkdocs.yml").write_text(SETTINGS.replace("PLUGINS", request.param), encoding="utf-8")
    shutil.copy(root / "overrides/hooks/render_cache.py", tmp_path / "overrides/hooks/render_cache.py")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")

    def made(*, cached: bool, only: str = "") -> dict[str, bytes]:
        site = tmp_path / "site"
        monkeypatch.setenv("XINQIAO_RENDER_CACHE", str(tmp_path / "cache/render") if cached else "")
        monkeypatch.setenv("XINQIAO_RENDER_ONLY", only)
        mkdocs_build(load_config(str(tmp_path / "mkdocs.yml"), site_dir=str(site)))
        return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}

    return made


def edited(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


EDITS: dict[str, Callable[[Path], object]] = {
    "nothing": lambda _: None,
    "nothing again": lambda _: None,
    "a page": lambda folder: edited(folder, "docs/a.md", "Words", "Other words"),
    "front matter": lambda folder: edited(folder, "docs/a.md", "d: x", "d: y"),
    "a title in the navigation": lambda folder: edited(folder, "docs/learn.md", "# Learn", "# Learning"),
    "a name in the navigation": lambda folder: edited(folder, "mkdocs.yml", "Home:", "Start:"),
    "the site's name": lambda folder: edited(folder, "mkdocs.yml", "One", "Two"),
    "a template": lambda folder: edited(folder, "overrides/main.html", "{{ config", "! {{ config"),
    "a new page that others lead to": lambda folder: (folder / "docs/later.md").write_text("# Later\n"),
    "a page gone": lambda folder: (folder / "docs/sub/b.md").unlink(),
    "a picture gone": lambda folder: (folder / "docs/p.png").unlink(),
    "a page moved": lambda folder: (folder / "docs/a.md").rename(folder / "docs/sub/a.md"),
}


def test_a_build_with_the_cache_is_the_same_after_every_edit(
    mkdocs: Callable[..., dict[str, bytes]], tmp_path: Path
) -> None:
    for edit in EDITS.values():
        edit(tmp_path)
        clean = mkdocs(cached=False)
        assert mkdocs(cached=True) == clean


def test_a_page_whose_sources_are_the_same_is_not_rendered_again(
    mkdocs: Callable[..., dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mkdocs(cached=True)
    with sqlite3.connect(tmp_path / "cache/render") as base:
        assert base.execute("SELECT count(*) FROM kept").fetchone() == (len(PAGES),)
    base.close()
    rendered: list[str] = []
    render = Page.render
    monkeypatch.setattr(Page, "render", lambda page, *rest: rendered.append(page.file.src_uri) or render(page, *rest))
    mkdocs(cached=True)
    # Pages of the navigation are read for their titles.
    assert rendered == ["index.md", "learn.md"]


@pytest.mark.parametrize("mkdocs", ["[]"], indirect=True)
@pytest.mark.parametrize("seen", ["{% for one in pages %}{{ one.url }}{% endfor %}", "{{ build_date_utc }}"])
def test_a_theme_that_looks_further_is_always_rendered(
    mkdocs: Callable[..., dict[str, bytes]], tmp_path: Path, seen: str
) -> None:
    edited(tmp_path, "overrides/main.html", "</title>", f"</title>{seen}")
    mkdocs(cached=True)
    (tmp_path / "docs/later.md").write_text("# Later\n", encoding="utf-8")
    assert mkdocs(cached=True) == mkdocs(cached=False)
    assert not (tmp_path / "cache/render").exists()


@pytest.mark.parametrize("mkdocs", ["[]"], indirect=True)
def test_a_page_alone_is_the_page_of_the_whole_site(mkdocs: Callable[..., dict[str, bytes]]) -> None:
    whole = mkdocs(cached=False)
    alone = mkdocs(cached=True, only="sub/b.md")
    assert {name for name in alone if name.endswith("index.html")} == {"sub/b/index.html"}
    assert alone["sub/b/index.html"] == whole["sub/b/index.html"]
