"""One-time codes of printed slips: made and checked with a secret that only the summary key gives.

A code holds a serial number drawn at random and a mark over form, unit and serial number (HMAC-SHA-256, RFC 2104, cut
to 32 bits). The secret comes from the private half of the key that opens the answers, so there is no list of codes to
lose and none that tells who got which; who cannot open the answers can neither make a code nor tell a good one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from xinqiao.core.slip import read, tidy, written
from xinqiao.intake.seal import Identity

SERIALS, MARK_BITS = 2**22, 32
# So many bytes remember a used code: of a million codes two agree in them with a chance of 3 in 100 million.
REMEMBERED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The codes of one form; the secret never shows itself."""

    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, form_id: str, identity: Identity) -> Codes:
        """Those of a form, by the key that opens its answers."""
        purpose = b"xinqiao one-time codes 1\n" + form_id.encode()
        return cls(secret=hmac.digest(identity.written().encode(), purpose, hashlib.sha256))

    def issue(self, unit: str, number: int) -> Iterator[str]:
        """So many new codes for a unit ("" where the form has none), no two of them alike.

        Raises ValueError for more than there are serial numbers.
        """
        for serial in secrets.SystemRandom().sample(range(SERIALS), number):
            yield written(serial << MARK_BITS | self._mark(unit, serial))

    def unit_of(self, typed: str, units: Iterable[str]) -> str | None:
        """The one of these units that a code was printed for; None for what is no code of theirs."""
        value = read(tidy(typed))
        if value is None or value >= SERIALS << MARK_BITS:
            return None
        serial, mark = value >> MARK_BITS, value & ((1 << MARK_BITS) - 1)
        return next((unit for unit in units if self._mark(unit, serial) == mark), None)

    def remembered(self, typed: str) -> str:
        """What is kept of a used code: without the key nobody can tell which code it was."""
        return self._digest("used", tidy(typed))[:REMEMBERED].hex()

    def _mark(self, unit: str, serial: int) -> int:
        return int.from_bytes(self._digest("mark", f"{serial} {unit}")[: MARK_BITS // 8])

    def _digest(self, use: str, what: str) -> bytes:
        return hmac.digest(self.secret, f"{use}\n{what}".encode(), hashlib.sha256)
