"""Staff's summaries are built beside the public site, never into it, and lead nobody else in."""

from __future__ import annotations

import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from tests.dashboard.weekly import weekly_table

from xinqiao.config import Config, load_config
from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError, refuse
from xinqiao.core.summary import Audience
from xinqiao.dashboard.package import write_package
from xinqiao.flows import staff
from xinqiao.flows.staff import ASSETS, build_staff, staff_folder
from xinqiao.forms.read import read_form

WEEK = (10, 10, 10, 15, 15)


@pytest.fixture
def form(root: Path) -> Form:
    return read_form(root / "forms" / "training-feedback.yml")


@pytest.fixture
def config(root: Path, tmp_path: Path) -> Config:
    assets = tmp_path / "overrides" / "assets"
    assets.mkdir(parents=True)
    for name in ASSETS:
        shutil.copy(root / "overrides" / "assets" / name, assets)
    return replace(load_config(root), root=tmp_path, site_url="https://college.example/")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the brief looks like is tested on its own."""
    monkeypatch.setattr(staff, "brief", lambda *_: b"%PDF-")


def put(config: Config, form: Form, audience: Audience, number: int = 1, weeks: int = 2) -> None:
    table = replace(weekly_table(form, {"*": [WEEK] * weeks}), name=f"{audience.value}-weeks")
    write_package(config.released_dir(form.id, audience) / f"{number:03}", form, [table], {})


def test_without_a_release_for_staff_there_is_nothing(config: Config, form: Form, tmp_path: Path) -> None:
    put(config, form, Audience.PUBLIC)
    assert build_staff(config, [form], tmp_path / "site") == (None, ())
    assert not staff_folder(tmp_path / "site").exists()


def test_a_page_shows_the_newest_tables_for_staff_and_for_all(config: Config, form: Form, tmp_path: Path) -> None:
    put(config, form, Audience.STAFF, 1, weeks=2)
    put(config, form, Audience.STAFF, 2, weeks=3)
    put(config, form, Audience.PUBLIC)
    other = replace(form, id="only-public")
    put(config, other, Audience.PUBLIC)
    place, problems = build_staff(config, [form, other], tmp_path / "site")
    assert place == tmp_path / "site-staff"
    assert problems == ()
    page = (place / "en" / form.id / "index.html").read_text(encoding="utf-8")
    assert "Week 12" in page
    assert 'href="../../files/training-feedback/staff-weeks.csv"' in page
    assert "public-weeks.csv" not in page, "files of the public site are there"
    assert (place / "files" / form.id / "staff-weeks.csv").is_file()
    index = (place / "zh" / "index.html").read_text(encoding="utf-8")
    assert 'href="https://college.example/zh/summaries/only-public/"' in index
    assert 'href="brief.pdf"' in index
    assert "Disallow: /" in (place / "robots.txt").read_text()
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert not list(tmp_path.glob(".site-staff*"))


def test_it_takes_the_place_of_an_earlier_one_and_of_nothing_else(config: Config, form: Form, tmp_path: Path) -> None:
    put(config, form, Audience.STAFF)
    place, _ = build_staff(config, [form], tmp_path / "site")
    assert place is not None
    (place / "left.html").write_text("old")
    build_staff(config, [form], tmp_path / "site")
    assert not (place / "left.html").exists()
    foreign = tmp_path / "other-staff"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("mine")
    with pytest.raises(XinqiaoError) as caught:
        build_staff(config, [form], tmp_path / "other")
    assert caught.value.problems[0].code == "output-not-ours"
    assert (foreign / "thesis.txt").read_text() == "mine"


def test_without_a_font_there_are_pages_but_no_brief(
    config: Config, form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_font(*_: object) -> bytes:
        raise refuse("brief-font-missing", fonts="A, B")

    monkeypatch.setattr(staff, "brief", without_font)
    put(config, form, Audience.STAFF)
    place, problems = build_staff(config, [form], tmp_path / "site")
    assert place is not None
    assert [problem.code for problem in problems] == ["brief-font-missing"]
    assert "brief.pdf" not in (place / "zh" / "index.html").read_text(encoding="utf-8")
    assert not list(place.rglob("*.pdf"))
