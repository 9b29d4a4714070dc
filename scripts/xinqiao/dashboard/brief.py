"""A one-page brief for the head of college as PDF: each form's sentence, and what to bear in mind.

Set by Typst, which needs no browser and no other program; the PDF is tagged (PDF/UA-1), so that it can be read aloud.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from xinqiao.core.problem import refuse
from xinqiao.core.text import Lang
from xinqiao.dashboard.overview import Released, Shown, rows
from xinqiao.dashboard.words import TEMPLATES, Words

# Fonts with Chinese letters as systems name them, the first that is there is taken.
FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC", "Microsoft YaHei",
    "HarmonyOS Sans SC", "MiSans", "Heiti SC", "STHeiti", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun",
)  # fmt: skip
# For English before them: quotation marks of a Chinese font are as wide as a letter. Typst brings the last one along.
LATIN = ("Noto Sans", "Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans", "Libertinus Serif")
# So many forms fit on the page, and so long a sentence.
MOST, LONGEST = 14, {Lang.ZH: 66, Lang.EN: 150}
POINTS = ("safe", "few", "all")


def brief(releases: Sequence[Released], lang: Lang, shown: Shown) -> bytes:
    """The page as PDF; same input and same fonts, same bytes.

    Raises XinqiaoError (brief-font-missing) where no font with Chinese letters is installed: the names of forms and
    colleges need one in either language.
    """
    import typst  # noqa: PLC0415 - late, for the start-up of commands that set nothing

    installed = set(typst.Fonts().families())
    font = next((name for name in FONTS if name in installed), None)
    if font is None:
        raise refuse("brief-font-missing", fonts=", ".join(FONTS[:6]))
    latin = [name for name in LATIN if name in installed][:1] if lang is Lang.EN else []
    data = json.dumps(_data(releases, lang, shown) | {"fonts": [*latin, font]}, ensure_ascii=False)
    source = (TEMPLATES / "brief.typ").read_bytes()
    made: bytes = typst.compile(source, format="pdf", sys_inputs={"data": data}, pdf_standards="ua-1")
    return made


def _data(releases: Sequence[Released], lang: Lang, shown: Shown) -> dict[str, object]:
    say = Words(lang)
    told = rows(releases, lang)
    periods = dict.fromkeys(row.period for row in told)
    return {
        "lang": lang.value,
        "title": say("brief.title"),
        "college": shown.college[lang],
        "notice": say("page.demonstration") if shown.demonstration else "",
        "period": say("telling.then").join(periods) if len(periods) == 1 else say("brief.periods"),
        "heads": [say("page.form"), say("card.n"), say("brief.said")],
        "rows": [
            {
                "title": row.title,
                "count": row.count or say("table.hidden"),
                "headline": _short(row.headline, LONGEST[lang]),
            }
            for row in told[:MOST]
        ],
        "more": say("brief.more", count=len(told) - MOST) if len(told) > MOST else "",
        "mind": say("brief.mind"),
        "points": [say(f"brief.{point}") for point in POINTS],
    }


def _short(words: str, longest: int) -> str:
    return words if len(words) <= longest else f"{words[: longest - 1]}…"
