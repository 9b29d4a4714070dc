"""Lines that belong to a web page from which somebody copied, not to what it said."""

from __future__ import annotations

import re

# A whole paragraph that is one of these. What may be a college's own line (who wrote, who edited) is none.
LINES = re.compile(
    r"(?:当前位置|您(?:现在)?的位置|你(?:现在)?的位置)\s*[:：].*|首页\s*(?:[>＞»]+\s*[^>＞»]{1,20})+"
    r"|分享(?:到|至)\s*[:：]?.{0,40}|[【\[]?(?:打印(?:本页|此页|文章)?|关闭(?:窗口|本页)?|加入收藏|返回(?:顶部|首页|列表|上一页))"
    r"[】\]]?(?:[\s|【\[]*(?:打印(?:本页)?|关闭(?:窗口)?|收藏)[】\]]?)*"
    r"|(?:上一(?:篇|条)|下一(?:篇|条))\s*[:：].*|(?:浏览|点击|阅读|访问)(?:次数|量|数)?\s*[:：]?\s*\d+\s*次?"
    r"|(?:长按|扫描?|识别).{0,10}二维码.{0,12}|扫(?:一扫|码).{0,6}关注.{0,12}|点击(?:上方|下方|↑+|↓+)?.{0,6}蓝字.{0,10}"
    r"|阅读原文|字号\s*[:：].{0,12}|网站地图|相关(?:阅读|链接|文章|新闻|推荐)\s*[:：]?"
    r"|.{0,40}(?:ICP备|公网安备).{0,40}|版权所有.{0,60}"
    r"|-*\s*advertisement\b.{0,20}|(?:more|latest|related|recent) (?:articles?|posts?|stories)"
    r"|leave a (?:reply|comment)"
    r"|please enter your (?:comment|name|e-?mail)\b.{0,30}|share (?:this|on|via)\b.{0,40}|print this (?:page|article)"
    r"|back to top|skip to (?:main )?content"
    r"|(?:previous|next) (?:article|post)\b.{0,80}|(?:continue reading|read more)\W*"
    r"|(?:copyright|©).{0,60}all rights reserved.{0,20}|we use cookies\b.{0,120}|accept (?:all )?cookies"
    r"|save my name, email.{0,100}|subscribe to our newsletter.{0,40}",
    re.IGNORECASE,
)


def is_debris(words: str) -> bool:
    """Whether a paragraph is such a line."""
    return LINES.fullmatch(" ".join(words.split())) is not None
