"""What the page after sending says, by what the form is for: somebody reads a referral, nobody one survey alone."""

from __future__ import annotations

from collections.abc import Mapping

from xinqiao.core.form import Form, Purpose
from xinqiao.core.text import Text
from xinqiao.forms.page_words import OUTCOMES

# In place of the words for answers that are only counted together.
THANKS: Mapping[Purpose, Mapping[str, Text]] = {
    Purpose.REPORT: {
        "next_1": Text.of(
            zh="心理教师会看到您所在集体的报告；统计表里最细到年级，不写是谁报的。",
            en="The counsellor sees the report on your group; tables go down to the grade and do not say who reported.",
        ),
        "next_2": Text.of(
            zh="填错了，这一周再报一次就好，并告诉老师以后一次为准。",
            en="If something was wrong, report again this week and tell staff that the later one counts.",
        ),
        "next_3": Text.of(
            zh="晴雨表不会当天有人看。担心某一位同学，请用转介表单；有人此刻有危险，请先打下面的电话。",
            en="Nobody reads this on the same day. If you worry about one fellow student, use the referral form; "
            "if somebody is in danger right now, call one of the numbers below first.",
        ),
    },
    Purpose.REGISTRATION: {
        "lead": Text.of(zh="报名已经封存并送到。", en="Your registration is sealed and has arrived."),
        "next_1": Text.of(
            zh="活动组织者会打开名单，用您留的联系方式告诉您有没有座位。",
            en="The organiser opens the list and lets you know by the contact you left whether you have a place.",
        ),
        "next_2": Text.of(
            zh="想取消或更改，直接告诉组织者；活动过后，名单到期删除。",
            en="To cancel or change something, tell the organiser; after the event the list is deleted in time.",
        ),
    },
    Purpose.QUESTION: {
        "lead": Text.of(zh="问题已经封存并送到。", en="Your question is sealed and has arrived."),
        "next_1": Text.of(
            zh="心理教师会逐个阅读，同意公开的，改写成看不出个人的问答，放在网站上。",
            en="The counsellor reads each one; where you agreed, it is reworded so that nobody can be recognised "
            "and published with its answer on this site.",
        ),
        "next_2": Text.of(
            zh="留了联系方式的，会单独回复；没有留的，我们找不到您，请过些日子到“学一点”的“大家问过的”里看。",
            en="If you left a contact you get a reply of your own; if not, we cannot find you: look under "
            "“Asked before” on “Learn” in a while.",
        ),
    },
    Purpose.REFERRAL: {
        "heading": Text.of(zh="已收到，谢谢您没有让他一个人扛着", en="Received. Thank you for not leaving them alone"),
        "lead": Text.of(
            zh="内容已经封存，只有值班的心理教师能打开。", en="It is sealed; only the counsellor on duty can open it."
        ),
        "next_1": Text.of(
            zh="在有人接手之前，请继续留意他；情况变急了，不要等回复，直接打下面的电话，再找最近的老师。",
            en="Until somebody takes over, keep an eye on the person; if it becomes urgent, do not wait for a reply: "
            "call one of the numbers below, then find the nearest member of staff.",
        ),
        "next_2": Text.of(
            zh="留了联系方式的，老师会告诉您已经有人接手；之后的细节，老师要替他保密，不能都讲给您听。",
            en="If you left a contact, staff will tell you that somebody has taken over; what follows is private to "
            "the person, and not all of it can be told to you.",
        ),
        "next_3": Text.of(
            zh="一天之内没有任何回音，请直接打电话或当面找一位老师。您自己累了，也可以打下面的电话。",
            en="If you hear nothing within a day, telephone a member of staff or go to one. "
            "If you are worn out yourself, the numbers below are for you, too.",
        ),
    },
    Purpose.QUIZ: {
        "next_1": Text.of(
            zh="答案和讲解在“学一点”的《怎样听、怎样陪一个同学》里，可以现在去对一对。",
            en="Answers and reasons stand in “How to listen to a fellow student and stay with them” under “Learn”; "
            "you can compare now.",
        ),
    },
}


# What only a form for one event has.
OF_OCCASIONS: Mapping[str, Mapping[str, Text]] = {
    "waiting": {
        "heading": Text.of(zh="已收到：您在候补名单上", en="Received: you are on the waiting list"),
        "lead": Text.of(
            zh="报名已经封存并送到。在您之前收到的报名已经达到名额，所以目前还没有您的座位。",
            en="Your registration is sealed and has arrived. As many came before it as there are places, "
            "so there is no place for you yet.",
        ),
        "next_heading": Text.of(zh="接下来", en="What happens next"),
        "next_1": Text.of(
            zh="有人取消、重复报名被合并时，活动组织者按收到的先后通知候补的人，用的是您留的联系方式。",
            en="When somebody cancels, or registered twice, the organiser tells those on the waiting list in the order "
            "of arrival, by the contact they left.",
        ),
        "next_2": Text.of(
            zh="不用再报一次，再报不会提前。不想等了，告诉组织者就行；活动过后，名单到期删除。",
            en="There is no need to register again, and it would not move you up. If you no longer want to wait, tell "
            "the organiser; after the event the list is deleted in time.",
        ),
        "next_3": Text.of(
            zh="这里的内容不会有人及时查看。如果您或身边的人现在需要帮助，请直接联系下面的帮助。",
            en="Nobody watches this as it comes in. If you or someone near you needs help now, use the help below.",
        ),
    },
    "closed": {
        "heading": Text.of(zh="报名已经截止", en="Registration has closed"),
        "lead": Text.of(
            zh="这份报名是在截止之后送到的，没有接收，也没有保存。",
            en="This registration arrived after the closing time. It was not taken and not stored.",
        ),
        "next_heading": Text.of(zh="可以做的", en="What you can do"),
        "next_1": Text.of(
            zh="截止之前已经显示“已收到”的报名不受影响。",
            en="A registration that was confirmed as received before the closing time stands.",
        ),
        "next_2": Text.of(
            zh="仍想参加，请直接问活动组织者。别的活动在“动态”里。",
            en="If you still want to take part, ask the organiser. Other events stand under “News”.",
        ),
        "next_3": Text.of(
            zh="如果您或身边的人现在需要帮助，请直接联系下面的帮助。",
            en="If you or someone near you needs help now, use the help below.",
        ),
    },
}


def outcomes(form: Form) -> tuple[str, ...]:
    """The names of the pages that may follow the sending of a form."""
    return (*OUTCOMES, *(OF_OCCASIONS if form.occasion else ()))


def outcome_texts(purpose: Purpose, outcome: str) -> Mapping[str, Text]:
    """The texts of one of the pages `outcomes` of a form with that purpose."""
    own = THANKS.get(purpose, {}) if outcome == "thanks" else OF_OCCASIONS.get(outcome, {})
    return {**OUTCOMES.get(outcome, {}), **own}
