"""`forms check` finds every problem of form files and proves their cases; `forms make` writes beside nobody's files."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from frictionless import Schema

from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.problem import ExitCode
from xinqiao.flows.forms import read_and_prove

TESTS = Path(__file__).parents[1]
WRONG_CASES = sorted((TESTS / "broken" / "cases").glob("*.yml"))
NAMES = ["table-schema.zh.json", "table-schema.en.json", "codebook.csv", "answers.csv"]


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    shutil.copy(root / "portal.toml", tmp_path)
    (tmp_path / "forms").mkdir()
    shutil.copy(root / "forms" / "training-feedback.yml", tmp_path / "forms")
    shutil.copy(TESTS / "forms" / "full.yml", tmp_path / "forms")
    return tmp_path


def run(project: Path, *args: str) -> Result:
    result = CliRunner().invoke(main, [*args, "--project", str(project)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def document(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_portal_s_own_forms_have_no_problem_and_their_cases_hold(root: Path) -> None:
    result = run(root, "forms", "check", "--json")
    assert result.exit_code == ExitCode.DONE, result.stderr
    assert {one["form"] for one in document(result)["forms"]} == {path.stem for path in (root / "forms").glob("*.yml")}


def test_all_forms_are_checked_where_none_is_named(project: Path) -> None:
    result = run(project, "forms", "check", "--json")
    assert result.exit_code == ExitCode.DONE
    assert {one["form"]: one["cases"] for one in document(result)["forms"]} == {"full": 3, "training-feedback": 0}
    only = document(run(project, "forms", "check", "training-feedback", "--json"))
    assert [one["form"] for one in only["forms"]] == ["training-feedback"]


def test_problems_of_all_files_come_in_one_run(project: Path) -> None:
    forms = project / "forms"
    (forms / "one.yml").write_text((TESTS / "broken" / "forms" / "five-mistakes.yml").read_text(encoding="utf-8"))
    (forms / "two.yml").write_text((TESTS / "broken" / "cases" / "score.yml").read_text(encoding="utf-8"))
    result = run(project, "forms", "check", "--json")
    assert result.exit_code == ExitCode.CONTENT
    found = document(result)
    assert [one["problems"] for one in found["forms"]] == [0, 5, 0, 2]
    assert [problem["code"] for problem in found["problems"]][5:] == ["case-score", "form-id-differs"]
    assert all(problem["zh"] and problem["en"] for problem in found["problems"])


@pytest.mark.parametrize("path", WRONG_CASES, ids=lambda path: path.stem)
def test_a_wrong_case_is_told_at_its_place(root: Path, path: Path) -> None:
    form, problems = read_and_prove(load_config(root), path)
    assert form is not None
    found = [(problem.code, problem.place.line, problem.place.column) for problem in problems]
    first = path.read_text(encoding="utf-8").splitlines()[0]
    expected = re.findall(r"([a-z-]+) (\d+):(\d+)", first)
    assert found == [(code, int(line), int(column)) for code, line, column in expected]
    assert {problem.place.file for problem in problems} == {str(path)}


def test_a_wrong_case_tells_what_was_said_and_what_comes_out(root: Path) -> None:
    _, (problem,) = read_and_prove(load_config(root), TESTS / "broken" / "cases" / "score.yml")
    assert problem.params == {"case": 2, "scale": "total", "said": "5.5", "made": "5.625"}


def test_an_unknown_form_names_the_nearest(project: Path) -> None:
    result = run(project, "forms", "check", "ful")
    assert result.exit_code == ExitCode.USAGE
    assert "full" in result.stderr


def test_make_writes_what_others_need_to_read_the_data(project: Path) -> None:
    result = run(project, "forms", "make", "full", "--json")
    folder = project / "build" / "forms" / "full"
    assert result.exit_code == ExitCode.DONE
    assert document(result)["files"] == NAMES
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)
    for lang in ("zh", "en"):
        assert "item_1" in Schema.from_descriptor(str(folder / f"table-schema.{lang}.json")).field_names
    book = (folder / "codebook.csv").read_bytes()
    assert book.startswith(b"\xef\xbb\xbf")  # so that Excel reads Chinese
    assert len(list(csv.reader(io.StringIO(book.decode("utf-8-sig"))))) > 20
    assert (folder / "answers.csv").read_text(encoding="gb18030").startswith("Timestamp;unit;")


def test_the_blank_file_of_answers_is_one_that_validate_reads(project: Path) -> None:
    run(project, "forms", "make", "training-feedback", "--output", str(project / "out"))
    answers = project / "out" / "answers.csv"
    header = answers.read_text(encoding="utf-8-sig").strip().split(",")
    row = dict.fromkeys(header, "") | {
        "role": "class", "knows_whom_to_call": "yes", "usefulness": "4", "recommend": "9",
        **{f"{what}_{when}": "3" for what in ("recognise", "ask", "listen", "refer") for when in ("before", "now")},
    }  # fmt: skip
    with answers.open("a", encoding="utf-8") as file:
        file.write(",".join(row.values()) + "\r\n")
    result = run(project, "validate", "training-feedback", str(answers), "--json")
    assert (document(result)["rows"], document(result)["valid"]) == (1, 1)


def test_make_can_be_run_again_but_never_over_answers_or_other_files(project: Path) -> None:
    out = project / "out"
    arguments = ("forms", "make", "full", "--output", str(out))
    assert run(project, *arguments).exit_code == run(project, *arguments).exit_code == ExitCode.DONE
    filled = (out / "answers.csv").read_bytes() + b"1;2;3\r\n"
    (out / "answers.csv").write_bytes(filled)
    assert "forms-folder-taken" in run(project, *arguments).stderr
    assert (out / "answers.csv").read_bytes() == filled
    (out / "answers.csv").unlink()
    (out / "thesis.docx").write_bytes(b"mine")
    result = run(project, *arguments)
    assert result.exit_code == ExitCode.USAGE
    assert not (out / "answers.csv").exists()
    assert "forms-folder-taken" in run(project, "forms", "make", "full", "--output", str(out / "thesis.docx")).stderr


def test_make_refuses_a_form_with_problems_and_writes_nothing(project: Path) -> None:
    broken = project / "forms" / "broken.yml"
    shutil.copy(TESTS / "broken" / "forms" / "five-mistakes.yml", broken)
    assert run(project, "forms", "make", "broken").exit_code == ExitCode.CONTENT
    assert not (project / "build").exists()


def test_make_can_be_run_again_whatever_the_encoding_of_the_files(project: Path) -> None:
    form = project / "forms" / "full.yml"
    form.write_text(form.read_text(encoding="utf-8").replace("gb18030", "utf-16"), encoding="utf-8")
    assert run(project, "forms", "make", "full").exit_code == ExitCode.DONE
    assert run(project, "forms", "make", "full").exit_code == ExitCode.DONE
