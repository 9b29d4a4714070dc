"""Generated answers for the demonstration, and their way to the receiver. Never real people's.

How they are made, so that nobody takes the figures for findings: every invented respondent draws one
number from a normal distribution (how content that person is); each scored question adds noise of its
own and a tilt by its name (what is asked of the time before the training is lower than of the time
after); the answer is the choice at that rank. A self-check asks about troubles: the more content, the fewer.
Classes are drawn by their sizes. Other choices without scores are drawn with weights that fall from the first to
the last, or, where five or more or "the same" stand between two ends and the question is no dimension, from the
middle outwards. A form that is read week by week gets twelve weeks of answers or more: in one there is a holiday
and few take part, in one there are examinations and people are less content (`WEEKS`). A fixed seed gives the same
answers on every machine.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

import requests

from xinqiao.core.form import Form, Purpose
from xinqiao.core.problem import refuse
from xinqiao.core.question import ACKNOWLEDGED, Kind, Question, Role
from xinqiao.core.summary import WEEK, Audience

SEED = 525
# How many answers are released at first and how many wait for the next release; fewer where only staff see the tables.
RELEASED, WAITING = 240, 90
FOR_STAFF = (80, 30)
CONTENT = 0.35
# Week by week: how many answer, and how content they are on the whole; three blocks of four weeks, and what has passed
# of the next.
USUAL, HOLIDAY, EXAMINATIONS = -0.1, (14, -0.1), (154, -0.6)
BLOCK, BLOCKS = 4, 3
WEEKS = (
    *((count, USUAL) for count in (148, 151, 156, 160)),
    *(HOLIDAY, *((count, USUAL) for count in (151, 157, 149))),
    *((154, USUAL), EXAMINATIONS, *((count, USUAL) for count in (152, 157))),
    *((count, USUAL) for count in (146, 159, 153)),
)
# What share of invented people leaves an optional question unanswered, and ticks a given option.
SKIPPED, TICKED = 0.06, 0.35
TILTS = {"_before": -0.75, "_now": 0.55}
TILT, TILT_OF_NUMBERS, TILT_OF_TROUBLES = 0.45, 1.4, 1.0
BETWEEN_ENDS, UNCHANGED = 5, "same"
HIGHEST = 10
SECONDS = 30

# What nobody needs invented: words, days and measures; tables show none of them.
UNINVENTED = frozenset({Kind.TEXT, Kind.DATE, Kind.TIME, Kind.DECIMAL})

Answers = Mapping[str, str | list[str]]


def weekly(form: Form) -> bool:
    """Whether a form is read week by week."""
    return any(summary.by == (WEEK,) for summary in form.summaries)


def amounts(form: Form) -> tuple[int, int]:
    """How many invented answers to a form are released, and how many more wait."""
    published = any(summary.audience is Audience.PUBLIC for summary in form.summaries)
    return (RELEASED, WAITING) if published else FOR_STAFF


def invented_weeks(form: Form, today: date) -> Iterator[tuple[date, Answers]]:
    """Generated answers of the whole weeks before today's, with the days on which they came, earliest first."""
    passed = BLOCKS * BLOCK + (today.isocalendar().week - 1) % BLOCK
    monday = today - timedelta(days=today.weekday(), weeks=passed)
    for week, (count, content) in enumerate(WEEKS[:passed]):
        chance = random.Random(f"{SEED}-{week}")  # noqa: S311 - a repeatable invention, not a secret
        days = sorted(monday + timedelta(weeks=week, days=chance.randrange(7)) for _ in range(count))
        yield from zip(days, invented_answers(form, count, SEED + 1 + week, content), strict=True)


def invented_answers(form: Form, count: int, seed: int = SEED, mean: float = CONTENT) -> Iterator[Answers]:
    """`count` generated sets of answers to a form, each valid: relevance and required are kept.

    mean: how content people are on the whole.
    """
    chance = random.Random(seed)  # noqa: S311 - a repeatable invention, not a secret
    for person in range(count):
        content = chance.gauss(mean, 0.8)
        if form.purpose is Purpose.SELF_CHECK:
            content = -content - TILT - TILT_OF_TROUBLES
        answers: dict[str, str | list[str]] = {}
        for question in form.questions:
            if question.role is Role.MATCH:
                answers[question.name] = _code(person, seed)
            if not question.answered or question.kind in UNINVENTED:
                continue
            given = {name: tuple(value) if isinstance(value, list) else value for name, value in answers.items()}
            if question.relevance and not question.relevance.holds(given):
                continue
            if question.required or chance.random() > SKIPPED:
                answers[question.name] = _answer(question, content, chance)
        yield {name: answer for name, answer in answers.items() if answer}


def _code(person: int, seed: int) -> str:
    """The six figures that an invented person gives in every form of a pair."""
    return f"{random.Random(f'{seed}-{person}').randrange(10**6):06d}"  # noqa: S311


def _answer(question: Question, content: float, chance: random.Random) -> str | list[str]:
    if question.kind is Kind.ACKNOWLEDGE:
        return ACKNOWLEDGED
    if question.steps:
        return str(chance.choice([*question.steps]))
    names = [choice.name for choice in question.choices]
    if question.kind is Kind.SELECT_MULTIPLE:
        return [name for name in names if chance.random() < TICKED]
    usual = TILT_OF_NUMBERS if question.kind is Kind.INTEGER else TILT
    tilt = next((tilt for suffix, tilt in TILTS.items() if question.name.endswith(suffix)), usual)
    share = 1 / (1 + math.exp(-1.3 * (content + tilt + chance.gauss(0, 0.7))))
    if question.kind is Kind.INTEGER:
        return str(round(share * HIGHEST))
    if question.scored:
        ranked = sorted(question.choices, key=lambda choice: choice.score or 0)
        return ranked[min(int(share * len(ranked)), len(ranked) - 1)].name
    two_ended = len(names) >= BETWEEN_ENDS or UNCHANGED in names
    centre = len(names) // 2 if two_ended and question.role is not Role.DIMENSION else 0
    sizes = [choice.size for choice in question.choices if choice.size]
    if len(sizes) == len(names):
        return chance.choices(names, weights=sizes)[0]
    return chance.choices(names, weights=[1 / (1 + abs(rank - centre)) ** 1.5 for rank in range(len(names))])[0]


def deliver(receiver_url: str, form: str, sealed: Iterable[bytes]) -> int:
    """Posts sealed answers to a running receiver, as a browser would; returns how many it took.

    Raises XinqiaoError (demo-not-accepted) at the first that it does not take.
    """
    taken = 0
    with requests.Session() as session:
        session.trust_env = False  # a proxy of the machine has no business with 127.0.0.1
        for envelope in sealed:
            headers = {"Content-Type": "application/octet-stream"}
            answer = session.post(f"{receiver_url}/submit/{form}", data=envelope, headers=headers, timeout=SECONDS)
            if answer.status_code != requests.codes.created:
                raise refuse("demo-not-accepted", status=answer.status_code)
            taken += 1
    return taken
