"""The words of self-checks that no form file holds, in both languages: never a verdict about a person."""

from __future__ import annotations

from collections.abc import Mapping

from xinqiao.core.text import Text

CHECK_WORDS: Mapping[str, Text] = {
    "promise_local": Text.of(
        zh="**回答只留在这一页。**页面打开以后不再连接网络，算分也在您的设备上。"
        "关掉或离开这一页，回答和结果就都没有了。没有人会看到，包括学校。",
        en="**Your answers stay on this page.** Once it is open it makes no connection, and the score is worked out on "
        "your device. When you close or leave it, answers and result are gone. Nobody sees them, nor does the college.",
    ),
    "promise_limits": Text.of(
        zh="**它只算一个分数。**它说明不了原因，也说明不了一个人是不是生了病；那要由医生当面了解之后判断。",
        en="**It only works out a score.** It cannot tell why, nor whether anybody is ill; "
        "only a doctor who has talked with the person can judge that.",
    ),
    "promise_stop": Text.of(
        zh="**随时可以停。**觉得难受，不用答完，直接打这一页上的电话。",
        en="**You can stop at any time.** If it gets hard, leave the rest and call a number on this page.",
    ),
    "history": Text.of(
        zh="和别人共用设备时请留意：浏览器的历史记录里会有这个网址，但没有您的回答。",
        en="On a shared device, note that the browser's history keeps this address, though none of your answers.",
    ),
    "all_needed": Text.of(
        zh="计分的题要都回答，才算得出分数。",
        en="All questions that are scored need an answer, else there is no score.",
    ),
    "demonstration_check": Text.of(
        zh="这是演示站，学院是虚构的。求助电话是真实的；您的回答同样不会离开这一页。",
        en="This is a demonstration of a fictional college. The help lines are real, and here too your answers "
        "never leave this page.",
    ),
    "see_result": Text.of(zh="看看结果", en="See your result"),
    "by_hand_note": Text.of(
        zh="您的浏览器没有运行脚本，这一页不能替您算分，也不会发出任何内容。您可以照常选，再按页尾的办法自己数。",
        en="Your browser is not running scripts: this page cannot work out the score for you, and nothing is sent. "
        "You can choose your answers and count them yourself, as told at the end of the page.",
    ),
    "by_hand": Text.of(zh="自己数一数", en="Counting it yourself"),
    "answer": Text.of(zh="回答", en="Answer"),
    "points": Text.of(zh="分数", en="Points"),
    "questions": Text.of(zh="第 {numbers} 题", en="Questions {numbers}"),
    "own_number": Text.of(zh="所选的数字就是分数。", en="The number chosen is the points."),
    "by_sum": Text.of(zh="把这 {count} 题的分数加起来。", en="Add up the points of these {count} questions."),
    "by_mean": Text.of(
        zh="把这 {count} 题的分数加起来，再除以 {count}。",
        en="Add up the points of these {count} questions and divide by {count}.",
    ),
    "by_factor": Text.of(zh="再乘以 {factor}。", en="Multiply by {factor}."),
    "missing_none": Text.of(zh="缺一题，就没有得分。", en="With one answer missing there is no score."),
    "missing": Text.of(
        zh="最多可以缺 {count} 题，缺的题按其余各题的平均分计算；缺得更多，就没有得分。",
        en="At most {count} may be missing and count as the mean of the others. With more missing there is no score.",
    ),
    "danger_rule": Text.of(
        zh="第 {number} 题回答{answers}时，不论总分多少，都请先找人说说：打这一页上的电话，或者告诉身边的一个人。",
        en="If the answer to question {number} is {answers}, talk to someone first, whatever the score: "
        "call a number on this page or tell someone near you.",
    ),
    "first": Text.of(zh="先看这里：有人愿意听您说", en="First of all: there are people who will listen"),
    "first_why": Text.of(
        zh="您有一个回答，值得今天就告诉一个人，这和得分高低没有关系。愿意面对它，并不容易。",
        en="One of your answers is worth telling someone today, whatever the score. Facing it was not easy.",
    ),
    "result": Text.of(zh="您的结果", en="Your result"),
    "means": Text.of(zh="这个分数说明什么，不说明什么", en="What this score tells, and what it does not"),
    "means_1": Text.of(
        zh="它由您的回答算出，只说明问到的这些方面，这段时间里大致怎样。差一两分没有区别。",
        en="It is made from your answers and tells only roughly how the matters asked about were in this time. "
        "A point or two makes no difference.",
    ),
    "means_2": Text.of(
        zh="它说明不了您是不是生了病，也说明不了您是个怎样的人。熬夜、考试、生理期、身体不舒服，都可能让分数变差。"
        "分数差的人里，许多并没有问卷所问的那种情况；分数好的人里，也有需要帮助的。",
        en="It cannot tell whether you are ill, nor what kind of person you are. Late nights, exams, periods or "
        "an ailing body can make it look worse too. Many whose score looks bad are not in the condition that the "
        "questionnaire asks about, and some whose score looks good need help.",
    ),
    "scoring_link": Text.of(
        zh="这份问卷从哪里来、怎样计分、有多可靠",
        en="Where this questionnaire comes from, how it is scored, how reliable it is",
    ),
    "whom": Text.of(zh="可以找谁", en="Whom to talk to"),
    "whom_near": Text.of(
        zh="**身边的人：**同学、家人、辅导员。说一句“我最近不太好”就够了。",
        en="**Someone near you:** a friend, family, your student counsellor. “I have not been well lately” is enough.",
    ),
    "whom_centre": Text.of(
        zh="**学校心理中心：**可以预约，也可以请老师陪您去。什么分数都可以去。",
        en="**The counselling centre:** make an appointment, or ask a member of staff to go with you. "
        "Any score is reason enough.",
    ),
    "whom_clinic": Text.of(
        zh="**医院的心理科或精神科门诊：**想弄清楚到底是怎么回事，或者已经影响吃饭、睡觉、上课时，去那里看看。",
        en="**A hospital's psychology or psychiatry clinic:** to find out what is going on, "
        "or when meals, sleep or classes already suffer.",
    ),
    "whom_more": Text.of(zh="怎样找人帮忙", en="More about getting help"),
    "read": Text.of(zh="读一读", en="Reading on"),
    "new_tab": Text.of(
        zh="文章在新标签页打开，这一页的结果还在。", en="Articles open in a new tab; the result stays here."
    ),
    "yours": Text.of(zh="您的回答", en="Your answers"),
    "print": Text.of(zh="打印", en="Print"),
    "back": Text.of(zh="回去改回答", en="Change my answers"),
    "again": Text.of(zh="清空，重新开始", en="Clear and start again"),
    "invite": Text.of(zh="愿意让学院了解得更准一些吗？", en="Would you help the college understand better?"),
    "invite_why": Text.of(
        zh="您可以不记名地贡献这次的回答。会在新窗口打开另一页，先说明用途，再问您同不同意；您同意之前，什么都不会送出。"
        "不贡献没有任何影响。",
        en="You can contribute these answers without your name. Another page opens in a new window, says what they are "
        "used for and asks whether you agree; nothing is sent before you do. Not contributing has no consequence.",
    ),
    "invite_open": Text.of(zh="打开贡献页（新窗口）", en="Open the page for contributing (new window)"),
    "contribute_title": Text.of(zh="贡献回答：{title}", en="Contributing answers: {title}"),
    "waiting": Text.of(
        zh="这一页要从自查的结果页打开：先做完自查，在结果页的最后点“打开贡献页”。现在这里没有任何回答，也没有送出任何内容。",
        en="This page is opened from the result of the self-check: do the check first and choose “Open the page for "
        "contributing” at the end of the result. There are no answers here now, and nothing was sent.",
    ),
    "waiting_app": Text.of(
        zh="如果您正是从结果页来的：有些应用里的浏览器传不过来。可以在系统自带的浏览器里重做一次，也可以就此不管，没有任何影响。",
        en="If you did come from the result: browsers inside some apps cannot hand the answers over. You can do the "
        "check again in the phone's own browser, or leave it at that; there is no consequence.",
    ),
    "to_check": Text.of(zh="去做自查", en="To the self-check"),
    "to_send": Text.of(zh="会送出的内容", en="What would be sent"),
    "to_send_note": Text.of(
        zh="只有下面这些回答，加上问卷的名称、版本和页面语言。没有姓名、学号、得分，也没有设备信息。",
        en="Only these answers, with the questionnaire's name and version and the language of the page. "
        "No name, no student number, no score, nothing about your device.",
    ),
    "consent": Text.of(zh="请先看清楚", en="Before you decide"),
    "agree_question": Text.of(zh="您同意吗？", en="Do you agree?"),
    "agree": Text.of(
        zh="我已满 18 岁，看过以上说明，同意学院这样使用我的这些回答",
        en="I am 18 or older, have read the above and agree that the college uses these answers of mine in this way",
    ),
    "agree_send": Text.of(zh="封存并送出", en="Seal and send"),
    "decline": Text.of(zh="不送了，关闭这一页", en="Send nothing and close this page"),
    "declined": Text.of(zh="什么都没有送出。您可以关闭这一页了。", en="Nothing was sent. You can close this page."),
    "scoring_about": Text.of(
        zh="每道题怎样记分，各分数段怎样划分，依据和许可，以及核对计分的例子。",
        en="How each answer counts, where each band begins, sources and licence, and cases that prove the scoring.",
    ),
    "scoring_title": Text.of(zh="怎样计分：{title}", en="How it is scored: {title}"),
    "origin": Text.of(zh="来源与许可", en="Source and terms"),
    "source": Text.of(zh="来源", en="Source"),
    "licence": Text.of(zh="许可", en="Terms"),
    "version": Text.of(zh="本页对应第 {version} 版表单。", en="This page is about version {version} of the form."),
    "counting": Text.of(zh="怎样算分", en="How the score is made"),
    "uncounted": Text.of(zh="没有列出的题不计分。", en="Questions not listed are not scored."),
    "ranges": Text.of(zh="分数范围", en="Ranges"),
    "extent": Text.of(zh="分数最低 {low}，最高 {high}。", en="The score runs from {low} to {high}."),
    "danger_heading": Text.of(zh="先看安全，再看分数", en="Safety before the score"),
    "known": Text.of(zh="已知的和不知道的", en="What is known and what is not"),
    "cases": Text.of(zh="核对计分的例子", en="Cases that prove the scoring"),
    "cases_note": Text.of(
        zh="下面的回答都是编的。页面里的算法和学院汇总时的算法，每次改动都要在这些例子上给出同样的结果。",
        en="All answers below are made up. What scores on the page and what scores for the college's summaries must "
        "agree on these cases at every change.",
    ),
    "case": Text.of(zh="例子", en="Case"),
    "case_answers": Text.of(zh="各题分数（– 为缺）", en="Points by question (– is missing)"),
    "case_score": Text.of(zh="得分", en="Score"),
    "case_range": Text.of(zh="范围", en="Range"),
    "case_help": Text.of(zh="求助提示", en="Help shows"),
    "yes": Text.of(zh="出现", en="yes"),
    "no": Text.of(zh="不出现", en="no"),
    "do_check": Text.of(zh="去做这份自查", en="Do this self-check"),
}

