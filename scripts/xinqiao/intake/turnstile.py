"""How many requests a minute come from one address, without an address being kept.

There are only counters. Which one an address turns is decided by a hash under a key that lives in memory and is
thrown away with the counters each minute, so that nothing tells afterwards who was here.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from array import array
from collections.abc import Callable

COUNTERS = 65_536
WINDOW_SECONDS = 60.0
# A household or a phone has a whole /64 of IPv6 addresses.
PREFIX = 64


class Turnstile:
    """Counts requests by address and says when one has had its share of the minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`per_minute` is how many an address may send in each window of a minute."""
        self._limit, self._clock = per_minute, clock
        self._renew()

    def passes(self, address: str) -> bool:
        """Counts one request. Two addresses share a counter once in 65,536 times: limits are to be generous."""
        if self._clock() - self._began >= WINDOW_SECONDS:
            self._renew()
        digest = hashlib.blake2b(_place(address), key=self._key, digest_size=8).digest()
        at = int.from_bytes(digest, "big") % COUNTERS
        if self._counts[at] >= self._limit:
            return False
        self._counts[at] += 1
        return True

    def _renew(self) -> None:
        self._key, self._began = secrets.token_bytes(32), self._clock()
        self._counts = array("L", bytes(COUNTERS * array("L").itemsize))


def local(address: str) -> bool:
    """Whether it is this machine's own: a proxy's, which stands for everybody."""
    if address in {"127.0.0.1", "::1"}:
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _place(address: str) -> bytes:
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return address.encode(errors="replace")
    return parsed.packed if parsed.version == 4 else parsed.packed[: PREFIX // 8]
