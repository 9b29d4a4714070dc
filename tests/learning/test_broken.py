"""One wrong file for each rule, in `tests/broken/learning`; each case's expected.txt says what is told, and where.

A case lies over the small course; its files' names are those below `docs/courses`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.learning.small import small_files

from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.learning.course import FOLDER, read_courses

TESTS = Path(__file__).resolve().parents[1]
BROKEN = TESTS / "broken" / "learning"
CATALOGUE = TESTS.parent / "scripts/xinqiao/core/problems/learning.toml"
CASES = sorted(path.name for path in BROKEN.iterdir())
# What `xinqiao new` is asked for, in tests/flows/test_new.py, and a file that is no text, in test_course.py.
ELSEWHERE = {"new-course-unknown", "course-unreadable"}


def laid(case: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted((BROKEN / case).rglob("*.md")):
        yield f"{FOLDER}/{path.relative_to(BROKEN / case).as_posix()}", path.read_bytes()


def expected(case: str) -> list[str]:
    return (BROKEN / case / "expected.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("case", CASES)
def test_one_wrong_file_gives_its_problem_with_its_place(case: str) -> None:
    files = {name: text.encode() for name, text in small_files().items()} | dict(laid(case))
    with pytest.raises(XinqiaoError) as caught:
        read_courses(files)
    assert sorted(f"{problem.place} {problem.code}" for problem in caught.value.problems) == expected(case)
    for problem in caught.value.problems:
        assert problem.message(Lang.ZH) != problem.message(Lang.EN)
        assert problem.entry.exit_code is ExitCode.CONTENT


def test_every_rule_has_a_broken_case() -> None:
    codes = set(re.findall(r"^\[(.+)\]", CATALOGUE.read_text(encoding="utf-8"), re.MULTILINE))
    told = {line.rpartition(" ")[2] for case in CASES for line in expected(case)}
    assert codes - told == ELSEWHERE
