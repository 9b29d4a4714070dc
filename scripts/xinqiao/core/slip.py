"""One-time codes on printed slips: how they are written, and whether a code can be one at all.

A code is LENGTH signs of an alphabet of 31 that leaves out 0, 1, I, L and O, which hands and eyes confuse. The last
sign checks the others: the sum of place times sign is 0 modulo 31, so that one wrong sign, or two that changed places,
are always seen, as 31 is prime (ISBN-10 does so modulo 11, ISO 2108:1992). Nothing here is secret: the browser does it
too.
"""

from __future__ import annotations

import unicodedata

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BODY, GROUP = 11, 4
LENGTH = BODY + 1


def tidy(typed: str) -> str:
    """A code as it is kept: half width, capitals, without what stands between the groups."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isascii() and sign.isalnum())


def fits(code: str) -> bool:
    """Whether a tidy code has the length, the signs and the check sign of one."""
    return len(code) == LENGTH and all(sign in ALPHABET for sign in code) and _sum(code) % len(ALPHABET) == 0


def written(value: int) -> str:
    """The code that holds a number below 31 to the power of BODY."""
    body = ""
    for _ in range(BODY):
        value, at = divmod(value, len(ALPHABET))
        body = ALPHABET[at] + body
    if value:
        raise ValueError("too large a number for a code")
    last = next(sign for sign in ALPHABET if fits(body + sign))
    return body + last


def read(code: str) -> int | None:
    """The number that a tidy code holds; None for what is no code."""
    if not fits(code):
        return None
    value = 0
    for sign in code[:BODY]:
        value = value * len(ALPHABET) + ALPHABET.index(sign)
    return value


def grouped(code: str) -> str:
    """A code as slips show it: `ABCD-EFGH-JKMN`."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def _sum(code: str) -> int:
    return sum(place * ALPHABET.index(sign) for place, sign in enumerate(code, start=1))
