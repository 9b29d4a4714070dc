"""The functions and operators of expressions: XPath 1.0's and ODK's that mean the same in every browser and here.

Left out, and refused by name: what needs repeats or files (`count`, `sum`, `position`, `pulldata`), what differs
from one run to the next (`now`, `random`, `uuid`, `once`), and what engines compute to different last digits
(`sin`, `log`, `exp`, powers that are not whole). overrides/assets/expression.js holds the same functions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from xinqiao.core.value import EPOCH, ISO_DAY, Result, number, truth, words

Apply = Callable[..., Result]

MANY = 99
MOST_PLACES = 15
XPATH_SPACE = " \t\r\n"
DATE_SIGNS = re.compile(r"(?:[^%]|%[Yymnde])*")


@dataclass(frozen=True, slots=True)
class Function:
    """How many arguments it takes, and its value for them. `constant`: what its second argument must look like."""

    least: int
    most: int
    apply: Apply | None = None
    constant: re.Pattern[str] | None = None


def _round(value: Result, places: Result = 0.0) -> float:
    """Half upwards, as XPath has it; NaN where an answer is too large to be a number."""
    if not abs(number(places)) <= MOST_PLACES:
        return math.nan
    step = 10.0 ** int(number(places))
    scaled = number(value) * step + 0.5
    return math.floor(scaled) / step if math.isfinite(scaled) else math.nan


def _whole(value: Result, towards: Callable[[float], int]) -> float:
    found = number(value)
    return float(towards(found)) if math.isfinite(found) else found


def _power(value: Result, exponent: Result) -> float:
    found = 1.0
    for _ in range(int(number(exponent))):
        found *= number(value)
    return found


def _root(value: Result) -> float:
    return math.sqrt(number(value)) if number(value) >= 0 else math.nan


def _extreme(choose: Callable[[list[float]], float]) -> Apply:
    def extreme(*values: Result) -> float:
        numbers = [number(value) for value in values]
        return math.nan if any(map(math.isnan, numbers)) else choose(numbers)

    return extreme


def _substr(value: Result, start: Result, end: Result = MANY * 1e9) -> str:
    """Characters from `start` to before `end`, from 0; negative ones count from the end (ODK)."""
    first, last = number(start), number(end)
    if not (math.isfinite(first) and math.isfinite(last)):
        return ""
    return words(value)[int(first) : int(last)]


def _before(value: Result, sign: Result) -> str:
    head, found, _ = words(value).partition(words(sign)) if words(sign) else ("", "", "")
    return head if found else ""


def _after(value: Result, sign: Result) -> str:
    return words(value).partition(words(sign))[2] if words(sign) else words(value)


def _selected_at(chosen: Result, place: Result) -> str:
    names, at = words(chosen).split(), number(place)
    return names[int(at)] if math.isfinite(at) and 0 <= int(at) < len(names) else ""


def _squeezed(value: Result) -> str:
    """A text without spaces at its ends and with single ones inside."""
    return re.sub(f"[{XPATH_SPACE}]+", " ", words(value)).strip(" ")


def iso_day(value: Result) -> str:
    """A day as `YYYY-MM-DD`: from such a text, or from days since 1970; "" where it is none."""
    found = number(value)
    if isinstance(value, str) and not ISO_DAY.fullmatch(value.strip()):
        return ""
    at = math.floor(found) + EPOCH if math.isfinite(found) else 0
    return date.fromordinal(at).isoformat() if 1 <= at <= date.max.toordinal() else ""


def _written_day(value: Result, pattern: Result) -> str:
    day = iso_day(value)
    if not day:
        return ""
    year, month, of_month = day.split("-")
    parts = {"Y": year, "y": year[2:], "m": month, "n": month.lstrip("0"), "d": of_month, "e": of_month.lstrip("0")}
    return re.sub("%(.)", lambda sign: parts[sign[1]], words(pattern))


FUNCTIONS: Mapping[str, Function] = {
    # Decided in expression.evaluate: they need what stands around them, or not all of their arguments.
    "if": Function(3, 3), "today": Function(0, 0),
    "true": Function(0, 0, lambda: True),
    "false": Function(0, 0, lambda: False),
    "not": Function(1, 1, lambda a: not truth(a)),
    "boolean": Function(1, 1, truth),
    "boolean-from-string": Function(1, 1, lambda a: words(a) in {"true", "1"}),
    "number": Function(1, 1, number),
    "string": Function(1, 1, words),
    "selected": Function(2, 2, lambda a, b: words(b) in words(a).split(" ")),
    "selected-at": Function(2, 2, _selected_at),
    "count-selected": Function(1, 1, lambda a: float(len(words(a).split()))),
    "coalesce": Function(2, 2, lambda a, b: a if words(a) else b),
    "string-length": Function(1, 1, lambda a: float(len(words(a)))),
    "regex": Function(2, 2, lambda a, b: re.fullmatch(words(b), words(a), re.ASCII) is not None),
    "concat": Function(1, MANY, lambda *all_of: "".join(map(words, all_of))),
    "join": Function(2, MANY, lambda between, *all_of: words(between).join(map(words, all_of))),
    "substr": Function(2, 3, _substr),
    "substring-before": Function(2, 2, _before),
    "substring-after": Function(2, 2, _after),
    "contains": Function(2, 2, lambda a, b: words(b) in words(a)),
    "starts-with": Function(2, 2, lambda a, b: words(a).startswith(words(b))),
    "ends-with": Function(2, 2, lambda a, b: words(a).endswith(words(b))),
    "normalize-space": Function(1, 1, _squeezed),
    "round": Function(1, 2, _round),
    "int": Function(1, 1, lambda a: _whole(a, math.trunc)),
    "floor": Function(1, 1, lambda a: _whole(a, math.floor)),
    "ceiling": Function(1, 1, lambda a: _whole(a, math.ceil)),
    "abs": Function(1, 1, lambda a: abs(number(a))),
    "sqrt": Function(1, 1, _root),
    "pow": Function(2, 2, _power, re.compile("[0-9]")),
    "min": Function(1, MANY, _extreme(min)),
    "max": Function(1, MANY, _extreme(max)),
    "date": Function(1, 1, iso_day),
    "format-date": Function(2, 2, _written_day, DATE_SIGNS),
}  # fmt: skip


def _same(left: Result, right: Result) -> bool:
    numeric = isinstance(left, int | float) or isinstance(right, int | float)
    return number(left) == number(right) if numeric else left == right


def _numeric(apply: Callable[[float, float], Result]) -> Apply:
    return lambda a, b: apply(number(a), number(b))


OPERATORS: Mapping[str, Apply] = {
    "=": _same,
    "!=": lambda a, b: not _same(a, b),
    "<": _numeric(lambda a, b: a < b),
    "<=": _numeric(lambda a, b: a <= b),
    ">": _numeric(lambda a, b: a > b),
    ">=": _numeric(lambda a, b: a >= b),
    "+": _numeric(lambda a, b: a + b),
    "-": _numeric(lambda a, b: a - b),
    "*": _numeric(lambda a, b: a * b),
    "div": _numeric(lambda a, b: a / b if b else math.nan),
    "mod": _numeric(lambda a, b: math.fmod(a, b) if b and math.isfinite(a) else math.nan),
    "negate": lambda a: -number(a),
}
APPLY: Mapping[str, Apply] = {**OPERATORS, **{name: each.apply for name, each in FUNCTIONS.items() if each.apply}}
