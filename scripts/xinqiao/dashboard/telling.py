"""What the answers to one question say in a sentence; nothing where a figure that it needs is hidden."""

from __future__ import annotations

from collections.abc import Sequence

from xinqiao.dashboard.reading import Answer, Distribution
from xinqiao.dashboard.words import Words

MOST_NAMED = 2


def sentence(found: Distribution, say: Words) -> str:
    """What `saying` says, with the question before it; may be empty."""
    said = saying(found, say)
    return say("telling.of", label=found.label[say.lang], said=said) if said else ""


def saying(found: Distribution, say: Words) -> str:
    """The share of positive answers, the answers given most, or the range in which most are; may be empty."""
    if found.likert:
        positive = found.positive
        share = found.share([answer.name for answer in positive])
        if share is None:
            return ""
        words = say.choices([answer.label for answer in positive[::-1]])
        if share.percent is None:
            return say("telling.positive_few", labels=words, count=share.count, base=share.base)
        return say("telling.positive", labels=words, share=share.percent)
    most = [answer for answer in ranked(found) if answer.count][: MOST_NAMED if not found.banded else 1]
    named = [say("telling.named", label=say.choices([a.label]), amount=amount(found, a, say)) for a in most]
    if not named or not found.base:
        return ""
    kind = "most" if found.whole else "most_shown"
    return say(f"telling.{kind}", named=say("telling.then").join(named))


def alone(found: Distribution, say: Words) -> str:
    """What `saying` says as a sentence of its own, below the question."""
    said = saying(found, say)
    return said[:1].upper() + said[1:]


def ranked(found: Distribution) -> Sequence[Answer]:
    """The answers, those given most first, hidden ones last."""
    return sorted(found.answers, key=lambda answer: (answer.count is None, -(answer.count or 0)))


def amount(found: Distribution, answer: Answer, say: Words) -> str:
    """How many gave an answer: a share, a count where few answered, or that it is hidden."""
    share = found.share([answer.name])
    if answer.count is None:
        return say("table.hidden")
    if share is None or share.percent is None:
        return say("telling.count", count=answer.count)
    return f"{share.percent}%"
