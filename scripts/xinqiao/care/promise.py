"""What a form says of when somebody reads it, made of the college's own hours and limits."""

from __future__ import annotations

from collections.abc import Iterator

from xinqiao.core.duty import LEVELS, QUESTION, Duty, Limit
from xinqiao.core.form import Purpose
from xinqiao.core.text import Lang, Text

WEEKDAYS = {
    Lang.ZH: ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    Lang.EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 21: "21st", 22: "22nd", 23: "23rd"}
HOURS = Text.of(
    zh="这里不是有人一直守着的地方。有人查看的时间：{days} {opens}–{closes}（北京时间）{closed}；别的时间没有人看。",
    en="Nobody watches this place all the time. It is looked at on {days}, {opens}–{closes} Beijing time{closed}; "
    "at other times nobody looks.",
)
EXCEPT = Text.of(zh="，学院放假的日子除外", en=", except on the college's days off")
REFERRALS = Text.of(zh="最晚什么时候有老师接手：{each}。", en="By when a counsellor takes it on: {each}.")
LEVEL = Text.of(zh="选“{number}级”的，{limit}", en="level {number}, {limit}")
QUESTIONS = Text.of(
    zh="问题最晚在{limit}看到；要单独回复的，也在这以前回。",
    en="A question is read, and answered where a reply is asked for, {limit} at the latest.",
)
IN_HOURS = Text.of(zh="{count} 小时以内", en="within {count} hours")
IN_ONE_HOUR = Text.of(zh="1 小时以内", en="within 1 hour")
SAME_DAY = Text.of(
    zh="当天 {closes} 以前（下班后和休息日送来的，算到下一个工作日）",
    en="by {closes} of the same day (after hours and on days off: of the next working day)",
)
IN_DAYS = Text.of(zh="之后第 {count} 个工作日 {closes} 以前", en="by {closes} of the {nth} working day after")
OUTSIDE = Text.of(
    zh="上班时间以外，小时的时限照算，但可能没有人看到：有危险，请先打电话。",
    en="Limits in hours also run outside those hours, when perhaps nobody sees it: in danger, call first.",
)
PROPOSED = Text.of(
    zh="以上时限是建议值，学院还没有确认。",
    en="These limits are proposals; the college has not confirmed them yet.",
)


def promise(duty: Duty, purpose: Purpose, lang: Lang) -> tuple[str, ...]:
    """The sentences for a question box or a referral in one language; none for a form of another purpose."""
    if purpose not in {Purpose.QUESTION, Purpose.REFERRAL}:
        return ()
    return tuple(_sentences(duty, purpose, lang))


def _sentences(duty: Duty, purpose: Purpose, lang: Lang) -> Iterator[str]:
    closed = EXCEPT[lang] if duty.closed else ""
    yield HOURS[lang].format(
        days=weekdays(duty, lang), opens=f"{duty.opens:%H:%M}", closes=f"{duty.closes:%H:%M}", closed=closed
    )
    if purpose is Purpose.QUESTION:
        yield QUESTIONS[lang].format(limit=limit_words(duty, QUESTION, lang))
    else:
        numbers = ("一", "二", "三", "四") if lang is Lang.ZH else ("1", "2", "3", "4")
        each = [
            LEVEL[lang].format(number=number, limit=limit_words(duty, code, lang))
            for number, code in zip(numbers, LEVELS, strict=True)
        ]
        yield REFERRALS[lang].format(each="；".join(each) if lang is Lang.ZH else "; ".join(each))
    if purpose is Purpose.REFERRAL and any(duty.limits[code].hours for code in LEVELS):
        yield OUTSIDE[lang]
    if not duty.confirmed:
        yield PROPOSED[lang]


def weekdays(duty: Duty, lang: Lang) -> str:
    """The working days; a run of three and more as from and to."""
    days = sorted(duty.days)
    names = WEEKDAYS[lang]
    if len(days) > 2 and days == [*range(days[0], days[-1] + 1)]:
        return f"{names[days[0]]}{'至' if lang is Lang.ZH else ' to '}{names[days[-1]]}"
    return ("、" if lang is Lang.ZH else ", ").join(names[day] for day in days)


def limit_words(duty: Duty, code: str, lang: Lang) -> str:
    """One limit in words, such as “within 1 hour”."""
    limit: Limit = duty.limits[code]
    if limit.hours is not None:
        return (IN_ONE_HOUR if limit.hours == 1 else IN_HOURS)[lang].format(count=limit.hours)
    count, closes = limit.days or 0, f"{duty.closes:%H:%M}"
    if count == 0:
        return SAME_DAY[lang].format(closes=closes)
    nth = ORDINALS.get(count, f"{count}th")
    return IN_DAYS[lang].format(count=count, closes=closes, nth=nth)
