"""Exports of Wenjuanxing: by text, by code, by score.

A header is `1、题干`, in a matrix `4、题(行)`; between several answers stands `┋`; what a person wrote beside one
stands in `〖…〗` and may itself hold `┋`.
"""

from __future__ import annotations

import re

from xinqiao.intake.imports.style import Part, Style

NUMBERED = re.compile(r"\s*\d+\s*[、.．]\s*(.+)", re.DOTALL)
ROW = re.compile(r".*[(（—](.+?)[)）]?\s*", re.DOTALL)
# What stands in brackets ends where another answer begins, or the cell ends.
PIECE = re.compile(r"([^┋〖]*)〖(.*?)〗(?=┋|$)|([^┋]+)", re.DOTALL)


def _stems(header: str) -> tuple[str, ...]:
    """`4、过去两周(做事时提不起劲)` without its number, and the row of the matrix alone."""
    found = NUMBERED.fullmatch(header)
    if not found:
        return ()
    row = ROW.fullmatch(found[1]) if found[1].rstrip().endswith((")", "）")) else None
    return (found[1], row[1]) if row else (found[1],)


def pieces(cell: str) -> tuple[Part, ...]:
    """The answers of a cell, each with what the person wrote beside it."""
    found = PIECE.finditer(cell)
    return tuple(Part(text=(one[1] or one[3] or "").strip(), beside=(one[2] or "").strip()) for one in found)


WENJUANXING = Style(
    name="wenjuanxing",
    marks=(("序号",), ("提交答卷时间",)),
    about=("所用时间", "来源", "来源详情", "来自IP", "总分", "姓名(微信)", "用户ID", "扩展属性"),
    day=("提交答卷时间",),
    number=("序号",),
    separators=("┋",),
    empty=("(空)", "(跳过)"),
    empty_codes=("-2", "-3"),
    stems=_stems,
    pieces=pieces,
)
