"""Questions are found where boxes stand, with their words, their options and why; links and code are left alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.learning.small import LESSON, read, small_files

from xinqiao.core.text import Lang
from xinqiao.learning.course import FOLDER
from xinqiao.learning.page import course_pages
from xinqiao.learning.quiz import read_questions
from xinqiao.learning.sheet import Kind, Sheet

WORDS = st.text(alphabet="abc 字词，。“”!?-[](){}&", min_size=1, max_size=20).map(lambda words: f"w{words.strip()}w")


def lesson(body: str, lang: Lang = Lang.EN) -> Sheet:
    return Sheet.of(f"# T\n\n{body}", name="01-a", kind=Kind.LESSON, lang=lang, file="f")


@given(
    st.lists(
        st.tuples(WORDS, st.lists(st.tuples(WORDS, st.booleans(), WORDS), min_size=2, max_size=5)),
        min_size=1,
        max_size=3,
    ),
    st.booleans(),
)
def test_what_is_written_is_read_back(written: list[tuple[str, list[tuple[str, bool, str]]]], loose: bool) -> None:
    between = "\n\n" if loose else "\n"
    blocks = [
        f"{asked}\n\n" + between.join(f"- [{'x' if right else ' '}] {words}\n  {why}" for words, right, why in options)
        for asked, options in written
    ]
    questions, problems = read_questions(lesson("\n\nBetween.\n\n".join(blocks)))
    found = [(one.words, [(o.words, o.right, o.why) for o in one.options]) for one in questions]
    assert found == written
    wrong = sum(not any(right for _, right, _ in options) for _, options in written)
    assert [problem.code for problem in problems] == ["quiz-no-right"] * wrong


@pytest.mark.parametrize(
    "body",
    [
        "- [a link](help.md)\n- [x](y.md)",
        "- [x][name]\n\n[x]: y.md",
        "```\n- [x] code\n```",
        "- plain\n- items",
        "1. [x] numbered",
    ],
)
def test_ordinary_lists_are_no_questions(body: str) -> None:
    assert read_questions(lesson(f"Words.\n\n{body}")) == ((), ())


def test_a_note_to_the_wording_check_stands_between_question_and_options_and_is_not_shown() -> None:
    note = "<!-- wording secrecy: what not to say -->"
    files = small_files()
    for lang in Lang:
        files[f"{FOLDER}/small/01-one.{lang.value}.md"] = LESSON.replace("- [ ] Nothing.", f"{note}\n- [ ] Nothing.")
    page = course_pages(read(files)[0], Lang.EN)["learn/small/01-one.md"].text
    assert "What do you do first?" in page
    assert "wording" not in page


def test_lines_of_a_question_are_joined_as_its_language_asks() -> None:
    body = "先问\n一句？\n\n- [x] 问\n  因为\n  这样\n- [ ] 不问\n  不好"
    question = read_questions(lesson(body, Lang.ZH))[0][0]
    assert (question.words, question.options[0].why) == ("先问一句？", "因为这样")
    assert read_questions(lesson(body))[0][0].words == "先问 一句？"


def test_one_right_answer_is_chosen_with_a_radio_button_several_with_boxes() -> None:
    for right, kind in (("[ ] Nothing", "radio"), ("[x] Nothing", "checkbox")):
        files = {name: text.replace("[ ] Nothing", right) for name, text in small_files().items()}
        page = course_pages(read(files)[0], Lang.EN)["learn/small/01-one.md"].text
        assert set(re.findall(r'<input type="(\w+)"', page)) == {kind}
        assert "<form" not in page
        assert "More words." in page
