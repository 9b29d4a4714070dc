"""The privacy notice of a form, made of its own definition: what is asked, why, who opens it, how long, what is told.

It follows the order of article 17 of China's Personal Information Protection Law: purpose, kinds of information,
who handles it, for how long. A form that changes changes its notice with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xinqiao.core.form import Form, Purpose
from xinqiao.core.question import Question, Role
from xinqiao.core.summary import Audience
from xinqiao.core.text import Lang, Text
from xinqiao.forms.page_words import WORDS

NOBODY: Mapping[str, Text] = MappingProxyType({})

# What a form of each purpose is for, as its notice says it.
WHY: Mapping[Purpose, Text] = {
    Purpose.SURVEY: Text.of(
        zh="为了什么：了解大家的情况，改进要做的事；不用来了解或评价某一个人。",
        en="What for: to learn how things are for everyone and to do them better; "
        "not to learn about or judge one person.",
    ),
    Purpose.SELF_CHECK: Text.of(
        zh="为了什么：给您自己看看近况；愿意贡献的，再合成统计。",
        en="What for: to see for yourself how you are; where you choose to contribute, for figures.",
    ),
    Purpose.REPORT: Text.of(
        zh="为了什么：了解一个集体的情况，及时安排支持；不用来评价报告的人。",
        en="What for: to know how a group is and to arrange support in time; not to appraise who reports.",
    ),
    Purpose.REGISTRATION: Text.of(
        zh="为了什么：安排这一次活动的座位和通知，别无他用。",
        en="What for: places and messages of this one event, and nothing else.",
    ),
    Purpose.QUESTION: Text.of(
        zh="为了什么：回答您的问题；同意公开的，改写成看不出个人的问答。",
        en="What for: to answer your question; where you agree, to publish it reworded "
        "so that nobody can be recognised.",
    ),
    Purpose.REFERRAL: Text.of(
        zh="为了什么：让值班的心理教师及时联系一位可能需要支持的同学，别无他用。",
        en="What for: that the counsellor on duty can reach a student who may need support in time, and nothing else.",
    ),
    Purpose.QUIZ: Text.of(
        zh="为了什么：看看哪些内容还要多讲；不记成绩，不作考核。",
        en="What for: to see what needs more teaching; it is no grade and no appraisal.",
    ),
}
ASKED = Text.of(zh="问什么：{count} 个问题{kinds}。", en="What is asked: {count} questions{kinds}.")
AMONG = Text.of(zh="，其中有{kinds}", en=", among them {kinds}")
ONLY_CHOICES = Text.of(zh="，全部是选择或数字，不留文字", en=", all of them choices or numbers, no text")
# What among the answers weighs more, in the order in which the notice names it.
WEIGHTY: tuple[tuple[str, Text], ...] = (
    ("contact", Text.of(zh="姓名或联系方式", en="a name or a contact")),
    ("health", Text.of(zh="健康方面的情况（敏感个人信息）", en="matters of health (sensitive personal information)")),
    ("free-text", Text.of(zh="您自己写的文字", en="words of your own")),
    ("match", Text.of(zh="您自己编的配对代码", en="a code that you make")),
    (
        "code",
        Text.of(
            zh="纸条上的一次性代码（没有人登记谁拿到哪一张）",
            en="the one-time code of a slip (nobody notes who got which)",
        ),
    ),
)


def notice(form: Form, lang: Lang, readers: Mapping[str, Text] = NOBODY) -> list[str]:
    """The sentences of the notice in one language. readers: key → who holds it and when they look."""
    words = {key: text[lang] for key, text in WORDS.items()}
    keys = words["and"].join(holders(form, lang, readers))
    return [
        asked(form, lang),
        WHY[form.purpose][lang],
        words["readers"].format(keys=keys),
        words["kept"].format(days=form.retention_days),
        published(form, lang),
        words["nothing_stored"],
    ]


def asked(form: Form, lang: Lang) -> str:
    """What the form asks for: how many questions, and what among them weighs more."""
    questions = [question for question in form.questions if question.answered]
    found = {kind for question in questions for kind in _weights(form, question)}
    named = [words[lang] for kind, words in WEIGHTY if kind in found]
    and_ = WORDS["and"][lang]
    kinds = AMONG[lang].format(kinds=and_.join(named)) if named else ONLY_CHOICES[lang]
    return ASKED[lang].format(count=len(questions), kinds=kinds)


def published(form: Form, lang: Lang) -> str:
    """What of the answers is published: the titles of public summaries, or nothing."""
    words = {key: text[lang] for key, text in WORDS.items()}
    titles = [
        f"{words['title_open']}{summary.title[lang]}{words['title_close']}"
        for summary in form.summaries
        if summary.audience is Audience.PUBLIC
    ]
    if titles:
        return words["published"].format(titles=words["and"].join(titles))
    if any(question.role is Role.MATCH for question in form.questions) and not form.summaries:
        return words["joined_only"]
    return words["staff_only"] if form.summaries else words["not_published"]


def holders(form: Form, lang: Lang, readers: Mapping[str, Text] = NOBODY) -> list[str]:
    """Who holds each key that can open the answers: in the college's words where it has said so."""
    return [_holder(name, lang, readers) for name in form.seal_to]


def _weights(form: Form, question: Question) -> set[str]:
    scaled = {name for scale in form.scales if scale.sensitive for name in scale.items}
    weights = {"health"} if question.sensitive or question.name in scaled else set()
    return weights | ({question.role.value} & {Role.CONTACT, Role.FREE_TEXT, Role.MATCH, Role.CODE})


def _holder(name: str, lang: Lang, readers: Mapping[str, Text]) -> str:
    if name in readers:
        return readers[name][lang]
    return WORDS.get(f"key_{name}", WORDS["key_other"])[lang].format(name=name)
