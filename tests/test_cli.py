"""The commands as people type them: exit codes, one JSON document, words in both languages, never a traceback."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from xinqiao.cli import main
from xinqiao.core.problem import ExitCode

FIVE_MISTAKES = """\
settings: {form_id: feedback, version: one, purpose: survey, title: {zh: 反馈, en: Feedback}}
survey:
  - {type: select_one yes_no, name: 2nd, label: {zh: 有用吗, en: Useful}}
  - {type: select_one nowhere, name: pace, label: {zh: 节奏, en: Pace}}
  - {type: integer, name: score, label: {zh: 分数}}
  - {type: text, name: why, label: {zh: 为什么, en: Why}, relevent: "${score} > 3", role: free-text}
choices:
  yes_no: [{name: "yes", label: {zh: 是, en: "Yes"}}, {name: "no", label: {zh: 否, en: "No"}}]
consent: {zh: 同意, en: I agree}
seal_to: [aggregation, recovery]
retention: {days: 365}
"""


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    shutil.copy(root / "portal.toml", tmp_path)
    shutil.copytree(root / "forms", tmp_path / "forms")
    return tmp_path


def run(project: Path, *args: str) -> Result:
    result = CliRunner().invoke(main, [*args, "--project", str(project)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def document(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


ANSWER = {
    "role": "class", "recognise_before": "2", "recognise_now": "4", "ask_before": "2", "ask_now": "4",
    "listen_before": "3", "listen_now": "5", "refer_before": "1", "refer_now": "4", "knows_whom_to_call": "yes",
    "usefulness": "4", "recommend": "9",
}  # fmt: skip


def csv_of(rows: list[dict[str, str]], header: list[str] | None = None) -> str:
    names = header or list(ANSWER)
    return "\n".join([",".join(names), *(",".join(row.get(name, "") for name in names) for row in rows)]) + "\n"


def test_outside_a_project_it_says_where_it_looked(tmp_path: Path) -> None:
    result = run(tmp_path, "intake", "list")
    assert result.exit_code == ExitCode.USAGE
    assert "portal.toml" in result.stderr


def test_five_mistakes_give_five_problems_with_line_and_column(project: Path) -> None:
    (project / "forms" / "feedback.yml").write_text(FIVE_MISTAKES, encoding="utf-8")
    result = run(project, "summarize", "feedback", str(project / "portal.toml"), "--output", "out", "--json")
    assert result.exit_code == ExitCode.CONTENT
    problems = document(result)["problems"]
    assert len(problems) == 5, [problem["code"] for problem in problems]
    assert all(problem["line"] and problem["column"] for problem in problems)
    assert len({problem["line"] for problem in problems}) == 5
    assert all(problem["zh"] and problem["en"] for problem in problems)


def test_an_unknown_form_names_the_nearest(project: Path) -> None:
    result = run(project, "release", "training-feedbak")
    assert result.exit_code == ExitCode.USAGE
    assert "training-feedback" in result.stderr


def test_usable_rows_go_on_and_the_rest_is_counted(project: Path, tmp_path: Path) -> None:
    rows = [ANSWER] * 30
    rows += [ANSWER | {"recommend": "4711"}] * 6 + [ANSWER | {"role": "MARKER"}] * 7 + [ANSWER | {"usefulness": ""}] * 5
    file = tmp_path / "answers.csv"
    header = [*list(ANSWER), "extra"]
    file.write_bytes((csv_of(rows, header) + "class,2,4\n").encode("gb18030"))
    result = run(project, "summarize", "training-feedback", str(file), "--output", str(tmp_path / "out"), "--json")
    assert result.exit_code == ExitCode.ANSWERS
    found = document(result)
    assert [(f["rows"], f["valid"], f["quarantined"]) for f in found["files"]] == [(49, 30, 19)]
    assert (tmp_path / "out" / "overall.csv").is_file(), "outputs are still written"
    assert "4711" not in result.output
    assert "MARKER" not in result.output
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert b"4711" not in written
    assert b"MARKER" not in written


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", ExitCode.ANSWERS),
        (b"\x00\x01\x02\xff\xfe", ExitCode.ANSWERS),
        (b"a,b,c\n1,2,3\n", ExitCode.ANSWERS),
        (("role\n" + "class\n" * 9).encode(), ExitCode.ANSWERS),
        (b'role,"recommend\nclass,9\n', ExitCode.ANSWERS),
    ],
    ids=["blank", "binary", "foreign columns", "missing columns", "open quote"],
)
def test_a_file_that_cannot_be_used_is_told_not_traced(
    project: Path, tmp_path: Path, content: bytes, code: ExitCode
) -> None:
    (tmp_path / "answers.csv").write_bytes(content)
    out = str(tmp_path / "out")
    result = run(project, "summarize", "training-feedback", str(tmp_path / "answers.csv"), "--output", out)
    assert result.exit_code == code
    assert "Traceback" not in result.output


def test_the_real_feedback_of_others_becomes_safe_tables(project: Path, root: Path, real_data: Path) -> None:
    form = str(root / "tests" / "real" / "carpentries.yml")
    file = str(real_data / "training-feedback-carpentries" / "instructor_training_post.csv")
    out = project / "out"
    result = run(project, "summarize", form, file, "--output", str(out), "--json")
    assert result.exit_code == ExitCode.DONE, result.output
    lines = (out / "overall.csv").read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if "promoter" in line or "detractor" in line} == {
        "distribution(band(recommend)),detractor,71,shown",
        "distribution(band(recommend)),promoter,501,shown",
    }
    audit = json.loads((out / "audit.json").read_text(encoding="utf-8"))
    assert (audit["groups_found"], audit["rule_a2"]) == (0, True)


def test_keys_are_made_under_a_passphrase_and_proved(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINQIAO_KEYS", str(tmp_path / "keys"))
    (tmp_path / "phrase").write_text("correct horse battery staple\n")
    (tmp_path / "wrong").write_text("something else\n")
    made = run(project, "keys", "new", "counsellor", "--passphrase-file", str(tmp_path / "phrase"), "--json")
    assert made.exit_code == ExitCode.DONE
    assert document(made)["public"].startswith("age1")
    assert b"AGE-SECRET-KEY" not in b"".join(path.read_bytes() for path in (tmp_path / "keys").iterdir())
    check = ("keys", "check", "counsellor", "--passphrase-file")
    assert run(project, *check, str(tmp_path / "phrase")).exit_code == ExitCode.DONE
    assert run(project, *check, str(tmp_path / "wrong")).exit_code == ExitCode.KEY
    again = run(project, "keys", "new", "counsellor", "--passphrase-file", str(tmp_path / "phrase"))
    assert again.exit_code == ExitCode.KEY


def test_a_key_is_rotated_printed_and_drilled(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locked_key: Any
) -> None:
    monkeypatch.setenv("XINQIAO_KEYS", str(tmp_path / "keys"))
    locked_key.put(tmp_path / "keys", "recovery")
    (tmp_path / "phrase").write_text(f"{locked_key.words}\n")
    words = ("--passphrase-file", str(tmp_path / "phrase"))
    page, scanned = tmp_path / "sheet.html", tmp_path / "sheet.txt"
    assert run(project, "keys", "sheet", "recovery", "--output", str(page)).exit_code == ExitCode.DONE
    box = re.search("<pre>(.*?)</pre>", page.read_text(encoding="utf-8"), re.DOTALL)
    assert box is not None
    scanned.write_text(box[1])
    drill = ("keys", "drill", "recovery", "--sheet", str(scanned), *words)
    # The demonstration's forms are sealed to what lies in the folder for keys; one key of two is not enough.
    assert run(project, *drill).exit_code == ExitCode.KEY
    made = run(project, "keys", "rotate", "recovery", *words, "--json")
    assert made.exit_code == ExitCode.DONE
    assert document(made)["public"] not in {"", locked_key.public}
    assert run(project, "keys", "retire", "counsellor", *words).exit_code == ExitCode.KEY
    assert run(project, *drill[:-3], str(tmp_path / "none"), *words).exit_code == ExitCode.USAGE


def test_what_is_served_is_compared_with_what_was_built(project: Path, tmp_path: Path) -> None:
    assert run(project, "verify-live", "http://127.0.0.1:9/").exit_code == ExitCode.USAGE
    made = {"version": 1, "source_date_epoch": 1, "commit": "", "files": {"index.html": {"bytes": 1, "sha256": "0"}}}
    (tmp_path / "made.json").write_text(json.dumps(made))
    answer = run(project, "verify-live", "http://127.0.0.1:9/", "--manifest", str(tmp_path / "made.json"), "--json")
    assert answer.exit_code == ExitCode.OTHER_SYSTEM
    assert [problem["code"] for problem in document(answer)["problems"]] == ["live-unreachable"]


def test_a_release_without_its_key_or_without_answers_is_refused(project: Path) -> None:
    result = run(project, "release", "training-feedback", "--json")
    assert result.exit_code == ExitCode.KEY
    assert not (project / "build" / "demo" / "summaries").exists()


def test_generated_answers_never_enter_a_real_portal(project: Path) -> None:
    settings = project / "portal.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("demonstration = true", "demonstration = false"))
    result = run(project, "demo")
    assert result.exit_code == ExitCode.USAGE
    assert "not-a-demonstration" in result.stderr
