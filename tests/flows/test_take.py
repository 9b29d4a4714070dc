"""`xinqiao intake import`: every style comes in equal and once, every row is accounted for, nothing else stays."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.intake.exports import (
    ADDRESS,
    AGENT,
    CLOCKS,
    EXPORTS,
    FORM,
    MAIL,
    NOTE,
    PEOPLE,
    Export,
    google,
    plain,
    write,
)

from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode
from xinqiao.core.record import Submission
from xinqiao.flows.take import judge_all, ties_of
from xinqiao.forms.read import read_form
from xinqiao.intake.keys import Keyring
from xinqiao.intake.opening import open_envelopes
from xinqiao.intake.store import Store


@pytest.fixture
def project(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("XINQIAO_KEYS", raising=False)
    shutil.copy(root / "portal.toml", tmp_path)
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "club.yml").write_text(FORM, encoding="utf-8")
    ring = Keyring(load_config(tmp_path).keys_dir)
    for name in ("aggregation", "recovery"):
        ring.create(name, None)
    return tmp_path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@pytest.fixture(scope="module")
def club(folder: Path) -> Form:
    (folder / "club.yml").write_text(FORM, encoding="utf-8")
    return read_form(folder / "club.yml")


def take(project: Path, *args: object, form: str = "club") -> tuple[int, dict[str, Any]]:
    """The exit code and the document of an import."""
    command = ["intake", "import", form, *map(str, args), "--project", str(project), "--json"]
    result = CliRunner().invoke(main, command)
    return result.exit_code, json.loads(result.stdout)


def codes(document: dict[str, Any]) -> set[str]:
    return {problem["code"] for problem in document["problems"] if problem["level"] == "error"}


def stored(project: Path, form: str = "club") -> tuple[Submission, ...]:
    config = load_config(project)
    if not config.store_path.is_file():
        return ()
    identity = Keyring(config.keys_dir).unlock("aggregation", None)
    with Store(config.store_path) as store:
        opened = open_envelopes([one for _, one in store.envelopes(form)], identity, form)
    assert opened.rejected == {}
    return opened.submissions


def told(submissions: Sequence[Submission]) -> Counter[str]:
    return Counter(json.dumps(dict(one.answers), sort_keys=True) for one in submissions)


def changed(export: Export, row: int, column: int, cell: str) -> Export:
    rows = [list(cells) for cells in export.rows]
    rows[row][column] = cell
    return Export(rows, export.people, export.mapping)


@pytest.mark.parametrize("style", EXPORTS)
def test_every_style_comes_in_equal_and_once_in_each_encoding(project: Path, tmp_path: Path, style: str) -> None:
    export = EXPORTS[style]()
    for first, kind in ((True, "utf-8-sig"), (False, "gb18030"), (False, "xlsx")):
        file, mapping = write(tmp_path, export, kind)
        code, document = take(project, file, "--mapping", mapping)
        assert (code, document["quarantined"]) == (ExitCode.DONE, {}), document["problems"]
        people = len(export.people)
        assert (document["new"], document["known"]) == ((people, 0) if first else (0, people))
        assert document["rows"] == len(export.rows) - 1
        assert document["files"][0]["system"] == style.partition("-")[0]
    assert told(stored(project)) == Counter(json.dumps(dict(one), sort_keys=True) for one in export.people)


def test_wenjuanxings_own_shape_comes_in_equal_from_both_encodings(project: Path, real_data: Path) -> None:
    samples = real_data.parent / "real-forms" / "synthetic"
    mapping = project / "m.yml"
    mapping.write_text(
        'questions: {acts: {answers: {讲座: talk, 团体辅导: sand, 其他: other}}, grade: {other: ""}}\n', "utf-8"
    )
    quarantine = project / "aside.csv"
    code, document = take(
        project, samples / "wenjuanxing_shape_utf-8-sig.csv", "--mapping", mapping, "--quarantine", quarantine
    )
    assert (code, codes(document)) == (ExitCode.ANSWERS, {"import-words-left"})
    text = mapping.read_text("utf-8").replace("questions: {acts: {", "questions: {acts: {other: acts_other, ")
    mapping.write_text(text, "utf-8")
    # The second person wrote another year, which the form does not have.
    for name, new in (("utf-8-sig", 1), ("gb18030", 0)):
        code, document = take(
            project, samples / f"wenjuanxing_shape_{name}.csv", "--mapping", mapping, "--quarantine", quarantine
        )
        assert (code, document["new"], document["quarantined"]) == (ExitCode.ANSWERS, new, {"answer-outside": 1})
        assert "其他〖交换生〗" in quarantine.read_text("utf-8-sig")
    (only,) = stored(project)
    assert only.answers == {
        "grade": "y1", "acts": ("talk", "sand", "other"), "acts_other": "读书会┋电影", "note": "很好，谢谢\n第二行",
        "interest": "some", "low": "never",
    }  # fmt: skip


WORDS = st.text('好吗，,;；┋〖〗"= \n1空', min_size=1, max_size=9).map(str.strip).filter(bool)
PERSON = st.fixed_dictionaries(
    {"grade": st.sampled_from(("y1", "y2"))},
    optional={
        "acts": st.sampled_from((("talk",), ("sand",), ("talk", "sand"))),
        "note": WORDS,
        "interest": st.sampled_from(("never", "some", "daily")),
        "low": st.sampled_from(("never", "some", "daily")),
    },
)


@settings(max_examples=60)
@given(
    people=st.lists(PERSON, min_size=1, max_size=4),
    style=st.sampled_from(sorted(EXPORTS)),
    kind=st.sampled_from(("utf-8-sig", "gb18030", "utf-8")),
)
def test_whoever_answered_comes_in_equal_from_every_style(
    club: Form, folder: Path, people: list[dict[str, Any]], style: str, kind: str
) -> None:
    export = EXPORTS[style](people)
    file, mapping = write(folder, export, kind)
    (judged,) = judge_all(club, ties_of(mapping, club), [file], lambda _: None)
    assert [answers for _, answers, *_ in judged.usable] == list(export.people)
    assert len({known_by for *_, known_by, _ in judged.usable}) == len(export.people)


@pytest.mark.parametrize("style", EXPORTS)
def test_no_file_holds_an_address_an_agent_a_moment_or_an_answer(project: Path, tmp_path: Path, style: str) -> None:
    file, mapping = write(tmp_path, EXPORTS[style](), "utf-8-sig")
    assert take(project, file, "--mapping", mapping)[0] == ExitCode.DONE
    written = (ADDRESS, "203.0.113.77", AGENT, MAIL, *CLOCKS, NOTE[:6], "大一", "讲座", "uuid:1", '"acts"')
    kept = [path for path in (project / "build").rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in kept)
    for path in kept:
        raw = path.read_bytes()
        assert [word for word in written if word.encode() in raw or word.encode("gb18030") in raw] == []
    found = stored(project)
    assert {one.received.isoformat() for one in found} <= {"2025-11-20", "2025-11-21", "2025-11-22"}
    # Nor does what was sealed.
    inside = json.dumps([dict(one.answers) for one in found], ensure_ascii=False)
    assert [
        word for word in (ADDRESS, "203.0.113.77", AGENT, MAIL, *CLOCKS, "uuid:1", "cm00001") if word in inside
    ] == []


@pytest.mark.parametrize("style", EXPORTS)
def test_an_export_that_has_grown_adds_what_is_new(project: Path, tmp_path: Path, style: str) -> None:
    whole = EXPORTS[style]()
    people = len(whole.people)
    for upto, new in ((2, 2), (people, people - 2), (people, 0)):
        grown = Export(whole.rows[: upto + 1], whole.people, whole.mapping)
        file, mapping = write(tmp_path, grown, "utf-8")
        assert take(project, file, "--mapping", mapping)[1]["new"] == new
    assert len(stored(project)) == people


def test_a_question_that_was_worded_anew_doubles_nobody(project: Path, tmp_path: Path) -> None:
    # Google Forms numbers no rows, and its header is the question.
    first = google([*PEOPLE[:2], PEOPLE[2]])
    file, mapping = write(tmp_path, first, "utf-8")
    assert take(project, file, "--mapping", mapping)[1]["new"] == 3
    later = changed(google(PEOPLE), HEADER, 2, "您读几年级？")
    # The account's language has changed too, and with it how its moments are written.
    later = changed(later, 2, 0, "2025-11-20 下午 9:15:00 GMT+8")
    file, mapping = write(tmp_path, later, "utf-8")
    mapping.write_text("questions: {grade: {column: [您的年级是？, 您读几年级？]}}\n", encoding="utf-8")
    code, document = take(project, file, "--mapping", mapping)
    assert (code, document["new"], document["known"]) == (ExitCode.DONE, 1, 3)


def test_two_people_who_say_the_same_are_two(project: Path, tmp_path: Path) -> None:
    whole = plain()
    file, mapping = write(
        tmp_path, Export([whole.rows[0], whole.rows[3], whole.rows[3]], PEOPLE, whole.mapping), "utf-8"
    )
    assert [take(project, file, "--mapping", mapping)[1]["new"] for _ in range(2)] == [2, 0]


def test_what_was_set_aside_comes_in_once_the_mapping_file_knows_it(project: Path, tmp_path: Path) -> None:
    file, mapping = write(tmp_path, changed(plain(), 2, 0, "Sophomore"), "utf-8")
    code, document = take(project, file, "--mapping", mapping)
    assert (code, document["new"], document["quarantined"]) == (ExitCode.ANSWERS, 3, {"answer-outside": 1})
    assert "Sophomore" not in json.dumps(document)
    mapping.write_text("day: when\nquestions: {grade: {answers: {y1: y1, y2: y2, sophomore: y2}}}\n", encoding="utf-8")
    code, document = take(project, file, "--mapping", mapping)
    assert (code, document["new"], document["known"]) == (ExitCode.DONE, 1, 3)


HEADER = 0
BAD = {
    "a-changed-question": (HEADER, 1, "Which activities have you joined?", "import-columns-unknown"),
    "a-required-question-gone": (HEADER, 0, "", "import-question-lacks"),
    "a-column-without-a-header": (HEADER, 2, "", "import-columns-unknown"),
    "one-question-twice": (HEADER, 3, "Feeling down", "import-column-twice"),
    "no-day": (2, 5, "", "import-day-unreadable"),
    "day-or-month": (2, 5, "03/04/2025", "import-day-ambiguous"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_file_that_cannot_be_used_is_refused_whole(project: Path, tmp_path: Path, fault: str) -> None:
    row, column, cell, code = BAD[fault]
    good = tmp_path / "good.csv"
    good.write_bytes(write(tmp_path, plain(), "utf-8")[0].read_bytes())
    bad, mapping = write(tmp_path, changed(plain(), row, column, cell), "utf-8")
    exit_code, document = take(project, good, bad, "--mapping", mapping)
    assert (exit_code, codes(document)) == (ExitCode.ANSWERS, {code})
    assert stored(project) == ()
    if cell:
        assert cell not in json.dumps(document["problems"], ensure_ascii=False)


def test_what_a_file_lacks_is_told_in_one_line(project: Path, tmp_path: Path) -> None:
    file, mapping = write(tmp_path, Export([["note"], ["x"]], ()), "utf-8")
    form = project / "forms" / "club.yml"
    required = FORM.replace("Little interest in things}", "Little interest in things}, required: true")
    form.write_text(required, encoding="utf-8")
    (problem,) = take(project, file, "--mapping", mapping)[1]["problems"]
    assert problem["code"] == "import-question-lacks" and "grade, interest" in problem["en"]
    form.write_text(required.replace("required: true", "required: false"), encoding="utf-8")
    told = {one["code"]: one["en"] for one in take(project, file, "--mapping", mapping)[1]["problems"]}
    assert "grade, acts, acts_other, interest, low" in told["import-question-absent"]


def test_a_day_is_read_as_the_mapping_file_says(project: Path, tmp_path: Path) -> None:
    file, mapping = write(tmp_path, changed(plain(), 2, 5, "03/04/2025"), "utf-8")
    mapping.write_text("day: when\norder: day-first\n", encoding="utf-8")
    assert take(project, file, "--mapping", mapping)[0] == ExitCode.DONE
    assert "2025-04-03" in {one.received.isoformat() for one in stored(project)}


def test_rows_of_people_who_did_not_agree_are_dropped_and_counted(project: Path, tmp_path: Path) -> None:
    form = project / "forms" / "club.yml"
    form.write_text(
        f"{FORM}file: {{keep_if: \"${{grade}} = 'y1'\", date: {{column: when}}, delimiter: ';'}}\n", encoding="utf-8"
    )
    file, _ = write(tmp_path, plain(), "utf-8")
    rows = [";".join(f'"{cell}"' for cell in row) for row in plain().rows]
    file.write_text("\n".join(rows), encoding="utf-8")
    code, document = take(project, file)
    assert (code, document["new"], document["dropped"]) == (ExitCode.DONE, 2, {"row-not-kept": 2})
    assert {one.answers["grade"] for one in stored(project)} == {"y1"}


def test_rows_that_are_shifted_are_set_aside_and_blank_ones_left_out(project: Path, tmp_path: Path) -> None:
    whole = plain()
    rows = [*whole.rows, ["y1", "讲座"], [""] * 6]
    file, mapping = write(tmp_path, Export(rows, PEOPLE, whole.mapping), "utf-8")
    code, document = take(project, file, "--mapping", mapping)
    assert (code, document["new"]) == (ExitCode.ANSWERS, 4)
    assert (document["quarantined"], document["dropped"]) == ({"row-short": 1}, {"row-blank": 1})
    assert document["rows"] == document["new"] + 2


def test_a_file_with_no_header_is_refused_without_quoting_it(project: Path, tmp_path: Path) -> None:
    file, _ = write(tmp_path, Export(plain().rows[1:], PEOPLE), "utf-8")
    code, document = take(project, file)
    assert (code, codes(document)) == (ExitCode.ANSWERS, {"import-columns-none"})
    assert "讲座" not in json.dumps(document, ensure_ascii=False)


@pytest.mark.parametrize(
    ("mapping", "line", "code"),
    [
        ("questons: {}", 1, "mapping-key"),
        ("form: other", 1, "mapping-value"),
        ("mode: words", 1, "mapping-value"),
        ("questions:\n  grad: {column: x}", 2, "name-unknown"),
        ("questions:\n  grade:\n    answers: {大一: y9}", 3, "name-unknown"),
        ("questions:\n  note:\n    answers: {大一: y1}", 3, "mapping-value"),
        ("questions:\n  grade: {colum: x}", 2, "mapping-key"),
        ("- grade", 1, "mapping-value"),
    ],
    ids=["key", "form", "mode", "question", "choice", "no-choices", "inner-key", "list"],
)
def test_a_wrong_mapping_file_is_told_by_its_line(
    project: Path, tmp_path: Path, mapping: str, line: int, code: str
) -> None:
    file, given = write(tmp_path, plain(), "utf-8")
    given.write_text(mapping, encoding="utf-8")
    exit_code, document = take(project, file, "--mapping", given)
    assert (exit_code != ExitCode.DONE, codes(document)) == (True, {code})
    assert document["problems"][0]["line"] == line
    assert stored(project) == ()


def test_a_draft_says_how_sure_it_is_and_takes_nothing(project: Path, tmp_path: Path) -> None:
    export = changed(changed(plain(), HEADER, 1, "Which activities would you like to join?"), HEADER, 3, "提不起劲做事")
    file, mapping = write(tmp_path, changed(export, 1, 0, "Year One"), "utf-8")
    mapping.unlink()
    code, document = take(project, file, "--suggest", "--mapping", mapping)
    assert code == ExitCode.DONE
    sure = {one["question"]: (one["column"], one["sure"]) for one in document["questions"]}
    assert sure["grade"] == (1, 1)
    assert sure["acts"][0] == 2 and 0.6 <= sure["acts"][1] < 1
    assert sure["acts_other"] == (None, 0)
    assert stored(project) == ()
    text = mapping.read_text("utf-8")
    assert '# - "when"' in text and "Year One" not in text
    assert take(project, file, "--suggest", "--mapping", mapping)[1]["problems"][0]["code"] == "mapping-exists"
    # A draft takes nothing in by itself: what is of no question stays refused until somebody says so.
    assert codes(take(project, file, "--mapping", mapping)[1]) == {"import-columns-unknown"}


def _at(export: Export, *words: str) -> int:
    return next(at for at, header in enumerate(export.rows[0]) if any(word in header for word in words))


@pytest.mark.parametrize("style", EXPORTS)
def test_a_question_that_was_changed_stops_the_file_whatever_its_style(
    project: Path, tmp_path: Path, style: str
) -> None:
    export = EXPORTS[style]()
    at = _at(export, "您的年级", "grade")
    renamed = changed(
        export, HEADER, at, export.rows[0][at].replace("您的年级是", "您读几年级").replace("grade", "year")
    )
    file, mapping = write(tmp_path, renamed, "utf-8-sig")
    code, document = take(project, file, "--mapping", mapping)
    assert (code, codes(document)) == (ExitCode.ANSWERS, {"import-columns-unknown", "import-question-lacks"})
    assert stored(project) == ()
    file, mapping = write(tmp_path, export, "utf-8-sig")
    assert take(project, file, "--mapping", mapping)[1]["new"] == len(export.people)


@pytest.mark.parametrize("style", EXPORTS)
def test_a_day_that_may_be_read_two_ways_stops_the_file_whatever_its_style(
    project: Path, tmp_path: Path, style: str
) -> None:
    export = EXPORTS[style]()
    day = _at(
        export, "提交答卷时间", "时间戳记", "Completion time", "submitdate", "SubmissionDate", "Timestamp", "when"
    )
    file, mapping = write(tmp_path, changed(export, 2, day, "03/04/2025 10:00"), "utf-8-sig")
    code, document = take(project, file, "--mapping", mapping)
    assert (code, codes(document)) == (ExitCode.ANSWERS, {"import-day-ambiguous"})
    assert stored(project) == ()


@pytest.mark.parametrize("style", EXPORTS)
def test_a_file_that_ends_in_the_middle_of_a_row_gives_the_rows_before_it_and_the_whole_file_the_rest(
    project: Path, tmp_path: Path, style: str
) -> None:
    export = EXPORTS[style]()
    rows, last = export.rows[: len(export.people)], export.rows[len(export.people)]
    file, mapping = write(tmp_path, Export(rows, export.people, export.mapping), "utf-8-sig")
    file.write_bytes(file.read_bytes() + f"{last[0]},{last[1][:3]}".encode())
    code, document = take(project, file, "--mapping", mapping)
    assert code == ExitCode.ANSWERS
    assert (document["new"], sum(document["quarantined"].values())) == (len(export.people) - 1, 1)
    file, mapping = write(tmp_path, export, "utf-8-sig")
    code, document = take(project, file, "--mapping", mapping)
    assert (code, document["new"], document["known"]) == (ExitCode.DONE, 1, len(export.people) - 1)


@pytest.mark.parametrize("raw", [b"<!doctype html><title>Login</title><form action=/login>", b"PK\x03\x04half", b""])
def test_what_is_no_table_is_refused(project: Path, tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "export.csv").write_bytes(raw)
    code, document = take(project, tmp_path / "export.csv")
    assert (code, len(codes(document))) == (ExitCode.ANSWERS, 1)
    assert stored(project) == ()


@pytest.mark.parametrize("style", ["wenjuanxing-text", "google", "limesurvey", "formbricks"])
def test_the_draft_of_a_fitting_export_is_a_mapping_file_that_works(project: Path, tmp_path: Path, style: str) -> None:
    export = EXPORTS[style]()
    file, mapping = write(tmp_path, export, "utf-8-sig")
    mapping.unlink()
    assert take(project, file, "--suggest", "--mapping", mapping)[0] == ExitCode.DONE
    text = mapping.read_text("utf-8").replace("    # other: 选", "    other: acts_other  # 选")
    mapping.write_text(text, "utf-8")
    code, document = take(project, file, "--mapping", mapping)
    assert (code, document["new"]) == (ExitCode.DONE, len(export.people)), document["problems"]
