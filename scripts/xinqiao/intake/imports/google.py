"""Exports of Google Forms, from the form or from its sheet.

The column of timestamps may hold two shapes: a sheet writes them by the language that it had at the time. A grid's
header is `Question [row]`. Between several answers stand commas in a sheet, semicolons in the form's CSV.
"""

from __future__ import annotations

import re

from xinqiao.intake.imports.style import Style

GRID = re.compile(r"(.+?)\s*\[(.+)\]\s*", re.DOTALL)


def _stems(header: str) -> tuple[str, ...]:
    found = GRID.fullmatch(header)
    return (found[2],) if found else ()


GOOGLE = Style(
    name="google",
    marks=(("时间戳记", "时间戳", "Timestamp"),),
    about=("Email Address", "电子邮件地址", "邮箱地址", "Username", "用户名", "Score", "总分", "得分", "分数"),
    day=("时间戳记", "时间戳", "Timestamp"),
    separators=(",", ";"),
    stems=_stems,
)
