"""What points to one person is found inside a Chinese sentence as in an English one, and ordinary figures are not."""

from __future__ import annotations

import pytest

from xinqiao.core.identifiers import IDENTIFIERS, identifiers


def kinds(text: str) -> set[str]:
    return {found.identifier.name for found in identifiers(text)}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("id-number", "身份证530102200401011234在这里"),
        ("id-number", "ID 53010220040101123X."),
        ("mobile", "请打13812345678找我"),
        ("mobile", "call 138 1234 5678"),
        ("mobile", "+86 138-1234-5678"),
        ("landline", "办公室0871-65123456"),
        ("student-number", "学号2026010203的同学"),
        ("student-number", "她的学号：A10293"),
        ("student-number", "student number is B2026-77"),
        ("mail", "写信到lin@example.edu.cn吧"),
        ("account", "加我QQ号123456"),
        ("account", "微信：abc_def"),
        ("room", "住在南区3号楼502"),
        ("room", "十二栋 B407"),
        ("room", "502寝室的人"),
        ("room", "she lives in room 502"),
        ("name", "我叫林小雨"),
        ("name", "陈明同学最近"),
        ("name", "My name is Lin"),
        ("class", "计算机2026级软件工程专业3班"),
        ("class", "26级1班"),
    ],
)
def test_what_points_to_a_person_is_found(kind: str, text: str) -> None:
    assert kind in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "考试前一周睡不好，每天只睡 4 小时，已经 12 天了。",
        "求助电话 12356，急救 120，报警 110。",
        "2026 年 11 月 22 日，第 3 周。",
        "同学之间可以互相问一问，老师同学都在。",
        "宿舍里有人打呼噜怎么办？室友都睡了。",
        "We are 4 people in one dormitory and sleep 6 hours.",
        "Most of the 250 students answered; 61 did not.",
        "高年级同学、各班同学、全班同学都可以来，任何同学，许多同学。",
    ],
)
def test_ordinary_words_and_help_lines_are_left_alone(text: str) -> None:
    assert kinds(text) == set()


def test_a_place_is_told_by_its_characters() -> None:
    text = "请打13812345678找我"
    (found,) = identifiers(text)
    assert text[found.start : found.end] == "13812345678"


def test_every_kind_has_a_name_of_its_own_and_words_in_both_languages() -> None:
    assert len({one.name for one in IDENTIFIERS}) == len(IDENTIFIERS)
    assert all(one.label for one in IDENTIFIERS)
