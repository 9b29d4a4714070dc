"""The list of all pages: by title, and a course's steps in the order in which they are taken."""

from __future__ import annotations

from xinqiao.core.text import Lang
from xinqiao.site.all_pages import PAGE, all_pages
from xinqiao.site.tree import Piece


def page(title: str) -> Piece:
    return Piece(content=f"---\ntitle: {title}\n---\n\n# {title}\n")


def test_steps_of_a_course_follow_it_in_their_own_order() -> None:
    names = {
        "learn.md": "学一点",
        "learn/anxiety.md": "焦虑",
        "learn/peers/index.md": "朋辈",
        "learn/peers/01-role.md": "第一课",
        "learn/peers/02-signs.md": "第二课",
        "learn/peers/card.md": "完成卡片",
        "learn/yoga.md": "瑜伽",
    }
    listed = all_pages({Lang.ZH: {name: page(title) for name, title in names.items()}})[Lang.ZH][PAGE].content
    assert isinstance(listed, str)
    found = [line.removeprefix("- [").partition("]")[0] for line in listed.splitlines() if line.startswith("- [")]
    assert found == ["焦虑", "朋辈", "第一课", "第二课", "完成卡片", "学一点", "瑜伽"]
