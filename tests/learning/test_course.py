"""A course is read whole: its order, its lengths, and both languages alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.learning.small import LESSON, SCENARIO, read, small_files

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.learning.course import FOLDER, read_courses
from xinqiao.learning.page import cards, course_pages
from xinqiao.learning.sheet import Kind


def test_the_steps_stand_in_order_lessons_before_scenarios() -> None:
    files = small_files()
    for lang in Lang:
        for number in range(2, 12):
            files[f"{FOLDER}/small/{number:02}-more.{lang.value}.md"] = LESSON
    course = read(files)[0]
    names = [sheet.name for sheet in course.steps(Lang.EN)]
    assert names == ["01-one", *(f"{number:02}-more" for number in range(2, 12)), "scenario-night"]
    assert (course.count(Kind.LESSON), course.count(Kind.SCENARIO)) == (11, 1)


def test_no_course_is_no_fault() -> None:
    assert read_courses({}) == ()
    assert cards((), {}, Lang.EN) == ""


def test_a_step_takes_as_long_as_in_the_slower_language() -> None:
    files = small_files()
    files[f"{FOLDER}/small/01-one.zh.md"] = LESSON.replace("Words.", "字" * 3000)
    course = read(files)[0]
    assert course.minutes("01-one") == 11
    assert course.all_minutes == 11 + course.minutes("scenario-night")


def test_faults_of_several_files_come_together() -> None:
    files = small_files()
    files[f"{FOLDER}/small/01-one.en.md"] = LESSON.replace("[x]", "[ ]")
    files[f"{FOLDER}/small/02-two.zh.md"] = LESSON
    files[f"{FOLDER}/small/notes.md"] = "notes"
    with pytest.raises(XinqiaoError) as caught:
        read(files)
    codes = {problem.code for problem in caught.value.problems}
    assert codes == {"quiz-no-right", "course-translation-missing", "course-file-name"}


def test_a_file_that_is_not_utf_8_is_told_with_the_line_where_that_begins() -> None:
    files = {name: text.encode() for name, text in small_files().items()}
    files[f"{FOLDER}/small/01-one.en.md"] = LESSON.encode().replace(b"More", b"\xc4\xe3")
    with pytest.raises(XinqiaoError) as caught:
        read_courses(files)
    assert [f"{problem.place} {problem.code}" for problem in caught.value.problems] == [
        f"{FOLDER}/small/01-one.en.md:19:1 course-unreadable"
    ]


def test_pages_lead_from_step_to_step_and_back() -> None:
    course = read(small_files())[0]
    pages = course_pages(course, Lang.EN)
    assert list(pages) == ["learn/small/index.md", "learn/small/01-one.md", "learn/small/scenario-night.md"]
    first, last = pages["learn/small/01-one.md"].text, pages["learn/small/scenario-night.md"].text
    assert 'href="../scenario-night/"' in first
    assert "lesson 1 of 1" in first
    assert 'href="../01-one/"' in last
    assert 'xq-turns__on" href="../"' in last
    assert pages["learn/small/01-one.md"].file == f"{FOLDER}/small/01-one.en.md"


def test_a_card_comes_last_and_takes_no_time() -> None:
    files = small_files()
    for lang in Lang:
        files[f"{FOLDER}/small/card.{lang.value}.md"] = "---\npage_type: lesson\n---\n\n# Card\n"
    course = read(files)[0]
    assert course.all_minutes == read(small_files())[0].all_minutes
    pages = course_pages(course, Lang.EN)
    card = pages["learn/small/card.md"].text
    assert [sheet.kind for sheet in course.steps(Lang.EN)][-1] is Kind.CARD
    assert "not a certificate of competence" in card
    assert "<form" not in card
    assert 'href="../card/"' in pages["learn/small/scenario-night.md"].text


def test_front_matter_stays_as_it_was_written() -> None:
    course = read(small_files())[0]
    for lang in Lang:
        for made in course_pages(course, lang).values():
            source = small_files()[made.file]
            head = source[: source.index("---\n", 4) + 4]
            assert made.text.startswith(head)


def test_a_title_or_a_card_cannot_carry_html() -> None:
    files = {name: text.replace("# Small", "# <script>x</script>") for name, text in small_files().items()}
    course = read(files)[0]
    assert "<script>x" not in cards([course], {"small": "<b>"}, Lang.EN)
    assert "&lt;b&gt;" in cards([course], {"small": "<b>"}, Lang.EN)
    assert "<script>x" not in course_pages(course, Lang.EN)["learn/small/01-one.md"].text


def test_the_portals_own_courses_are_in_order(root: Path) -> None:
    paths = sorted((root / FOLDER).glob("*/*.md"))
    courses = read_courses({path.relative_to(root).as_posix(): path.read_bytes() for path in paths})
    assert [course.slug for course in courses] == ["peer-supporter"]
    for course in courses:
        assert course.count(Kind.LESSON) == 5
        assert course.count(Kind.SCENARIO) == 1


# What a hurried hand or a broken paste makes of a file: its lines in any order, and lines of no known kind.
LINES = [*LESSON.splitlines(), *SCENARIO.splitlines(), "", "```", "- [", "## {#", "- [x]", "<!-- lessons -->", "  in"]


@given(
    st.lists(st.one_of(st.sampled_from(LINES), st.text(alphabet="#-[](){}x.*` <!>\t字a", max_size=12)), max_size=25),
    st.sampled_from(["index", "01-one", "scenario-night"]),
)
def test_any_file_is_either_read_or_told_with_its_place(lines: list[str], name: str) -> None:
    files = small_files()
    for lang in Lang:
        files[f"{FOLDER}/small/{name}.{lang.value}.md"] = "\n".join(lines)
    try:
        courses = read(files)
    except XinqiaoError as error:
        assert all(problem.place.file.startswith(FOLDER) for problem in error.problems)
    else:
        for lang in Lang:
            assert len(course_pages(courses[0], lang)) == 3
