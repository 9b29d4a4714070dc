"""One chart for answers that step from low to high: bars as SVG, and the same in words.

Likert answers diverge from their middle; the ranges of a score, which have none, begin at the left.

All positions across are per cent of the width and all text keeps its size, so that one drawing is
legible from 320 to 1280 px; colours are CSS variables, so that it follows light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xinqiao.core.text import Lang
from xinqiao.dashboard.reading import Answer, Distribution, Pair
from xinqiao.dashboard.telling import alone
from xinqiao.dashboard.words import Words

LEFT, RIGHT = 13.0, 87.0
BAR, LINE, GAP, PAIR_GAP, TOP = 26, 18, 20, 8, 4
# A hidden answer's width says nothing: the same for each, in parts of the whole.
HIDDEN_WIDTH = 0.09
LABEL_FROM = 9.5
# The ranges of a score have so many shades besides the first.
STEPS = 4
NARROW, BROAD = 285.0, 640.0
WIDE_LETTER, LETTER = 14.5, 7.4
CLOSING = "，。、；：？！）》”’…,.;:?!)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a bar: `x` and `width` in per cent of the drawing, `tone` a class name, `tip` its words."""

    x: float
    width: float
    tone: str
    mark: str
    tip: str

    @property
    def middle(self) -> float:
        """Where its mark stands."""
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question: the lines of its label (narrow and wide screens), its bar, the sums at both ends."""

    narrow: tuple[str, ...]
    wide: tuple[str, ...]
    top: int
    bar: int
    segments: tuple[Segment, ...]
    low: str
    high: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The bars of questions with the same answers. Heights in px, `centre` in per cent.

    title, desc: for screen readers; about: what the bars say in a sentence, which may be empty.
    """

    number: int
    title: str
    about: str
    desc: str
    height: int
    centre: float
    legend: tuple[tuple[str, str], ...]
    hidden: bool
    rows: tuple[Row, ...]


def panels(found: Sequence[Distribution], pairs: Sequence[Pair], lang: Lang) -> tuple[Panel, ...]:
    """The chart's panels, one for each set of answers; before and now stand next to each other, ranges last."""
    families: dict[tuple[tuple[str, str], ...], list[Distribution]] = {}
    for distribution in _paired_order([item for item in found if item.stacked], pairs):
        answers = tuple((answer.name, answer.label[lang]) for answer in distribution.answers)
        families.setdefault(answers, []).append(distribution)
    followers = {pair.now: pair.before for pair in pairs}
    largest_first = sorted(families.values(), key=lambda family: (family[0].banded, -len(family)))
    return tuple(panel(n, family, lang, followers=followers) for n, family in enumerate(largest_first, start=1))


def _paired_order(found: Sequence[Distribution], pairs: Sequence[Pair]) -> list[Distribution]:
    places = {item.of: (place, 0) for place, item in enumerate(found)}
    for pair in pairs:
        if pair.before in places and pair.now in places:
            places[pair.now] = (places[pair.before][0], 1)
    return sorted(found, key=lambda item: places[item.of])


def panel(
    number: int,
    family: Sequence[Distribution],
    lang: Lang,
    *,
    title: str = "",
    followers: Mapping[str, str] | None = None,
) -> Panel:
    """The bars of some distributions with the same answers; followers: which one stands close below which."""
    follows, say = followers or {}, Words(lang)
    extents = [_extent(distribution) for distribution in family]
    left, right = (max(side) for side in zip(*extents, strict=True))
    scale = (RIGHT - LEFT) / (left + right)
    centre = LEFT + left * scale
    rows: list[Row] = []
    top, before = TOP, ""
    for distribution in family:
        paired = follows.get(distribution.of) == before != ""
        top -= (GAP - PAIR_GAP) if paired else 0
        row = _row(distribution, centre, scale, top, lang)
        rows.append(row)
        top, before = row.bar + BAR + GAP, distribution.of
    return Panel(
        number=number,
        title=title or say("chart.title"),
        about=_about(family, say),
        desc=say("chart.desc_ranges" if family[0].banded else "chart.desc"),
        height=top - GAP + TOP,
        centre=round(centre, 2),
        legend=tuple((_tone(family[0], answer), answer.label[lang]) for answer in family[0].answers),
        hidden=not all(item.whole and item.base for item in family),
        rows=tuple(rows),
    )


def _about(family: Sequence[Distribution], say: Words) -> str:
    """Of one question what it says; of several which has the largest and which the smallest positive share."""
    if len(family) == 1:
        return alone(family[0], say)
    shares = [(found, found.share([answer.name for answer in found.positive])) for found in family if found.likert]
    known = [(share.percent, found) for found, share in shares if share and share.percent is not None]
    if len(known) < 2:
        return ""
    (least, last), (most, first) = (end(known, key=lambda one: one[0]) for end in (min, max))
    labels = say.choices([answer.label for answer in family[0].positive[::-1]])
    named = {"first": first.label[say.lang], "last": last.label[say.lang]}
    return say("telling.ends", labels=labels, **named, most=most, least=least)


