"""`xinqiao audit` of tables of others as a person runs it, with and without a report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from xinqiao.cli import main
from xinqiao.core.problem import ExitCode

DESCRIPTION = """
k = 5
[dimensions.age]
total = "all"
[[tables]]
file = "t.csv"
value = "people"
hidden = ["*"]
columns = {age = "Age"}
"""


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    shutil.copy(root / "portal.toml", tmp_path)
    (tmp_path / "tables.toml").write_text(DESCRIPTION, encoding="utf-8")
    tables(tmp_path, {"young": "*", "middle": "*", "old": "25", "all": "51"})
    return tmp_path


def tables(project: Path, counts: dict[str, str]) -> None:
    lines = [f"{age},{number}" for age, number in counts.items()]
    (project / "t.csv").write_text("\n".join(["Age,people", *lines]) + "\n", encoding="utf-8")


def run(project: Path, *words: str) -> Result:
    paths = [str(project / word) if word.endswith((".toml", ".html")) else word for word in words]
    return CliRunner().invoke(main, ["audit", *paths, "--project", str(project)])


def test_safe_tables_pass_and_the_report_says_so(project: Path) -> None:
    result = run(project, "tables.toml", "--report", "audit.html", "--json")
    assert result.exit_code == ExitCode.DONE, result.output
    document = json.loads(result.stdout)
    assert (document["groups_found"], document["problems"]) == (0, [])
    assert document["groups_tested"] > 3
    assert document["tables"] == [str(project / "tables.toml")]
    html = (project / "audit.html").read_text(encoding="utf-8")
    assert "没有发现可以推算出来的少数人" in html
    assert (project / "audit.html").stat().st_mode & 0o077 == 0


def test_a_group_found_ends_with_13_and_is_told_with_its_place_and_reason(project: Path) -> None:
    tables(project, {"young": "*", "middle": "23", "old": "25", "all": "51"})
    result = run(project, "tables.toml", "--report", "audit.html", "--json")
    assert result.exit_code == ExitCode.UNSAFE
    document = json.loads(result.stdout)
    (found,) = [one for one in document["found"] if not one["beside"]]
    assert (found["levels"], found["how"], found["exact"]) == ({"age": "young"}, "follows", True)
    assert [step["times"] for step in found["because"]["equal"]] == [1, -1, -1]
    assert found["at"] == f"{project / 't.csv'}:2"
    told = run(project, "tables.toml")
    assert "age=young 之中有人，而且不足 5 人" in told.stderr
    assert "fewer than 5" in told.stderr
    html = (project / "audit.html").read_text(encoding="utf-8")
    assert "age=young" in html and "age=old (t.csv:4)" in html


def test_tables_that_cannot_be_judged_still_get_a_report(project: Path) -> None:
    spoiled = {"t.csv": "Age,people\nyoung,1.5\n", "tables.toml": "k ="}
    for name, content in spoiled.items():
        (project / name).write_text(content, encoding="utf-8")
        result = run(project, "tables.toml", "--report", "audit.html")
        assert result.exit_code == ExitCode.UNSAFE
        assert "Traceback" not in result.output
        assert "无法判断这些表格是否安全" in (project / "audit.html").read_text(encoding="utf-8")


def test_a_report_goes_into_a_page_that_can_be_written(project: Path) -> None:
    before = (project / "t.csv").read_bytes()
    assert CliRunner().invoke(
        main, ["audit", str(project / "tables.toml"), "--report", str(project / "t.csv"), "--project", str(project)]
    ).exit_code == ExitCode.USAGE  # fmt: skip
    assert (project / "t.csv").read_bytes() == before
    assert run(project, "tables.toml", "--report", "nowhere/audit.html").exit_code == ExitCode.USAGE


def test_a_description_that_is_not_there_is_not_safe(project: Path) -> None:
    result = run(project, "other.toml")
    assert result.exit_code == ExitCode.UNSAFE
    assert "audit-file-unreadable" in result.stderr
