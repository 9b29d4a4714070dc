"""The page that lists every form: what it is for, who opens it, how long it is kept, what is published.

All of it comes from the forms' own definitions, so that the list cannot say anything that a form does not hold.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from xinqiao.core.form import Form, Purpose
from xinqiao.core.text import Lang, Text
from xinqiao.forms.page import in_words, paragraphs
from xinqiao.forms.page_words import WORDS
from xinqiao.forms.privacy import NOBODY, asked, holders, published

TITLE = Text.of(zh="全部表单", en="All forms")
DESCRIPTION = Text.of(
    zh="每一份表单问什么、谁能打开、保存多久、公布什么。",
    en="For each form: what it asks, who can open it, how long it is kept, what is published.",
)
LEAD = Text.of(
    zh="下面每一条都由表单自己的定义生成：问什么、谁能打开、保存多久、公布什么。填写前，表单页上还会再说一次。",
    en="All of this is made from the forms' own definitions: what each asks, who can open it, how long it is kept, "
    "what is published. A form's page says it again before you begin.",
)
GROUPS: Mapping[Purpose, Text] = {
    Purpose.SELF_CHECK: Text.of(zh="自查（在您的设备上算分）", en="Self-checks (scored on your own device)"),
    Purpose.SURVEY: Text.of(zh="调查和反馈", en="Surveys and feedback"),
    Purpose.QUIZ: Text.of(zh="小测", en="Quizzes"),
    Purpose.REGISTRATION: Text.of(zh="报名", en="Registration"),
    Purpose.QUESTION: Text.of(zh="提问", en="Questions"),
    Purpose.REPORT: Text.of(zh="心理委员的每周报告", en="Weekly reports of peer supporters"),
    Purpose.REFERRAL: Text.of(zh="转介", en="Referral"),
}
OPENED = Text.of(zh="谁能打开：{keys}。", en="Who can open it: {keys}.")
KEPT = Text.of(zh="保存：最多 {days} 天。", en="Kept: {days} days at most.")
CLOSED = Text.of(zh="尚未开放", en="not open yet")
CONTRIBUTED = Text.of(
    zh="结果只在您的设备上；以下只说愿意另外贡献的回答。",
    en="The result stays on your device; what follows is about answers that somebody chooses to contribute.",
)


def listing_page(
    forms: Sequence[Form], lang: Lang, *, open_: Collection[str], readers: Mapping[str, Text] = NOBODY
) -> str:
    """The list in one language. open_: ids of the forms that can be sent; readers: key → who holds it."""
    front = {"title": TITLE[lang], "description": DESCRIPTION[lang], "page_type": "page"}
    lines = ["---", *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items()), "---", ""]
    lines += [f"# {TITLE[lang]}", "", LEAD[lang]]
    for purpose, heading in GROUPS.items():
        if found := [form for form in forms if form.purpose is purpose]:
            lines += ["", f"## {heading[lang]} {{ #of-{purpose.value} }}"]
            lines += [line for form in found for line in _entry(form, lang, form.id in open_, readers)]
    return "\n".join(lines) + "\n"


def _entry(form: Form, lang: Lang, is_open: bool, readers: Mapping[str, Text]) -> list[str]:
    state = "" if is_open or form.purpose is Purpose.SELF_CHECK else f"（{CLOSED[lang]}）"
    state = state if lang is Lang.ZH else state.replace("（", " (").replace("）", ")")
    told = [
        *([CONTRIBUTED[lang]] if form.purpose is Purpose.SELF_CHECK else []),
        asked(form, lang),
        OPENED[lang].format(keys=WORDS["and"][lang].join(holders(form, lang, readers))),
        KEPT[lang].format(days=form.retention_days),
        published(form, lang),
    ]
    intro = paragraphs(in_words(form.intro, lang))
    # A referral's first words send people in danger to the telephone; what it is follows.
    at = -1 if form.purpose is Purpose.REFERRAL else 0
    return [
        "",
        f"### [{form.title[lang]}]({form.id}.md){state} {{ #{form.id.replace('@', '--')} }}",
        *(["", intro[at]] if intro else []),
        "",
        *(f"- {sentence}" for sentence in told),
    ]
