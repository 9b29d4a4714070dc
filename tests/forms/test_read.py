"""Reading form files: what a sound one gives, and that a wrong one gives every problem at its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.bounds import Bounds, bounds
from xinqiao.core.expression import Expression
from xinqiao.core.foreign import ForeignFile
from xinqiao.core.form import Form, Purpose
from xinqiao.core.problem import ExitCode, Problem, XinqiaoError, catalogue
from xinqiao.core.question import BadAnswer, Choice, Kind, Role
from xinqiao.core.scale import Danger
from xinqiao.core.summary import Audience
from xinqiao.core.text import Lang, Text
from xinqiao.forms.codebook import codebook
from xinqiao.forms.fit import keys
from xinqiao.forms.read import read_form
from xinqiao.forms.schema import table_schema
from xinqiao.forms.shape import Shape
from xinqiao.forms.yaml_lines import read_yaml

BROKEN = Path(__file__).parents[1] / "broken" / "forms"
SOUND = (BROKEN / "sound.yml").read_text(encoding="utf-8")
FULL = BROKEN.parents[1] / "forms" / "full.yml"
OF_COMMANDS = {
    "case-score", "case-band", "case-danger", "forms-folder-taken", "form-exists",
    "form-untranslated",
}  # fmt: skip
# Faults of two files together: tests/flows/test_pairs.py.
OF_PAIRS = {"pair-code", "pair-earlier-counted", "pair-keys", "pair-scales", "pair-several"}
# What import and export tell: tests/flows/test_exchange.py holds that each is tested.
EXCHANGE = re.compile(r"(import|export|xlsform|json|fhir|repro)-.*")
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
        if not EXCHANGE.fullmatch(code)
    }
    covered = {code for path in BROKEN.glob("*.yml") for code, *_ in expected(path)}
    # A file that is not there or not UTF-8: below. What commands find beyond reading: tests/flows.
    assert own - covered == {"form-unreadable"} | OF_COMMANDS | OF_PAIRS


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


def test_a_file_that_is_read_twice_is_two_documents_each_with_its_own_name(tmp_path: Path) -> None:
    first = read_yaml(FULL)
    again = tmp_path / "again.yml"
    again.write_bytes(FULL.read_bytes())
    assert isinstance(first.value, dict)
    first.value.clear()
    first.values.clear()
    second = read_yaml(again)
    assert isinstance(second.value, dict) and "settings" in second.value
    assert second.values == read_yaml(FULL).values
    assert second.place(("survey",)).file == str(again)


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


def shapes(shape: type[Shape] = Shape) -> Iterator[type[Shape]]:
    for inner in shape.__subclasses__():
        yield inner
        yield from shapes(inner)


def keys_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys_in(part)


def test_the_full_form_uses_every_key_of_the_format() -> None:
    written = set(keys_in(yaml.safe_load(FULL.read_text(encoding="utf-8"))))
    assert {key for shape in shapes() for key in keys(shape)} <= written


def test_derived_dimensions_have_their_levels_with_names_and_labels() -> None:
    form = read_form(FULL)
    ages, fields = form.derived
    assert [(level.name, level.low, level.label[Lang.ZH]) for level in ages.levels] == [
        ("under_18", None, "未满 18 岁"),
        ("18", 18, "18"),
        ("19_24", 19, "19–24"),
        ("25_up", 25, "≥25"),
    ]
    assert (ages.source, ages.level(17), ages.level(18), ages.level(24), ages.level(25)) == (
        "age", "under_18", "18", "19_24", "25_up",
    )  # fmt: skip
    assert [(level.name, level.choices) for level in fields.levels] == [
        ("science", ("physics", "chemistry")),
        ("arts", ("history",)),
    ]


def test_how_files_of_others_are_read_is_kept_as_written() -> None:
    file = read_form(FULL).file
    assert (file.encoding, file.delimiter, file.sheet, file.missing) == ("gb18030", ";", "Sheet1", ("-99", "N/A"))
    assert (file.date_column, file.date_format) == ("Timestamp", "%d/%m/%Y %H:%M")
    assert file.keep_if is not None and file.keep_if.holds({"agreed": "yes"})
    assert file.already_reversed
    assert read_form(BROKEN / "sound.yml").file == ForeignFile()


def test_signs_of_danger_advice_and_cases_are_read() -> None:
    form = read_form(FULL)
    assert form.scale("total").danger == Danger(item="item_3", at_least=1)
    assert [band.advice[Lang.EN] for band in form.scale("total").bands if band.advice] == ["Rest", "Talk to someone"]
    assert [(case.score, case.band, case.danger) for case in form.cases] == [
        (0, "low", False),
        (Fraction(45, 8), "high", True),
        (None, "", False),
    ]


def test_a_question_says_what_happens_to_a_bad_answer_or_the_form_does_for_all(tmp_path: Path) -> None:
    said = {question.name: question.on_bad_answer for question in read_form(FULL).questions}
    assert said["unit"] is BadAnswer.CELL and said["age"] is BadAnswer.ROW
    text = SOUND.replace("type: text, name: remark,", "type: text, name: remark, on_bad_answer: row,")
    form = read_text(tmp_path, text + "on_bad_answer: cell\n")
    assert [question.on_bad_answer.value for question in form.questions] == ["cell", "cell", "row"]


def test_a_question_whose_levels_are_persons_is_never_counted() -> None:
    teacher = read_form(FULL).question("teacher")
    assert (teacher.person, teacher.role, teacher.countable) == (True, Role.DIMENSION, False)


@pytest.mark.parametrize("written", ["%Y-%m-%d", "%d/%m/%y", "%m/%d/%Y %I:%M:%S %p", "%Y年%m月%d日", "%Y%m%dT%H%M%S"])
def test_dates_are_written_with_the_signs_of_strptime(tmp_path: Path, written: str) -> None:
    form = read_text(tmp_path, SOUND + f"file: {{date: {{column: When, format: '{written}'}}}}\n")
    assert form.file.date_format == written


@pytest.mark.parametrize("written", ["%Y", "%Y %Y", "%", "%H:%M", "dd/mm/yyyy", "%-d/%m/%Y"])
def test_a_format_that_gives_no_day_is_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(XinqiaoError, match="date-format"):
        read_text(tmp_path, SOUND + f"file: {{date: {{column: When, format: '{written}'}}}}\n")


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\\t", " "])
def test_a_delimiter_is_one_character(tmp_path: Path, delimiter: str) -> None:
    form = read_text(tmp_path, SOUND + f'file: {{delimiter: "{delimiter}"}}\n')
    assert form.file.delimiter == delimiter.replace("\\t", "\t")


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


@settings(max_examples=100, deadline=None)
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


def nodes(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every node below the top."""
    if at:
        yield at
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from nodes(part, (*at, key))


