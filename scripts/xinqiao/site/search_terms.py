"""The terms that the search knows a text by: Chinese characters and pairs of them, and words of letters and digits.

The browser makes the same terms of what is looked for (`overrides/assets/search.js`); both fold alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from operator import add

RUN = re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+")
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
    return MARKS.sub("", unicodedata.normalize("NFKD", text)).lower()


def terms(text: str) -> Counter[str]:
    """The terms of a text and how often each is in it."""
    found: Counter[str] = Counter()
    text = folded(text)
    for run in RUN.findall(text):
        found.update(run)
        found.update(map(add, run, run[1:]))
    found.update(word[:LONGEST] for word in WORD.findall(text))
    return found


def shard_of(term: str, shards: int) -> int:
    """The number of the file that holds a term; counts in UTF-16, as browsers do."""
    key = term if RUN.match(term) else term[:KEY]
    units = key.encode("utf-16-le")
    number = 0
    for at in range(0, len(units), 2):
        number = (number * 31 + units[at] + 256 * units[at + 1]) % 65_521
    return number % shards


def shelved(postings: Mapping[str, Iterable[int]], most: int) -> list[str]:
    """The terms and their postings as texts of about `most` bytes: `;term signs;term signs;…`, by `shard_of`."""
    packs = [f"{term} {packed(postings[term])}" for term in sorted(postings)]
    number = 1 + sum(map(len, packs)) // most
    shelves: list[list[str]] = [[""] for _ in range(number)]
    for pack in packs:
        shelves[shard_of(pack.partition(" ")[0], number)].append(pack)
    return [";".join([*shelf, ""]) for shelf in shelves]


def packed(postings: Iterable[int]) -> str:
    """Places and ranks (`place * RANKS + rank`, rising) as steps from each to the next, in signs of ASCII."""
    out: list[str] = []
    base = 0
    for posting in postings:
        step = posting - base
        out.append(SHORT[step] if step < len(SHORT) else _signs(step))
        base = posting - posting % RANKS + RANKS
    return "".join(out)


def _signs(number: int) -> str:
    """A number by its digits from the lowest; a sign of the second half says that more follow."""
    out = ""
    while number >= HALF:
        out += SIGNS[HALF + number % HALF]
        number //= HALF
    return out + SIGNS[number]


SHORT = [_signs(number) for number in range(4_096)]
