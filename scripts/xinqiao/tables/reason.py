"""Why a row is set aside, in a few words; the catalogue of problems says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xinqiao.core.text import Text

TITLES: Mapping[str, Text] = MappingProxyType(
    {
        "row-short": Text.of(zh="单元格少于列名", en="fewer cells than headers"),
        "row-long": Text.of(zh="单元格多于列名", en="more cells than headers"),
        "row-unreadable": Text.of(zh="引号不成对，无法分列", en="broken quotes, cannot be split into cells"),
        "row-encoding": Text.of(zh="编码与其余各行不同", en="another encoding than the other rows"),
        "id-repeated": Text.of(zh="同一填写者重复出现", en="the same respondent again"),
        "version-differs": Text.of(zh="表单的这一版与现行版本不同", en="that version of the form asked otherwise"),
        "form-other": Text.of(zh="属于另一份表单", en="belongs to another form"),
        "question-unknown": Text.of(zh="含表单里没有的题目", en="answers a question that the form does not have"),
        "answer-unreadable": Text.of(zh="含无法保存的字符", en="characters that no file can hold"),
        "answer-too-long": Text.of(zh="回答过长", en="answer too long"),
        "answer-formula": Text.of(zh="公式没有存下结果", en="formula without a stored result"),
        "answer-type": Text.of(zh="回答类型不对", en="answer of another type"),
        "answer-outside": Text.of(zh="回答不在选项或范围之内", en="answer outside the choices or the range"),
        "answer-required": Text.of(zh="必答题未答", en="required answer is missing"),
        "answer-constraint": Text.of(zh="回答不满足条件", en="answer does not meet the condition"),
    }
)
