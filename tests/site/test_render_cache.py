"""MkDocs' own steps in the hands of the store, beside MkDocs alone: the same site, made sooner."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mkdocs.commands import build as building
from mkdocs.config import load_config
from mkdocs.structure.pages import Page

from xinqiao.site.cache import Kept
from xinqiao.site.render_cache import Finish, Rendering

MAIN = """<title>{{ page.title }}</title><meta name="d" content="{{ page.meta.d }}">
<nav>{% for item in nav %}<a href="{{ item.url | url }}"{% if item.active %} class="here"{% endif %}>{{ item.title }}</a>{% endfor %}</nav>
{{ config.site_name }} {{ page.content }}{% for one in page.toc %}{{ one.title }}{% endfor %}
"""  # noqa: E501 - a template as templates are
SETTINGS = """site_name: One
theme: {name: null, custom_dir: overrides, static_templates: [404.html]}
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


def as_it_is(_: str, page: str) -> str:
    return page


@pytest.fixture(params=["[]", "[search]"], ids=["plain", "search"])
def mkdocs(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, bytes]]:
    """Builds a small site of MkDocs' own, with the cache or without; gives its files."""
    for name, text in PAGES.items():
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "docs/p.png").write_bytes(b"p")
    (tmp_path / "overrides").mkdir()
    for name in ("main.html", "404.html"):
        (tmp_path / "overrides" / name).write_text(
            MAIN if name == "main.html" else "{{ config.site_name }}", encoding="utf-8"
        )
    (tmp_path / "mkdocs.yml").write_text(SETTINGS.replace("PLUGINS", request.param), encoding="utf-8")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")

    def made(*, cached: bool, only: str = "", finish: Finish = as_it_is) -> dict[str, bytes]:
        site = tmp_path / "site"
        config = load_config(str(tmp_path / "mkdocs.yml"), site_dir=str(site))
        if cached:
            only_these = frozenset({only} if only else ())
            with Kept(tmp_path / "cache/render") as kept, Rendering(kept, only_these, finish).at_work(config):
                building.build(config)
        else:
            building.build(config)
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


