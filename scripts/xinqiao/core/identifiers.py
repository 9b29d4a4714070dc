"""What points to one person in a text: numbers, addresses, rooms, names beside them. Data, and one way to look.

Source: rule 21 of the portal's wording rules (name, student number, telephone, dormitory room). Patterns in Chinese
are plain: `\\b` finds no border between Chinese characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xinqiao.core.text import Text

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
# Words that begin like a surname, before 同学 and the like.
NO_NAMES = "任何|方便|许多|高年级|高中|高校|万一|马上|白天|程序|石头|金牌|余下|方才|夏天|陆续|龙头|雷同|武术|史上|毛病"
# Digits that belong to nothing longer.
ALONE = r"(?<![0-9A-Za-z]){}(?![0-9A-Za-z])"
_GIVEN = "[\u4e00-\u9fff]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """One kind of thing that points to a person: what it is called, and the pattern that finds it."""

    name: str
    label: Text
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One place in a text: the kind, and where it begins and ends (characters, from 0)."""

    identifier: Identifier
    start: int
    end: int


def _kind(name: str, zh: str, en: str, pattern: str, flags: int = 0) -> Identifier:
    return Identifier(name=name, label=Text.of(zh=zh, en=en), pattern=re.compile(pattern, flags))


IDENTIFIERS: tuple[Identifier, ...] = (
    # 17 digits and a digit or X, or the 15 digits of before 1999; the date within has to be one.
    _kind(
        "id-number",
        "身份证号",
        "an identity card number",
        ALONE.format(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"),
    ),
    _kind(
        "mobile",
        "手机号",
        "a mobile number",
        r"(?<![0-9A-Za-z])(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}(?![0-9A-Za-z])",
    ),
    _kind("landline", "座机号", "a telephone number", r"(?<!\d)0\d{2,3}[-\s]\d{7,8}(?!\d)"),
    # A year of entry and at least four digits, or a number that is said to be one.
    _kind(
        "student-number",
        "学号",
        "a student number",
        r"(?<![0-9A-Za-z])(?:19|20)\d{6,10}(?![0-9A-Za-z])"
        r"|学号\s*(?:是|为|[:：])?\s*[0-9A-Za-z]{4,}"
        r"|\bstudent\s+(?:number|no\.?|id)\s*(?:is|:)?\s*\w*\d\w*",
        re.IGNORECASE,
    ),
    _kind(
        "mail",
        "邮箱地址",
        "a mail address",
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}\s?@\s?[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+",
    ),
    _kind(
        "account",
        "QQ 号或微信号",
        "an account of a messenger",
        r"(?:QQ|微信|vx|wechat|weixin)\s*(?:号码|号|id|number)?\s*(?:是|为|is|[:：])?\s*[A-Za-z0-9_-]{5,}",
        re.IGNORECASE,
    ),
    _kind(
        "room",
        "宿舍房间号",
        "a dormitory room",
        r"[0-9一二三四五六七八九十]+\s*(?:号楼|栋|幢|舍|公寓)\s*[A-Za-z]?\d{2,4}"
        r"|[A-Za-z]?\d{2,4}\s*(?:室|宿舍|寝室|号房)|(?:宿舍|寝室)\s*[A-Za-z]?\d{2,4}"
        r"|\b(?:room|dorm(?:itory)?)\s+(?:no\.?\s*)?[A-Za-z]?\d{2,4}\b",
        re.IGNORECASE,
    ),
    # A surname with one or two characters, said to be a name or followed by what people are called.
    _kind(
        "name",
        "姓名",
        "a name",
        rf"(?:我叫|名叫|叫做|姓名\s*[:：是]?\s*)[{SURNAMES}]{_GIVEN}{{1,2}}"
        rf"|(?<!{_GIVEN})(?!{NO_NAMES})[{SURNAMES}]{_GIVEN}{{1,2}}(?:同学|学长|学姐|师兄|师姐)"
        r"|\b(?:my name is|I am called|his name is|her name is)\s+\w+",
        re.IGNORECASE,
    ),
    _kind(
        "class",
        "具体班级",
        "one class",
        r"(?:\d{2}|\d{4})\s*级\s*(?:[\u4e00-\u9fff]{0,8}专业)?\s*[\u4e00-\u9fff]{0,8}[0-9一二三四五六七八九十]{1,2}\s*班",
    ),
)


def identifiers(text: str) -> Iterator[Found]:
    """Every place of a text that points to a person, in order of kinds, each kind from left to right."""
    for kind in IDENTIFIERS:
        for match in kind.pattern.finditer(text):
            yield Found(identifier=kind, start=match.start(), end=match.end())
