"""The terms that the search knows a text by: Chinese characters and pairs of them, and words of letters and digits.

The browser makes the same terms of what is looked for (`overrides/assets/search.js`); both fold alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from operator import add, sub

RUN = re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+")
# The first sign of runs, which words have none above, and the last that is one unit of UTF-16.
FIRST_OF_RUNS = "\u3005"
LAST_UNIT = 0xFFFF
WORD = re.compile("[0-9a-z\u00df-\u024f\u0370-\u052f]+")
MARKS = re.compile("[\u0300-\u036f]")
# Words that begin with the same so many letters lie together, so that the beginning of a word finds it.
KEY = 3
LONGEST = 32
# Signs that need no escape in a script's string; ` ` and `;` part the terms of a file.
SIGNS = "".join(chr(code) for code in range(33, 127) if chr(code) not in "\"';<&\\")
HALF = len(SIGNS) // 2
RANKS = 5


def folded(text: str) -> str:
    """A text as it is compared: without case, width and accents (Unicode NFKD)."""
    if text.isascii():
        return text.lower()
    return MARKS.sub("", unicodedata.normalize("NFKD", text)).lower()


def terms(text: str) -> Counter[str]:
    """The terms of a text and how often each is in it."""
    text = folded(text)
    found = [word[:LONGEST] for word in WORD.findall(text)]
    for run in () if text.isascii() else RUN.findall(text):
        signs = list(run)
        found += signs
        found += map(add, signs, signs[1:])
    return Counter(found)


def shard_of(term: str, shards: int) -> int:
    """The number of the file that holds a term; counts in UTF-16, as browsers do."""
    number = 0
    for sign in map(ord, term if term >= FIRST_OF_RUNS else term[:KEY]):
        if sign > LAST_UNIT:
            high, low = divmod(sign - LAST_UNIT - 1, 0x400)
            number = number * 961 + (0xD800 + high) * 31 + 0xDC00 + low
        else:
            number = number * 31 + sign
    return number % 65_521 % shards


def shelved(postings: Mapping[str, Sequence[int]], most: int) -> list[str]:
    """The terms and their postings as texts of about `most` bytes: `;term signs;term signs;…`, by `shard_of`."""
    packs = {term: f"{term} {packed(places)}" for term, places in postings.items()}
    number = 1 + sum(map(len, packs.values())) // most
    shelves: list[list[str]] = [[] for _ in range(number)]
    for term, pack in packs.items():
        shelves[shard_of(term, number)].append(pack)
    return [";".join(["", *sorted(shelf), ""]) for shelf in shelves]


def packed(postings: Sequence[int]) -> str:
    """Places and ranks (`place * RANKS + rank`, rising) as steps from each to the next, in signs of ASCII."""
    if len(postings) == 1:
        return _signs(postings[0])
    bases = [0, *[posting - posting % RANKS + RANKS for posting in postings]]
    return "".join(map(_signs, map(sub, postings, bases)))


@cache
def _signs(number: int) -> str:
    """A number by its digits from the lowest; a sign of the second half says that more follow."""
    out = ""
    while number >= HALF:
        out += SIGNS[HALF + number % HALF]
        number //= HALF
    return out + SIGNS[number]