@pytest.mark.parametrize("mkdocs", ["[]"], indirect=True)
def test_a_page_whose_sources_are_the_same_is_not_rendered_again(
    mkdocs: Callable[..., dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mkdocs(cached=True)
    with sqlite3.connect(tmp_path / "cache/render") as base:
        assert base.execute("SELECT count(*) FROM kept").fetchone() == (len(PAGES),)
    base.close()
    read: list[str] = []
    source = Page.read_source
    monkeypatch.setattr(
        Page, "read_source", lambda page, config: read.append(page.file.src_uri) or source(page, config)
    )
    mkdocs(cached=True)
    # Pages of the navigation are read for their titles.
    assert read == ["index.md", "learn.md"]


@pytest.mark.parametrize("mkdocs", ["[]"], indirect=True)
@pytest.mark.parametrize("seen", ["{% for one in pages %}{{ one.url }}{% endfor %}", "{{ build_date_utc }}"])
def test_a_theme_that_looks_further_is_always_rendered(
    mkdocs: Callable[..., dict[str, bytes]], tmp_path: Path, seen: str
) -> None:
    edited(tmp_path, "overrides/main.html", "</title>", f"</title>{seen}")
    mkdocs(cached=True)
    (tmp_path / "docs/later.md").write_text("# Later\n", encoding="utf-8")
    assert mkdocs(cached=True) == mkdocs(cached=False)
    with Kept(tmp_path / "cache/render") as kept:
        assert len(kept) == 0


@pytest.mark.parametrize("mkdocs", ["[]"], indirect=True)
def test_a_page_alone_is_the_page_of_the_whole_site(mkdocs: Callable[..., dict[str, bytes]]) -> None:
    whole = mkdocs(cached=False)
    alone = mkdocs(cached=True, only="sub/b.md")
    assert {name for name in alone if name.endswith("index.html")} == {"sub/b/index.html"}
    assert alone["sub/b/index.html"] == whole["sub/b/index.html"]


@pytest.mark.parametrize("mkdocs", ["[search]"], indirect=True)
def test_nothing_is_kept_where_a_plugin_has_a_hand_in_pages(
    mkdocs: Callable[..., dict[str, bytes]], tmp_path: Path
) -> None:
    assert mkdocs(cached=True) == mkdocs(cached=False)
    with Kept(tmp_path / "cache/render") as kept:
        assert len(kept) == 0


@pytest.mark.parametrize("mkdocs", ["[]"], indirect=True)
def test_mkdocs_is_left_as_it_was(mkdocs: Callable[..., dict[str, bytes]]) -> None:
    before = Page.render, building._build_page, building._populate_page
    mkdocs(cached=True)
    assert (Page.render, building._build_page, building._populate_page) == before


@pytest.mark.parametrize("mkdocs", ["[]"], indirect=True)
def test_every_page_is_finished_also_one_that_was_kept(mkdocs: Callable[..., dict[str, bytes]], tmp_path: Path) -> None:
    finished: list[str] = []

    def finish(name: str, page: str) -> str:
        finished.append(name)
        return page.upper()

    for _ in range(2):
        made = mkdocs(cached=True, finish=finish)
        assert made["sub/b/index.html"].startswith(b"<TITLE>B</TITLE>")
        assert sorted(finished) == sorted(name for name in made if name.endswith(".html"))
        finished.clear()


def test_how_far_a_build_is_is_told(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "overrides").mkdir()
    for name in ("main.html", "404.html"):
        (tmp_path / "overrides" / name).write_text("{{ config.site_name }}", encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text(
        SETTINGS.replace("PLUGINS", "[]").replace("nav: [{Home: index.md}, learn.md]\n", ""), encoding="utf-8"
    )
    for at in range(120):
        (tmp_path / f"docs/p{at}.md").write_text(f"# Page {at}\n", encoding="utf-8")
    steps: list[str] = []
    config = load_config(str(tmp_path / "mkdocs.yml"), site_dir=str(tmp_path / "site"))
    with Rendering(None, frozenset(), as_it_is, step=steps.append).at_work(config):
        building.build(config)
    assert steps == ["50/120", "100/120"]


MARKS = [
    "[^1]\n\n[^1]: Note {0}\n",
    "*[AB]: long {0}\n\nAB",
    "[r]\n\n[r]: http://x.test/{0}\n",
    "## Same\n\n## Same\n",
    "AB [r] [^1]",
    "<div markdown id='a{0}'>\n**b**\n</div>",
    "term\n:   told {0}",
    "| a |\n|---|\n| {0} |",
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(MARKS), min_size=1, max_size=4), min_size=2, max_size=5))
def test_one_reader_of_markdown_carries_nothing_from_page_to_page(tmp_path: Path, texts: list[list[str]]) -> None:
    folder = tmp_path / "many"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "docs").mkdir(parents=True)
    (folder / "overrides").mkdir()
    (folder / "overrides/main.html").write_text(MAIN, encoding="utf-8")
    (folder / "overrides/404.html").write_text("none", encoding="utf-8")
    extensions = "markdown_extensions: [abbr, admonition, attr_list, def_list, footnotes, md_in_html, tables]\n"
    settings = SETTINGS.replace("PLUGINS", "[]").replace("nav: [{Home: index.md}, learn.md]\n", extensions)
    (folder / "mkdocs.yml").write_text(settings, encoding="utf-8")
    for at, parts in enumerate(texts):
        told = "\n\n".join(part.format(at) for part in parts)
        (folder / f"docs/p{at}.md").write_text(f"# Page {at}\n\n{told}\n", encoding="utf-8")
    sites = []
    for one in (True, False):
        config = load_config(str(folder / "mkdocs.yml"), site_dir=str(folder / "site"))
        with Rendering(None, frozenset(), as_it_is).at_work(config) if one else nullcontext():
            building.build(config)
        sites.append({path: path.read_bytes() for path in sorted((folder / "site").rglob("*.html"))})
    assert sites[0] == sites[1]
