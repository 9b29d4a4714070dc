"""Figures of a table that rest on others: what its policy allows of SDs, changes, alpha and response rates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from xinqiao.core.policy import RATE_STEP, Policy
from xinqiao.core.summary import DEVIATION, EFFECT, MEAN, MEMBERS, PAIRS, TOTAL, Measure, MeasureKind

OTHER_FIGURES = re.compile(r"sd\(|change\(|alpha\(|response-rate$")
ALPHA = MeasureKind.ALPHA.value
Key = tuple[tuple[str, ...], str, str]  # levels, measure, category
Line = tuple[str, str]  # measure, category
Value = int | Decimal | None


def count_allowed(value: Value, threshold: int) -> bool:
    """Whether a count may be shown: nobody, or enough."""
    return isinstance(value, int) and (value == 0 or value >= threshold)


def other_faults(key: Key, values: Mapping[Key, Value], policy: Policy) -> Iterator[str]:
    """What is wrong with a shown figure: of too few, too fine, or without what it rests on.

    values: every figure of the table, None where it is hidden.
    """
    levels, text, category = key
    measure = Measure.parse(text)
    if measure is None or values[key] is None:
        yield from () if measure else ("no measure",)
        return
    here = {(name, part): value for (at, name, part), value in values.items() if at == levels}
    if measure.kind is MeasureKind.RATE:
        yield from _rate_faults(category, values[key], here, policy)
    elif category == PAIRS:
        yield from () if count_allowed(values[key], policy.threshold) else ("a count that the policy forbids",)
    else:
        yield from _moment_faults(key, measure, here, policy)


def _moment_faults(key: Key, measure: Measure, here: Mapping[Line, Value], policy: Policy) -> Iterator[str]:
    """SDs, mean changes, changes in SDs and alpha: each from so many people on, with so many decimals."""
    levels, text, category = key
    changes = measure.kind is MeasureKind.CHANGE
    base = here.get((text, PAIRS) if changes else (f"n({measure.of})", ""))
    part = (category if changes else measure.kind.value) or "–"
    least = {MEAN: policy.change_from, DEVIATION: policy.sd_from, EFFECT: policy.effect_from, ALPHA: policy.alpha_from}
    if part not in least:
        yield "an unknown figure"
        return
    value = here[text, category]
    decimals = 2 if part == ALPHA else 1
    if part == MEAN and isinstance(base, int) and base < policy.mean_decimal_from:
        decimals = 0
    if not isinstance(base, int) or base < least[part]:
        yield f"{part} of too few"
    elif not isinstance(value, Decimal) or value != round(value, decimals):
        yield f"{part} with too many decimals"
    elif part in (EFFECT, ALPHA) and {*levels} - {TOTAL}:
        yield f"{part} of a part of the form"
    elif any(here.get(line) is None for line in _rests_on(measure, part)):
        yield f"{part} without what it rests on"


def _rate_faults(category: str, value: Value, here: Mapping[Line, Value], policy: Policy) -> Iterator[str]:
    """A size by the roster stands for itself; a rate stands on it and on the count of answers."""
    people, members = here.get(("n", "")), here.get((MeasureKind.RATE.value, MEMBERS))
    if category == MEMBERS:
        yield from () if isinstance(value, int) and value >= 0 else ("a size that is none",)
    elif not isinstance(people, int) or not isinstance(members, int) or people > members:
        yield "a response rate without its base"
    elif 0 < members - people < policy.absent_from:
        yield "a response rate that tells who did not answer"
    elif not isinstance(value, int) or value not in range(0, 101, RATE_STEP):
        yield "a response rate that is too fine"


def _rests_on(measure: Measure, part: str) -> list[Line]:
    """The figures beside which an SD, a change in SDs or alpha stands, besides the count."""
    if measure.kind is MeasureKind.CHANGE:
        return [(str(measure), of) for of in {DEVIATION: (MEAN,), EFFECT: (MEAN, DEVIATION)}.get(part, ())]
    of = {"sd": ("mean",), ALPHA: ("mean", "sd")}[part]
    return [(f"{kind}({measure.of})", "") for kind in of]