# What self-check.js says.
CHECK_SCRIPT_WORDS: Mapping[str, Text] = {
    "result": Text.of(zh="您的结果：{results}", en="Your result: {results}"),
    "points": Text.of(zh="{score} 分", en="{score}"),
    "banded": Text.of(zh="{score} 分，{band}", en="{score} – {band}"),
    "no_score": Text.of(zh="没有得分", en="no score"),
    "lacking": Text.of(zh="有题目没有回答，所以没有得分。", en="Some questions have no answer, so there is no score."),
    "extent": Text.of(
        zh="{title}：{score}。这个分数最低是 {low}，最高是 {high}。",
        en="{title}: {score}, on a scale from {low} to {high}.",
    ),
    "plain": Text.of(zh="{title}：{score}。", en="{title}: {score}."),
    "between": Text.of(zh="；", en="; "),
    "skipped": Text.of(zh="没有回答", en="not answered"),
    "blocked": Text.of(
        zh="新窗口没能打开，可能被浏览器拦住了。您的结果还在这一页，什么都没有送出。"
        "想贡献的话，可以允许本站弹出窗口后再点一次；不贡献也没有任何影响。",
        en="The new window did not open; your browser may have blocked it. Your result is still here and nothing was "
        "sent. To contribute, allow this site to open windows and try again; not contributing has no consequence.",
    ),
    "in_app": Text.of(
        zh="您正在应用内的浏览器里看这一页，这里打不开单独的贡献页。您的结果还在，什么都没有送出。"
        "想贡献的话，可以在系统自带的浏览器里重做一次；不贡献也没有任何影响。",
        en="You are reading this inside an app, whose browser cannot open the separate page. Your result is still here "
        "and nothing was sent. To contribute, do the check again in the phone's own browser; "
        "not contributing has no consequence.",
    ),
    "lost": Text.of(
        zh="新窗口没有来取您的回答，所以没有交给它。您的结果还在这一页，什么都没有送出。可以再点一次试试。",
        en="The new window did not ask for your answers, so they were not handed over. Your result is still here and "
        "nothing was sent. You can try again.",
    ),
    "handed": Text.of(
        zh="贡献页已在新窗口打开。您在那里同意之前，什么都不会送出。",
        en="The page for contributing is open in a new window. Nothing is sent until you agree there.",
    ),
}

# What contribute.js says instead of the words of an ordinary form.
CONTRIBUTE_SCRIPT_WORDS: Mapping[str, Text] = {
    "many": Text.of(zh="想送出，请先勾选；不想送，直接关闭这一页就好", en="Tick it to send, or simply close this page"),
    "skipped": Text.of(zh="没有回答", en="not answered"),
    "kept": Text.of(
        zh="这些回答仍在本页，没有丢失；再次提交同样的回答不会重复计数。",
        en="These answers are still on this page; sending the same answers again counts once.",
    ),
    "offline": Text.of(
        zh="无法连接接收服务器。请检查网络，然后再次点击“封存并送出”；就此不送也没有任何影响。",
        en="The receiver cannot be reached. Check your connection and choose “Seal and send” again; "
        "leaving it at that has no consequence.",
    ),
    "refused": Text.of(
        zh="接收服务器没有接受这份回答。可以稍后再点“封存并送出”；就此不送也没有任何影响。",
        en="The receiver did not accept these answers. Choose “Seal and send” again a little later; "
        "leaving it at that has no consequence.",
    ),
}
