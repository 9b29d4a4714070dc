"""`forms import` and `forms export` as people type them: nothing half written, nothing published by accident."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.problem import ExitCode
from xinqiao.core.text import Lang
from xinqiao.flows.build import build
from xinqiao.flows.project import load_form

HERE = Path(__file__).parent
TOLD = ("import-filled", "import-unreadable", "import-format", "form-untranslated")


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    shutil.copy(root / "portal.toml", tmp_path)
    shutil.copytree(root / "forms", tmp_path / "forms")
    return tmp_path


def run(project: Path, *args: str) -> Result:
    result = CliRunner().invoke(main, [*args, "--project", str(project)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def sheet(path: Path, *rows: list[str]) -> str:
    book = openpyxl.Workbook()
    book.active.title = "survey"
    for row in [["type", "name", "label"], *rows]:
        book.active.append(row)
    book.save(path)
    return str(path)


def codes(result: Result) -> set[str]:
    return {problem["code"] for problem in json.loads(result.stdout)["problems"]}


def test_an_imported_form_waits_for_its_consent_and_its_translation(project: Path, tmp_path: Path) -> None:
    file = sheet(tmp_path / "sleep diary.xlsx", ["integer", "hours", "Hours of sleep"])
    made = run(project, "forms", "import", file, "--json")
    assert made.exit_code == ExitCode.DONE
    assert json.loads(made.stdout)["file"] == str(project / "forms" / "sleep-diary.yml")
    assert codes(made) == {"import-filled", "import-untranslated"}
    checked = run(project, "forms", "check", "sleep-diary", "--json")
    assert (checked.exit_code, codes(checked)) == (ExitCode.CONTENT, {"placeholder-left"})


def test_options_fill_in_what_the_file_does_not_say(project: Path, tmp_path: Path) -> None:
    file = sheet(tmp_path / "x.xlsx", ["integer", "hours", "Hours of sleep"])
    said = ("--consent", "同意", "Agreed", "--purpose", "report", "--seal-to", "counsellor", "--retention-days", "30")
    assert run(project, "forms", "import", file, "--id", "sleep", *said).exit_code == ExitCode.DONE
    form = load_form(load_config(project), "sleep")
    assert (form.purpose, form.seal_to, form.retention_days) == ("report", ("counsellor",), 30)
    assert form.consent[Lang.EN] == "Agreed"
    assert run(project, "forms", "check", "sleep").exit_code == ExitCode.DONE


def test_nothing_is_written_where_anything_is_refused_and_no_file_is_overwritten(project: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in (project / "forms").glob("*.yml")}
    repeat = sheet(tmp_path / "r.xlsx", ["begin_repeat", "r", "R"], ["text", "a", "A"], ["end_repeat"])
    result = run(project, "forms", "import", repeat, "--json")
    assert (result.exit_code, codes(result)) == (ExitCode.CONTENT, {"feature-unsupported"})
    good = sheet(tmp_path / "g.xlsx", ["text", "a", "A"])
    for target in ("phq9.yml", "training-feedback.yml"):
        taken = run(project, "forms", "import", good, "--output", str(project / "forms" / target), "--json")
        assert (taken.exit_code, codes(taken)) == (ExitCode.USAGE, {"form-exists"})
    assert {path: path.read_bytes() for path in (project / "forms").glob("*.yml")} == before


def test_strict_refuses_what_would_be_left_out(project: Path, tmp_path: Path) -> None:
    file = sheet(tmp_path / "g.xlsx", ["text", "a", "A"], ["geopoint", "here", "Where?"])
    assert run(project, "forms", "import", file, "--strict").exit_code == ExitCode.CONTENT
    assert not (project / "forms" / "g.yml").exists()
    assert run(project, "forms", "import", file).exit_code == ExitCode.DONE


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("gone.xlsx", None, "import-unreadable"),
        ("form.docx", b"words", "import-format"),
        ("form.xls", b"<html>", "import-not-workbook"),
        ("form.json", b'{"a": 1', "json-broken"),
        ("form.json", b'{"a": 1}', "import-format"),
        ("form.json", b"{" + b" " * 17 * 2**20, "import-too-large"),
    ],
)
def test_a_file_of_no_use_is_a_problem(
    project: Path, tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = run(project, "forms", "import", str(tmp_path / name), "--json")
    assert (result.exit_code, codes(result)) == (ExitCode.CONTENT, {code})


@pytest.mark.parametrize("kind", ["xlsform", "fhir", "table-schema", "codebook"])
def test_every_format_is_exported_and_ours_come_back(project: Path, kind: str) -> None:
    result = run(project, "forms", "export", "phq9", "--format", kind, "--json")
    assert result.exit_code == ExitCode.DONE
    file = Path(json.loads(result.stdout)["file"])
    assert file.parent == project / "build" / "forms"
    assert file.stat().st_size > 1000
    if kind in {"xlsform", "fhir"}:
        back = run(project, "forms", "import", str(file), "--output", str(project / "forms" / "again.yml"))
        assert back.exit_code == ExitCode.DONE
        form = load_form(load_config(project), "again")
        assert [question.name for question in form.questions][-2:] == ["phq9_9", "difficulty"]
        assert not form.untranslated


def test_an_untranslated_form_stays_unpublished(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (project / "forms").glob("*.yml"):
        if path.stem != "training-feedback":
            path.unlink()
    path = project / "forms" / "training-feedback.yml"
    path.write_text(path.read_text("utf-8") + "untranslated: [en]\n", encoding="utf-8")
    pages: dict[str, Any] = {}

    def site(*_: object, **given: object) -> tuple[()]:
        pages.update(given)
        return ()

    monkeypatch.setattr("xinqiao.flows.build.build_site", site)
    outcome = build(load_config(project), project / "site", lambda _: None)
    assert [problem.code for problem in outcome.problems] == ["form-untranslated"]
    assert "training-feedback" not in str(pages["others"].pages)


def test_every_message_of_import_and_export_is_looked_at_by_a_test(root: Path) -> None:
    toml = (root / "scripts" / "xinqiao" / "core" / "problems" / "forms.toml").read_text("utf-8")
    codes = set(re.findall(r"^\[((?:import|export|xlsform|json|fhir|repro)-[a-z-]+)\]", toml, re.M))
    tests = "".join(
        path.read_text("utf-8") for path in [HERE / "test_exchange.py", *(HERE.parent / "forms").glob("*.py")]
    )
    assert {code for code in codes if f'"{code}"' not in tests} == set()
