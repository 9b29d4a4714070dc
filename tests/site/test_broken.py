"""One wrong file for each rule: `tests/broken/site/<case>` lies over the small project; see its expected.txt."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site.build import read_sources

BROKEN = Path(__file__).resolve().parents[1] / "broken" / "site"
CASES = sorted(path.name for path in BROKEN.iterdir())


@pytest.mark.parametrize("case", CASES)
def test_one_wrong_file_gives_one_problem_with_its_place(case: str, project: Path, today: date) -> None:
    shutil.copytree(BROKEN / case, project, dirs_exist_ok=True)
    with pytest.raises(XinqiaoError) as caught:
        read_sources(project, today, production=True)
    found = [f"{problem.place} {problem.code}" for problem in caught.value.problems]
    assert found == (BROKEN / case / "expected.txt").read_text(encoding="utf-8").splitlines()
    for problem in caught.value.problems:
        assert problem.message(Lang.ZH) != problem.message(Lang.EN)
        assert problem.entry.exit_code is ExitCode.CONTENT


def test_the_small_project_itself_has_no_fault(project: Path, today: date) -> None:
    assert read_sources(project, today, production=True).warnings == ()


def test_faults_of_several_files_come_together(project: Path, today: date) -> None:
    for case in ("help-line-without-a-date", "event-month-13", "news-date", "page-without-translation"):
        shutil.copytree(BROKEN / case, project, dirs_exist_ok=True)
    with pytest.raises(XinqiaoError) as caught:
        read_sources(project, today, production=True)
    assert len(caught.value.problems) == 4
