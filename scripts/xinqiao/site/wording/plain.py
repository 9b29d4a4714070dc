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
    "殺輕盡尋見結個們這裡樓橋墜燒臥藥農遺書絕筆詔諾對誰訴說話講從來瘋變態經腦殘傷瀉異問題學質監視診斷療癒證絡網發頻熱漲體獨點寬諒開關懷鬱慮強戀愛擺脫徹過絞頸縊餓壓紅錢騙難與為會無將讓該還當時間樣種認識僅總給誠賴險襲擊遠離殯掛"
    "號導師員輔進實歲華緒憂歡樂堅場費應請預約測評護屍潰災勸寫麼煩頭顧棄親聽聞虛緊張鬆處術業務單據標準觀氣嗎沒隊選擇願負擔責備貧窮齡滿貶賤懶癮顯億亂讀聲環廁鄰陽臺臟軌飲喫淨歸濟墮況傳運舊團麗優並國別內刪極聯專資訊簡報癲噴觸圖復"
    "複纏繞憤憐懼糾紛緣壞陰賣醫釋譯糧鎖鏈籠閉鬧囑彎戰禮賀慶懇誡誤勵囂寢辦罷銷購價競廚衝鑑籤條鏡園獲紀錄碼牆媽嬰兒麵飯館蓋驚濤駭齒龍鳥飛魚馬騎門閃電雲霧溫濕淺靜墳槍彈劑針線絲繩織綁禍賬貼純終輩輪載轉輸適遲邊達違鄉釘鐵銳鋒錯隱隨"
    "雙響頂項順頓額顏飽養駁駕騷黨俠倆偽側傾僕儀凱劃劇動勢勝區協卻參吳啟喚嘆嘗囪圍執壯壽夢夾奪奮妝婦媧孫寧審屬岡島峽嶺帶幣幫幹幾廠廢廣後恆悅悶惡惱慘慣憶戲戶拋挾捨掃掙採揚換揮損搖搶撐撥擋擠擬擴擾攝攬敗敘敵數斬暫暈曉東柵構槓機橫"
    "檢檔欄權歷殼決淚減湯滅滯滲潛澤燈營爐爭爺狀狹猶獄獎獻現產畢畫盜盤盧眾睏瞭矇礎祕稱穩窺節範築簽籌級納紙細紹組統維綱練縱績繼續罰義習聰職肅腳腫膚臉臨興艱藝蘇蟲衛裝補規覺覽計討訓記訪設許詞試詩詳語課調談論謊謝議豐財貪貨賓賞贊趕"
    "跡踐躍車軍軟較辭辯遊邏郵釀鈴鋪錦鍋鍛鍵鎮鐘長閱闊階際陸陳雖靈頹類飄駐驗髒鬥魯鮮黃齊",
    "杀轻尽寻见结个们这里楼桥坠烧卧药农遗书绝笔诏诺对谁诉说话讲从来疯变态经脑残伤泻异问题学质监视诊断疗愈证络网发频热涨体独点宽谅开关怀郁虑强恋爱摆脱彻过绞颈缢饿压红钱骗难与为会无将让该还当时间样种认识仅总给诚赖险袭击远离殡挂"
    "号导师员辅进实岁华绪忧欢乐坚场费应请预约测评护尸溃灾劝写么烦头顾弃亲听闻虚紧张松处术业务单据标准观气吗没队选择愿负担责备贫穷龄满贬贱懒瘾显亿乱读声环厕邻阳台脏轨饮吃净归济堕况传运旧团丽优并国别内删极联专资讯简报癫喷触图复"
    "复缠绕愤怜惧纠纷缘坏阴卖医释译粮锁链笼闭闹嘱弯战礼贺庆恳诫误励嚣寝办罢销购价竞厨冲鉴签条镜园获纪录码墙妈婴儿面饭馆盖惊涛骇齿龙鸟飞鱼马骑门闪电云雾温湿浅静坟枪弹剂针线丝绳织绑祸账贴纯终辈轮载转输适迟边达违乡钉铁锐锋错隐随"
    "双响顶项顺顿额颜饱养驳驾骚党侠俩伪侧倾仆仪凯划剧动势胜区协却参吴启唤叹尝囱围执壮寿梦夹夺奋妆妇娲孙宁审属冈岛峡岭带币帮干几厂废广后恒悦闷恶恼惨惯忆戏户抛挟舍扫挣采扬换挥损摇抢撑拨挡挤拟扩扰摄揽败叙敌数斩暂晕晓东栅构杠机横"
    "检档栏权历壳决泪减汤灭滞渗潜泽灯营炉争爷状狭犹狱奖献现产毕画盗盘卢众困了蒙础秘称稳窥节范筑签筹级纳纸细绍组统维纲练纵绩继续罚义习聪职肃脚肿肤脸临兴艰艺苏虫卫装补规觉览计讨训记访设许词试诗详语课调谈论谎谢议丰财贪货宾赏赞赶"
    "迹践跃车军软较辞辩游逻邮酿铃铺锦锅锻键镇钟长阅阔阶际陆陈虽灵颓类飘驻验脏斗鲁鲜黄齐",
)
RUN = re.compile(r"(?P<plain>[a-z0-9]+)|.", re.DOTALL)
HAN = re.compile("[\u3400-\u9fff\uff0c\u3002\uff1b\uff01\uff1f\u3001\u201c\u201d]")
AFTER = re.compile(r"\s*(\S)")
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
    for run in RUN.finditer(words, begin, end):
        # Letters that are plain already are taken as they are; all others one by one.
        if run.lastgroup:
            made += run[0]
            at += range(run.start(), run.end())
            continue
        plain = PLAINED[run[0]]
        if plain == " " and _within(made, words, run.start(), end):
            continue
        made += plain
        at += [run.start()] * len(plain)
    return Sentence(text="".join(made), at=tuple(at))


class _Plained(dict[str, str]):
    """What each character is made, remembered: none, one or several characters; any space is a space."""

    def __missing__(self, character: str) -> str:
        half = character if character in KEPT else unicodedata.normalize("NFKC", character)
        plain = "".join(" " if one.isspace() else one for one in half.lower().translate(PLAIN))
        made = self[character] = "" if character in DROPPED else " " if character.isspace() else plain
        return made


PLAINED = _Plained()


def _within(made: list[str], words: str, place: int, end: int) -> bool:
    """Whether a space stands after another one, or beside a Chinese character: words are written without."""
    if not made or made[-1] == " ":
        return True
    if HAN.match(made[-1]):
        return True
    after = AFTER.match(words, place, end)
    return bool(after and HAN.match(after[1]))
