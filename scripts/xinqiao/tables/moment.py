"""Dates, times and numbers as people write them, in the one form in which answers are kept.

What cannot be read stays as it is, for the validation to find. overrides/assets/form.js reads the same, so that an
answer sent without a script is judged like one that the browser has put into form.
"""

from __future__ import annotations

import re
import unicodedata

from xinqiao.core.value import words

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
LONGEST = 64
# Year first, as ISO 8601 and Chinese have it; a day first could be a month first.
DATE = re.compile(r"([0-9]{4})(?: ?年 ?| ?[-/.] ?)([0-9]{1,2})(?: ?月 ?| ?[-/.] ?)([0-9]{1,2}) ?日?(?:[T ][0-9:.]*)?")
# Seconds, parts of them and a zone, as ODK writes them, are left out.
TIME = re.compile(r"([0-9]{1,2}) ?[:点时] ?([0-9]{2}) ?分?(?::[0-9]{2}(?:\.[0-9]*)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?")


def date_of(text: str) -> str:
    """`2026/3/7`, `2026.3.7` or `2026年3月7日` as `2026-03-07`; a time of day behind it is left out."""
    found = DATE.fullmatch(_half_width(text))
    return "-".join((found[1], found[2].zfill(2), found[3].zfill(2))) if found else text


def time_of(text: str) -> str:
    """`8：30`, `8点30分` or `08:30:00.000+08:00` as `08:30`."""
    found = TIME.fullmatch(_half_width(text))
    return f"{found[1].zfill(2)}:{found[2]}" if found else text


def number_of(text: str) -> str:
    """A number in half-width digits, without a sign, zeros or an exponent that it can do without."""
    plain = _half_width(text)
    if len(plain) > LONGEST or not NUMBER.fullmatch(plain):
        return text
    return words(float(plain))


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
