"""A source made plain for the rules: half-width, simplified, lower case, without marks and spaces within words.

Each character of it knows where it stood in the source.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# What is no prose: comments, tags, addresses, headings' identifiers, pictures written as letters; made spaces.
NO_PROSE = re.compile(
    r"<!--.*?-->|<[A-Za-z/][^>]*>|(?<=\])\([^)\s]*\)|https?://[^\s)>\"']+|10\.\d{4,}/[^\s)'\"，。；]+|\{ *[#.:][^}]*\}"
    r"|[A-Za-z0-9+/=._%@-]{200,}",
    re.DOTALL,
)
# Traditional characters of the rules' words, and their simplified forms.
TRADITIONAL = str.maketrans(
    "殺輕盡尋見結個們這裡樓橋墜燒臥藥農遺書絕筆詔諾對誰訴說話講從來瘋變態經腦殘傷瀉異問題學質監視診斷療癒證絡網發頻熱漲體獨點寬諒開關懷鬱慮強戀愛擺脫徹過絞頸縊餓壓紅錢騙難與為會無將讓該"
    "還當時間樣種認識僅總給誠賴險襲擊遠離殯掛號導師員輔進實歲華緒憂歡樂堅場費應請預約測評護屍潰災勸寫麼煩頭顧棄親聽聞虛緊張鬆處術業務單據標準觀氣嗎沒隊選擇願負擔責備貧窮齡滿貶賤懶癮顯億"
    "亂讀聲環廁鄰陽臺臟軌飲喫淨歸濟墮況傳運舊團麗優並國別內刪極聯專資訊簡報",
    "杀轻尽寻见结个们这里楼桥坠烧卧药农遗书绝笔诏诺对谁诉说话讲从来疯变态经脑残伤泻异问题学质监视诊断疗愈证络网发频热涨体独点宽谅开关怀郁虑强恋爱摆脱彻过绞颈缢饿压红钱骗难与为会无将让该"
    "还当时间样种认识仅总给诚赖险袭击远离殡挂号导师员辅进实岁华绪忧欢乐坚场费应请预约测评护尸溃灾劝写么烦头顾弃亲听闻虚紧张松处术业务单据标准观气吗没队选择愿负担责备贫穷龄满贬贱懒瘾显亿"
    "乱读声环厕邻阳台脏轨饮吃净归济堕况传运旧团丽优并国别内删极联专资讯简报",
)
HAN = re.compile("[\u3400-\u9fff\uff0c\u3002\uff1b\uff01\uff1f\u3001\u201c\u201d]")
DROPPED = "*\u00ad\u200b\u200c\u200d\u2060\ufeff"
# Full-width characters and their half-width forms, one for one.
HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# A text without stops is cut, so that reading stays linear.
LONGEST = 2000
KEPT = "，。；！？、：（）"
PLAIN = {**TRADITIONAL, **str.maketrans("’‘‐‑–", "''---")}
# A sentence ends at its stop, at an empty line, and where Markdown or YAML begins something new.
END = re.compile(
    r"[。！？!?；]|[.;](?=[\"”’)\s]|$)|\n[ \t]*\n|\n(?=[ \t]*(?:[-*+#>|]|\d+[.)]|[\w-]+:(?:\s|$)))", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One plain sentence; `at` holds for each of its characters where that stood in the source (from 0)."""

    text: str
    at: tuple[int, ...]


def prose(source: str) -> str:
    """A source in which all that is no prose is spaces; as long as before, line for line."""
    return NO_PROSE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source)


def sentences(source: str) -> Iterator[Sentence]:
    """The sentences of a Markdown or YAML source, made plain."""
    words, begin = prose(source), 0
    for end in [*(match.end() for match in END.finditer(words)), len(words)]:
        for cut in range(begin, end, LONGEST):
            sentence = _plain(words, cut, min(cut + LONGEST, end))
            if sentence.text.strip():
                yield sentence
        begin = end


def _plain(words: str, begin: int, end: int) -> Sentence:
    made: list[str] = []
    at: list[int] = []
    for place in range(begin, end):
        character = words[place]
        if character in DROPPED or (character.isspace() and _within(made, words, place, end)):
            continue
        half = character if character in KEPT else unicodedata.normalize("NFKC", character)
        for one in half.lower().translate(PLAIN):
            made.append(" " if one.isspace() else one)
            at.append(place)
    return Sentence(text="".join(made), at=tuple(at))


def _within(made: list[str], words: str, place: int, end: int) -> bool:
    """Whether a space stands after another one, or beside a Chinese character: words are written without."""
    if not made or made[-1] == " ":
        return True
    after = words[place:end].lstrip()[:1]
    return bool(HAN.match(made[-1]) or HAN.match(after))
