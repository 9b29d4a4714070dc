"""What the portal says of a problem is a whole sentence with a remedy, in both languages, and blames nobody."""

from __future__ import annotations

import re

import pytest

from xinqiao.core.problem import catalogue
from xinqiao.core.text import Lang

PARAMETER = re.compile(r"\{[a-z_]+\}")
CHINESE = re.compile("[\u4e00-\u9fff]")
# A sentence that ends with what a program said ends as that program ended it.
ENDS = {Lang.ZH: re.compile(r"[。！？）]$|\{[a-z_]+\}$"), Lang.EN: re.compile(r"[.!?)]$|\{[a-z_]+\}$")}
BLAME = {
    Lang.ZH: re.compile(
        r"[你您](?:写错|填错|弄错|忘|没有|不应|不该|必须)|非法|无效|不合法|抱歉|对不起|胡|愚|粗心|严禁"
    ),
    Lang.EN: re.compile(
        r"\b(?:invalid|illegal|please|sorry|oops|stupid|careless|bad|you (?:forgot|failed|must|did not))\b",
        re.IGNORECASE,
    ),
}


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_a_message_is_a_whole_sentence_with_a_remedy_that_blames_nobody(code: str) -> None:
    entry = catalogue()[code]
    for lang in Lang:
        for said in (entry.what[lang], entry.fix[lang]):
            assert ENDS[lang].search(said), said
            assert not BLAME[lang].search(said), said
            # Commands and names of files stand in both languages as they are; the sentence around them does not.
            assert bool(CHINESE.search(PARAMETER.sub("", said))) == (lang is Lang.ZH), said
        assert entry.what[lang] != entry.fix[lang]


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_both_languages_of_a_message_name_the_same_things(code: str) -> None:
    entry = catalogue()[code]
    named = [
        {re.sub(r"_(?:zh|en)\}$", "}", found) for found in PARAMETER.findall(entry.what[lang] + entry.fix[lang])}
        for lang in Lang
    ]
    assert named[0] == named[1]


@pytest.mark.parametrize("said", ["请填写有效日期，{x}无效。", "您忘了写标题。"])
def test_blame_would_be_found_in_chinese(said: str) -> None:
    assert BLAME[Lang.ZH].search(said)


@pytest.mark.parametrize("said", ["Invalid date.", "You forgot the title.", "Please write it."])
def test_blame_would_be_found_in_english(said: str) -> None:
    assert BLAME[Lang.EN].search(said)
