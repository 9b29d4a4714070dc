"""The pages of the inbox: plain HTML and forms, without any script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from xinqiao.care.case import Case, Clock, State
from xinqiao.care.entry import Entry
from xinqiao.care.promise import weekdays
from xinqiao.care.publish import RUN, agreed, sent_words
from xinqiao.care.words import Words
from xinqiao.core.duty import LEVELS, Duty
from xinqiao.core.form import Purpose
from xinqiao.core.occasion import BEIJING
from xinqiao.core.text import Lang, Text
from xinqiao.templates import environment

# How much one note may hold.
LIMIT = 4_000
# The levels for which telephone numbers stand on the page of the case.
URGENT = frozenset(LEVELS[:2])
MARKS = {Clock.RUNNING: "◔", Clock.OVER: "▲", Clock.IN_TIME: "✓", Clock.LATE: "▲"}
GROUPS: tuple[tuple[str, frozenset[State]], ...] = (
    ("waiting", frozenset({State.NEW, State.HANDED})),
    ("taken", frozenset({State.TAKEN})),
    ("closed", frozenset({State.CLOSED})),
)
COMMA, COLON = {Lang.ZH: "、", Lang.EN: ", "}, {Lang.ZH: "：", Lang.EN: ": "}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One help line of the register: the number as shown and as dialled, whose it is and when somebody answers."""

    shown: str
    dialled: str
    name: Text
    hours: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The help lines at hand, in order; checked_on: when the oldest was compared with its source.

    confirmed: whether a person of the college has confirmed them all.
    """

    lines: tuple[Number, ...]
    checked_on: date
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What every page of one sitting has in common. base: the address below which all of it lies.

    numbers: what to call for an urgent case; None where the register cannot be read.
    """

    base: str
    college: Text
    duty: Duty
    key: str
    me: str
    numbers: Numbers | None = None

    def list_page(self, cases: Sequence[Case], others: int, lang: Lang, now: datetime) -> str:
        """All cases; others: how many envelopes this key does not open."""
        say = Words(lang)
        duty = self.duty
        return self._render(
            "list.html.jinja",
            lang,
            other="",
            groups=[
                {"name": name, "cases": [self._row(case, say, now) for case in cases if case.state in states]}
                for name, states in GROUPS
            ],
            duty_names=[self._named(one.name, lang) for one in duty.on(now.astimezone(BEIJING).date())],
            comma=COMMA[lang],
            hours=say(
                "list.hours", days=weekdays(duty, lang), opens=f"{duty.opens:%H:%M}", closes=f"{duty.closes:%H:%M}"
            ),
            open_now=duty.open_at(now),
            key=self.key,
            me=self._named(self.me, lang),
            others=others,
        )

    def case_page(self, case: Case, lang: Lang, now: datetime, *, done: bool = False, fault: str = "") -> str:
        """One case; done: whether something has just been noted; fault: why it was not."""
        say = Words(lang)
        referral = case.form.purpose is Purpose.REFERRAL
        judged = referral and case.level != case.asked_level
        return self._render(
            "case.html.jinja",
            lang,
            other=f"case/{case.submission.id}/",
            here=f"{self.base}{lang}/case/{case.submission.id}/",
            case=self._row(case, say, now),
            state=case.state.value,
            danger=case.danger and case.state is not State.CLOSED,
            numbers=self.numbers if case.state is not State.CLOSED and (case.danger or case.level in URGENT) else None,
            asked=say(f"level.{case.asked_level}") if judged else "",
            received=case.submission.received.isoformat(),
            came=say.moment(case.came),
            sent_in={Lang.ZH: "中文", Lang.EN: "English"}[case.submission.lang],
            answers=list(answers(case, lang)),
            levels=[(code, say(f"level.{code}")) for code in LEVELS] if referral else [],
            chosen=case.level,
            colleagues=[(one.name, one.label[lang]) for one in self.duty.people if one.name != self.me],
            publish=case.form.purpose is Purpose.QUESTION and agreed(case),
            log=[self._line(entry, say) for entry in case.entries],
            limit=LIMIT,
            done=done,
            fault=fault,
        )

    def publish_page(
        self,
        case: Case,
        lang: Lang,
        given: Mapping[str, str],
        *,
        faults: Sequence[tuple[str, str]] = (),
        saved: str = "",
    ) -> str:
        """The form for a public question and answer; given: what was filled in; faults: field and what is wrong."""
        return self._render(
            "publish.html.jinja",
            lang,
            other=f"case/{case.submission.id}/publish/",
            here=f"{self.base}{lang}/case/{case.submission.id}/",
            reference=case.reference,
            agreed=agreed(case),
            original=sent_words(case),
            given=given,
            faults=faults,
            colon=COLON[lang],
            run=RUN,
            saved=saved,
        )

    def message_page(self, heading: str, words: str, lang: Lang, **params: str | int) -> str:
        """A page that only says something: keys of the words."""
        say = Words(lang)
        return self._render("message.html.jinja", lang, heading=say(heading), words=say(words, **params))

    def fault_page(self, words: str, lang: Lang) -> str:
        """A page that tells what went wrong, in words that are there already."""
        return self._render("message.html.jinja", lang, heading=Words(lang)("page.problem"), words=words)

    def colleague(self, name: str) -> str:
        """The name where it is somebody else's of the roster; empty where it is not."""
        return name if name != self.me and name in {one.name for one in self.duty.people} else ""

    def _render(self, template: str, lang: Lang, other: str | None = None, **values: object) -> str:
        across = Lang.EN if lang is Lang.ZH else Lang.ZH
        return (
            environment("care")
            .get_template(template)
            .render(
                say=Words(lang),
                lang=lang,
                base=self.base,
                other="" if other is None else f"{across}/{other}",
                other_tag=across.tag,
                college=self.college[lang],
                confirmed=self.duty.confirmed,
                **values,
            )
        )

    def _row(self, case: Case, say: Words, now: datetime) -> Mapping[str, str]:
        clock, due = case.clock(self.duty, now), case.due(self.duty)
        named = self._named(case.holder, say.lang) or say("state.somebody")
        return {
            "id": case.submission.id,
            "reference": case.reference,
            "title": case.form.title[say.lang],
            "code": case.level.upper() if case.level in LEVELS else {Lang.ZH: "问", Lang.EN: "Q"}[say.lang],
            "level": say(f"level.{case.level}"),
            "clock": clock.value,
            "mark": MARKS[clock],
            "clock_words": say(f"clock.{clock.value}", left=say.span(due - now), due=say.moment(due)),
            "state_words": say(f"state.{case.state.value}", name=named),
        }

    def _line(self, entry: Entry, say: Words) -> Mapping[str, str]:
        level = say(f"level.{entry.level}") if entry.level in LEVELS else ""
        told = say(f"act.{entry.act.value}", level=level, to=self._named(entry.to, say.lang))
        return {
            "machine": entry.at.isoformat(timespec="seconds"),
            "at": say.moment(entry.at),
            "act": told,
            "by": self._named(entry.by, say.lang),
            "words": entry.words,
        }

    def _named(self, name: str, lang: Lang) -> str:
        """How a person of the roster is called; who is on it no more, by the name."""
        return next((one.label[lang] for one in self.duty.people if one.name == name), name)


def answers(case: Case, lang: Lang) -> Iterator[tuple[str, Sequence[str]]]:
    """Each question that was answered and its answers: labels in the page's language, words as they were written."""
    for question in case.form.questions:
        given = case.submission.answers.get(question.name)
        if not question.answered or not given:
            continue
        labels = {choice.name: choice.label[lang] for choice in question.choices}
        parts = given if isinstance(given, tuple) else (given,)
        yield question.label[lang], [labels.get(part, part) for part in parts]
