"""A one-page brief for the head of college as PDF: each form's sentence, and what to bear in mind.

Set by Typst, which needs no browser and no other program; the PDF is tagged (PDF/UA-1), so that it can be read aloud.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from xinqiao.core.fonts import CHINESE, chosen
from xinqiao.core.problem import refuse
from xinqiao.core.text import Lang
from xinqiao.dashboard.overview import Released, Shown, rows
from xinqiao.dashboard.words import TEMPLATES, Words

# So many forms fit on the page, and so long a sentence.
MOST, LONGEST = 14, {Lang.ZH: 66, Lang.EN: 150}
POINTS = ("safe", "few", "all")


def brief(releases: Sequence[Released], lang: Lang, shown: Shown) -> bytes:
    """The page as PDF; same input and same fonts, same bytes.

    Raises XinqiaoError (brief-font-missing) where no font with Chinese letters is installed: the names of forms and
    colleges need one in either language.
    """
    import typst  # noqa: PLC0415 - late, for the start-up of commands that set nothing

    fonts = chosen(typst.Fonts().families(), lang)
    if not fonts:
        raise refuse("brief-font-missing", fonts=", ".join(CHINESE[:6]))
    data = json.dumps(_data(releases, lang, shown) | {"fonts": fonts}, ensure_ascii=False)
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
