"""A published answer is the counsellor's own wording, with nothing in it that points to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from xinqiao.care.publish import FIELDS, agreed, faults, write_pages
from xinqiao.core.problem import XinqiaoError

from .conftest import QUESTION, REFERRAL, Portal

GOOD = {
    "slug": "sleep-before-exams",
    "title_zh": "考前睡不好",
    "question_zh": "临近考试，夜里躺下很久都合不上眼，该怎样做？",
    "answer_zh": "先起来坐一会儿，困了再躺下。\n# 这不是标题\n<b>也不是标签</b>",
    "title_en": "Sleep before exams",
    "question_en": "Close to an exam I lie awake for long. What can I do?",
    "answer_en": "Get up for a while and lie down again when you feel sleepy.",
}


def codes(portal: Portal, answers: dict[str, str], **changed: str) -> set[tuple[str, str]]:
    case = portal.case(portal.put("question-box", answers))
    return {(field, problem.code) for field, problem in faults(case, {**GOOD, **changed})}


def test_what_is_reworded_and_points_to_nobody_is_written_in_both_languages(portal: Portal) -> None:
    assert codes(portal, dict(QUESTION)) == set()
    paths = write_pages(portal.config.root, GOOD)
    assert [path.relative_to(portal.config.root).as_posix() for path in paths] == [
        "docs/zh/questions/sleep-before-exams.md",
        "docs/en/questions/sleep-before-exams.md",
    ]
    zh = paths[0].read_text("utf-8")
    assert zh.startswith('---\ntitle: "考前睡不好"\n') and 'page_type: "page"' in zh
    assert "<!-- help-bar -->" in zh and "## 问 { #question }" in zh
    assert "\\# 这不是标题" in zh and "&lt;b&gt;" in zh
    with pytest.raises(XinqiaoError) as caught:
        write_pages(portal.config.root, GOOD)
    assert caught.value.problems[0].code == "publish-exists"
    assert paths[0].read_text("utf-8") == zh


@pytest.mark.parametrize(
    ("field", "words", "code"),
    [
        ("slug", "Sleep now", "publish-slug"),
        ("slug", "../index", "publish-slug"),
        ("title_en", " ", "publish-empty"),
        ("title_zh", "Sleep", "publish-other-language"),
        ("answer_en", "先起来坐一会儿", "publish-other-language"),
        ("answer_zh", "给我打电话13812345678吧", "publish-identifier"),
        ("question_en", "I live in room 502 and cannot sleep", "publish-identifier"),
        ("question_zh", "有人说：考试前总是睡不着，越想睡越 清醒！", "publish-verbatim"),
    ],
)
def test_what_could_tell_who_asked_is_not_written(field: str, words: str, code: str, portal: Portal) -> None:
    assert (field, code) in codes(portal, dict(QUESTION), **{field: words})


def test_the_senders_english_words_are_found_too(portal: Portal) -> None:
    own = "Every evening before an exam my heart beats so fast that I walk around"
    asked = {**QUESTION, "question": own}
    assert codes(portal, asked) == set()
    assert codes(portal, asked, answer_en=f"You say that {own[6:60]}") == {("answer_en", "publish-verbatim")}


def test_without_the_senders_consent_nothing_is_published(portal: Portal) -> None:
    assert codes(portal, {**QUESTION, "publish": "no"}) == {("slug", "publish-not-agreed")}
    assert not agreed(portal.case(portal.put("referral", REFERRAL)))


def test_a_contact_is_never_published_even_where_no_rule_knows_its_kind(portal: Portal) -> None:
    contact = "走廊尽头左手第二间办公室找我转交"
    asked = {**QUESTION, "reply": "yes", "contact": contact}
    assert codes(portal, asked, answer_zh=f"去{contact}") == {("answer_zh", "publish-verbatim")}


def test_all_fields_are_checked(portal: Portal, tmp_path: Path) -> None:
    case = portal.case(portal.put("question-box", QUESTION))
    empty = dict.fromkeys(FIELDS, "")
    assert {field for field, _ in faults(case, empty)} == {*FIELDS}
