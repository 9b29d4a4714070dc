"""Exports of Microsoft Forms: `A;B;` for several answers, points and feedback between the questions of a quiz.

A header may hold line breaks and hard spaces; a question asked again ends in 2, 3 …: such columns have to be named in a
mapping file, because a question may end in a number of its own.
"""

from __future__ import annotations

from xinqiao.intake.imports.style import Style

MICROSOFT = Style(
    name="microsoft",
    marks=(("ID",), ("Start time", "开始时间"), ("Completion time", "完成时间")),
    about=(
        "Start time", "开始时间", "Email", "电子邮件", "Name", "名称", "姓名", "Last modified time", "上次修改时间",
        "Language", "语言", "Total points", "总分", "Quiz feedback", "测验反馈", "Grade posted time", "成绩发布时间",
    ),
    begins=("Points - ", "Feedback - ", "得分 - ", "分数 - ", "反馈 - "),
    day=("Completion time", "完成时间"),
    number=("ID",),
)  # fmt: skip
