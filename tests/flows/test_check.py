"""`check` tells every problem of forms and content in one run, and publishes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from xinqiao.config import load_config
from xinqiao.core.problem import Level, XinqiaoError
from xinqiao.flows.check import check
from xinqiao.flows.outcome import Outcome

# The outcome of a check, what lay in the project before and after, and where it is.
Checked = tuple[Outcome, list[Path], list[Path], Path]


def copied(root: Path, folder: Path) -> Path:
    for name in ("portal.toml", "mkdocs.yml", "mkdocs.en.yml"):
        shutil.copy(root / name, folder)
    for name in ("docs", "forms", "overrides"):
        shutil.copytree(root / name, folder / name)
    return folder


def contents(project: Path) -> list[Path]:
    return sorted(path for path in project.rglob("*") if "build" not in path.parts)


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    return copied(root, tmp_path)


@pytest.fixture(scope="module")
def checked(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """The portal as it is, checked once for all who only look."""
    project = copied(root, tmp_path_factory.mktemp("portal"))
    before = contents(project)
    return check(load_config(project), lambda _: None), before, contents(project), project


def test_the_portals_own_content_has_no_error(checked: Checked) -> None:
    outcome, before, after, project = checked
    assert not [problem for problem in outcome.problems if problem.level is Level.ERROR]
    assert not (project / "site").exists()
    assert after == before


def test_both_languages_of_the_portal_agree_and_every_text_is_measured(checked: Checked) -> None:
    outcome, *_, project = checked
    assert not [problem for problem in outcome.problems if problem.code.startswith("parity-")]
    measured = outcome.document["reading"]
    assert isinstance(measured, list)
    files = {one["file"] for one in measured}
    assert {path.relative_to(project).as_posix() for path in (project / "docs/en").rglob("*.md")} <= files


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


def test_a_key_that_lacks_is_told_once_with_every_form_that_waits_for_it(checked: Checked) -> None:
    outcome = checked[0]
    told = {problem.params["key"]: problem for problem in outcome.problems if problem.code == "form-reader-missing"}
    assert len(told) == sum(problem.code == "form-reader-missing" for problem in outcome.problems)
    waiting = str(told["recovery"].params["forms"]).split(", ")
    assert {"training-feedback", "mood", "phq9"} <= {*waiting} and len(waiting) == len({*waiting})
    assert told["counsellor"].place.file.startswith("forms/") and told["counsellor"].place.line