def inside(value: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["age", "item_1", "total", "low", "select_one often", "cell", "2.0", "１８", "${age} = 1", "("]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_whatever_is_left_out_doubled_or_of_another_kind_only_problems_come_out(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = yaml.safe_load(FULL.read_text(encoding="utf-8"))
    for _ in range(data.draw(st.integers(1, 3))):
        *above, last = data.draw(st.sampled_from(sorted(nodes(whole), key=repr)))
        parent = inside(whole, tuple(above))
        match data.draw(st.sampled_from(["leave out", "double", "another"])):
            case "leave out":
                del parent[last]
            case "double" if isinstance(parent, list):
                parent.insert(last, parent[last])
            case "double":
                parent[f"{last}_"] = parent[last]
            case _:
                other = data.draw(
                    NODES | st.sampled_from(sorted(nodes(whole), key=repr)).map(lambda at: inside(whole, at))
                )
                parent[last] = copy_of(other)
    path = tmp_path_factory.getbasetemp() / "mutated.yml"
    # Doubled parts would be written as aliases, which no form file may have.
    path.write_text(yaml.dump(copy_of(whole), allow_unicode=True, sort_keys=False), encoding="utf-8", errors="replace")
    try:
        form = read_form(path)
    except XinqiaoError as error:
        assert all(problem.place.line > 0 and problem.place.file == str(path) for problem in error.problems)
    else:
        assert table_schema(form, Lang.EN)["fields"]
        assert codebook(form, Lang.ZH)


def copy_of(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: copy_of(part) for key, part in value.items()}
    return [copy_of(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "source",
    [
        "(" * 19 + "1" + " + 1" * 129 + ")" * 19,
        "1" + " or 1" * 149,
        "not(" * 19 + "1" + ")" * 19 + " = 1",
        "-" * 20 + "1",
    ],
    ids=["brackets", "a chain", "functions", "signs"],
)
def test_the_largest_expression_that_is_read_can_be_decided_and_sent_to_the_browser(source: str) -> None:
    expression = Expression(source)
    assert expression.holds({}) in {True, False}
    assert expression.tree().as_json()
    assert bounds(expression) == Bounds()
