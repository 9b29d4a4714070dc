"""Exports of LimeSurvey as CSV: headers as codes, as codes and texts, or as texts.

`Q2[SQ001]` is a row, or one choice of several, with a column of its own; `Q2[other]` is what was written beside them.
"""

from __future__ import annotations

import re

from xinqiao.intake.imports.style import Style

BOTH = re.compile(r"([A-Za-z][A-Za-z0-9]*(?:\[[^\]]+\])?)\.\s+(.+)", re.DOTALL)


def _stems(header: str) -> tuple[str, ...]:
    """Of a header `G01Q01. Text` the code and the text."""
    found = BOTH.fullmatch(header)
    return (found[1], found[2]) if found else ()


LIMESURVEY = Style(
    name="limesurvey",
    marks=(("submitdate", "Date submitted", "提交日期"), ("lastpage", "Last page", "startlanguage", "Start language")),
    about=(
        "lastpage", "Last page", "最后一页", "startlanguage", "Start language", "起始语言", "seed", "Seed", "token",
        "Access code", "操作代码", "startdate", "Date started", "开始日期", "datestamp", "Date last action",
        "最近一次操作日期", "ipaddr", "IP address", "IP 地址", "refurl", "Referrer URL", "来源网址",
    ),
    begins=("interviewtime", "groupTime", "Total time", "Group time", "Question time"),
    day=("submitdate", "Date submitted", "提交日期"),
    number=("id", "Response ID", "答复 ID"),
    finished=("submitdate", "Date submitted", "提交日期"),
    stems=_stems,
)  # fmt: skip
