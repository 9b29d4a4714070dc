"""What portal.toml may say by its rules and a college's portal cannot live with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from xinqiao.config import FILE, Config
from xinqiao.core.problem import Place, Problem

# Names of the machine itself, where nobody else arrives.
HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def settings_notices(config: Config) -> Iterator[Problem]:
    """Warnings of addresses that readers cannot reach, and of who is on duty without a key; none in a demonstration."""
    if config.demonstration:
        return
    for key, address in (("site_url", config.site_url), ("receiver_url", config.receiver_url)):
        parts = urlsplit(address)
        if parts.scheme != "https" or parts.hostname in HERE:
            place = _written(config, rf"{key}\s*=")
            yield Problem(code="address-not-public", place=place, params={"key": key, "address": address})
    yield from _keyless(config)


def _keyless(config: Config) -> Iterator[Problem]:
    """Who of a confirmed roster could open nothing, for the key that stands beside them has no public half."""
    for person in config.duty.people if config.duty and config.duty.confirmed else ():
        if person.key not in config.keys:
            place = _written(config, rf"key\s*=\s*[\"']{re.escape(person.key)}[\"']")
            params = {"name": person.name, "key": person.key}
            yield Problem(code="roster-key-missing", place=place, params=params)


def _written(config: Config, pattern: str) -> Place:
    """The first line of portal.toml that begins with a pattern."""
    lines = (config.root / FILE).read_text(encoding="utf-8").splitlines()
    found = (number for number, line in enumerate(lines, start=1) if re.match(rf"\s*{pattern}", line))
    return Place(file=FILE, line=next(found, 0))
