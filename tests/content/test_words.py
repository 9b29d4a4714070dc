"""Words that hurt, promise too much or diagnose stand nowhere; a direct question about suicide may."""

from __future__ import annotations

import re

import pytest

# From the guidance for media of WHO and IASP and Mindframe, and from China's Mental Health Law (23, 51, 76).
# Plain substrings, compared without regard to case: Chinese has no word boundaries to rely on.
FORBIDDEN = (
    "commit suicide", "committed suicide", "commits suicide", "successful suicide", "completed suicide",
    "suicide note", "lunatic", "nutcase", "mental case", "you are diagnosed", "you have been diagnosed",
    "the only way out", "only cowards", "just cheer up", "absolutely confidential", "complete secrecy",
    "guaranteed to",
    "畏罪自杀", "自杀成功", "自杀失败", "自杀者", "轻生者", "自残者", "遗书", "跳楼", "上吊", "割腕", "烧炭", "卧轨",
    "一了百了", "神经病", "疯子", "变态", "玻璃心", "问题学生", "异常学生", "摸排", "你患有", "确诊", "诊断为",
    "治愈", "根治", "疗程", "想开点", "别想太多", "绝对保密", "谁都不说", "百分百",
)  # fmt: skip
STUDENT_NUMBER = re.compile(r"(?<!\d)20\d{6,10}(?!\d)")
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def faults(text: str) -> list[str]:
    lowered = text.lower()
    return [phrase for phrase in FORBIDDEN if phrase in lowered]


def test_no_page_uses_a_forbidden_phrase(prose: dict[str, str]) -> None:
    assert {name: found for name, text in prose.items() if (found := faults(text))} == {}


@pytest.mark.parametrize("words", ["他不幸自杀成功。", "They Committed suicide.", "这里绝对保密，放心说。"])
def test_a_forbidden_phrase_is_found_inside_a_sentence(words: str) -> None:
    assert faults(words)


@pytest.mark.parametrize("words", ["“你是在想自杀吗？”", "“Are you thinking about suicide?”"])
def test_asking_directly_is_allowed(words: str) -> None:
    assert faults(words) == []


def test_the_help_page_asks_directly_in_both_languages(prose: dict[str, str]) -> None:
    assert "你是在想自杀吗" in prose["zh/help.md"]
    assert "Are you thinking about suicide?" in prose["en/help.md"]


def test_no_page_holds_what_identifies_a_student(prose: dict[str, str]) -> None:
    for name, text in prose.items():
        words = re.sub(r"https?://\S+", "", text)
        assert not STUDENT_NUMBER.search(words) and not MOBILE.search(words), name


def test_a_page_that_speaks_of_suicide_leads_to_help(prose: dict[str, str]) -> None:
    for name, text in prose.items():
        if name.endswith(".md") and re.search(r"suicid|自杀|轻生|不想活", text):
            assert re.search(r"help-now/|help\.md|\.\./help/", text), name
