"""Regular expressions of foreign forms, as far as they can be said in the way that every program reads alike."""

from __future__ import annotations

import re

CALL = re.compile(r"""regex\s*\(\s*([^,'"]+?)\s*,\s*(?:'([^']*)'|"([^"]*)")\s*\)""")
CLASS = re.compile(r"\[(?:\\.|[^\]\\])*\]")


def plainly(expression: str) -> str:
    """An expression with its patterns written plainly: no anchors, as the whole answer is compared anyway."""
    return CALL.sub(_call, expression)


def _call(found: re.Match[str]) -> str:
    pattern = found[2] if found[2] is not None else found[3]
    if "|" not in CLASS.sub("", pattern):
        pattern = pattern.removeprefix("^")
        pattern = pattern[:-1] if pattern.endswith("$") and not pattern.endswith("\\$") else pattern
    pattern = CLASS.sub(lambda part: _members(part[0]), pattern)
    quote = '"' if "'" in pattern else "'"
    return f"regex({found[1]}, {quote}{pattern}{quote})"


def _members(part: str) -> str:
    """A class of characters: a hyphen that joins nothing last, white space as the blank of a one-line answer."""
    inner = re.sub(r"(\\[wd])-", r"\1\\-", part[1:-1])
    # A plus after a star would be read as one sign.
    inner = re.sub(r"(?<=[*?}+])\+", r"\\+", inner)
    return f"[{inner.replace(chr(92) + 's', ' ')}]"
