"""The numbers that a text states, whichever way its language writes them: figures, words, months, times of day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xinqiao.core.text import Lang

# Thousands of English are grouped by commas; a full stop ends a sentence unless a digit follows.
FIGURE = re.compile(r"(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)|(?<=[A-Za-z_.])(?P<tail>\d+)")
CLOCK = re.compile(
    r"(?<![\d:])(?P<hour>\d{1,2})[:：](?P<minute>\d{2})(?![\d:])(?P<half>\s*[ap]\.?m\b\.?)?", re.IGNORECASE
)
HOURS = re.compile(r"(?<![\d.:])(?P<hour>\d{1,2})\s*(?P<half>[ap]\.?m\b\.?)", re.IGNORECASE)
CHINESE_HOURS = re.compile(r"(?P<half>凌晨|早上|上午|中午|下午|傍晚|晚上|夜里)\s*(?P<hour>\d{1,2})\s*[点时](?!间)")
MULTIPLES = {
    "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000,
    "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000,
}  # fmt: skip
MULTIPLE = re.compile(r"\s*(百|千|万|亿|hundred\b|thousand\b|million\b|billion\b)", re.IGNORECASE)
HAN_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "双": 2, "俩": 2}
HAN_UNITS = {"十": 10, "百": 100, "千": 1_000}
HAN_NUMBER = re.compile("[零〇一二三四五六七八九两双俩十百千]+")
ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth",
)  # fmt: skip
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
WORDS = (
    {word: value for value, word in enumerate(ONES)}
    | {word: 20 + 10 * place for place, word in enumerate(TENS)}
    | {word: 1 + place for place, word in enumerate(ORDINALS)}
    | {word: 1 + place % 12 for place, word in enumerate(MONTHS)}
    | {"a": 1, "an": 1, "once": 1, "single": 1, "twice": 2, "both": 2, "pair": 2, "couple": 2, "hundred": 100}
    | {"thousand": 1000, "dozen": 12, "fortnight": 14, "sept": 9}
)
WORD = re.compile(r"[a-z]+(?:-[a-z]+)?", re.IGNORECASE)
# Said in words in one language and in figures in the other.
AS_WORDS = {
    Lang.EN: ((re.compile(r"round the clock|day and night|around the clock|all day", re.IGNORECASE), "24"),),
    Lang.ZH: ((re.compile("全天|昼夜"), "24"), (re.compile("半"), "30"), (re.compile("百分之百"), "100")),
}
# Numbers that name places of the page, not facts: points of a list, notes, quoted figures.
NO_FACTS = re.compile(r"^[ \t]*(?:>\s*)?\d+[.)](?=\s)|\[\^\w+\]|\{\{.*?\}\}|`[^`\n]*`", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in figures: its value as plain digits (`3000`, `19:00`), and from where to where it stands."""

    value: str
    start: int
    end: int


def figures(words: str) -> tuple[Number, ...]:
    """The numbers that stand in figures in a text without markup."""
    left = NO_FACTS.sub(lambda match: " " * len(match[0]), words)
    found: list[Number] = []
    for pattern in (CLOCK, HOURS, CHINESE_HOURS):
        for match in pattern.finditer(left):
            found.append(Number(_time(match), match.start(), match.end()))
        left = pattern.sub(lambda match: " " * len(match[0]), left)
    for match in FIGURE.finditer(left):
        many = MULTIPLE.match(left, match.end())
        times = MULTIPLES[many[1].lower()] if many else 1
        found.append(Number(_plain(match[0], times), match.start(), match.end()))
    return tuple(sorted(found, key=lambda one: one.start))


def in_words(words: str, lang: Lang) -> frozenset[str]:
    """The numbers that a text says in words."""
    said = {value for pattern, value in AS_WORDS[lang] if pattern.search(words)}
    said |= {str(value) for match in HAN_NUMBER.finditer(words) for value in _han(match[0])}
    for match in WORD.finditer(words):
        parts = match[0].lower().split("-")
        values = [WORDS[part.removesuffix("s")] for part in parts if part.removesuffix("s") in WORDS]
        said |= {str(value) for value in values}
        if len(parts) == len(values) == 2:
            said.add(str(sum(values)))
    return frozenset(said)


def _time(match: re.Match[str]) -> str:
    given = match.groupdict()
    hour, half = int(given["hour"]), (given.get("half") or "").strip().lower()
    if half.startswith("p") or half in {"下午", "傍晚", "晚上"}:
        hour = hour % 12 + 12
    elif half.startswith("a"):
        hour %= 12
    return f"{hour}:{given.get('minute') or '00'}"


def _plain(written: str, times: int) -> str:
    value = float(written.replace(",", "")) * times
    # Long figures are telephone numbers and the like: their digits count, not their value.
    if len(written) > 9 and times == 1 and "." not in written:
        return written
    return str(int(value)) if value == int(value) else f"{value:.10f}".rstrip("0")


def _han(written: str) -> Iterator[int]:
    """The value of a number in Chinese characters, and of each digit where they follow one another (二〇二四)."""
    if len(written) > 1 and not set(written) & set(HAN_UNITS):
        yield int("".join(str(HAN_DIGITS[sign]) for sign in written))
        yield from (HAN_DIGITS[sign] for sign in written)
        return
    total = digit = 0
    for sign in written:
        if sign in HAN_UNITS:
            total += (digit or 1) * HAN_UNITS[sign]
            digit = 0
        else:
            digit = HAN_DIGITS[sign]
    yield total + digit
