"""`xinqiao validate` as people type it: what it tells, what it writes and to whom, what it refuses to overwrite."""

from __future__ import annotations

import csv
import io
import json
import shutil
import stat
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from xinqiao.cli import main
from xinqiao.core.problem import ExitCode

FORM = "training-feedback"
MARK = "planted"
ANSWER = {
    "role": "class", "recognise_before": "2", "recognise_now": "4", "ask_before": "2", "ask_now": "4",
    "listen_before": "3", "listen_now": "5", "refer_before": "1", "refer_now": "4", "knows_whom_to_call": "yes",
    "usefulness": "4", "recommend": "9",
}  # fmt: skip
ROWS = [
    ANSWER,
    ANSWER | {"role": MARK},
    ANSWER | {"recommend": f"{MARK}-4711"},
    ANSWER | {"usefulness": ""},
    ANSWER | {"recommend": "8"},
]


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    shutil.copy(root / "portal.toml", tmp_path)
    shutil.copytree(root / "forms", tmp_path / "forms")
    return tmp_path


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    return written(tmp_path / "answers.csv", ROWS)


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(ANSWER))
        writer.writeheader()
        writer.writerows(rows)
    return path


def run(project: Path, *args: str | Path) -> Result:
    result = CliRunner().invoke(main, ["validate", *map(str, args), "--project", str(project)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def document(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_file_without_fault_ends_well(project: Path, tmp_path: Path) -> None:
    result = run(project, FORM, written(tmp_path / "good.csv", [ANSWER] * 3), "--json")
    assert result.exit_code == ExitCode.DONE
    found = document(result.stdout)
    assert (found["rows"], found["valid"], found["quarantined"]) == (3, 3, 0)


def test_the_document_has_exactly_its_parts_and_the_report_is_the_same(
    project: Path, answers: Path, tmp_path: Path
) -> None:
    result = run(project, FORM, answers, "--json", "--report", tmp_path / "report.json")
    assert result.exit_code == ExitCode.ANSWERS
    found = document(result.stdout)
    assert list(found) == ["form", "rows", "valid", "quarantined", "problems"]
    assert (found["form"], found["rows"], found["valid"], found["quarantined"]) == (FORM, 5, 2, 3)
    faults = [problem for problem in found["problems"] if problem["row"]]
    assert faults == [
        {"code": "answer-outside", "row": 2, "field": "role", "count": 1},
        {"code": "answer-type", "row": 3, "field": "recommend", "count": 1},
        {"code": "answer-required", "row": 4, "field": "usefulness", "count": 1},
    ]
    assert document((tmp_path / "report.json").read_text(encoding="utf-8")) == found


def test_no_answer_is_told_and_only_files_asked_for_hold_any(project: Path, answers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    report, clean, quarantine = out / "r.json", out / "c.csv", out / "q.csv"
    result = run(project, FORM, answers, "--report", report, "--clean", clean, "--quarantine", quarantine)
    asjson = run(project, FORM, answers, "--json")
    assert result.exit_code == asjson.exit_code == ExitCode.ANSWERS
    assert MARK not in result.output + asjson.output + report.read_text(encoding="utf-8")
    assert MARK not in clean.read_text(encoding="utf-8")
    assert MARK in quarantine.read_text(encoding="utf-8-sig")
    assert sorted(path.name for path in out.iterdir()) == ["c.csv", "q.csv", "r.json"], "nothing is left beside them"
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}


def test_the_clean_rows_are_used_again_as_they_are(project: Path, answers: Path, tmp_path: Path) -> None:
    clean = tmp_path / "clean.csv"
    run(project, FORM, answers, "--clean", clean)
    again = run(project, FORM, clean, "--json")
    assert again.exit_code == ExitCode.DONE
    found = document(again.stdout)
    assert (found["rows"], found["valid"], found["problems"]) == (2, 2, [])


def test_the_rows_set_aside_say_why(project: Path, answers: Path, tmp_path: Path) -> None:
    run(project, FORM, answers, "--quarantine", tmp_path / "q.csv")
    found = list(csv.DictReader(io.StringIO((tmp_path / "q.csv").read_text(encoding="utf-8-sig"))))
    assert [(row["row"], row["codes"], row["fields"]) for row in found] == [
        ("2", "answer-outside", "role"),
        ("3", "answer-type", "recommend"),
        ("4", "answer-required", "usefulness"),
    ]
    assert found[0]["role"] == MARK


def test_a_workbook_is_checked_like_a_csv(project: Path, answers: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(list(ANSWER))
    for row in ROWS:
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row.values()])
    book.save(tmp_path / "answers.xlsx")
    as_csv = run(project, FORM, answers, "--json", "--clean", tmp_path / "1.csv")
    as_xlsx = run(project, FORM, tmp_path / "answers.xlsx", "--json", "--clean", tmp_path / "2.csv")
    assert as_xlsx.stdout == as_csv.stdout
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()


def test_what_is_read_is_never_overwritten(project: Path, answers: Path, tmp_path: Path) -> None:
    before = answers.read_bytes()
    (tmp_path / "link.csv").symlink_to(answers)
    form = project / "forms" / f"{FORM}.yml"
    for option in ("--report", "--clean", "--quarantine"):
        for path in (answers, tmp_path / "forms" / ".." / "answers.csv", tmp_path / "link.csv", form):
            result = run(project, FORM, answers, option, path)
            assert result.exit_code == ExitCode.USAGE
            assert "output-is-input" in result.stderr
    assert answers.read_bytes() == before


def test_two_outputs_do_not_share_a_file(project: Path, answers: Path, tmp_path: Path) -> None:
    result = run(project, FORM, answers, "--clean", tmp_path / "x.csv", "--quarantine", tmp_path / "x.csv")
    assert result.exit_code == ExitCode.USAGE
    assert not (tmp_path / "x.csv").exists()


def test_an_output_is_replaced_whole_and_one_that_cannot_be_written_is_told(
    project: Path, answers: Path, tmp_path: Path
) -> None:
    old = tmp_path / "clean.csv"
    old.write_text("old" * 1000)
    old.chmod(0o644)
    run(project, FORM, answers, "--clean", old)
    assert "old" not in old.read_text(encoding="utf-8")
    assert stat.S_IMODE(old.stat().st_mode) == 0o600
    for path in (tmp_path / "none" / "clean.csv", tmp_path / "forms"):
        result = run(project, FORM, answers, "--clean", path)
        assert result.exit_code == ExitCode.USAGE
        assert "output-unwritable" in result.stderr


def test_a_file_that_is_not_there_or_cannot_be_read_is_told(project: Path, tmp_path: Path) -> None:
    assert run(project, FORM, tmp_path / "none.csv").exit_code == ExitCode.USAGE
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04" + MARK.encode())
    result = run(project, FORM, tmp_path / "broken.xlsx", "--json", "--clean", tmp_path / "clean.csv")
    assert result.exit_code == ExitCode.ANSWERS
    assert MARK not in result.output
    assert not (tmp_path / "clean.csv").exists()


# ── Bad input: counted by code and field, never quoted ──

HOSTILE = """\
settings: {form_id: hostile, version: 1, purpose: survey, title: {zh: 测试, en: Test}}
consent: {zh: 同意, en: Agreed}
file: {missing: ["-99"], date: {column: when, format: "%d/%m/%Y"}, keep_if: "${agreed} != 'no'"}
survey:
  - {type: text, name: agreed, label: {zh: 同意, en: Agreed}}
  - type: text
    name: unit
    role: dimension
    required: true
    column: Which class are you in?
    label: {zh: 班级, en: Class}
  - {type: select_one often, name: item, column: "How often?", missing: [9], label: {zh: 题目, en: Item}}
  - {type: integer, name: age, on_bad_answer: cell, constraint: ". >= 16 and . <= 60", label: {zh: 年龄, en: Age}}
  - {type: select_multiple often, name: several, label: {zh: 多选, en: Several}}
  - {type: text, name: note, role: free-text, constraint: "string-length(.) < 9", label: {zh: 说明, en: Note}}
choices:
  often:
    - {name: "0", score: 0, column_value: [1, Never], label: {zh: 从不, en: Never}}
    - {name: "1", score: 1, column_value: [2, Some times], label: {zh: 常常, en: Often}}
seal_to: [aggregation]
retention: {days: 30}
"""
HOSTILE_HEADER = "agreed,Which class are you in?,How often?,age,several,note,when\n"


@pytest.fixture(scope="module")
def hostile(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile").joinpath("portal")
    (folder / "forms").mkdir(parents=True)
    shutil.copy(root / "portal.toml", folder)
    (folder / "forms" / "hostile.yml").write_text(HOSTILE, encoding="utf-8")
    return folder


def counted(
    project: Path, content: bytes, name: str = "answers.csv"
) -> tuple[dict[tuple[str, str], int], dict[str, Any]]:
    path = project / name
    path.write_bytes(content)
    result = run(project, "hostile", path, "--json")
    found = document(result.stdout)
    by: dict[tuple[str, str], int] = {}
    for problem in found["problems"]:
        key = problem["code"], problem["field"]
        by[key] = by.get(key, 0) + problem["count"]
    return by, found


def lines(*rows: str) -> bytes:
    return (HOSTILE_HEADER + "\n".join(rows)).encode()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (lines("yes,A,7,20,,,1/5/2026", "yes,A,3,20,,,1/5/2026"), {("answer-outside", "item"): 2}),
        (lines("yes,A,9,20,,,1/5/2026", "yes,A,9.0,-99,,,1/5/2026"), {}),
        (lines("yes,A,1,61,,,1/5/2026", "yes,A,1,1e9,,,1/5/2026"), {("answer-emptied", "age"): 2}),
        (lines('yes,"A\nB","Some\r\ntimes",20,"1\n2",,1/5/2026'), {}),
        (lines("yes,A,1,20,1 3,,1/5/2026", "yes,A,1,20,1;2,,1/5/2026"), {("answer-outside", "several"): 2}),
        (lines("yes,,1,20,,,1/5/2026"), {("answer-required", "unit"): 1}),
        (lines("yes,A,1,20,,much too long,32/5/2026"), {("answer-constraint", "note"): 1, ("date-unreadable", ""): 1}),
        (lines("no,A,77,20,,,1/5/2026", "yes,A,1,20,,,1/5/2026"), {("row-not-kept", ""): 1}),
        (lines("yes,A,1,20,,1/5/2026", "yes,A,1,20,,,1/5/2026,more"), {("row-short", ""): 1, ("row-long", ""): 1}),
        (
            lines("yes,A,1,20,,,1/5/2026").replace(b"agreed", b"How often?"),
            {("column-repeated", "item"): 1, ("column-absent", "agreed"): 1, ("answer-outside", "item"): 1},
        ),
        (
            lines("yes,A,1,20,,,1/5/2026").replace(b"Which class are you in?", b"Your class"),
            {("column-missing", "unit"): 1, ("columns-extra", ""): 1, ("answer-required", "unit"): 1},
        ),
        (
            lines("yes,一班,1,20,,,1/5/2026", "") + "yes,二班,1,20,,,1/5/2026".encode("gb18030"),
            {("row-encoding", ""): 1},
        ),
    ],
    ids=[
        "codes-that-were-not-declared", "declared-missing-codes", "out-of-range", "line-breaks-in-cells",
        "unknown-of-several", "required", "constraint-and-date", "not-kept", "ragged", "repeated-header",
        "renamed-column", "mixed-encodings",
    ],
)  # fmt: skip
def test_bad_input_is_counted_by_code_and_field(
    hostile: Path, content: bytes, expected: dict[tuple[str, str], int]
) -> None:
    by, _ = counted(hostile, content)
    assert by == expected


# A sign that stands in no header, no code, no message.
SIGN = "Ω"
HOSTILE_CELL = st.one_of(
    st.sampled_from(
        ["", "yes", "no", "1", "2", "7", "9", "20", "1 2", "1/5/2026", f"={SIGN}", f'"{SIGN}', f"{SIGN}\n,"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8).map(
        lambda text: f"{text}{SIGN}"
    ),
    st.sampled_from(["20", "1", "1/5/2026", "{", "}", "{0}", "{count}", "%s", "[red]", "[/]", "\x1b[31m"]).map(
        lambda text: text + SIGN
    ),
)


def as_bytes(rows: list[list[str]], encoding: str, *, quoted: bool) -> bytes:
    """The rows below the header as a file; unquoted, delimiters and quotes within cells break it."""
    header = HOSTILE_HEADER.strip().split(",")
    if encoding == "xlsx":
        book, stream = openpyxl.Workbook(), io.BytesIO()
        for row in [header, *rows]:
            book.active.append([ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row])
        book.save(stream)
        return stream.getvalue()
    text = io.StringIO(newline="")
    if quoted:
        csv.writer(text).writerows([header, *rows])
    else:
        text.write("\n".join(map(",".join, [header, *rows])))
    return text.getvalue().encode(encoding)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.lists(HOSTILE_CELL, min_size=7, max_size=7) | st.lists(HOSTILE_CELL, min_size=1, max_size=9), max_size=6
    ),
    st.sampled_from(["utf-8", "gb18030", "utf-16", "utf-8-sig", "xlsx"]),
    st.booleans(),
)
def test_no_cell_of_any_file_is_told(hostile: Path, rows: list[list[str]], encoding: str, quoted: bool) -> None:
    path = hostile / "answers.csv"
    path.write_bytes(as_bytes(rows, encoding, quoted=quoted))
    report = hostile / "report.json"
    report.unlink(missing_ok=True)
    for extra in (["--report", report], ["--json"]):
        result = run(hostile, "hostile", path, *extra)
        assert SIGN not in result.output + result.stderr
    assert SIGN not in report.read_text(encoding="utf-8")
    found = document(result.stdout)
    assert found["rows"] == found["valid"] + found["quarantined"]
