"""Reading form files: what a sound one gives, and that a wrong one gives every problem at its place."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.form import Form, Purpose
from xinqiao.core.problem import ExitCode, Problem, XinqiaoError, catalogue
from xinqiao.core.question import Choice, Kind, Role
from xinqiao.core.summary import Audience
from xinqiao.core.text import Lang, Text
from xinqiao.forms.read import read_form

BROKEN = Path(__file__).parents[1] / "broken" / "forms"
SOUND = (BROKEN / "sound.yml").read_text(encoding="utf-8")
EXPECT = re.compile(r"([a-z-]+) (\d+):(\d+)")


def expected(path: Path) -> list[tuple[str, int, int]]:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    return [(code, int(line), int(column)) for code, line, column in EXPECT.findall(first)]


def problems_of(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(XinqiaoError) as caught:
        read_form(path)
    return caught.value.problems


def read_text(folder: Path, text: str) -> Form:
    path = folder / "form.yml"
    path.write_text(text, encoding="utf-8")
    return read_form(path)


@pytest.mark.parametrize("path", sorted(set(BROKEN.glob("*.yml")) - {BROKEN / "sound.yml"}), ids=lambda path: path.stem)
def test_a_wrong_file_gives_exactly_its_problems_at_their_places(path: Path) -> None:
    problems = problems_of(path)
    found = [(problem.code, problem.place.line, problem.place.column) for problem in problems]
    assert sorted(found) == sorted(expected(path))
    assert {problem.place.file for problem in problems} == {str(path)}


def test_every_rule_of_reading_has_a_wrong_file() -> None:
    toml = Path(__file__).parents[2] / "scripts/xinqiao/core/problems"
    own = {
        code
        for room in ("forms", "core")
        for code in re.findall(r"^\[(.+)\]", (toml / f"{room}.toml").read_text(), re.M)
    }
    covered = {code for path in BROKEN.glob("*.yml") for code, *_ in expected(path)}
    assert own - covered == {"form-unreadable"}  # a file that is not there or not UTF-8: below


def test_five_mistakes_give_five_problems_in_one_run_in_the_order_of_the_file() -> None:
    problems = problems_of(BROKEN / "five-mistakes.yml")
    assert len({problem.code for problem in problems}) == len(problems) == 5
    assert [problem.place.line for problem in problems] == sorted(problem.place.line for problem in problems)
    assert all(problem.place.column > 0 for problem in problems)
    assert XinqiaoError(problems).exit_code is ExitCode.CONTENT
    for lang in Lang:
        assert all(problem.line(lang).startswith(f"{problem.place.file}:") for problem in problems)


def test_an_unknown_key_names_the_nearest_known_one() -> None:
    (problem,) = problems_of(BROKEN / "form-key-unknown.yml")
    assert problem.params == {"key": "rolle", "nearest": "role"}


@pytest.mark.parametrize("content", [None, b"title: \xff\xfe", "folder"], ids=["absent", "not UTF-8", "a folder"])
def test_a_file_that_cannot_be_read_is_a_problem_and_no_traceback(tmp_path: Path, content: bytes | str | None) -> None:
    path = tmp_path / "form.yml"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        path.mkdir()
    assert [problem.code for problem in problems_of(path)] == ["form-unreadable"]


@pytest.mark.parametrize(
    "text", ["", "- 1", "word", "[" * 2000, "a: \x07", "--- a\n--- b", "{", "? [a]\n: b", "survey: {a: b}"]
)
def test_whatever_yaml_says_only_problems_come_out(tmp_path: Path, text: str) -> None:
    path = tmp_path / "form.yml"
    path.write_text(text, encoding="utf-8")
    assert all(problem.place.line > 0 for problem in problems_of(path))


def test_yaml_1_1_does_not_turn_words_into_something_else(tmp_path: Path) -> None:
    text = SOUND.replace("name: low", "name: no").replace("name: high", "name: 010")
    form = read_text(tmp_path, text)
    assert [choice.name for choice in form.question("mood").choices] == ["no", "010"]


def test_a_sound_file_gives_the_form_that_it_describes(root: Path) -> None:
    form = read_form(root / "forms" / "training-feedback.yml")
    assert (form.id, form.version, form.purpose) == ("training-feedback", 1, Purpose.SURVEY)
    assert [section.name for section in form.sections] == ["about", "confidence", "training"]
    assert form.title == Text.of(zh="朋辈支持培训反馈", en="Feedback on the peer-support training")
    assert form.question("role").role is Role.DIMENSION
    assert [choice.name for choice in form.question("role").choices] == [
        "class",
        "dormitory",
        "laboratory",
        "staff",
        "other",
    ]
    assert {question.kind for question in form.questions} == {Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.INTEGER}
    assert [choice.score for choice in form.question("listen_now").choices] == [1, 2, 3, 4, 5]
    assert form.question("obstacles").relevant is not None
    assert (form.seal_to, form.retention_days) == (("aggregation", "recovery"), 365)
    bands = {band.name: (band.low, band.high) for band in form.scale("recommendation").bands}
    assert bands == {"detractor": (0, 6), "passive": (7, 8), "promoter": (9, 10)}
    assert not any(scale.sensitive for scale in form.scales)
    assert {summary.name: summary.by for summary in form.summaries} == {"overall": (), "by-role": ("role",)}
    assert {summary.audience for summary in form.summaries} == {Audience.PUBLIC}


def test_the_feedback_form_asks_no_free_text_and_no_contact(root: Path) -> None:
    form = read_form(root / "forms" / "training-feedback.yml")
    assert all(question.countable for question in form.questions)


def test_bands_make_a_scale_a_matter_of_health_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    bands = "method: sum, factor: 1.5, bands: [{name: all, low: 0.5, label: {zh: 全, en: All}}]"
    plain = read_text(tmp_path, SOUND).scale("mood_score")
    banded = read_text(tmp_path, SOUND.replace("method: sum", bands)).scale("mood_score")
    told = read_text(tmp_path, SOUND.replace("method: sum", f"{bands}, sensitive: none")).scale("mood_score")
    assert (plain.sensitive, banded.sensitive, told.sensitive) == (False, True, False)
    assert (banded.factor, banded.bands[0].low) == (Fraction(3, 2), Fraction(1, 2))


def test_spellings_and_codes_of_foreign_files_are_kept_as_written(tmp_path: Path) -> None:
    text = SOUND.replace("name: low,", "name: low, column_value: [1, 1.10, 'low '],").replace(
        "name: high,", "name: high, column_value: 2,"
    )
    form = read_text(tmp_path, text.replace("name: age,", "name: age, column: Age (years), missing: [7, '09'],"))
    assert [choice.column_value for choice in form.question("mood").choices] == [("1", "1.10", "low "), ("2",)]
    assert (form.question("age").column, form.question("age").missing) == ("Age (years)", ("7", "09"))


def test_lists_from_elsewhere_serve_where_the_file_has_none_of_that_name(tmp_path: Path) -> None:
    path = tmp_path / "form.yml"
    path.write_text(
        SOUND.replace("type: integer, name: age", "type: select_one units, name: age").replace(
            "constraint: . >= 0", "role: dimension"
        )
    )
    units = (Choice(name="class-1", label=Text.of(zh="一班", en="Class 1")),)
    assert read_form(path, {"units": units, "mood": units}).question("age").choices == units
    assert len(read_form(path, {"units": units, "mood": units}).question("mood").choices) == 2


def test_questions_outside_of_groups_have_sections_without_a_title(tmp_path: Path) -> None:
    group = "  - {type: begin_group, name: g, label: {zh: 组, en: Group}, hint: {zh: 说明, en: Note}}\n"
    text = SOUND.replace("  - {type: integer", f"{group}  - {{type: integer").replace(
        "choices:", "  - {type: end_group}\nchoices:", 1
    )
    sections = read_text(tmp_path, text).sections
    assert [(section.title, len(section.questions)) for section in sections] == [
        (None, 1),
        (Text.of(zh="组", en="Group"), 2),
    ]
    assert sections[1].note == Text.of(zh="说明", en="Note")


def test_every_message_of_this_room_speaks_both_languages_without_please_or_sorry() -> None:
    toml = (Path(__file__).parents[2] / "scripts/xinqiao/core/problems/forms.toml").read_text(encoding="utf-8")
    for code in re.findall(r"^\[(.+)\]", toml, re.M):
        english = " ".join((catalogue()[code].what[Lang.EN], catalogue()[code].fix[Lang.EN])).lower()
        assert not re.search(r"\b(please|sorry|invalid)\b", english), code


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_change_of_a_sound_file_ends_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    pieces = [
        "[",
        "]",
        "{",
        "}",
        ":",
        ", ",
        "\n",
        "- ",
        "'",
        '"',
        "1",
        "-1",
        "1.5",
        "true",
        "~",
        "[]",
        "{}",
        "[[a]]",
        "${x}",
    ]
    text = SOUND
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = text[:start] + data.draw(st.sampled_from(pieces) | st.text(max_size=4)) + text[end:]
    path = tmp_path_factory.getbasetemp() / "changed.yml"
    path.write_text(text, encoding="utf-8", newline="")
    try:
        form = read_form(path)
    except XinqiaoError as error:
        assert all(problem.place.line > 0 and problem.place.file == str(path) for problem in error.problems)
    else:
        assert form.questions


SCALARS = re.compile(r"(?<=: )[^\[\]{},\n]+(?=[,}\n])")
STRANGE = [
    "[]",
    "{}",
    "~",
    "true",
    "-1",
    "1.5",
    "''",
    "[1]",
    "{a: 1}",
    "99999999999999999999",
    "2026-13-40",
    "!!int x",
    "'${'",
]


@pytest.mark.parametrize("strange", STRANGE)
def test_a_strange_value_in_any_place_gives_problems_or_a_form(tmp_path: Path, strange: str) -> None:
    for match in SCALARS.finditer(SOUND):
        text = SOUND[: match.start()] + strange + SOUND[match.end() :]
        path = tmp_path / "form.yml"
        path.write_text(text, encoding="utf-8")
        try:
            read_form(path)
        except XinqiaoError as error:
            assert all(problem.place.line > 0 for problem in error.problems)
