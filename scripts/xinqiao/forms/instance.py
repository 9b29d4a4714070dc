"""A registration form for one event: the same form, without the questions that the event answers.

Its id is that of the form and of the event, `event-registration@may-walk`: in envelopes, in the store, at the
receiver, in addresses, and wherever a command takes a form.
"""

from __future__ import annotations

from dataclasses import replace

from xinqiao.core.form import Form
from xinqiao.core.occasion import Occasion
from xinqiao.core.text import Lang, Text

# Questions of these names are answered by the event itself.
ANSWERED = frozenset({"event_title"})
COLON = {Lang.ZH: "：", Lang.EN: ": "}
PLACES = Text.of(
    zh="名额：{places} 个，按收到的先后。满了仍可以报，会马上告诉您进入候补。接收服务器只数份数，存下的都已封存。",
    en="Places: {places}, in the order of arrival. After that you can still register, and are told at once that you "
    "are on the waiting list. The receiver only counts what arrives, and keeps it sealed.",
)
UNLIMITED = Text.of(zh="名额：不限。", en="Places: no limit.")
CLOSES = Text.of(
    zh="报名截止：{closing}。之后送来的不再接收。",
    en="Registration closes: {closing}. What is sent later is not taken.",
)


def instance_id(form: str, event: str) -> str:
    """The id of a form's instance for an event."""
    return f"{form}@{event}"


def instance(form: Form, occasion: Occasion) -> Form:
    """The form for one event. Raises XinqiaoError where other parts of the form need a question that is left out."""
    kept = (
        replace(section, questions=tuple(one for one in section.questions if one.name not in ANSWERED))
        for section in form.sections
    )
    return replace(
        form,
        id=instance_id(form.id, occasion.slug),
        title=Text({lang: f"{form.title[lang]}{COLON[lang]}{occasion.title[lang]}" for lang in Lang}),
        sections=tuple(section for section in kept if section.questions),
        occasion=occasion,
    )


def facts(occasion: Occasion, lang: Lang) -> list[str]:
    """What the page says of the event before anything is asked: when, where, places, until when."""
    told = [occasion.when[lang], occasion.place[lang]]
    if closing := occasion.closing(lang):
        told.append(UNLIMITED[lang] if occasion.capacity is None else PLACES[lang].format(places=occasion.capacity))
        told.append(CLOSES[lang].format(closing=closing))
    return told
