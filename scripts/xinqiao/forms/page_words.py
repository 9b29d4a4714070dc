"""The words of form pages that no form file holds: marks, notices, messages, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from xinqiao.core.text import Text

WORDS: Mapping[str, Text] = {
    "demonstration": Text.of(
        zh="这是演示：学院是虚构的，公布的结果由程序生成。请不要在这里填写真实情况。",
        en="This is a demonstration: the college is fictional and its results are generated. "
        "Do not enter anything real here.",
    ),
    "not_open": Text.of(
        zh="这份表单尚未开放：学院还没有设置能打开答案的密钥。",
        en="This form is not open: the college has not yet set up the keys that can open its answers.",
    ),
    "to_questions": Text.of(zh="看过下面的说明了？直接填写", en="Read the notes below before? Go to the questions"),
    "closed": Text.of(zh="报名已经截止，这里不再接收。", en="Registration has closed; nothing is taken here any more."),
    "occasion": Text.of(zh="这场活动", en="The event"),
    "before": Text.of(zh="开始之前", en="Before you start"),
    "privacy": Text.of(zh="问什么、谁能看、留多久", en="What is asked, who can see it, for how long"),
    "readers": Text.of(
        zh="答案在您的设备上封存后才送出。能打开它的只有：{keys}。接收服务器和备份里只有封好的信封，接收方自己也看不到内容。",
        en="Your answers are sealed on your device before they leave it. Only these can open them: {keys}. "
        "The receiving server and its backups hold sealed envelopes only; not even the receiver can read them.",
    ),
    "key_aggregation": Text.of(zh="汇总密钥（制作统计表时使用）", en="the summary key (used to make the summaries)"),
    "key_recovery": Text.of(
        zh="备用密钥（原密钥遗失时使用）", en="the recovery key (used if another key has been lost)"
    ),
    "key_counsellor": Text.of(zh="心理教师的密钥", en="the counsellor's key"),
    "key_organiser": Text.of(zh="活动组织者的密钥", en="the organiser's key"),
    "key_other": Text.of(zh="密钥“{name}”", en="the key “{name}”"),
    "kept": Text.of(
        zh="学院承诺封存的答案最多保存 {days} 天，到期删除。此外只记下收到的日期，不记姓名、IP 地址和设备。",
        en="The college undertakes to keep sealed answers for at most {days} days and to delete them then. "
        "Apart from them only the day of arrival is noted: no name, no IP address, no device.",
    ),
    "published": Text.of(
        zh="对外公布的只有这些汇总：{titles}。人数过少的数字不显示，以免有人被认出来。",
        en="Only these summaries are published: {titles}. Figures about too few people are withheld, "
        "so that nobody can be recognised.",
    ),
    "not_published": Text.of(zh="答案不会公布，也不公布汇总结果。", en="Nothing made from these answers is published."),
    "staff_only": Text.of(
        zh="不对外公布；合在一起的统计只给校内工作人员看，人数过少的数字不显示。",
        en="Nothing is published; figures for everyone together are for staff only, "
        "and those about too few people are withheld.",
    ),
    "joined_only": Text.of(
        zh="不单独公布；只凭配对代码和另一份合在一起统计，人数过少的数字不显示。",
        en="Nothing is published of it alone; it is joined by your code with the other form and counted with it, "
        "and figures about too few people are withheld.",
    ),
    "nothing_stored": Text.of(
        zh="本页不使用 Cookie，也不在您的设备上保存任何内容；关闭页面，未提交的答案随即消失。",
        en="This page uses no cookies and stores nothing on your device; "
        "answers that were not sent are gone when you close it.",
    ),
    "noscript": Text.of(
        zh="您的浏览器没有运行 JavaScript。您仍可填写并提交，但答案要到接收服务器后才封存，保护比在您的设备上封存弱。"
        "标有“仅当……”的题目，不符合时请跳过。",
        en="Your browser is not running JavaScript. You can still fill in and send this form, but your answers are "
        "sealed only on arrival at the receiver, which protects them less than sealing on your device. "
        "Skip questions marked “only if …” that do not fit.",
    ),
    "required_note": Text.of(
        zh="标有“必答”的题目需要回答，其余都可以跳过。",
        en="Questions marked “required” need an answer; you can skip all others.",
    ),
    "required": Text.of(zh="必答", en="required"),
    "danger_lead": Text.of(zh="不用一个人扛着", en="There is no need to carry this alone"),
    "danger": Text.of(
        zh="如果有不想活、想伤害自己的念头：这样的念头会来，也会过去。现在就可以打下面的电话，或者告诉身边的一个人。"
        "担心的是别人，也可以打。",
        en="If there are thoughts of not wanting to live or of hurting yourself: they come, and they pass. "
        "Call one of these numbers now, or tell someone near you. If you worry about someone else, call as well.",
    ),
    "leave_empty": Text.of(
        zh="此栏供识别自动程序，请留空", en="Leave this field empty; it is there for automatic senders"
    ),
    "format_date": Text.of(zh="例如 2026-03-27。", en="For example 2026-03-27."),
    "format_time": Text.of(
        zh="24 小时制，例如 08:30 或 21:05。", en="On the 24-hour clock, for example 08:30 or 21:05."
    ),
    "format_range": Text.of(zh="从 {low} 到 {high}，每步 {step}。", en="From {low} to {high} in steps of {step}."),
    "acknowledge": Text.of(zh="我已读过并确认", en="I have read this and confirm it"),
    "exit": Text.of(zh="马上离开", en="Leave now"),
    "exit_how": Text.of(
        zh="连按三次 Esc 键也会马上离开，填写的内容随即清除，“后退”也回不到这里。",
        en="Pressing Esc three times leaves at once too. What you filled in is gone, and “back” does not return here.",
    ),
    "print": Text.of(zh="打印这份表单", en="Print this form"),
    "back": Text.of(zh="上一步", en="Back"),
    "continue": Text.of(zh="继续", en="Continue"),
    "choose": Text.of(zh="未选择", en="Nothing chosen"),
    "send": Text.of(zh="提交", en="Send"),
    "only_if": Text.of(
        zh="仅当“{question}”的回答是以下之一时填写：{answers}。",
        en="Only if your answer to “{question}” is: {answers}.",
    ),
    "only_if_fits": Text.of(zh="仅当与您其他回答相符时填写。", en="Only if it fits your other answers."),
    "or": Text.of(zh="、", en=" or "),
    "and": Text.of(zh="、", en=", "),
    "title_open": Text.of(zh="《", en="“"),
    "title_close": Text.of(zh="》", en="”"),
}

# Beside an answer that is a sign of danger, where a form is about somebody else.
OF_ANOTHER: Mapping[str, Text] = {
    "danger_lead": Text.of(zh="先打电话，再填表", en="Call first, then go on with this form"),
    "danger": Text.of(
        zh="现在就打下面的急救或报警电话，别让他一个人待着，再找最近的老师。有人接手了，再接着填。",
        en="Call one of the emergency numbers below now, do not leave the person alone, then find the nearest member "
        "of staff. Go on with this form once somebody has taken over.",
    ),
}

# What form.js says.
SCRIPT_WORDS: Mapping[str, Text] = {
    "errors": Text.of(zh="还有几处要再看一下", en="Some answers need another look"),
    "one": Text.of(zh="请选择一项", en="Choose one answer"),
    "many": Text.of(zh="请至少选择一项", en="Choose at least one answer"),
    "text": Text.of(zh="请填写", en="Enter an answer"),
    "whole": Text.of(zh="请填写整数", en="Enter a whole number"),
    "decimal": Text.of(zh="请填写数字，例如 36.5", en="Enter a number, such as 36.5"),
    "date": Text.of(zh="请填写日期，例如 2026-03-27", en="Enter a date, such as 2026-03-27"),
    "time": Text.of(zh="请填写时间，例如 08:30", en="Enter a time, such as 08:30"),
    "range": Text.of(zh="请填写范围内的数字", en="Enter a number of this range"),
    "code": Text.of(
        zh="这不是纸条上的代码，或有一位写错了；代码是 12 位，没有 0、1、I、L、O",
        en="This is not a code from a slip, or one sign is wrong. A code has 12 signs and no 0, 1, I, L or O",
    ),
    "tick": Text.of(zh="请勾选确认", en="Tick the box to confirm"),
    "progress": Text.of(zh="第 {at} 步，共 {all} 步", en="Step {at} of {all}"),
    "constraint": Text.of(zh="这个回答超出了允许的范围", en="This answer is outside what the question allows"),
    "colon": Text.of(zh="：", en=": "),
    "error": Text.of(zh="错误：", en="Error: "),
}

# What send.js says.
SEND_WORDS: Mapping[str, Text] = {
    "sealing": Text.of(zh="正在封存您的答案……", en="Sealing your answers …"),
    "sending": Text.of(zh="正在送出……", en="Sending …"),
    "kept": Text.of(
        zh="您填写的内容仍在本页，没有丢失；再次提交同样的答案不会重复计数。",
        en="What you filled in is still on this page; sending the same answers again counts once.",
    ),
    "offline": Text.of(
        zh="无法连接接收服务器。请检查网络，然后再次点击“提交”。",
        en="The receiver cannot be reached. Check your connection, then choose “Send” again.",
    ),
    "refused": Text.of(
        zh="接收服务器没有接受这份答案。请稍后再次点击“提交”；如果仍不成功，请告诉发布这份表单的老师。",
        en="The receiver did not accept this form. Choose “Send” again a little later; "
        "if it still fails, tell the staff who published it.",
    ),
    "late": Text.of(
        zh="按您设备上的时间，报名已经截止，送出也不会被接收。如果设备的时间不准，仍可以试。",
        en="By the clock of your device registration has closed, and what you send will not be taken. "
        "If that clock is wrong, you can still try.",
    ),
    "insecure": Text.of(
        zh="本页不是通过加密连接（https）打开的，浏览器无法封存答案，所以不会送出。"
        "请用以 https:// 开头的网址重新打开本页。",
        en="This page was not opened over a secure connection (https), so your browser cannot seal answers and nothing "
        "will be sent. Open this page again at an address that begins with https://.",
    ),
    "unsealed": Text.of(
        zh="浏览器没能封存答案，所以没有送出。请检查网络后再次点击“提交”，或换一个较新的浏览器。",
        en="Your browser could not seal the answers, so nothing was sent. Check your connection and choose “Send” "
        "again, or use a newer browser.",
    ),
}

OUTCOMES: Mapping[str, Mapping[str, Text]] = {
    "thanks": {
        "heading": Text.of(zh="已收到，谢谢您", en="Received, thank you"),
        "lead": Text.of(zh="您的答案已经封存并安全收好。", en="Your answers are sealed and safely stored."),
        "next_heading": Text.of(zh="接下来", en="What happens next"),
        "next_1": Text.of(
            zh="答案会和其他人的一起汇总，没有人会逐份查看某个人的回答。",
            en="Your answers are counted together with those of others; nobody looks at one person's.",
        ),
        "next_2": Text.of(
            zh="因为不记名，已提交的答案无法找出、修改或撤回。",
            en="As nothing names you, answers that were sent cannot be found, changed or taken back.",
        ),
        "next_3": Text.of(
            zh="这里的答案不会有人及时查看。如果您或身边的人现在需要帮助，请直接联系下面的帮助。",
            en="Nobody watches these answers as they come in. If you or someone near you needs help now, "
            "use the help below.",
        ),
    },
    "not-accepted": {
        "heading": Text.of(zh="没有提交成功", en="Your answers were not accepted"),
        "lead": Text.of(
            zh="接收服务器没有接受这次提交，您的答案没有被保存。",
            en="The receiver did not accept this form. Your answers were not stored.",
        ),
        "next_heading": Text.of(zh="怎样继续", en="How to go on"),
        "next_1": Text.of(
            zh="常见原因：有必答题没有回答、某个回答不在选项之内，或表单已经更新。",
            en="Usual reasons: a required question without an answer, an answer that is not among the choices, "
            "or a form that has changed since you opened it.",
        ),
        "next_2": Text.of(
            zh="用浏览器的“后退”回到表单，核对后再次提交；或者打开最新的表单重新填写。",
            en="Go back in your browser, check your answers and send again; or open the current form "
            "and fill it in anew.",
        ),
        "next_3": Text.of(
            zh="如果仍不成功，请告诉发布这份表单的老师。不需要说明您填写的内容。",
            en="If it still fails, tell the staff who published the form. You need not say what you answered.",
        ),
    },
}
OUTCOME_LINKS: Mapping[str, Text] = {
    "again": Text.of(zh="打开表单", en="Open the form"),
    "home": Text.of(zh="回到首页", en="To the home page"),
    "help": Text.of(zh="现在就需要帮助？", en="Help now"),
}