def _extent(distribution: Distribution) -> tuple[float, float]:
    """How far a bar reaches left and right of the centre, in parts of those who answered."""
    left = right = 0.0
    sides = distribution.side
    for answer in distribution.answers:
        width, side = _width(distribution, answer), sides.get(answer.name, 1)
        left += width * (1 - side) / 2
        right += width * (1 + side) / 2
    return left, right


def _width(distribution: Distribution, answer: Answer) -> float:
    share = distribution.share([answer.name])
    return share.count / share.base if share else HIDDEN_WIDTH


def _tone(distribution: Distribution, answer: Answer) -> str:
    if not distribution.side:
        place = [item.name for item in distribution.answers].index(answer.name)
        return f"xqs-step{round(place * STEPS / max(len(distribution.answers) - 1, 1))}"
    side = distribution.side[answer.name]
    if side == 0:
        return "xqs-mid"
    names = [item.name for item in distribution.answers if distribution.side[item.name] == side]
    outer = names if side < 0 else names[::-1]
    strength = 2 if outer.index(answer.name) < (len(outer) + 1) // 2 else 1
    return f"xqs-{'low' if side < 0 else 'high'}{strength}"


def _row(distribution: Distribution, centre: float, scale: float, top: int, lang: Lang) -> Row:
    label = distribution.label[lang]
    narrow = wrap(label, NARROW)
    bar = top + len(narrow) * LINE + 4
    return Row(
        narrow=narrow,
        wide=wrap(label, BROAD),
        top=top,
        bar=bar,
        segments=tuple(_segments(distribution, centre, scale, lang)),
        low=_sum(distribution, -1),
        high=_sum(distribution, 1),
        words=row_words(distribution, lang),
    )


def _segments(distribution: Distribution, centre: float, scale: float, lang: Lang) -> list[Segment]:
    say = Words(lang)
    if not distribution.base:
        # Without a base nothing can be drawn to scale: the whole bar is one gap.
        tip = say("chart.row_gap")
        return [Segment(x=LEFT, width=RIGHT - LEFT, tone="xqs-gap", mark=tip, tip=tip)]
    x = centre - _extent(distribution)[0] * scale
    segments = []
    for answer in distribution.answers:
        width = _width(distribution, answer) * scale
        hidden = distribution.share([answer.name]) is None
        mark = "×" if hidden else _number(distribution, [answer]) if width >= LABEL_FROM else ""
        tone = "xqs-gap" if hidden else _tone(distribution, answer)
        if width:
            tip = _answer_words(distribution, answer, say)
            segments.append(Segment(x=round(x, 2), width=round(width, 2), tone=tone, mark=mark, tip=tip))
        x += width
    return segments


def _number(distribution: Distribution, answers: Sequence[Answer]) -> str:
    share = distribution.share([answer.name for answer in answers])
    if share is None:
        return ""
    return str(share.count) if share.percent is None else f"{share.percent}%"


def _sum(distribution: Distribution, side: int) -> str:
    if not distribution.side:
        return ""
    return _number(distribution, [a for a in distribution.answers if distribution.side[a.name] == side])


def row_words(distribution: Distribution, lang: Lang) -> str:
    """One bar in words: every answer with its count and share, or that it is hidden."""
    say = Words(lang)
    answers = say("chart.join").join(_answer_words(distribution, answer, say) for answer in distribution.answers)
    label = distribution.label[lang]
    if distribution.base is None:
        return say("chart.row_open", label=label, answers=answers)
    return say("chart.row", label=label, base=distribution.base, answers=answers)


def _answer_words(distribution: Distribution, answer: Answer, say: Words) -> str:
    label = answer.label[say.lang]
    if answer.count is None:
        return say("chart.answer_hidden", label=label)
    share = distribution.share([answer.name])
    if share is None or share.percent is None:
        return say("chart.answer_few", label=label, count=answer.count)
    return say("chart.answer", label=label, count=answer.count, share=share.percent)


def wrap(label: str, width: float) -> tuple[str, ...]:
    """A label in lines of about `width` px at 14 px: Latin breaks between words, Chinese between any two signs."""
    lines, line, used = [], "", 0.0
    for piece in re.findall(r"[⺀-鿿＀-￯、-】]|[^\s⺀-鿿＀-￯、-】]+\s*|\s+", label):
        length = sum(WIDE_LETTER if ord(letter) > 0x2E7F else LETTER for letter in piece)
        if line and used + length > width and piece[0] not in CLOSING:
            lines.append(line.rstrip())
            line, used = "", 0.0
        line += piece
        used += length
    return (*lines, line.rstrip())
