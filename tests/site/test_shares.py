"""Pages shared out between processes: each page is made once, by one of them, and what fails in one fails in all."""

from __future__ import annotations

from pathlib import Path

import pytest

from xinqiao.core.problem import XinqiaoError
from xinqiao.site import shares
from xinqiao.site.cache import Kept
from xinqiao.site.made import read_made
from xinqiao.site.manifest import part_of
from xinqiao.site.program import run_all
from xinqiao.site.workshop import Program

SETTINGS = """site_name: One
theme: {name: null, custom_dir: overrides, static_templates: [404.html]}
plugins: []
validation: {links: {not_found: info, absolute_links: info, unrecognized_links: info}}
"""
POLICY = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'">"""
PAGE = f"<!doctype html>{POLICY}<title>{{{{ page.title }}}}</title><article>{{{{ page.content }}}}</article>"
MANY = shares.WORTH_IT + 30


def project(folder: Path, pages: int) -> Path:
    (folder / "docs").mkdir(parents=True)
    (folder / "overrides").mkdir()
    (folder / "overrides/main.html").write_text(PAGE, encoding="utf-8")
    (folder / "overrides/404.html").write_text(f"<!doctype html>{POLICY}", encoding="utf-8")
    (folder / "mkdocs.yml").write_text(SETTINGS, encoding="utf-8")
    for at in range(pages):
        (folder / f"docs/p{at}.md").write_text(f"# Page {at}\n\nWords.\n", encoding="utf-8")
    return folder


def language(folder: Path) -> Program:
    places = ["mkdocs.yml", "site/zh", "cache", "/", "made.json"]
    arguments = [str(folder / place) if place != "/" else place for place in places]
    return Program(
        name="zh",
        module="xinqiao.site.language",
        arguments=arguments,
        environment={"SOURCE_DATE_EPOCH": "1790000000"},
        folder=folder,
    )


@pytest.mark.parametrize("pages", [3, MANY], ids=["few", "many"])
def test_every_page_is_made_and_told_once(tmp_path: Path, pages: int) -> None:
    folder = project(tmp_path, pages)
    for _ in range(2):
        run_all([language(folder)])
        made = read_made([folder / "made.json"])
        files = {path.relative_to(folder / "site").as_posix(): path for path in (folder / "site").rglob("*.html")}
        assert len(files) == pages + 1
        assert made.parts == {name: part_of(path.read_bytes()) for name, path in files.items()}
        assert made.unguarded == ()
        with Kept(folder / "cache/render-zh.sqlite") as kept:
            assert len(kept) == pages


def test_more_than_one_process_is_at_work_where_it_is_worth_it() -> None:
    assert shares.processes() >= 2
    alone = shares.Shares(most=4)
    alone.split(shares.WORTH_IT - 1)
    assert (alone.count, alone.first) == (1, True)
    assert all(alone.mine(at) for at in range(10))
    assert alone.wait()


@pytest.mark.parametrize("at", [MANY - 1, MANY - 2])
def test_what_fails_in_one_process_fails_the_run(tmp_path: Path, at: int) -> None:
    folder = project(tmp_path, MANY)
    (folder / f"docs/p{at}.md").write_text("---\ntemplate: nowhere.html\n---\n# Page\n", encoding="utf-8")
    with pytest.raises(XinqiaoError) as error:
        run_all([language(folder)])
    (problem,) = error.value.problems
    assert "nowhere.html" in str(problem.params["lines"])
