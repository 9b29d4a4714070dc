"""`check` tells every problem of forms and content in one run, and publishes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from xinqiao.config import load_config
from xinqiao.core.problem import Level, XinqiaoError
from xinqiao.flows.check import check


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    for name in ("portal.toml", "mkdocs.yml", "mkdocs.en.yml"):
        shutil.copy(root / name, tmp_path)
    for name in ("docs", "forms", "overrides"):
        shutil.copytree(root / name, tmp_path / name)
    return tmp_path


def test_the_portals_own_content_has_no_error(project: Path) -> None:
    before = sorted(path for path in project.rglob("*") if "build" not in path.parts)
    outcome = check(load_config(project), lambda _: None)
    assert not [problem for problem in outcome.problems if problem.level is Level.ERROR]
    assert not (project / "site").exists()
    assert sorted(path for path in project.rglob("*") if "build" not in path.parts) == before


def test_problems_of_forms_and_of_content_come_together_with_their_lines(project: Path) -> None:
    form = project / "forms" / "training-feedback.yml"
    form.write_text(form.read_text(encoding="utf-8").replace("seal_to:", "sealed_to:"), encoding="utf-8")
    lines = project / "docs" / "data" / "help-lines.yml"
    lines.write_text(lines.read_text(encoding="utf-8").replace("checked_on:", "checked:", 1), encoding="utf-8")
    with pytest.raises(XinqiaoError) as caught:
        check(load_config(project), lambda _: None)
    files = {Path(problem.place.file).name for problem in caught.value.problems}
    assert {"training-feedback.yml", "help-lines.yml"} <= files
    assert all(problem.place.line for problem in caught.value.problems)


def test_a_broken_link_is_found_before_anything_is_published(project: Path) -> None:
    page = project / "docs" / "zh" / "learn.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n[断了](no-such-page.md)\n", encoding="utf-8")
    with pytest.raises(XinqiaoError) as caught:
        check(load_config(project), lambda _: None)
    assert "link-broken" in {problem.code for problem in caught.value.problems}
    assert not (project / "site").exists()


def test_a_form_whose_keys_lack_is_told_at_the_line_that_names_them(project: Path) -> None:
    outcome = check(load_config(project), lambda _: None)
    form = (project / "forms" / "training-feedback.yml").read_text(encoding="utf-8").splitlines()
    line = next(number for number, words in enumerate(form, start=1) if words.startswith("seal_to"))
    places = {str(problem.place) for problem in outcome.problems if problem.code == "form-reader-missing"}
    assert f"forms/training-feedback.yml:{line}:1" in places
